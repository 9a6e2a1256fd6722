import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/bot/engine.ts';
import { createEnricher } from '../../../src/bot/enricher.ts';
import { createEnrichmentLoop } from '../../../src/bot/loops/enrichment.ts';
import { exportReadings, importReadings } from '../../../src/bot/readings-snapshot.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import type { Severity } from '../../../src/core/alert/severity.ts';
import type { Members } from '../../../src/core/incident/privacy.ts';
import type { WorkloadReader, WorkloadStatus } from '../../../src/core/ports/workload.ts';
import { type Problem, problem } from '../../../src/core/problem.ts';
import { knownCard } from '../../../src/core/view/known-card.ts';
import { cardText } from '../../../src/core/view/text.ts';
import {
  ana,
  firing,
  incidentOf,
  labels,
  MINUTE,
  stopped,
} from '../../core/incident/given-incident.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';
import { stillClock } from '../../fakes/still-clock.ts';

const source = 'alertmanager/main';
const HOUR = 60 * MINUTE;
const down = problem('K8S_UNREACHABLE', { target: 'kubernetes/eu-1' });

describe('a new incident', () => {
  it('tells what was rolled out, what does not run and what it printed, who is on call and where to look', async () => {
    const { fires, clock, card } = await world();
    const id = await fires('Slow');
    await clock.passes(2_000);
    expect(card(id)).toBe('');
    await clock.passes(2_000);
    expect(card(id)).toContain('KNOWN · revision 7, checkout 1.8.2 → 1.9.0 7 min before it began');
    expect(card(id)).toContain('(ship the new basket)');
    expect(card(id)).toContain('Not running well; 3 of 4 instances are ready');
    expect(card(id)).toContain('`checkout-7f` CrashLoopBackOff · 6 restarts · ended with Error');
    expect(card(id)).toMatch(/printed last\n +password=‹hidden›\n +panic: no basket/);
    expect(card(id)).toContain('This alert is new here');
    expect(card(id)).toMatch(/on call +Ben/);
    expect(card(id)).toMatch(/look at +dashboard <https:\/\/grafana.example\/d\/shop>/);
  });

  it('asks each once, whatever happens to it and however often we start', async () => {
    const { fires, clock, asked, restarts } = await world();
    await fires('Slow');
    await clock.passes(5_000);
    await fires('Slow', { fingerprint: 'b' });
    restarts();
    await clock.passes(9 * MINUTE);
    expect(asked).toEqual(['history', 'status', 'logs']);
  });

  it('of no service of the catalog is told what the record alone knows', async () => {
    const { fires, clock, card, asked } = await world();
    const id = await fires('Slow', { app: 'nobody' });
    await clock.passes(5_000);
    expect([asked, card(id).includes('This alert is new here')]).toEqual([[], true]);
    expect(card(id)).not.toContain('on call');
  });

  it('says of a part that could not be had why, and the others stand', async () => {
    const { fires, clock, card, fails } = await world();
    fails(down);
    const id = await fires('Slow');
    await clock.passes(5_000);
    expect(card(id)).toContain('Not known, rollouts: ');
    expect(card(id)).toContain('Not known, instances: ');
    expect(card(id)).toContain('K8S_UNREACHABLE');
    expect(card(id)).toContain('Ben');
  });

  it('does not wait for a cluster that never answers', async () => {
    const { fires, clock, card, hangs } = await world();
    hangs();
    const id = await fires('Slow');
    await clock.passes(5_000);
    expect(card(id)).toContain('Ben');
    await clock.passes(21_000);
    expect(card(id)).toContain('ENRICHMENT_TOO_SLOW');
  });
});

describe('the same alert of before', () => {
  it('is told with how it ended, from the record', async () => {
    const { fires, stops, resolves, clock, card } = await world();
    await fires('Slow');
    await clock.passes(18 * MINUTE);
    await stops('Slow');
    await clock.passes(24 * HOUR);
    await resolves(await fires('Slow'), 'restarted the gateway');
    await stops('Slow');
    await clock.passes(24 * HOUR);
    const third = await fires('Slow');
    await clock.passes(5_000);
    expect(card(third)).toContain('The same alert before');
    expect(card(third)).toContain('for 18 min: it went away by itself');
    expect(card(third)).toContain('Ana resolved it: restarted the gateway');
  });

  it('is found after a start from a snapshot', async () => {
    const { fires, stops, clock, card, restarts } = await world();
    await fires('Slow');
    await stops('Slow');
    restarts();
    await clock.passes(HOUR);
    const second = await fires('Slow');
    await clock.passes(5_000);
    expect(card(second)).toContain('it went away by itself');
  });

  it('is another one where the service, the environment or the alert is', async () => {
    const { fires, stops, clock, card } = await world();
    await fires('Slow');
    await stops('Slow');
    await clock.passes(HOUR);
    const [other, elsewhere] = [await fires('Down'), await fires('Slow', { app: 'nobody' })];
    await clock.passes(8_000);
    for (const id of [other, elsewhere]) expect(card(id)).toContain('This alert is new here');
  });

  it('is told to nobody where it was private', async () => {
    const { fires, stops, clock, card } = await world();
    await fires('Slow', { members: { people: ['ana'], groups: [] } });
    await stops('Slow', { members: { people: ['ana'], groups: [] } });
    await clock.passes(HOUR);
    const second = await fires('Slow');
    await clock.passes(5_000);
    expect(card(second)).toContain('This alert is new here');
  });
});

describe('many at once', () => {
  it('are looked into worst first, a dozen in a minute, and what is old is let go', async () => {
    const { fires, clock, card, waiting, asked } = await world();
    const ids: string[] = [];
    for (let at = 0; at < 60; at += 1) {
      ids.push(await fires(`Storm${at}`, { severity: at === 50 ? 'critical' : 'info' }));
    }
    await clock.passes(5_000);
    const looked = ids.filter((id) => card(id) !== '');
    expect([looked.length, looked.includes(ids[50] ?? '')]).toEqual([12, true]);
    await clock.passes(20 * MINUTE);
    expect([waiting(), asked.length <= 180]).toEqual([0, true]);
  });

  it('that are a storm ask nobody until it is over', async () => {
    const { fires, clock, card, storms } = await world();
    await storms('begins');
    const id = await fires('Slow');
    await clock.passes(2 * MINUTE);
    expect(card(id)).toBe('');
    await storms('ends');
    await clock.passes(20_000);
    expect(card(id)).toContain('KNOWN');
  });
});

const status: WorkloadStatus = {
  id: 'kubernetes/eu-1/shop/deployment/checkout',
  identity: 'uid',
  replicas: { desired: 4, ready: 3, updated: 1, available: 3 },
  images: ['registry.example/shop/checkout:1.9.0'],
  paused: false,
  conditions: [],
  unhealthy: [
    {
      instance: 'checkout-7f',
      process: 'checkout',
      reason: 'CrashLoopBackOff',
      message: '',
      restarts: 6,
      last: 'Error, exit code 1',
      image: 'registry.example/shop/checkout:1.9.0',
    },
  ],
  events: [],
};

interface Fires {
  readonly severity?: Severity;
  readonly fingerprint?: string;
  readonly app?: string;
  readonly members?: Members;
}

async function world() {
  const clock = stillClock();
  const journal = createMemoryJournal({ now: clock.now });
  const asked: string[] = [];
  let trouble: Problem | 'hangs' | undefined;
  async function answer<T>(what: string, value: T) {
    asked.push(what);
    if (trouble === 'hangs') await new Promise(() => undefined);
    return trouble && trouble !== 'hangs'
      ? ({ ok: false, problem: trouble } as const)
      : ({ ok: true, value } as const);
  }
  const line = (at: number, text: string) => ({
    at,
    instance: 'checkout-7f',
    process: 'checkout',
    text,
    isError: false,
  });
  const revision = (number: number, tag: string, createdAt: number) => ({
    number,
    uid: `rs-${number}`,
    digest: `${number}`,
    images: [`registry.example/shop/checkout:${tag}`],
    createdAt,
    current: number === 7,
  });
  const reader: WorkloadReader = {
    status: () => answer('status', status),
    logs: () =>
      answer('logs', {
        lines: [line(2, 'panic: no basket'), line(1, 'password=hunter2')],
        read: 1,
        of: 4,
        cut: false,
      }),
    history: () =>
      answer('history', [
        { ...revision(7, '1.9.0', clock.now() - 7 * MINUTE), cause: 'ship the new basket' },
        revision(6, '1.8.2', clock.now() - 90 * HOUR),
      ]),
    namesLike: () => answer('namesLike', []),
  };
  const workload = { integration: 'kubernetes', target: 'eu-1', locator: {}, bounds: {}, show: [] };
  const catalog = {
    services: [
      {
        name: 'checkout',
        match: { app: 'checkout' },
        environments: [{ name: 'production', match: {}, targets: { workload } }],
        onCall: 'sre',
        links: { dashboard: 'https://grafana.example/d/shop' },
      },
    ],
  };
  const open = (from?: Parameters<typeof createEngine>[1]) => {
    const engine = createEngine({ journal, now: clock.now, sha256 }, from);
    const enricher = createEnricher({
      engine,
      clock,
      settings: () => ({ catalog }) as never,
      workload: () => reader,
      members: () => ({ people: ['ben'], unknown: [] }),
    });
    const loop = createEnrichmentLoop({ engine, clock, enricher, log: () => undefined });
    engine.onChange(({ kind, id }) => kind === 'incident' && loop.wake(id));
    return { engine, loop };
  };
  let life = open();
  journal.onAppended((recorded) => {
    for (const each of recorded) life.engine.took(each);
  });
  let delivered = 0;
  const began = new Map<string, number>();
  const words = {
    names: new Map([
      ['ben', 'Ben'],
      ['ana', 'Ana'],
    ]),
    book: {},
  };

  async function tells(name: string, is: 'fires' | 'stops', more: Fires): Promise<string> {
    delivered += 1;
    const { severity = 'warning', fingerprint = 'a', app = 'checkout', members } = more;
    const about = {
      labels: labels(name, { severity, app, instance: fingerprint }),
      startsAt: clock.now(),
    };
    const named = `${name}-${app}-${fingerprint}`;
    if (is === 'fires') began.set(named, about.startsAt);
    const delivery = {
      source,
      receiver: '',
      groupKey: `${name}-${app}`,
      groupLabels: { alertname: name },
      externalUrl: '',
      truncated: 0,
      observations: [
        is === 'fires'
          ? firing(named, about)
          : stopped(named, { ...about, startsAt: began.get(named) ?? 0, endsAt: clock.now() }),
      ],
      unreadable: [],
    };
    const intent = receiveIntent(delivery, {
      settings: {
        catalog,
        routes: { routes: [], otherwise: { match: {}, places: { 'slack/main': '#ops' } } },
      },
      index: life.engine.readings.correlation,
      now: clock.now(),
      sha256,
      sourceAnswers: true,
    });
    await life.engine.receive(
      { ...intent, ...(members && { members }) },
      { cause: `delivery/${delivered}`, by: `source:${source}` },
    );
    return intent.incident;
  }

  return {
    clock,
    asked,
    waiting: () => life.loop.waiting(),
    fails(next: Problem) {
      trouble = next;
    },
    hangs() {
      trouble = 'hangs';
    },
    fires: (name: string, more: Fires = {}) => tells(name, 'fires', more),
    stops: (name: string, more: Fires = {}) => tells(name, 'stops', more),
    async resolves(incident: string, reason: string) {
      const by = { ...ana, memberships: [] };
      await life.engine.tellIncident(
        incident,
        { type: 'Resolve', at: clock.now(), by, reason },
        { cause: `resolve/${incident}`, by: 'ana' },
      );
    },
    storms: (what: 'begins' | 'ends') =>
      life.engine.record({
        kind: 'storm',
        id: 'slack/main/#ops',
        event:
          what === 'begins'
            ? {
                type: 'StormBegan',
                v: 1,
                storm: 'storm-1',
                surface: 'slack/main',
                place: '#ops',
                since: clock.now(),
                before: 0,
              }
            : { type: 'StormEnded', v: 1, storm: 'storm-1', opened: 1, open: 1 },
      }),
    /** A life of its own on a snapshot of the one before. */
    restarts() {
      const saved: unknown = JSON.parse(JSON.stringify(exportReadings(life.engine.readings)));
      life = open(importReadings(saved));
      life.loop.start();
    },
    card(id: string): string {
      const state = incidentOf(life.engine.readings.incidents.get(id)?.state ?? { status: 'none' });
      const card = knownCard(state, words);
      return card ? cardText(card) : '';
    },
  };
}
