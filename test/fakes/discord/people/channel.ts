import { removeChannel, tellOfChannel } from '../channels.ts';
import type { Channel } from '../model.ts';
import { bitsOf, type PermissionName } from '../permissions.ts';
import { deleteThread, setArchived, settleArchive, tellOfThread, threadsOf } from '../threads.ts';
import type { World } from '../world.ts';
import { type FakeMessage, fakeMessage } from './message.ts';
import { transcriptOf } from './transcript.ts';

/** Anything with an id that an overwrite can name: a role, a person, the bot. */
export interface Named {
  readonly id: string;
}

/** A channel, a thread or a direct channel. */
export interface FakeChannel {
  readonly id: string;
  readonly name: string;
  readonly mention: string;
  readonly isThread: boolean;
  readonly archived: boolean;
  readonly locked: boolean;
  readonly exists: boolean;
  /** The guild's own, for `deny`. */
  readonly everyone: Named;
  /** Oldest first; those that only one person sees are left out unless he is named. */
  messages(seenBy?: Named): readonly FakeMessage[];
  /** The last one, or an error. */
  last(): FakeMessage;
  threads(): readonly FakeChannel[];
  members(): readonly string[];
  /** Everything in it and in its threads, as plain text. */
  transcript(seenBy?: Named): string;
  /** An admin changes who may do what here; what he said before about the same one is replaced. */
  allow(whom: Named, ...names: readonly PermissionName[]): void;
  deny(whom: Named, ...names: readonly PermissionName[]): void;
  archive(): void;
  unarchive(): void;
  lock(): void;
  unlock(): void;
  rename(name: string): void;
  delete(): void;
}

const behind = new WeakMap<FakeChannel, Channel>();

export function channelBehind(handle: FakeChannel): Channel {
  const channel = behind.get(handle);
  if (!channel) throw new Error('this channel is of another fake');
  return channel;
}

export function fakeChannel(world: World, channel: Channel): FakeChannel {
  function threadState(change: (thread: NonNullable<Channel['thread']>) => void): void {
    if (!channel.thread) throw new Error(`#${channel.name} is no thread`);
    change(channel.thread);
    tellOfThread(world, channel);
  }

  function overwrite(whom: Named, allow: bigint, deny: bigint): void {
    const type = channel.guild?.roles.has(whom.id) ? 0 : 1;
    const before = channel.overwrites.get(whom.id);
    channel.overwrites.set(whom.id, {
      id: whom.id,
      type,
      allow: ((before?.allow ?? 0n) | allow) & ~deny,
      deny: ((before?.deny ?? 0n) | deny) & ~allow,
    });
    tellOfChannel(world, 'CHANNEL_UPDATE', channel);
  }

  function messages(seenBy?: Named): readonly FakeMessage[] {
    return [...channel.messages.values()]
      .filter(({ onlyFor }) => onlyFor === undefined || onlyFor === seenBy?.id)
      .map((message) => fakeMessage(world, message));
  }

  const handle: FakeChannel = {
    id: channel.id,
    mention: `<#${channel.id}>`,
    isThread: channel.thread !== undefined,
    everyone: { id: channel.guild?.id ?? '' },
    get name() {
      return channel.name;
    },
    get archived() {
      settleArchive(world, channel);
      return channel.thread?.archived ?? false;
    },
    get locked() {
      return channel.thread?.locked ?? false;
    },
    get exists() {
      return world.channels.has(channel.id);
    },
    messages,
    last() {
      const last = messages().at(-1);
      if (!last) throw new Error(`#${channel.name} is empty`);
      return last;
    },
    threads: () => threadsOf(world, channel).map((thread) => fakeChannel(world, thread)),
    members: () => [...(channel.thread?.members.keys() ?? [])],
    transcript: (seenBy) => transcriptOf(world, channel, seenBy?.id),
    allow: (whom, ...names) => overwrite(whom, bitsOf(names), 0n),
    deny: (whom, ...names) => overwrite(whom, 0n, bitsOf(names)),
    archive: () => setArchived(world, channel, true),
    unarchive: () => setArchived(world, channel, false),
    lock: () =>
      threadState((thread) => {
        thread.locked = true;
      }),
    unlock: () =>
      threadState((thread) => {
        thread.locked = false;
      }),
    rename(name) {
      channel.name = name;
      if (channel.thread) tellOfThread(world, channel);
      else tellOfChannel(world, 'CHANNEL_UPDATE', channel);
    },
    delete() {
      if (channel.thread) deleteThread(world, channel);
      else removeChannel(world, channel);
    },
  };
  behind.set(handle, channel);
  return handle;
}
