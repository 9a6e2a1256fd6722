import type { PageDeed } from '../../../src/core/incident/page-deeds.ts';
import type { PageWanted } from '../../../src/core/ports/pager.ts';
import { Secret } from '../../../src/core/secret.ts';
import { connect, type Integration } from '../../../src/integrations/pagerduty/index.ts';
import { T0 } from '../../core/given.ts';
import { type FakePagerduty, startFakePagerduty } from '../../fakes/pagerduty/index.ts';
import { type StillClock, stillClock } from '../../fakes/still-clock.ts';

export interface World {
  readonly there: FakePagerduty;
  readonly clock: StillClock;
  readonly integration: Integration;
  close(): Promise<void>;
}

/** Ana has an account there, ben has one, cem has none; the bot's own is PBOT. */
export async function world(
  more: { readonly timeoutMs?: number; readonly rest?: false } = {},
): Promise<World> {
  const clock = stillClock();
  const there = await startFakePagerduty({ now: clock.now });
  const accounts = new Map([
    ['ana', 'PANA'],
    ['ben', 'PBEN'],
  ]);
  const integration = connect(
    {
      source: 'pagerduty/main',
      eventsUrl: there.url,
      timeoutMs: more.timeoutMs ?? 2000,
      pages: new Map([
        ['payments', new Secret(there.routingKey)],
        ['wrong', new Secret('R0')],
      ]),
      ...(more.rest ?? {
        api: {
          url: there.url,
          token: new Secret(there.token),
          from: 'tocsin@example.com',
          services: [],
          teams: [],
        },
      }),
    },
    {
      clock,
      accountOf: (person) => accounts.get(person),
      personOf: (account) => [...accounts].find(([, id]) => id === account)?.[0],
    },
  );
  return {
    there,
    clock,
    integration,
    async close() {
      integration.close();
      await there.close();
    },
  };
}

export function wanted(does: PageDeed, more: Partial<PageWanted> = {}): PageWanted {
  return {
    deed: 'inc-0123456789ab/3',
    incident: {
      id: 'inc-0123456789ab',
      title: 'HighErrorRate',
      severity: 'critical',
      service: 'checkout',
      environment: 'production',
      source: 'alertmanager/main',
      since: T0,
      url: 'https://ops.example.com/incidents/inc-0123456789ab',
      labels: { alertname: 'HighErrorRate' },
    },
    page: 'Q1PAGE',
    via: 'payments',
    does,
    person: 'ana',
    begun: false,
    ...more,
  };
}
