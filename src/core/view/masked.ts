import { mask } from '../masker.ts';
import type { Block, Span, Text } from './card.ts';

/** What was printed elsewhere, with whatever looks like a secret taken out. */
export function maskedBlock(block: Block): Block {
  switch (block.kind) {
    case 'code':
      return { ...block, text: mask(block.text) };
    case 'list':
      return { ...block, items: block.items.map(maskedText) };
    case 'text':
      return { ...block, text: maskedText(block.text) };
    default:
      return block;
  }
}

/** Names, times and links stay; a link's address may hold a token, and then it leads nowhere. */
function maskedText(text: Text): Text {
  return text.map((span): Span => {
    if (typeof span === 'string') return mask(span);
    if (span.kind === 'strong' || span.kind === 'code') return { ...span, text: mask(span.text) };
    return span.kind === 'link' ? { ...span, text: mask(span.text), url: mask(span.url) } : span;
  });
}
