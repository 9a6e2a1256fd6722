import type { Rendered } from '../../../src/bot/surfaces/discord/render.ts';
import { componentsForm } from '../../fakes/discord/forms/components.ts';
import { embedsForm } from '../../fakes/discord/forms/embeds.ts';
import { form } from '../../fakes/discord/forms/form.ts';

/** What Discord would refuse of a message: measured by the fake's own forms. */
export function faultsOf({ content, embeds, components }: Rendered): readonly string[] {
  const wrong = form();
  wrong.at('content').string(content, 1, 2_000);
  embedsForm(wrong.at('embeds'), embeds);
  componentsForm(wrong.at('components'), components, false);
  for (const [index, embed] of embeds.entries()) {
    const says = (embed.description ?? '').trim() + (embed.footer?.text ?? '').trim();
    if (says === '') wrong.at('embeds', index).fault('EMPTY', 'An embed says something.');
  }
  for (const text of textsOf({ content, embeds })) {
    if (!text.isWellFormed()) wrong.fault('HALF', `Half a character in ${text.slice(0, 40)}`);
  }
  try {
    wrong.end();
    return [];
  } catch (refusal) {
    return [JSON.stringify(refusal, Object.getOwnPropertyNames(refusal))];
  }
}

export function textsOf({
  content,
  embeds,
}: Pick<Rendered, 'content' | 'embeds'>): readonly string[] {
  return [content, ...embeds.flatMap(({ description }) => description ?? [])];
}

/**
 * What is left that Discord would read as more than letters, once escapes and our own marks are taken away: mentions,
 * commands, emoji, masked links, headings, quotes, code.
 */
export function liveMarks(text: string): readonly string[] {
  const outside = text
    .replaceAll(/```[a-z]*\n[\s\S]*?\n```/g, ' ')
    .replaceAll(/``[^\n]*?``(?!`)/g, ' ')
    .replaceAll(/\\[^0-9A-Za-z\s]/g, 'x')
    .replaceAll(/`[^`\n]+`/g, ' ');
  const patterns = [
    /<[@#/:at][^>]*>/g,
    /@(?:everyone|here)/gi,
    /\[[^\]]*\]\([^)]*\)/g,
    /https?:\/\/\S+/g,
    /^\s*(?:#{1,3} |>>> |> )/gm,
    /[`~|]/g,
    /discord\.gg/gi,
  ];
  return patterns.flatMap((pattern) => outside.match(pattern) ?? []);
}
