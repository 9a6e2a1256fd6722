import type { Ensured, Whisper } from '../../../core/ports/surface.ts';
import { problem } from '../../../core/problem.ts';
import type { Answer } from '../../../core/view/card.ts';
import type { Client } from './client.ts';
import { codes, ensuredOf } from './failures.ts';
import type { DiscordOptions } from './options.ts';
import { refOf } from './refs.ts';
import { renderPages } from './render.ts';
import { posted } from './schema.ts';
import type { Setting } from './spans.ts';

/** What is said to one person, where nobody else reads it: in the direct channel between them and the bot. */
export interface Whispers {
  send(whisper: Pick<Whisper, 'account' | 'answer'>): Promise<Ensured>;
}

export function createWhispers({
  client,
  options: { guild },
  setting,
}: {
  readonly client: Client;
  readonly options: Pick<DiscordOptions, 'guild'>;
  readonly setting: () => Setting;
}): Whispers {
  const directs = new Map<string, string>();

  async function direct(user: string): Promise<Ensured> {
    const known = directs.get(user);
    if (known !== undefined) return { ok: true, ref: known };
    const called = await client.call({
      method: 'POST',
      path: '/users/@me/channels',
      body: { recipient_id: user },
    });
    if (!called.ok) return refusedWhisper(called.failure);
    const { id } = posted.parse(called.value);
    directs.set(user, id);
    return { ok: true, ref: id };
  }

  function refusedWhisper(failure: Parameters<typeof ensuredOf>[0]): Ensured {
    const ensured = ensuredOf(failure, 'a direct message');
    if (failure.kind !== 'refused' || ensured.ok || ensured.why !== 'refused') return ensured;
    const { code } = failure;
    return { ok: false, why: 'refused', problem: problem('DISCORD_WHISPER_REFUSED', { code }) };
  }

  async function say(channel: string, answer: Answer): Promise<Ensured> {
    let ref = '';
    // Nothing to press: a direct message belongs to no guild, and what is pressed there is refused.
    for (const { content, embeds } of renderPages(answer.card, setting())) {
      const called = await client.call({
        method: 'POST',
        path: `/channels/${channel}/messages`,
        body: { content, embeds, allowed_mentions: { parse: [] } },
      });
      if (!called.ok) return refusedWhisper(called.failure);
      ref = refOf(channel, posted.parse(called.value).id);
    }
    return { ok: true, ref };
  }

  return {
    async send({ account, answer }) {
      const [where, user = ''] = account.split('/');
      if (where !== guild || !/^\d+$/.test(user)) {
        const code = codes.cannotWriteToUser;
        return { ok: false, why: 'refused', problem: problem('DISCORD_WHISPER_REFUSED', { code }) };
      }
      const opened = await direct(user);
      return opened.ok ? say(opened.ref, answer) : opened;
    },
  };
}
