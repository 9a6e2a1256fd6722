import type { Ids } from './ids.ts';
import { isRecord, type Json, textOf } from './json.ts';

const silent = new Set(['image', 'mrkdwn', 'plain_text']);

/**
 * Blocks as the platform keeps them: each with an id, what can be pressed with an id of its own, and its texts with the
 * options that were left out.
 */
export function normalBlocks(ids: Ids, blocks: readonly Json[]): readonly Json[] {
  return blocks.map((block) => {
    const { block_id: given, ...rest } = block;
    const blockId = textOf(given) || ids.secret().slice(0, 5);
    const kept = normalTexts(rest);
    return { ...withActionIds(ids, isRecord(kept) ? kept : {}), block_id: blockId };
  });
}

/** Every text below with the options that were left out. */
export function normalTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalTexts);
  if (!isRecord(value)) return value;
  const kept = Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, normalTexts(one)]),
  );
  if (value['type'] === 'plain_text') return { emoji: true, ...kept };
  if (value['type'] === 'mrkdwn') return { verbatim: false, ...kept };
  return kept;
}

function withActionIds(ids: Ids, block: Json): Json {
  const named = (element: unknown): unknown => {
    if (!isRecord(element) || silent.has(textOf(element['type']) ?? '')) return element;
    return textOf(element['action_id']) ? element : { ...element, action_id: ids.secret() };
  };
  if (block['type'] === 'actions' && Array.isArray(block['elements'])) {
    return { ...block, elements: block['elements'].map(named) };
  }
  const part = block['type'] === 'input' ? 'element' : 'accessory';
  return block[part] ? { ...block, [part]: named(block[part]) } : block;
}
