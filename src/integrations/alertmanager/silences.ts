import type { AlertSource } from '../../core/ports/alert-source.ts';
import type { FiringFound, SilenceDone, SilenceWanted } from '../../core/ports/silences.ts';
import { problem, problemOf } from '../../core/problem.ts';
import type { AlertmanagerApi, Client } from './client.ts';
import type { PeerSilences } from './cluster.ts';
import { parseCreated, parseSilences } from './schema.ts';

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
const PATH = '/api/v2/silences';

/** A client gives up after its timeout; a proxy in between may hold the request as long again. */
const LANDS_WITHIN_TIMEOUTS = 3;

export function createSilences(
  { source, url, timeoutMs }: Pick<AlertmanagerApi, 'source' | 'url' | 'timeoutMs'>,
  client: Pick<Client, 'get' | 'send'>,
  current: AlertSource['current'],
): PeerSilences {
  const unreadable = (why: string) =>
    problem('ALERTMANAGER_UNREADABLE', { source, url: new URL(url).origin, why });
  return {
    source,
    landsWithinMs: timeoutMs * LANDS_WITHIN_TIMEOUTS,
    async look(silence) {
      try {
        const all = parseSilences((await client.get(PATH)).body);
        const ours = all.filter(({ comment }) => comment.includes(mark(silence)));
        return { ok: true, refs: ours.map(({ id, ends }) => ({ ref: id, ends })) };
      } catch (error) {
        const because = problemOf(error, unreadable('there is no list of silences'));
        return { ok: false, why: 'wait', problem: because };
      }
    },
    async firing(): Promise<FiringFound> {
      try {
        const alerts = await current();
        return { ok: true, alerts: alerts.filter(({ state }) => state === 'firing') };
      } catch (error) {
        const because = problemOf(error, unreadable('there is no list of alerts'));
        return { ok: false, why: 'wait', problem: because };
      }
    },
    async create(wanted): Promise<SilenceDone> {
      const sent = await client.send('POST', PATH, bodyOf(wanted));
      if (!sent.ok) return sent;
      const ref = parseCreated(sent.value);
      // It was taken, and what it is called is found by its comment.
      return ref === undefined
        ? { ok: false, why: 'unknown', problem: unreadable('there is no silenceID') }
        : { ok: true, ref };
    },
    async remove(ref) {
      const sent = await client.send('DELETE', `/api/v2/silence/${encodeURIComponent(ref)}`);
      if (sent.ok) return { ok: true, ref };
      return sent.status === 404 ? { ok: true, ref, isUnknown: true } : sent;
    },
  };
}

function bodyOf({ silence, matchers, startsAt, endsAt, createdBy, comment }: SilenceWanted) {
  return {
    matchers: Object.entries(matchers).map(([name, value]) => {
      return { name, value, isRegex: false, isEqual: true };
    }),
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    createdBy,
    comment: `${comment} ${mark(silence)}`,
  };
}

/** By which a silence of ours is known again. */
function mark(silence: string): string {
  return `[tocsin ${silence}]`;
}
