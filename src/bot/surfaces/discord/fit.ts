import { limits } from './limits.ts';
import { frameLength, isEmptyPart, type Part, type Row, textOf } from './parts.ts';

export interface Fitted {
  /** Of embeds, in order; none is empty. */
  readonly descriptions: readonly string[];
  /** Nothing was left out. */
  readonly whole: boolean;
}

/**
 * Parts within so many characters. Where they are too few the longest give way first, all down to the same length, so that
 * a short fact is never lost to a long diff; what is left out is counted where it would have stood.
 */
export function fitted(all: readonly Part[], room: number): Fitted {
  const parts = all.filter((part) => !isEmptyPart(part));
  const most = Math.floor(room / (separator.length + 60));
  const shown = parts.slice(0, parts.length > most ? most - 1 : parts.length);
  const missing = parts.length - shown.length;
  const lengths = shown.map(lengthOf);
  const share = shareOf(lengths, room - (missing > 0 ? 40 : 0));
  const cut = shown.map((part) => cutTo(part, share));
  const pieces = cut.flatMap(({ part, rows, left }) => piecesOf(part, rows, left));
  if (missing > 0)
    pieces.push(`*${missing} more ${missing === 1 ? 'part' : 'parts'} in the console*`);
  return {
    descriptions: packed(pieces),
    whole: missing === 0 && cut.every((one) => one.whole),
  };
}

/** Everything, over as many messages as it takes. */
export function paged(all: readonly Part[], room: number): readonly Fitted[] {
  const parts = all.filter((part) => !isEmptyPart(part));
  const pieces = parts.flatMap((part) =>
    piecesOf(
      part,
      part.rows.map(({ text }) => text),
      0,
    ),
  );
  const pages: string[][] = [];
  let left = 0;
  for (const description of packed(pieces)) {
    const last = pages.at(-1);
    if (last && description.length <= left && last.length < limits.embeds) last.push(description);
    else {
      pages.push([description]);
      left = room;
    }
    left -= description.length;
  }
  const whole = parts.every((part) => part.rows.every((row) => row.whole));
  return pages.map((descriptions) => ({ descriptions, whole }));
}

/** Between two parts in one description. */
const separator = '\n\n';

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

/** With what stands around each description that the rows run over. */
function lengthOf(part: Part): number {
  const rows = part.rows.reduce((sum, { text }) => sum + text.length + 1, 0);
  return rows + frameOf(part, rows);
}

function frameOf(part: Part, rows: number): number {
  return separator.length + frameLength(part) * (1 + Math.ceil(rows / (limits.description / 2)));
}

interface CutPart {
  readonly part: Part;
  readonly rows: readonly string[];
  readonly left: number;
  readonly whole: boolean;
}

function cutTo(part: Part, share: number): CutPart {
  if (lengthOf(part) <= share) {
    const rows = part.rows.map(({ text }) => text);
    return { part, rows, left: 0, whole: part.rows.every(({ whole }) => whole) };
  }
  const rows: string[] = [];
  let left = share - frameOf(part, share);
  for (const { text } of part.rows) {
    if (text.length + 1 > left) break;
    rows.push(text);
    left -= text.length + 1;
  }
  const next: Row | undefined = part.rows[rows.length];
  // The first row that does not fit is begun when nothing else was, or when a good part of it has room.
  if (next && left > (rows.length === 0 ? 12 : 80)) rows.push(next.within(left - 1));
  return { part, rows, left: part.rows.length - rows.length, whole: false };
}

/** A part as texts that each fit into one description. */
function piecesOf(part: Part, rows: readonly string[], left: number): string[] {
  const room = limits.description - frameLength(part) - separator.length;
  const groups: string[][] = [[]];
  let used = 0;
  for (const row of rows) {
    if (used + row.length + 1 > room) {
      groups.push([]);
      used = 0;
    }
    groups.at(-1)?.push(row);
    used += row.length + 1;
  }
  return groups.map((group, index) => {
    const isLast = index === groups.length - 1;
    const piece = { ...part, title: index === 0 ? part.title : '', more: isLast ? part.more : 0 };
    return textOf(piece, group, isLast ? left : 0);
  });
}

function packed(pieces: readonly string[]): readonly string[] {
  const descriptions: string[] = [];
  for (const piece of pieces) {
    const last = descriptions.at(-1);
    const between = last?.endsWith('```') ? '\n' : separator;
    if (last !== undefined && last.length + between.length + piece.length <= limits.description) {
      descriptions[descriptions.length - 1] = last + between + piece;
    } else descriptions.push(piece);
  }
  return descriptions;
}
