import type { Span, Text } from './card.ts';
import { clock } from './text.ts';

/** Text from outside as words that nothing hides in, for every surface; what a platform parses, its surface escapes. */

/** One line: nothing in it ends the line, turns it around or hides in it. */
export function oneLine(text: string): string {
  return seen(text).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Several lines, for what is shown as it was printed. */
export function manyLines(text: string): readonly string[] {
  return seen(text)
    .replaceAll('\t', '    ')
    .split(/\r\n|\n|\r|\u2028|\u2029/u)
    .map((line) => line.replace(/\p{Cc}+/gu, ' ').trimEnd());
}

/** A cut falls between characters: neither inside a surrogate pair nor before what belongs to the character ahead of it. */
export function withoutHalf(text: string): string {
  return text
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/\u200d$/u, '')
    .trimEnd();
}

/** A run of spans as one line without marks, for what a platform does not parse: notifications, names, small print. */
export function plainWords(text: Text, nameOf: (person: string) => string): string {
  return text.map((span) => wordsOf(span, nameOf)).join('');
}

function wordsOf(span: Span, nameOf: (person: string) => string): string {
  if (typeof span === 'string') return oneLine(span);
  switch (span.kind) {
    case 'time':
      return clock(span.at);
    case 'break':
      return ' ';
    case 'person':
      return oneLine(span.name);
    case 'notify':
      return oneLine(`@${span.group} ${span.people.map(nameOf).join(', ')}`.trim());
    default:
      return oneLine(span.text);
  }
}

/**
 * Characters that are not seen become a visible blank: two names that look equal are equal. Joiners and variation
 * selectors stay where they belong to a script or an emoji, never after plain ASCII; marks do not pile up over a line.
 */
function seen(text: string): string {
  return text
    .toWellFormed()
    .replace(/(?:(?!\u200c|\u200d|[\ufe00-\ufe0f])\p{DI})+/gu, ' ')
    .replace(/(?<=[\u0020-\u007e])(?:\u200c|\u200d|[\ufe00-\ufe0f])+/gu, ' ')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1');
}
