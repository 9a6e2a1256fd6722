import { withoutHalf } from '../../../core/view/plain-words.ts';

/**
 * Text from outside, made harmless. Most of a card is rich text, whose strings Slack shows as they are; what remains is
 * what Slack parses (notifications) and what a reader may be deceived by (marks that hide, join or turn characters).
 */

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
