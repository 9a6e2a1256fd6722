import type { Ensured, Whisper } from '../../../core/ports/surface.ts';
import { problem } from '../../../core/problem.ts';
import type { Answer } from '../../../core/view/card.ts';
import { pageBody, pagesOf, pictureFiles } from './answers.ts';
import type { Client } from './client.ts';
import { codes, ensuredOf } from './failures.ts';
import type { DiscordOptions } from './options.ts';
import { refOf } from './refs.ts';
import { posted } from './schema.ts';
import type { Setting } from './spans.ts';
import { tried } from './tries.ts';

/** What is said to one person, where nobody else reads it: in the direct channel between them and the bot. */
export interface Whispers {
  send(whisper: Pick<Whisper, 'account' | 'answer'>): Promise<Ensured>;
}

export function createWhispers({
  client,
  options: { guild, clock, desk },
  setting,
}: {
  readonly client: Client;
  readonly options: Pick<DiscordOptions, 'guild' | 'clock' | 'desk'>;
  readonly setting: () => Setting;
}): Whispers {
  const directs = new Map<string, string>();
  /** Whoever takes none is not asked again at once: refusals are counted, and too many would have us banned. */
  const closed = new Map<string, number>();

  async function direct(user: string): Promise<Ensured> {
    const known = directs.get(user);
    if (known !== undefined) return { ok: true, ref: known };
    const body = { recipient_id: user };
    const open = () => client.call({ method: 'POST', path: '/users/@me/channels', body });
    const called = await tried(open, clock);
    if (!called.ok) return refusedWhisper(called.failure);
    const { id } = posted.parse(called.value);
    keep(directs, user, id);
    return { ok: true, ref: id };
  }

  function refusedWhisper(failure: Parameters<typeof ensuredOf>[0]): Ensured {
    const ensured = ensuredOf(failure, 'a direct message');
    if (failure.kind !== 'refused' || ensured.ok || ensured.why !== 'refused') return ensured;
    return closedTo(failure.code);
  }

  async function say(channel: string, answer: Answer): Promise<Ensured> {
    let ref = '';
    // Nothing to press: a direct message belongs to no guild, and what is pressed there is refused.
    const pictures = await pictureFiles(answer.picture, desk);
    for (const page of pagesOf(answer, setting(), pictures)) {
      const path = `/channels/${channel}/messages` as const;
      const { files } = page;
      const body = pageBody({ ...page, components: [] });
      const called = await tried(() => client.call({ method: 'POST', path, body, files }), clock);
      if (!called.ok) return refusedWhisper(called.failure);
      ref = refOf(channel, posted.parse(called.value).id);
    }
    return { ok: true, ref };
  }

  return {
    async send({ account, answer }) {
      const [where, user = ''] = account.split('/');
      if (where !== guild || !/^\d+$/.test(user)) {
        return closedTo(codes.cannotWriteToUser);
      }
      if ((closed.get(user) ?? 0) > clock.now()) return closedTo(codes.cannotWriteToUser);
      const opened = await direct(user);
      const said = opened.ok ? await say(opened.ref, answer) : opened;
      if (!said.ok && said.why === 'refused') keep(closed, user, clock.now() + closedMs);
      return said;
    },
  };
}

const closedMs = 10 * 60_000;
const peopleMax = 2_000;

function closedTo(code: number): Ensured {
  return { ok: false, why: 'refused', problem: problem('DISCORD_WHISPER_REFUSED', { code }) };
}

function keep<T>(all: Map<string, T>, user: string, value: T): void {
  all.set(user, value);
  const oldest = all.size > peopleMax ? all.keys().next().value : undefined;
  if (oldest !== undefined) all.delete(oldest);
}
