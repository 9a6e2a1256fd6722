import { unescaped } from '../escape.ts';

/**
 * What somebody typed, as they typed it: Slack hands mentions, links and three characters over in its own notation.
 * https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
 */
export function typedText(text: string, personOf: (user: string) => string | undefined): string {
  const plain = text.replaceAll(/<([^<>\n]+)>/g, (whole, inside: string) => {
    const [head = '', label] = inside.split('|');
    if (head.startsWith('@')) {
      const user = head.slice(1);
      return `@${personOf(user) ?? label ?? user}`;
    }
    if (head.startsWith('#')) return `#${label || head.slice(1)}`;
    if (head.startsWith('!')) return label ?? `@${head.slice(1)}`;
    return /^(https?:|mailto:|tel:)/.test(head) ? (label ?? head) : whole;
  });
  return unescaped(plain);
}

/** Without the mention of the bot it begins with. */
export function afterMention(text: string, bot: string): string {
  return text.replace(new RegExp(`^\\s*<@${bot}(\\|[^>]*)?>[\\s:,]*`), '');
}

/** A line that says nothing asks what there is to say. */
export function lineOr(text: string): string {
  const line = text.trim();
  return line === '' ? 'help' : line;
}
