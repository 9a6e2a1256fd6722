import type { types } from '@slack/bolt';
import { within } from './escape.ts';
import { isEmptyPart, type Part, type Row, richPartsOf, rowLength } from './parts.ts';
import { inlinesWithin } from './spans.ts';

export interface Room {
  readonly blocks: number;
  readonly characters: number;
}

export interface Fitted {
  readonly blocks: readonly types.RichTextBlock[];
  /** Nothing was left out. */
  readonly whole: boolean;
}

/**
 * Parts within a room. Where it is too small the longest give way first, all down to the same length, so that a short
 * fact is never lost to a long diff; what is left out is counted where it would have stood.
 */
export function fitted(all: readonly Part[], room: Room): Fitted {
  const parts = all.filter((part) => !isEmptyPart(part));
  const shown = parts.slice(0, parts.length > room.blocks ? room.blocks - 1 : parts.length);
  const lengths = shown.map(lengthOf);
  const share = shareOf(lengths, room.characters);
  const cut = shown.map((part) => cutTo(part, share));
  const blocks = cut.map(({ part, rows, left }): types.RichTextBlock => {
    return { type: 'rich_text', elements: [...richPartsOf(part, rows, left)] };
  });
  const missing = parts.length - shown.length;
  return {
    blocks: missing === 0 ? blocks : [...blocks, missingParts(missing)],
    whole: missing === 0 && cut.every((one) => one.whole),
  };
}

/** The largest length to which all can be cut so that together they fit. */
function shareOf(lengths: readonly number[], room: number): number {
  const ascending = lengths.toSorted((a, b) => a - b);
  let left = room;
  for (const [index, length] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (length > share) return share;
    left -= length;
  }
  return Number.POSITIVE_INFINITY;
}

/** Room for "1234 more lines in the console". */
const noteLength = 32;

/** A title is a few words; one that is not gives way first. */
const titleLength = 150;

function lengthOf(part: Part): number {
  const note = part.more > 0 ? noteLength : 0;
  return part.rows.reduce((sum, row) => sum + rowLength(row), part.title.length + note);
}

interface Cut {
  readonly part: Part;
  readonly rows: readonly Row[];
  readonly left: number;
  readonly whole: boolean;
}

function cutTo(part: Part, share: number): Cut {
  const isWhole = lengthOf(part) <= share && part.title.length <= titleLength;
  if (isWhole) return { part, rows: part.rows, left: 0, whole: true };
  const title = within(part.title, Math.min(titleLength, Math.max(0, share - noteLength)));
  const rows: Row[] = [];
  let left = share - title.length - noteLength;
  for (const row of part.rows) {
    const length = rowLength(row);
    if (length > left) break;
    rows.push(row);
    left -= length;
  }
  const next = part.rows[rows.length];
  // The first row that does not fit is begun when nothing else was, or when a good part of it has room.
  if (next && left > (rows.length === 0 ? 8 : 60)) {
    rows.push({ ...next, inlines: inlinesWithin(next.inlines, left - 1) });
  }
  return { part: { ...part, title }, rows, left: part.rows.length - rows.length, whole: false };
}

function missingParts(missing: number): types.RichTextBlock {
  const text = `${missing} more ${missing === 1 ? 'part' : 'parts'} in the console`;
  const elements = [{ type: 'text', text, style: { italic: true } } as const];
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}
