import type { types } from '@slack/bolt';
import { checkBlocks, checkView } from '../../fakes/slack/blocks/index.ts';

/** Why Slack would refuse these blocks as a message, or as the content of a modal; nothing when it would not. */
export function faultsOf(
  blocks: readonly types.KnownBlock[],
  as: 'message' | 'modal' = 'message',
): readonly unknown[] {
  const sent = JSON.parse(JSON.stringify(blocks));
  const title = { type: 'plain_text', text: 'Plan' };
  try {
    if (as === 'message') checkBlocks(sent);
    else checkView({ type: 'modal', title, blocks: sent }, 'modal');
  } catch (refusal) {
    return [refusal, refusal instanceof Error && 'details' in refusal ? refusal.details : ''];
  }
  return blocks.length === 0 ? ['no blocks'] : [];
}

/** All strings that a person reads. */
export function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    typeof part === 'string'
      ? name === 'text' || name === 'fallback'
        ? [part]
        : []
      : textsOf(part),
  );
}

export function charactersOf(blocks: readonly types.KnownBlock[]): number {
  return textsOf(blocks).reduce((sum, text) => sum + text.length, 0);
}
