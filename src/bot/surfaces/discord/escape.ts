import { oneLine, withoutHalf } from '../../../core/view/plain-words.ts';
import { webAddress as pageAddress } from '../../../core/web-address.ts';

/**
 * Text from outside, made harmless. Discord reads marks of formatting, mentions, commands, times and links in every
 * content and description: https://discord.com/developers/docs/reference#message-formatting
 */

export interface Cut {
  readonly text: string;
  /** Nothing was left out. */
  readonly whole: boolean;
}

/** Escaped, then cut: neither inside a character nor between a mark and its backslash. */
export function escapedWithin(text: string, max: number): Cut {
  const line = oneLine(text);
  // What is escaped is never shorter than what it was, so that a long log is not read to its end.
  const near = line.slice(0, max + 1);
  let kept = '';
  let room = '';
  for (const piece of pieces(near)) {
    if (kept.length + piece.length > max) return { text: clipped(room, max), whole: false };
    kept += piece;
    if (kept.length < max) room = kept;
  }
  return near.length === line.length
    ? { text: kept, whole: true }
    : { text: clipped(room, max), whole: false };
}

/** Not parsed by Discord: labels, footers, names. Cut with an ellipsis. */
export function plainWithin(text: string, max: number): Cut {
  const line = oneLine(text).trim();
  if (line.length <= max) return { text: line, whole: true };
  return { text: clipped(withoutHalf(line.slice(0, max - 1)), max), whole: false };
}

/** In a run of code nothing is parsed but its own end. */
export function codeWithin(text: string, max: number): Cut {
  const line = oneLine(text).trim();
  if (line === '') return { text: '', whole: true };
  // A run of backticks inside ends a run of as many.
  const fence = line.includes('`') ? '``' : '`';
  if (line.includes('``')) return escapedWithin(line, max);
  const pad = fence === '``' ? ' ' : '';
  const around = 2 * (fence.length + pad.length);
  const safe = unpinged(line);
  if (safe.length + around <= max) {
    return { text: `${fence}${pad}${safe}${pad}${fence}`, whole: true };
  }
  const left = max - around - 1;
  if (left < 1) return { text: max > 0 ? '…' : '', whole: false };
  return { text: `${fence}${pad}${withoutHalf(safe.slice(0, left))}…${pad}${fence}`, whole: false };
}

/** A line inside a fence, which three backticks would end. */
export function fenced(line: string): string {
  return unpinged(line).replaceAll('```', '`\u200b`\u200b`').replace(/`$/, '`\u200b');
}

/** A link's own words and address, or nothing where it is no page of the web. */
export function webAddress(url: string, max: number): string | undefined {
  const href = pageAddress(url)?.replace(/[()<>\\*_~|`[\]]/g, (mark) => percent(mark));
  return href !== undefined && href.length <= max ? href : undefined;
}

function* pieces(line: string): Generator<string> {
  for (const { index, 0: character } of line.matchAll(/\P{M}(?:\p{M}|\u200d\P{M}?)*|\p{M}+/gsu)) {
    yield mark(character, line, index);
  }
}

function mark(character: string, line: string, index: number): string {
  const first = character.charAt(0);
  if (/[\\*_~|`[\]<>]/.test(first)) return `\\${character}`;
  switch (first) {
    case '@':
      return pings(line, index) ? `@\u200b${character.slice(1)}` : `\\${character}`;
    case ':':
      // Neither a link nor the preview of one.
      return /^:(\/\/|$)/.test(line.slice(index)) ? `\\${character}` : character;
    case '#':
    case '-':
    case '+':
      return /^\s*$/.test(line.slice(0, index)) || line[index - 1] === '<'
        ? `\\${character}`
        : character;
    case '.':
      return /(?:^|^\s*\d+|discord(?:app)?)$/i.test(line.slice(Math.max(0, index - 24), index))
        ? `\\${character}`
        : character;
    default:
      return character;
  }
}

/** What follows the sign may stand in the next span. */
function pings(line: string, index: number): boolean {
  return /^@(?:everyone|here|$)/i.test(line.slice(index, index + 9));
}

function unpinged(text: string): string {
  return text.replace(/@(?=everyone|here)/gi, '@\u200b');
}

function clipped(text: string, max: number): string {
  return max < 1 ? '' : `${text.trimEnd()}…`;
}

function percent(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
