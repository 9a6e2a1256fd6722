import type { Answer } from '../../../core/view/card.ts';
import { type Page, pageBody, pagesOf, pictureFiles } from './answers.ts';
import type { Called, Client } from './client.ts';
import type { Interaction } from './interaction.schema.ts';
import { limits } from './limits.ts';
import type { DiscordOptions } from './options.ts';
import type { Setting } from './spans.ts';
import { tried } from './tries.ts';
import type { Whispers } from './whispers.ts';

/** Answers to an interaction by its token, which has limits of its own; after it has lapsed, in private. */
export interface Replies {
  /** `began`: when the interaction came. */
  deliver(to: Interaction, began: number, answer: Answer): Promise<void>;
}

export const ephemeral = 1 << 6;
/** A token that has nearly lapsed is not relied on. */
const tokenMs = limits.tokenMs - 30_000;

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
    const pictures = await pictureFiles(answer.picture, options.desk);
    const pages = pagesOf(answer, setting(), pictures);
    // Only what one alone sees is before them for sure.
    if (answer.to === 'asker') opened(to, pages[0]?.digest);
    const isFresh = () => clock.now() - began < tokenMs;
    const [first = saidAloud, ...rest] = answer.to === 'thread' ? [saidAloud, ...pages] : pages;
    const flags = answer.to === 'thread' ? 0 : ephemeral;
    if (!isFresh() || !(await sent(edit(to, first)))) return whispered(to, answer);
    for (const page of rest) {
      if (!isFresh() || !(await sent(follow(to, page, flags)))) return whispered(to, answer);
    }
  }

  function opened(to: Interaction, digest: string | undefined): void {
    const account = `${guild}/${userOf(to)}`;
    if (digest !== undefined) options.desk.opened({ surface: name, account }, digest);
  }

  function edit(to: Interaction, page: Page) {
    const path = `/webhooks/${to.application_id}/${to.token}/messages/@original` as const;
    const { files } = page;
    return () => client.call({ method: 'PATCH', path, body: pageBody(page), files, auth: false });
  }

  function follow(to: Interaction, page: Page, flags: number) {
    const path = `/webhooks/${to.application_id}/${to.token}` as const;
    const body = { ...pageBody(page), flags };
    return () => client.call({ method: 'POST', path, body, files: page.files, auth: false });
  }

  async function sent(call: () => Promise<Called>): Promise<boolean> {
    return (await tried(call, clock)).ok;
  }

  async function whispered(to: Interaction, answer: Answer): Promise<void> {
    const said = await whispers.send({ account: `${guild}/${userOf(to)}`, answer });
    if (!said.ok) log('discord answer was not delivered', { surface: name, why: said.why });
  }

  return { deliver };
}

/** The promise of an answer was seen by one alone; what is for all follows it. */
const saidAloud: Page = {
  content: 'Said here, for all to read.',
  embeds: [],
  components: [],
  files: [],
  digest: '',
};

function userOf({ member, user }: Interaction): string {
  return (member?.user ?? user)?.id ?? '';
}
