import type { Clock } from '../../clock.ts';
import type { Called, Client, Failure } from './client.ts';
import { channelListSchema, channelSchema } from './schema.ts';

/** The configuration says `#ops`; Slack wants `C01`. */
export interface Channels {
  /** The id; undefined when there is no such channel that the bot can see. */
  idOf(place: string): Promise<Called<string | undefined>>;
  /** What is known of it already, without asking. */
  known(place: string): string | undefined;
  /** The id did not work: next time it is looked up anew. */
  forget(place: string): void;
  /** Whether people of other organisations read along. Undefined when Slack did not say. */
  isShared(id: string): Promise<boolean | undefined>;
}

/** Public and private ones, a thousand a page; more than thirty pages of channels nobody has. */
const pagesMax = 30;
const pageSize = 1_000;
/** A name that was not there is asked for again after a while: the channel may have been made since. */
const missingMs = 60_000;
/** A channel becomes shared seldom, and then somebody has to accept it. */
const sharedMs = 60_000;

export function createChannels(client: () => Promise<Client>, clock: Clock): Channels {
  const ids = new Map<string, string>();
  const missing = new Map<string, number>();
  const shared = new Map<string, { readonly is: boolean; readonly at: number }>();
  let listing: Promise<Called<true>> | undefined;

  /** Private channels are seen where the bot has the scope for them; a team without any may leave it out. */
  async function list(wanted: string): Promise<Called<true>> {
    const all = await listOf('public_channel,private_channel', wanted);
    const lacksScope =
      !all.ok && all.failure.kind === 'refused' && all.failure.error === 'missing_scope';
    return lacksScope ? listOf('public_channel', wanted) : all;
  }

  async function listOf(types: string, wanted: string): Promise<Called<true>> {
    const { call } = await client();
    let cursor = '';
    for (let page = 0; page < pagesMax; page += 1) {
      const args = {
        types,
        exclude_archived: true,
        limit: pageSize,
        ...(cursor === '' ? {} : { cursor }),
      };
      const called = await call('conversations.list', args, channelListSchema);
      if (!called.ok) return called;
      for (const { id, name } of called.value.channels) ids.set(name, id);
      cursor = called.value.response_metadata.next_cursor;
      if (cursor === '' || ids.has(wanted)) break;
    }
    return { ok: true, value: true, scopes: [] };
  }

  async function idOf(place: string): Promise<Called<string | undefined>> {
    const found = known(place);
    if (found !== undefined) return done(found);
    const name = nameOf(place);
    if ((missing.get(name) ?? -Infinity) > clock.now() - missingMs) {
      return done(undefined);
    }
    listing ??= list(name).finally(() => {
      listing = undefined;
    });
    const listed = await listing;
    if (!listed.ok) return listed;
    if (!ids.has(name)) missing.set(name, clock.now());
    return done(ids.get(name));
  }

  function known(place: string): string | undefined {
    return isId(place) ? place : ids.get(nameOf(place));
  }

  return {
    idOf,
    known,
    forget: (place) => ids.delete(nameOf(place)),
    async isShared(id) {
      const last = shared.get(id);
      if (last && last.at > clock.now() - sharedMs) return last.is;
      const { call } = await client();
      const called = await call('conversations.info', { channel: id }, channelSchema);
      if (!called.ok) return undefined;
      const { channel } = called.value;
      const is = channel.is_shared || channel.is_ext_shared || channel.is_org_shared;
      if (shared.size > 1_000) shared.clear();
      shared.set(id, { is, at: clock.now() });
      return is;
    },
  };
}

/** `C01ABCDEF`, or a conversation with one person. A channel's name has no capitals. */
export function isId(place: string): boolean {
  return /^[CGDU][A-Z0-9]{2,}$/.test(place);
}

export function channelGone(failure: Failure): boolean {
  return failure.kind === 'refused' && failure.error === 'channel_not_found';
}

function nameOf(place: string): string {
  return place.replace(/^#/, '');
}

function done<T>(value: T): Called<T> {
  return { ok: true, value, scopes: [] };
}
