import type { Breaker } from '../../core/breaker.ts';
import type { Changes } from '../../core/ports/changes.ts';
import type { Directory } from '../../core/ports/directory.ts';
import type { OnCalls, Pager } from '../../core/ports/pager.ts';
import type { Finding } from '../../core/ports/target.ts';
import { ProblemError } from '../../core/problem.ts';
import type { Secret } from '../../core/secret.ts';
import { type Clock, createClient } from './client.ts';
import { createPerform } from './deeds.ts';
import { createDirectory } from './directory.ts';
import { createEvents } from './events.ts';
import { createProbe } from './probe.ts';
import { createReader, type Reader } from './reader.ts';
import type { Reference } from './schema.ts';
import { createUsers } from './users.ts';

export { directoryKinds } from './directory.ts';
export { problems } from './problems.ts';

/** One account of PagerDuty, as the configuration has it. */
export interface PagerdutyAccount {
  /** `pagerduty/main`. */
  readonly source: string;
  readonly eventsUrl: string;
  readonly timeoutMs: number;
  /** Integration keys by name. */
  readonly pages: ReadonlyMap<string, Secret>;
  /** Absent where pages are only heard and triggered. */
  readonly api?: {
    readonly url: string;
    readonly token: Secret;
    readonly from: string;
    readonly services: readonly string[];
    readonly teams: readonly string[];
  };
}

export interface PagerdutyDeps {
  readonly clock: Clock;
  /** Whose account there it is. */
  readonly personOf: (account: string) => string | undefined;
  readonly accountOf: (person: string) => string | undefined;
}

export interface Integration {
  /** Held by the loop of the pager alone. */
  readonly pager: Pager;
  /** Held by the loop of changes alone. */
  readonly changes: Changes;
  /** Absent without an API. */
  readonly onCalls?: OnCalls;
  readonly directory?: Directory;
  /** Whether each of its two APIs is asked at the moment. */
  breakers(): readonly { readonly of: 'api' | 'events'; readonly state: State }[];
  /** What `tocsin doctor` says of it; changes nothing. */
  doctor(): Promise<readonly Finding[]>;
  close(): void;
}

type State = ReturnType<Breaker['state']>;

/** One thing that was looked at: well, or the problem with it. */
/** A client gives up after its timeout; a proxy in between may hold the request as long again. */
const LANDS_WITHIN_TIMEOUTS = 3;

/** Nothing is loaded or connected before the first question. */
export function connect(account: PagerdutyAccount, deps: PagerdutyDeps): Integration {
  const { source, api, timeoutMs } = account;
  const { clock } = deps;
  const events = createEvents(account, clock);
  const rest = api && connectRest({ ...account, api }, deps);
  return {
    pager: {
      name: source,
      landsWithinMs: timeoutMs * LANDS_WITHIN_TIMEOUTS,
      open: async () => (await rest?.reader.open()) ?? [],
      find: async (page) => rest?.reader.find(page),
      probe: createProbe(source, rest?.reader),
      perform: createPerform({ source, rest, events }),
    },
    changes: { name: source, change: events.change },
    ...(rest && {
      onCalls: {
        name: source,
        onCalls: () => rest.reader.onCalls(fromNow(clock.now())),
        changesBefore: rest.reader.changesBefore,
      },
      directory: createDirectory(rest.reader, clock),
    }),
    breakers: () => [
      ...(rest ? [{ of: 'api' as const, state: rest.client.breaker.state() }] : []),
      { of: 'events', state: events.breaker.state() },
    ],
    doctor: async () => (rest ? examine(rest.reader) : []),
    close: () => rest?.client.close(),
  };
}

/** Now and the shift after it, for as long as shifts usually last. */
function fromNow(now: number) {
  const until = new Date(now + NEXT_WITHIN_MS).toISOString();
  return { since: new Date(now).toISOString(), until };
}

const NEXT_WITHIN_MS = 8 * 24 * 3_600_000;

function connectRest(
  account: PagerdutyAccount & { readonly api: NonNullable<PagerdutyAccount['api']> },
  { clock, personOf, accountOf }: PagerdutyDeps,
) {
  const { source, api } = account;
  const client = createClient({ ...account, ...api }, clock);
  const who = ({ id, summary }: Reference) =>
    personOf(id) ?? (summary === '' ? `(${id})` : `${summary} (${id})`);
  const { services, teams, from } = api;
  const reader = createReader(client, clock, { source, who, services, teams });
  return { client, reader, users: createUsers(client, clock, { source, from, accountOf }) };
}

async function examine(reader: Reader): Promise<readonly Finding[]> {
  try {
    const open = await reader.open();
    return [{ check: 'api', facts: { pages: open.length } }];
  } catch (error) {
    if (error instanceof ProblemError) return [{ check: 'api', facts: {}, problem: error.problem }];
    throw error;
  }
}
