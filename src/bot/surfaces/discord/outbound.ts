import { createHash } from 'node:crypto';
import type { Ensured, EntryPost, RootPost, Surface } from '../../../core/ports/surface.ts';
import { problem } from '../../../core/problem.ts';
import type { Card } from '../../../core/view/card.ts';
import { described, pictureFiles } from './answers.ts';
import { budgetOf } from './budget.ts';
import type { Channels } from './channels.ts';
import type { Called, Client, OutgoingFile } from './client.ts';
import { codes, ensuredOf, isRefusedFor } from './failures.ts';
import { limits } from './limits.ts';
import { createMemory, type Memory } from './memory.ts';
import type { DiscordOptions } from './options.ts';
import { atOf, madeAt, refOf } from './refs.ts';
import { type Rendered, renderCard, renderLine, threadName } from './render.ts';
import { posted } from './schema.ts';
import { createSearch } from './search.ts';
import type { Setting } from './spans.ts';
import type { Whispers } from './whispers.ts';

export interface OutboundParts {
  readonly options: DiscordOptions;
  readonly client: Client;
  readonly channels: Channels;
  readonly whispers: Whispers;
  readonly settingOf: (thread: string, first: boolean) => Setting;
}

/** Posts and edits, one call at a time, as the threads loop says. */
export function createSurface(parts: OutboundParts): Omit<Surface, 'close'> {
  const { options, client, channels, whispers, settingOf } = parts;
  const { name, clock } = options;
  const memory = createMemory();
  const search = createSearch({ client, channels });

  async function ensureRoot(post: RootPost): Promise<Ensured> {
    const { incident, place, card, ref } = post;
    if (ref !== undefined) {
      const edited = await editCard(post, ref);
      if (edited.ok) await ensureThread(post, ref);
      return edited;
    }
    const located = await channels.find(place);
    if (!located.ok) return ensuredOf(located.failure, place);
    if (located.id === undefined) {
      return { ok: false, why: 'lost', problem: problem('DISCORD_CHANNEL_UNKNOWN', { place }) };
    }
    const made = await create(located.id, place, {
      rendered: renderCard(card, settingOf(incident, true)),
      nonce: nonceOf({ name, memory, incident, key: 'root', at: located.id }),
    });
    if (!made.ok) return made;
    memory.showed(incident, made.ref, stateOf(card));
    await ensureThread(post, made.ref);
    return made;
  }

  /** A card's thread is there from the start, so that one can type in it. It is made again with the first entry. */
  async function ensureThread({ incident, card }: RootPost, ref: string): Promise<void> {
    if (isStorm(incident) || memory.hasThread(ref)) return;
    await startThread(ref, threadName(card, settingOf(incident, false)));
  }

  async function startThread(ref: string, threadTitle: string): Promise<Called> {
    const { channel, message } = atOf(ref);
    const called = await client.call({
      method: 'POST',
      path: `/channels/${channel}/messages/${message}/threads`,
      body: { name: threadTitle, auto_archive_duration: archiveMinutes },
    });
    const isThere = called.ok || isRefusedFor(called.failure, codes.threadExists);
    if (isThere) memory.threaded(ref);
    return isThere ? { ok: true, value: undefined } : called;
  }

  async function ensureEntry(post: EntryPost): Promise<Ensured> {
    const { incident, place, root, entry, ref } = post;
    if (ref !== undefined) {
      if (entry.kind === 'card') return editCard({ incident, place, card: entry.card }, ref);
      return edit(ref, place, renderLine(entry, settingOf(incident, false)));
    }
    // The thread of a message bears its id.
    const thread = atOf(root).message;
    const rendered =
      entry.kind === 'card'
        ? renderCard({ ...entry.card, key: entry.key }, settingOf(incident, true))
        : renderLine(entry, settingOf(incident, true));
    const nonce = nonceOf({ name, memory, incident, key: entry.key, at: thread });
    const picture = entry.kind === 'line' ? entry.picture : undefined;
    const files = await pictureFiles(picture, options.desk);
    const message = { rendered, nonce, files };
    let made = await create(thread, place, message);
    if (!made.ok && made.why === 'lost' && made.problem.code === 'DISCORD_CHANNEL_UNKNOWN') {
      memory.unthreaded(root);
      const started = await startThread(root, nameOfEntry(post));
      if (!started.ok) {
        return isRefusedFor(started.failure, codes.unknownChannel)
          ? goneWithThread(incident, root)
          : ensuredOf(started.failure, place);
      }
      made = await create(thread, place, message);
    }
    if (made.ok && entry.kind === 'card') memory.showed(incident, made.ref, stateOf(entry.card));
    const isGone =
      !made.ok && made.why === 'lost' && made.problem.code === 'DISCORD_CHANNEL_UNKNOWN';
    return isGone ? goneWithThread(incident, root) : made;
  }

  /** A root below which nothing can be written is no good: it goes, so that the one made in its place stands alone. */
  async function goneWithThread(incident: string, root: string): Promise<Ensured> {
    memory.again(incident, 'root');
    await remove(root);
    return { ok: false, why: 'gone' };
  }

  function nameOfEntry({ incident, entry }: EntryPost): string {
    const titled = entry.kind === 'card' ? entry.card : undefined;
    return titled ? threadName(titled, settingOf(incident, false)) : incident;
  }

  async function editCard(
    { incident, place, card }: Pick<RootPost, 'incident' | 'place' | 'card'>,
    ref: string,
  ): Promise<Ensured> {
    const state = stateOf(card);
    // Edits of old messages are counted: they are kept for what a reader acts on.
    const isLate = clock.now() - madeAt(ref) > limits.lateEditMs;
    if (isLate && memory.lastShown(ref) === state) return { ok: true, ref };
    const edited = await edit(ref, place, renderCard(card, settingOf(incident, false)));
    if (edited.ok) memory.showed(incident, ref, state);
    else if (edited.why === 'gone' || edited.why === 'worn') memory.again(incident, card.key);
    return edited;
  }

  async function create(
    channel: string,
    place: string,
    { rendered, nonce, files = [] }: NewMessage,
  ): Promise<Ensured> {
    const called = await client.call({
      method: 'POST',
      path: `/channels/${channel}/messages`,
      body: {
        content: rendered.content,
        embeds: rendered.embeds,
        components: rendered.components,
        // Whoever is named here and nobody else, whatever the text says.
        allowed_mentions: {
          parse: [],
          ...(rendered.pings.length > 0 ? { users: rendered.pings } : {}),
        },
        nonce,
        enforce_nonce: true,
        ...described(files),
      },
      files,
    });
    if (!called.ok) return ensuredOf(called.failure, place);
    const message = posted.safeParse(called.value);
    return message.success
      ? { ok: true, ref: refOf(channel, message.data.id) }
      : ensuredOf({ kind: 'unanswered', error: 'an answer of another shape' }, place);
  }

  /** An archived thread is opened first: nothing in it can be changed before. */
  async function edit(ref: string, place: string, rendered: Rendered): Promise<Ensured> {
    const { channel, message } = atOf(ref);
    const { content, embeds, components } = rendered;
    // An edited text is parsed anew, with all mentions allowed unless this is said.
    const body = { content, embeds, components, allowed_mentions: { parse: [] } };
    const change = () =>
      client.call({ method: 'PATCH', path: `/channels/${channel}/messages/${message}`, body });
    const called = await opened(channel, change);
    if (called.ok) return { ok: true, ref };
    const ensured = ensuredOf(called.failure, place);
    // Its thread was deleted, and it with it.
    const isGone = isRefusedFor(called.failure, codes.unknownChannel);
    return isGone ? { ok: false, why: 'gone' } : ensured;
  }

  async function opened(channel: string, change: () => Promise<Called>): Promise<Called> {
    const called = await change();
    if (called.ok || !isRefusedFor(called.failure, codes.archived)) return called;
    const open = { archived: false };
    const unarchived = await client.call({
      method: 'PATCH',
      path: `/channels/${channel}`,
      body: open,
    });
    return unarchived.ok ? change() : unarchived;
  }

  async function remove(ref: string): Promise<Ensured> {
    const { channel, message } = atOf(ref);
    const path = `/channels/${channel}/messages/${message}` as const;
    const called = await opened(channel, () => client.call({ method: 'DELETE', path }));
    if (!called.ok && !isRefusedFor(called.failure, codes.unknownMessage)) {
      return ensuredOf(called.failure, channel);
    }
    // Its thread stays behind otherwise; without the right to manage threads it does.
    if (memory.hasThread(ref))
      await client.call({ method: 'DELETE', path: `/channels/${message}` });
    return { ok: true, ref };
  }

  return {
    name,
    remembers: true,
    budget: budgetOf(client.account, channels.known),
    forget: memory.forget,
    ensureRoot,
    ensureEntry,
    find: (sought) => search(sought),
    remove,
    whisper: (whisper) => whispers.send(whisper),
  };
}

interface NewMessage {
  readonly rendered: Rendered;
  readonly nonce: string;
  readonly files?: readonly OutgoingFile[];
}

/** A week: longer than an incident lives, and a thread opens itself when something is said in it. */
const archiveMinutes = 10_080;

/** A card for many incidents: nothing is typed below it. */
function isStorm(thread: string): boolean {
  return /^storm/.test(thread);
}

/** What a reader acts on: everything else of an old card may wait. */
function stateOf({ mark, tone, title, actions, menu }: Card): string {
  const presses = actions.map(({ label, press }) => ({ label, press }));
  return createHash('sha256')
    .update(JSON.stringify([mark, tone, title, presses, menu?.options ?? []]))
    .digest('base64url');
}

/** The same post twice within some minutes is one message: https://discord.com/developers/docs/resources/message#create-message */
function nonceOf({
  name,
  memory,
  incident,
  key,
  at,
}: {
  readonly name: string;
  readonly memory: Memory;
  readonly incident: string;
  readonly key: string;
  readonly at: string;
}): string {
  const attempt = memory.attempt(incident, key);
  return createHash('sha256')
    .update(JSON.stringify([name, incident, key, at, attempt]))
    .digest('base64url')
    .slice(0, limits.nonce);
}
