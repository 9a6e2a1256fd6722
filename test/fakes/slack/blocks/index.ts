import { type Json, recordOf, recordsOf, textOf } from '../json.ts';
import { Refusal, refusalWith } from '../refusal.ts';
import { messageBlocks } from './blocks.ts';
import type { Shape } from './shape.ts';
import { home, modal } from './view.ts';

/**
 * All blocks of one message together: "12,000 text characters with a buffer for block containers" (a maintainer in
 * https://github.com/slackapi/bolt-js/issues/2509), where one divider more cost 125 of them. Refused in the wild between
 * 11,341 (https://github.com/slackapi/bolt-js/issues/2867) and 13,297: this is the strict end.
 */
const maxCharacters = 12_000;
const perContainer = 125;

/** Refuses what the platform would not show. The pointer starts where the blocks lie in the request. */
export function checkBlocks(
  blocks: readonly Json[],
  at = '/blocks',
  error = 'invalid_blocks',
): void {
  const faults = faultsOf(messageBlocks, blocks, at);
  if (faults.length > 0) throw refusalWith(error, faults);
  if (weightOf(blocks) > maxCharacters) throw new Refusal('msg_blocks_too_long');
}

export function checkView(view: Json, type: 'modal' | 'home'): void {
  const faults = faultsOf(type === 'home' ? home : modal, view, '/view');
  if (faults.length > 0) throw refusalWith('invalid_arguments', faults);
}

/** Characters that count against the sum, for tests that come close to it. */
export function weightOf(blocks: readonly Json[]): number {
  return charactersIn(blocks) + (blocks.length - 1) * perContainer;
}

function faultsOf(shape: Shape, value: unknown, at: string): readonly string[] {
  const faults: string[] = [];
  shape(value, at, faults);
  const blocks = Array.isArray(value) ? recordsOf(value) : recordsOf(recordOf(value)['blocks']);
  faults.push(...sameIds(blocks, Array.isArray(value) ? at : `${at}/blocks`));
  return faults;
}

function sameIds(blocks: readonly Json[], at: string): readonly string[] {
  const seen = new Set<string>();
  return blocks.flatMap((block, index) => {
    const id = textOf(block['block_id']);
    if (!id) return [];
    const again = seen.has(id);
    seen.add(id);
    return again ? [`block_id must be unique [json-pointer:${at}/${index}/block_id]`] : [];
  });
}

/** What is shown: every `text` that is one, however deep. */
function charactersIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + charactersIn(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [name, one]) => {
    if (name === 'text' && typeof one === 'string') return sum + one.length;
    return sum + charactersIn(one);
  }, 0);
}
