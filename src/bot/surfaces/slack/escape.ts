/**
 * Text from outside, made harmless. Most of a card is rich text, whose strings Slack shows as they are; what remains is
 * what Slack parses (notifications) and what a reader may be deceived by (marks that hide, join or turn characters).
 */

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

/**
 * Only these three mean anything to Slack in a text that it parses.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What Slack hands us of what somebody typed is escaped the same way. */
export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Escaped, then cut: never inside an entity. */
export function escapedWithin(text: string, max: number): string {
  const whole = escaped(text);
  if (whole.length <= max) return whole;
  const kept = whole.slice(0, max - 1).replace(/&[a-z]{0,3}$/, '');
  return `${withoutHalf(kept)}…`;
}

/** At most so many UTF-16 units, the last of them an ellipsis where something is missing. */
export function within(text: string, max: number): string {
  if (text.length <= max) return text;
  return max < 1 ? '' : `${withoutHalf(text.slice(0, max - 1))}…`;
}

/** A cut falls between characters: neither inside a surrogate pair nor before what belongs to the character ahead of it. */
function withoutHalf(text: string): string {
  return text
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/\u200d$/u, '')
    .trimEnd();
}

/**
 * Characters that are not seen become a visible blank: two names that look equal are equal. Joiners and variation
 * selectors stay where they belong to a script or an emoji, never after plain ASCII.
 */
function seen(text: string): string {
  return text
    .toWellFormed()
    .replace(/(?:(?!\u200c|\u200d|[\ufe00-\ufe0f])\p{DI})+/gu, ' ')
    .replace(/(?<=[\u0020-\u007e])(?:\u200c|\u200d|[\ufe00-\ufe0f])+/gu, ' ');
}
