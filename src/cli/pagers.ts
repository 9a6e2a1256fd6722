import { systemClock } from '../bot/clock.ts';
import type { ServedDirectory } from '../bot/rosters.ts';
import type { Config, PagerdutyConfig } from '../config.ts';
import { isAccountOf, type Person } from '../core/person.ts';
import type { Changes } from '../core/ports/changes.ts';
import type { Directory } from '../core/ports/directory.ts';
import type { OnCalls, Pager } from '../core/ports/pager.ts';
import type { Finding } from '../core/ports/target.ts';
import type { ProblemBook } from '../core/problem.ts';
import type { Resting } from './resting.ts';

export interface ConnectedPagers {
  readonly pagers: readonly Pager[];
  readonly onCalls: readonly OnCalls[];
  readonly changes: readonly Changes[];
  /** Groups that are kept there. */
  readonly directories: readonly ServedDirectory[];
  readonly books: readonly ProblemBook[];
  /** Whether each is asked at the moment. */
  resting(): readonly Resting[];
  doctor(): Promise<readonly (Finding & { readonly about: string })[]>;
  close(): void;
}

const apis = { us: 'https://api.pagerduty.com', eu: 'https://api.eu.pagerduty.com' };
const events = { us: 'https://events.pagerduty.com', eu: 'https://events.eu.pagerduty.com' };
const eventsTimeoutMs = 10_000;

/** Pagers that can be asked or told. One that only sends webhooks is heard, and nothing is loaded for it. */
export async function connectPagers(
  { sources }: Pick<Config, 'sources'>,
  people: readonly Person[],
): Promise<ConnectedPagers> {
  const told = sources.pagerduty.filter(({ api, pages }) => api || pages.size > 0);
  if (told.length === 0) {
    const none = {
      pagers: [],
      onCalls: [],
      changes: [],
      directories: [],
      books: [],
      resting: () => [],
    };
    return { ...none, doctor: async () => [], close: () => undefined };
  }
  const { connect, directoryKinds, problems } = await import('../integrations/pagerduty/index.ts');
  const connected = told.map((config) =>
    connect(accountOf(config), { clock: systemClock, ...known(people, config) }),
  );
  return {
    pagers: connected.map(({ pager }) => pager),
    changes: connected.map(({ changes }) => changes),
    onCalls: connected.flatMap(({ onCalls }) => onCalls ?? []),
    directories: served(
      connected.flatMap(({ directory }) => directory ?? []),
      directoryKinds,
    ),
    books: [problems],
    resting: () =>
      connected.flatMap(({ pager: { name }, breakers }) =>
        breakers().map(({ of, state }) => {
          const rests = state !== 'closed';
          if (of === 'api') return { system: name, rests };
          const peer = { of: name, host: of, state: rests ? ('down' as const) : ('ok' as const) };
          return { system: `${name} ${of}`, rests, peer };
        }),
      ),
    async doctor() {
      const found = await Promise.all(
        connected.map(async ({ pager, doctor }) =>
          (await doctor()).map((finding) => ({ about: pager.name, ...finding })),
        ),
      );
      return found.flat();
    },
    close() {
      for (const each of connected) each.close();
    },
  };
}

/** A schedule is of one account, and its id names no other: all of them are asked, and all must answer. */
function served(
  directories: readonly Directory[],
  kinds: readonly string[],
): readonly ServedDirectory[] {
  if (directories.length === 0) return [];
  return [
    {
      name: 'pagerduty',
      lists: true,
      serves: ({ kind }) => kinds.includes(kind),
      async members(query, about) {
        const rosters = await Promise.all(directories.map((each) => each.members(query, about)));
        return {
          accounts: rosters.flatMap(({ accounts }) => accounts),
          at: Math.min(...rosters.map(({ at }) => at)),
        };
      },
    },
  ];
}

function accountOf({ name, region, eventsUrl, pages, api }: PagerdutyConfig) {
  return {
    source: `pagerduty/${name}`,
    eventsUrl: eventsUrl ?? events[region],
    timeoutMs: api?.timeoutMs ?? eventsTimeoutMs,
    pages,
    ...(api && { api: { ...api, url: api.url ?? apis[region] } }),
  };
}

function known(people: readonly Person[], { name }: PagerdutyConfig) {
  const surface = `pagerduty/${name}`;
  return {
    personOf: (account: string) =>
      people.find((person) => isAccountOf(person, surface, account))?.id,
    accountOf: (person: string) =>
      people.find(({ id }) => id === person)?.accounts['pagerduty']?.[0],
  };
}
