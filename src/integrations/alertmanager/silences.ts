import { type Matcher, sameMatchers, shown } from '../../core/alert/matcher.ts';
import type { SourceAlert } from '../../core/ports/alert-source.ts';
import type { SilenceDone, SilenceWanted } from '../../core/ports/silences.ts';
import { problem, problemOf } from '../../core/problem.ts';
import type { AlertmanagerApi, Client } from './client.ts';
import type { PeerSilences } from './cluster.ts';
import { mark, unmarked } from './mark.ts';
import { parseCreated, parseSilences } from './schema.ts';

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
const PATH = '/api/v2/silences';

/** A client gives up after its timeout; a proxy in between may hold the request as long again. */
const LANDS_WITHIN_TIMEOUTS = 3;

export function createSilences(
  { source, url, timeoutMs }: Pick<AlertmanagerApi, 'source' | 'url' | 'timeoutMs'>,
  client: Pick<Client, 'get' | 'send'>,
  matching: (query: string) => Promise<readonly SourceAlert[]>,
): PeerSilences {
  const unreadable = (why: string) =>
    problem('ALERTMANAGER_UNREADABLE', { source, url: new URL(url).origin, why });
  return {
    source,
    landsWithinMs: timeoutMs * LANDS_WITHIN_TIMEOUTS,
    async list() {
      try {
        return { ok: true, all: parseSilences((await client.get(PATH)).body) };
      } catch (error) {
        const because = problemOf(error, unreadable('there is no list of silences'));
        return { ok: false, why: 'wait', problem: because };
      }
    },
    async matching(matchers) {
      try {
        return { ok: true, alerts: await matching(filterOf(matchers)) };
      } catch (error) {
        const because = problemOf(error, unreadable('there is no list of alerts'));
        return { ok: false, why: 'wait', problem: because };
      }
    },
    async create(wanted): Promise<SilenceDone & { readonly isUnknown?: boolean }> {
      const sent = await client.send('POST', PATH, bodyOf(wanted));
      if (!sent.ok) return sent.status === 404 ? { ...sent, isUnknown: true } : sent;
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

/** Each condition is a value of its own, written as Alertmanager reads it: no label can add another one. */
function filterOf(matchers: readonly Matcher[]): string {
  return matchers.map((matcher) => `&filter=${encodeURIComponent(shown(matcher))}`).join('');
}

/** A change keeps the start, and the order of what it matches: otherwise it is another silence there. */
function bodyOf({ silence, matchers, changes, startsAt, endsAt, ...said }: SilenceWanted) {
  const { createdBy, comment } = said;
  const listed = changes && sameMatchers(changes.matchers, matchers) ? changes.matchers : matchers;
  return {
    ...(changes && { id: changes.ref }),
    matchers: listed.map(({ name, op, value }) => {
      return { name, value, isRegex: op.endsWith('~'), isEqual: !op.startsWith('!') };
    }),
    startsAt: changes?.startsAt || new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    createdBy,
    comment: `${unmarked(comment)} ${mark(silence)}`,
  };
}
