import type { Found, Sought } from '../../../core/ports/surface.ts';
import { problem } from '../../../core/problem.ts';
import type { Channels } from './channels.ts';
import type { Client } from './client.ts';
import { codes, ensuredOf, isRefusedFor } from './failures.ts';
import { atOf, idAt, refOf } from './refs.ts';
import { lineMark, postMark } from './render.ts';
import { type Message, messages, someone } from './schema.ts';

/** A channel where more than this was said since is not read to its end. */
const pagesMax = 10;
const pageSize = 100;
/** Clocks differ. */
const skewMs = 10_000;

/** Looks for the posts of ours that carry a mark, oldest first. What others wrote counts for nothing. */
export function createSearch({
  client,
  channels,
}: {
  readonly client: Client;
  readonly channels: Channels;
}): (sought: Sought) => Promise<Found> {
  let me: string | undefined;

  async function search({ incident, key, place, root, since }: Sought): Promise<Found> {
    if (me === undefined) {
      const called = await client.call({ method: 'GET', path: '/users/@me' });
      if (!called.ok) return ensuredOf(called.failure, place);
      me = someone.parse(called.value).id;
    }
    const channel = root === '' ? await inChannel(place) : atOf(root).message;
    if (typeof channel !== 'string') return channel;
    const marks = { card: postMark(incident, key), line: lineMark(incident, key) };
    const refs: string[] = [];
    let after = idAt(since - skewMs);
    for (let page = 0; page < pagesMax; page += 1) {
      const called = await client.call({
        method: 'GET',
        path: `/channels/${channel}/messages`,
        query: { limit: String(pageSize), after },
      });
      if (!called.ok) {
        const isEmpty = root !== '' && isRefusedFor(called.failure, codes.unknownChannel);
        return isEmpty ? { ok: true, refs: [] } : ensuredOf(called.failure, place);
      }
      const read = messages.parse(called.value).toSorted((a, b) => byId(a.id, b.id));
      for (const message of read) {
        if (message.author.id === me && carries(message, marks)) {
          refs.push(refOf(channel, message.id));
        }
      }
      const last = read.at(-1);
      if (!last || read.length < pageSize) break;
      after = last.id;
    }
    return { ok: true, refs };
  }

  async function inChannel(place: string): Promise<string | Exclude<Found, { ok: true }>> {
    const located = await channels.find(place);
    if (!located.ok) return ensuredOf(located.failure, place);
    return (
      located.id ?? {
        ok: false,
        why: 'lost',
        problem: problem('DISCORD_CHANNEL_UNKNOWN', { place }),
      }
    );
  }

  return search;
}

function carries(
  { content, embeds }: Message,
  marks: { readonly card: string; readonly line: string },
): boolean {
  return (
    embeds.some(({ footer }) => footer?.text === marks.card) || content.endsWith(` · ${marks.line}`)
  );
}

function byId(a: string, b: string): number {
  return BigInt(a) < BigInt(b) ? -1 : 1;
}
