import type { Clock } from '../../clock.ts';
import type { Called, Client, Failure } from './client.ts';
import { type Channel, channels as channelsSchema } from './schema.ts';

/** The channels of the guild by the names that the configuration uses. */
export interface Channels {
  find(place: string): Promise<Located>;
  /** As far as is known without asking. */
  known(place: string): string | undefined;
  all(): Promise<Listed>;
  /** Something changed there: the next question asks anew. */
  forget(): void;
}

export type Located =
  | { readonly ok: true; readonly id: string | undefined }
  | { readonly ok: false; readonly failure: Failure };

export type Listed =
  | { readonly ok: true; readonly channels: readonly Channel[] }
  | { readonly ok: false; readonly failure: Failure };

/** A name that is not there is looked up again, but not at every turn of the loop. */
const missedMs = 30_000;
const keptMs = 10 * 60_000;
/** https://discord.com/developers/docs/resources/channel#channel-object-channel-types: text and announcements. */
const writable = [0, 5];

export function createChannels(client: Client, guild: string, clock: Clock): Channels {
  let kept: readonly Channel[] = [];
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<Listed> | undefined;

  async function ask(): Promise<Listed> {
    const called: Called = await client.call({ method: 'GET', path: `/guilds/${guild}/channels` });
    if (!called.ok) return called;
    const read = channelsSchema.safeParse(called.value);
    kept = read.success ? read.data : [];
    askedAt = clock.now();
    return { ok: true, channels: kept };
  }

  function all(): Promise<Listed> {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  function known(place: string): string | undefined {
    const name = place.replace(/^#/, '').toLowerCase();
    if (/^\d{15,20}$/.test(name)) return name;
    return kept.find((one) => writable.includes(one.type) && one.name?.toLowerCase() === name)?.id;
  }

  return {
    known,
    all,
    async find(place) {
      const id = known(place);
      const age = clock.now() - askedAt;
      if (/^#?\d{15,20}$/.test(place) || (id !== undefined && age < keptMs)) {
        return { ok: true, id };
      }
      if (id === undefined && age < missedMs) return { ok: true, id };
      const listed = await all();
      if (listed.ok) return { ok: true, id: known(place) };
      return id === undefined ? listed : { ok: true, id };
    },
    forget() {
      askedAt = Number.NEGATIVE_INFINITY;
    },
  };
}
