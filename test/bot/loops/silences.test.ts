import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/bot/engine.ts';
import { createHeldSilencesLoop } from '../../../src/bot/loops/held-silences.ts';
import { createSilencesLoop } from '../../../src/bot/loops/silences.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import { matchersOf } from '../../../src/core/alert/matcher.ts';
import type { AskSilence } from '../../../src/core/incident/intent.ts';
import { ana, firing, labels, MINUTE } from '../../core/incident/given-incident.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';
import { createFakeSilences, type FakeSilences } from '../../fakes/silences.ts';
import { stillClock } from '../../fakes/still-clock.ts';

const source = 'alertmanager/main';
const began = stillClock().now();
const matchers = matchersOf({ alertname: 'Slow', severity: 'warning' });

describe('a silence that was asked for', () => {
  it('stands at the source, once, with its reason, until its end', async () => {
    const { asks, silences, clock, status, incident, changed } = await world();
    await asks();
    expect([...silences.held.values()]).toEqual([
      {
        silence: 'sil-1',
        matchers,
        startsAt: clock.now(),
        endsAt: clock.now() + 60 * MINUTE,
        createdBy: 'ana (tocsin)',
        comment: `being replaced · ana in ${incident}`,
      },
    ]);
    expect(status()).toEqual(['made']);
    expect(changed()).toEqual([source]);
  });

  it('is over when its time is', async () => {
    const { asks, clock, status } = await world();
    await asks();
    await clock.passes(59 * MINUTE);
    expect(status()).toEqual(['made']);
    await clock.passes(2 * MINUTE);
    expect(status()).toEqual(['ended']);
  });

  it('is made once the source answers again', async () => {
    const { asks, silences, clock, status } = await world();
    silences.fails('wait', 3);
    await asks();
    expect(status()).toEqual(['asked']);
    await clock.passes(MINUTE);
    expect(status()).toEqual(['made']);
    expect(silences.held.size).toBe(1);
  });

  it.each(['lost', 'late'] as const)('is made once when the answer to it is %s', async (how) => {
    const { asks, silences, clock, status } = await world();
    silences.fails(how);
    await asks();
    await clock.passes(10_000);
    silences.lands();
    await clock.passes(10_000);
    expect(status()).toEqual(['made']);
    expect(silences.held.size).toBe(1);
  });

  it.each([
    ['refused', 1, 'ALERTMANAGER_TIMEOUT', 0],
    ['wait', 100, 'ALERTMANAGER_TIMEOUT', 6 * MINUTE],
    ['late', 100, 'SILENCE_OUTCOME_UNKNOWN', 10 * MINUTE],
  ] as const)('that is %s %i times ends with words of its own', async (how, times, code, ms) => {
    const { asks, silences, clock, status, codes } = await world();
    silences.fails(how, times);
    await asks();
    await clock.passes(ms);
    expect(status()).toEqual(['failed']);
    expect(codes()).toEqual([code]);
  });

  it('is not made when it would hide there what nobody here was told of', async () => {
    const { asks, silences, status, codes } = await world();
    const labels = { alertname: 'Slow', severity: 'warning' };
    silences.alerts.push(...Array.from({ length: 11 }, () => ({ labels })));
    silences.alerts.push({ labels: { alertname: 'Slow', severity: 'critical' } });
    await asks();
    expect([status(), codes(), silences.held.size]).toEqual([
      ['failed'],
      ['SILENCE_HIDES_MANY'],
      0,
    ]);
  });

  it('is not made once its time is over, however late the source answers', async () => {
    const { asks, silences, clock, status, codes } = await world();
    silences.fails('wait', 100);
    await asks({ durationMs: 2 * MINUTE });
    await clock.passes(3 * MINUTE);
    expect([status(), codes(), silences.held.size]).toEqual([['failed'], ['SILENCE_TOO_LATE'], 0]);
  });

  it('fails in words where its source takes none', async () => {
    const { asks, status, codes } = await world(createFakeSilences('alertmanager/other'));
    await asks();
    expect([status(), codes()]).toEqual([['failed'], ['SILENCE_NOT_OFFERED']]);
  });
});

describe('a silence that holds', () => {
  it('is about to end a quarter of an hour before it does, once', async () => {
    const { asks, clock, warned } = await world();
    await asks();
    await clock.passes(44 * MINUTE);
    expect(warned()).toBe(0);
    await clock.passes(2 * MINUTE);
    expect(warned()).toBe(1);
    await clock.passes(10 * MINUTE);
    expect(warned()).toBe(1);
  });

  it('that is prolonged keeps its name there, and is about to end anew', async () => {
    const { asks, silences, clock, warned, status } = await world();
    await asks();
    await clock.passes(50 * MINUTE);
    await asks({ silence: 'sil-2' });
    const now = clock.now();
    expect([...silences.held]).toMatchObject([
      ['am-1', { silence: 'sil-1', endsAt: now + 60 * MINUTE }],
    ]);
    expect(status()).toEqual(['made']);
    await clock.passes(30 * MINUTE);
    expect([warned(), status()]).toEqual([1, ['made']]);
    await clock.passes(16 * MINUTE);
    expect(warned()).toBe(2);
    await clock.passes(15 * MINUTE);
    expect(status()).toEqual(['ended']);
  });

  it('of which other alerts are wanted is followed under its new name, also when its answer got lost', async () => {
    for (const how of ['lost', undefined] as const) {
      const { asks, silences, clock, status, refs } = await world();
      await asks();
      if (how) silences.fails(how);
      await asks({ silence: 'sil-2', matchers: [...matchers, ...matchersOf({ pod: 'a' })] });
      await clock.passes(20_000);
      await clock.passes(0);
      expect([status(), refs(), [...silences.held.keys()]]).toEqual([['made'], ['am-2'], ['am-2']]);
    }
  });

  it('holds on as it was when it cannot be changed', async () => {
    const { asks, silences, status, codes } = await world();
    await asks();
    silences.fails('refused');
    await asks({ silence: 'sil-2', durationMs: 120 * MINUTE });
    expect([status(), codes()]).toEqual([['made'], ['ALERTMANAGER_TIMEOUT']]);
    expect([...silences.held.values()]).toMatchObject([{ endsAt: 60 * MINUTE + began }]);
  });

  it('that the source forgot is made again, unless it would hide too much by now', async () => {
    for (const [more, status, held] of [
      [0, 'made', 1],
      [11, 'failed', 0],
    ] as const) {
      const night = await world();
      await night.asks();
      await night.clock.passes(MINUTE);
      night.silences.loses('am-1', 'forgotten');
      const labels = { alertname: 'Slow', severity: 'warning' };
      night.silences.alerts.push(...Array.from({ length: more }, () => ({ labels })));
      await night.clock.passes(2 * MINUTE);
      expect([night.status(), night.silences.held.size]).toEqual([[status], held]);
    }
  });

  it('that somebody ended at the source is over', async () => {
    const { asks, silences, clock, status } = await world();
    await asks();
    await clock.passes(MINUTE);
    silences.loses('am-1', 'over');
    await clock.passes(2 * MINUTE);
    expect(status()).toEqual(['ended']);
  });

  it('is left as it is while the source does not say', async () => {
    const { asks, silences, clock, status } = await world();
    await asks();
    silences.loses('am-1', 'forgotten');
    silences.isDown = true;
    await clock.passes(10 * MINUTE);
    expect(status()).toEqual(['made']);
    silences.isDown = false;
    await clock.passes(2 * MINUTE);
    expect([status(), silences.held.size]).toEqual([['made'], 1]);
  });
});

describe('a silence that is to end', () => {
  it('is taken away at the source', async () => {
    const { asks, ends, silences, status } = await world();
    await asks();
    await ends();
    expect([status(), silences.held.size]).toEqual([['ended'], 0]);
  });

  it('is ended already when the source does not know it', async () => {
    const { asks, ends, silences, status } = await world();
    await asks();
    await silences.remove('am-1');
    await ends();
    expect(status()).toEqual(['ended']);
  });

  it('holds on, and says so, when the source refuses', async () => {
    const { asks, ends, silences, status, codes } = await world();
    await asks();
    silences.fails('refused');
    await ends();
    expect([status(), codes(), silences.held.size]).toEqual([
      ['made'],
      ['ALERTMANAGER_TIMEOUT'],
      1,
    ]);
    await ends();
    expect([status(), silences.held.size]).toEqual([['ended'], 0]);
  });
});

describe('a process that begins', () => {
  it('makes what was asked of the one before it, and no second one when that request landed late', async () => {
    const first = await world();
    first.silences.fails('late');
    await first.asks();
    await first.loop.close();
    await first.clock.passes(1000);
    expect(first.status()).toEqual(['asked']);
    const next = first.restarts();
    next.start();
    await first.clock.passes(10_000);
    first.silences.lands();
    await first.clock.passes(10_000);
    expect([first.status(), first.silences.held.size]).toEqual([['made'], 1]);
    await next.close();
  });

  it('counts on to the end of what holds', async () => {
    const first = await world();
    await first.asks();
    await first.loop.close();
    const next = first.restarts();
    next.start();
    await first.clock.passes(61 * MINUTE);
    expect(first.status()).toEqual(['ended']);
    await next.close();
  });
});

async function world(silences: FakeSilences = createFakeSilences()) {
  const clock = stillClock();
  const journal = createMemoryJournal({ now: clock.now });
  const engine = createEngine({ journal, now: clock.now, sha256 });
  const changed: string[] = [];
  const open = () =>
    createSilencesLoop({
      engine,
      clock,
      silences: [silences],
      warnMs: 15 * MINUTE,
      changed: (name) => changed.push(name),
      log: () => undefined,
    });
  let loop = open();
  const watching = createHeldSilencesLoop({
    engine,
    clock,
    silences: [silences],
    everyMs: MINUTE,
    log: () => undefined,
  });
  watching.start();
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  engine.onChange(({ kind, id }) => kind === 'incident' && loop.wake(id));
  const first = loop;
  const observation = firing('a', { labels: labels('Slow', { severity: 'warning' }) });
  const delivery = {
    source,
    receiver: '',
    groupKey: 'key-1',
    groupLabels: {},
    externalUrl: '',
    truncated: 0,
    observations: [observation],
    unreadable: [],
  };
  const index = engine.readings.correlation;
  const intent = receiveIntent(delivery, {
    settings: {
      catalog: { services: [] },
      routes: { routes: [], otherwise: { match: {}, places: {} } },
    },
    index,
    now: clock.now(),
    sha256,
    sourceAnswers: true,
  });
  await engine.receive(intent, { cause: 'delivery/1', by: `source:${source}` });
  const { incident } = intent;
  let said = 0;
  const tell = async (what: object) => {
    said += 1;
    const asked = { at: clock.now(), by: ana, ...what } as AskSilence;
    await engine.tellIncident(incident, asked, { cause: `said/${said}`, by: 'ana' });
    await clock.passes(0);
  };
  const held = () => {
    const state = engine.readings.incidents.get(incident)?.state;
    return state === undefined || state.status === 'none' ? [] : state.silences;
  };
  return {
    clock,
    loop: first,
    silences,
    incident,
    asks: (more: object = {}) =>
      tell({
        type: 'AskSilence',
        silence: 'sil-1',
        matchers,
        durationMs: 60 * MINUTE,
        reason: 'being replaced',
        hides: { firing: 1, critical: 0 },
        ...more,
      }),
    ends: () => tell({ type: 'AskUnsilence' }),
    status: () => held().map(({ status }) => status),
    codes: () => held().map(({ code }) => code),
    refs: () => held().map(({ ref }) => ref),
    warned: () => journal.all.filter(({ event }) => event.type === 'SilenceEnding').length,
    changed: () => changed,
    restarts() {
      loop = open();
      return loop;
    },
  };
}
