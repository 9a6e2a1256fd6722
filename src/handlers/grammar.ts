import { type Problem, problem } from '../core/problem.ts';

/** One grammar on every surface: `<verb> <service> [args] [key=value]`. */
export interface Utterance {
  readonly verb: string;
  readonly words: readonly string[];
  readonly named: Readonly<Record<string, string>>;
  /** The line as understood, with typographic quotes and dashes made plain. */
  readonly line: string;
}

/** More than any command needs, less than a pasted log. */
export const lineLengthMax = 2000;

/**
 * Splits a line as a shell would: white space separates, quotes hold together. Phones and chat clients turn quotes and
 * dashes into typographic ones; those are read as the plain ones.
 */
export function parseLine(text: string): Utterance | Problem {
  const line = plain(text).trim();
  if (line === '') return problem('LINE_EMPTY');
  if (line.length > lineLengthMax) {
    return problem('LINE_TOO_LONG', { length: line.length, max: lineLengthMax });
  }
  const tokens = tokensOf(line);
  if (!tokens) return problem('LINE_QUOTE_OPEN', { line });
  const [first, ...rest] = tokens;
  const words: string[] = [];
  const named: Record<string, string> = Object.create(null);
  for (const token of rest) {
    const split = token.quotedFrom === 0 ? undefined : /^([a-z][a-z_-]*)=(.*)$/su.exec(token.text);
    if (!split) {
      words.push(token.text);
      continue;
    }
    const [, name = '', value = ''] = split;
    if (name in named) return problem('ARGUMENT_TWICE', { name, line });
    named[name] = value;
  }
  return { verb: (first?.text ?? '').toLowerCase(), words, named: { ...named }, line };
}

interface Token {
  readonly text: string;
  /** Where its first quote stood; a token quoted from its start is a word, never key=value. */
  readonly quotedFrom: number;
}

function tokensOf(line: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let text = '';
  let quote = '';
  let quotedFrom = -1;
  let started = false;
  for (const character of line) {
    if (quote !== '') {
      if (character === quote) quote = '';
      else text += character;
    } else if (character === '"' || character === "'") {
      if (quotedFrom < 0) quotedFrom = text.length;
      quote = character;
      started = true;
    } else if (/\s/u.test(character)) {
      if (started) tokens.push({ text, quotedFrom });
      text = '';
      quotedFrom = -1;
      started = false;
    } else {
      text += character;
      started = true;
    }
  }
  if (quote !== '') return undefined;
  if (started) tokens.push({ text, quotedFrom });
  return tokens;
}

/**
 * The text as one word of a line, or one value after a `=`: read back it is the same, with what `parseLine` makes plain
 * made plain. There is no escape in a line, so a text with both kinds of quotes is put together from pieces.
 */
export function quoted(text: string): string {
  const value = plain(text);
  if (/^[\w.:/@+-]+$/u.test(value)) return value;
  if (!value.includes('"')) return `"${value}"`;
  if (!value.includes("'")) return `'${value}'`;
  return value
    .split('"')
    .map((piece) => `"${piece}"`)
    .join(`'"'`);
}

/** Typographic quotes, dashes and blanks as a keyboard has them; what cannot be seen is left out. */
export function plain(text: string): string {
  return text
    .replace(/[\u201c\u201d\u201e\u00ab\u00bb]/gu, '"')
    .replace(/[\u2018\u2019\u201a]/gu, "'")
    .replace(/[\u2013\u2014]/gu, '--')
    .replace(/[\u00a0\u2007\u202f]/gu, ' ')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replace(/\p{Cc}/gu, ' ');
}

/** The nearest known name, when it is near enough to be a slip of the finger. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const swap = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
