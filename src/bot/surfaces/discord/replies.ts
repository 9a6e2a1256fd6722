import { Buffer } from 'node:buffer';
import type { Answer } from '../../../core/view/card.ts';
import { cardText } from '../../../core/view/text.ts';
import type { Called, Client, OutgoingFile } from './client.ts';
import type { Interaction } from './interaction.schema.ts';
import { limits } from './limits.ts';
import type { DiscordOptions } from './options.ts';
import { type Rendered, renderPages } from './render.ts';
import type { Setting } from './spans.ts';
import type { Whispers } from './whispers.ts';

/** Answers to an interaction by its token, which has limits of its own; after it has lapsed, in private. */
export interface Replies {
  /** `began`: when the interaction came. */
  deliver(to: Interaction, began: number, answer: Answer): Promise<void>;
}

export const ephemeral = 1 << 6;
/** A token that has nearly lapsed is not relied on. */
const tokenMs = limits.tokenMs - 30_000;
const triesMax = 4;
const pauseMs = 500;
const fileBytesMax = 8 * 1024 * 1024;

export function createReplies({
  options,
  client,
  whispers,
  setting,
}: {
  readonly options: DiscordOptions;
  readonly client: Client;
  readonly whispers: Whispers;
  readonly setting: () => Setting;
}): Replies {
  const { clock, guild, log, name } = options;

  async function deliver(to: Interaction, began: number, answer: Answer): Promise<void> {
    const pages = renderPages(answer.card, setting());
    const files = pages.every(({ whole }) => whole) ? [] : [wholeOf(answer)];
    const isFresh = () => clock.now() - began < tokenMs;
    const said = answer.to === 'thread' ? [] : pages;
    const first: Page = said[0] ?? {
      content: 'Said here, for all to read.',
      embeds: [],
      components: [],
    };
    const done = isFresh() && (await sent(edit(to, first, said.length === 1 ? files : [])));
    if (!done) return whispered(to, answer);
    const rest = answer.to === 'thread' ? pages : pages.slice(1);
    for (const [index, page] of rest.entries()) {
      const isLast = index === rest.length - 1;
      const flags = answer.to === 'thread' ? 0 : ephemeral;
      const ok = isFresh() && (await sent(follow(to, page, { flags, files: isLast ? files : [] })));
      if (!ok) return whispered(to, answer);
    }
  }

  function edit(to: Interaction, page: Page, files: readonly OutgoingFile[]) {
    const path = `/webhooks/${to.application_id}/${to.token}/messages/@original` as const;
    const body = bodyOf(page);
    return () => client.call({ method: 'PATCH', path, body, files, auth: false });
  }

  function follow(
    to: Interaction,
    page: Page,
    { flags, files }: { readonly flags: number; readonly files: readonly OutgoingFile[] },
  ) {
    const path = `/webhooks/${to.application_id}/${to.token}` as const;
    const body = { ...bodyOf(page), flags };
    return () => client.call({ method: 'POST', path, body, files, auth: false });
  }

  /** An answer is worth some tries: a person waits for it, and reading it twice does no harm. */
  async function sent(call: () => Promise<Called>): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const called = await call();
      if (called.ok) return true;
      const { failure } = called;
      if (failure.kind === 'refused' || failure.kind === 'stopped' || attempt === triesMax)
        return false;
      const ms = failure.kind === 'limited' ? failure.afterMs : pauseMs * 2 ** attempt;
      await new Promise<void>((resolve) => clock.after(ms, resolve));
    }
  }

  async function whispered(to: Interaction, answer: Answer): Promise<void> {
    const user = (to.member?.user ?? to.user)?.id ?? '';
    const said = await whispers.send({ account: `${guild}/${user}`, answer });
    if (!said.ok) log('discord answer was not delivered', { surface: name, why: said.why });
  }

  return { deliver };
}

type Page = Pick<Rendered, 'content' | 'embeds' | 'components'>;

function bodyOf({ content, embeds, components }: Page) {
  return { content, embeds, components, allowed_mentions: { parse: [] } };
}

/** What did not fit in so many messages, as text that can be searched. */
function wholeOf({ card }: Answer): OutgoingFile {
  const text = Buffer.from(cardText(card));
  return { name: 'answer.txt', data: text.subarray(0, fileBytesMax) };
}
