import { describe, expect, it } from 'vitest';
import type { LiveJournal } from '../../src/bot/bot.ts';
import { createEngine, type Engine } from '../../src/bot/engine.ts';
import type { Observation } from '../../src/core/alert/alert.ts';
import { receiveIntent } from '../../src/core/alert/intake.ts';
import { ProblemError, problem, problemOf } from '../../src/core/problem.ts';
import { T0 } from '../core/given.ts';
import { ana, firing, MINUTE, stopped } from '../core/incident/given-incident.ts';
import { sha256 } from '../core/operation/sample.ts';
import { createMemoryJournal } from '../fakes/memory-journal.ts';

describe('a group of alerts', () => {
  it('that the source calls by another name joins the open incident that shares an alert', async () => {
    const { engine, delivers } = world();
    await delivers('key-1', [firing('web-1')]);
    await delivers('key-2', [firing('web-1'), firing('web-2')]);
    expect([...engine.readings.incidents.values()]).toMatchObject([
      { state: { status: 'open', firing: 2 } },
    ]);
    await delivers('key-2', [stopped('web-1'), stopped('web-2')]);
    expect([...engine.readings.incidents.values()]).toMatchObject([
      { state: { status: 'resolved', firing: 0 } },
    ]);
  });
});

describe('deliveries that meet', () => {
  it('are refused together when their append fails, and taken when they come again', async () => {
    let isFull = false;
    const { engine, delivers } = world({
      before() {
        if (isFull) throw new ProblemError(problem('JOURNAL_FULL'));
      },
    });
    await delivers('key-1', [firing('web-1')]);
    isFull = true;
    const told = [2, 3, 4].map((web) => delivers('key-1', [firing(`web-${web}`)]));
    const codes = (await Promise.allSettled(told)).map(
      (each) => each.status === 'rejected' && problemOf(each.reason, problem('OTHER')).code,
    );
    expect(codes).toEqual(['JOURNAL_FULL', 'JOURNAL_FULL', 'JOURNAL_FULL']);
    expect(firingIn(engine)).toEqual([1]);

    isFull = false;
    await Promise.all([2, 3, 4].map((web) => delivers('key-1', [firing(`web-${web}`)])));
    expect(firingIn(engine)).toEqual([4]);
  });

  it('take effect in the order they came', async () => {
    const { engine, delivers, journal } = world();
    await Promise.all([
      delivers('key-1', [firing('web-1')]),
      delivers('key-1', [stopped('web-1'), firing('web-2')]),
      delivers('key-1', [firing('web-1', { startsAt: T0 + MINUTE })]),
      delivers('key-1', [stopped('web-2')]),
    ]);
    expect(firingIn(engine)).toEqual([1]);
    expect(journal.all.map(({ version }) => version)).toEqual(
      journal.all.map((_, index) => index + 1),
    );
  });

  it('of two groups leave both names on the record', async () => {
    const { engine, delivers } = world();
    await delivers('key-1', [firing('web-1')]);
    const busy = delivers('key-1', [firing('web-2')]);
    const others = [
      delivers('key-1', [firing('web-1')]),
      delivers('key-2', [firing('web-1')]),
      delivers('key-3', [firing('web-1')]),
    ];
    await Promise.all([busy, ...others]);
    const [incident] = engine.readings.incidents.values();
    expect(incident?.state).toMatchObject({ joined: [expect.anything(), expect.anything()] });
  });
});

describe('a request that is told again', () => {
  it('is answered as the first time, though much has happened since', async () => {
    const { engine, delivers } = world();
    await delivers('key-1', [firing('web-1')]);
    const [id = ''] = engine.readings.incidents.keys();
    const acknowledge = { type: 'Acknowledge', at: T0, by: ana } as const;
    const context = { cause: 'ana/1', by: 'ana' };
    expect(await engine.tellIncident(id, acknowledge, context)).toEqual({ changed: true });
    await delivers('key-1', [stopped('web-1')]);
    expect(await engine.tellIncident(id, acknowledge, context)).toEqual({ changed: false });
  });
});

describe('an append whose answer got lost', () => {
  it('is on disk, is told of, and the next decision is made on it', async () => {
    let isLost = false;
    const { engine, delivers } = world({
      after() {
        if (isLost) throw new ProblemError(problem('JOURNAL_UNAVAILABLE'));
      },
    });
    isLost = true;
    await expect(delivers('key-1', [firing('web-1')])).rejects.toThrow('JOURNAL_UNAVAILABLE');
    isLost = false;
    await delivers('key-1', [firing('web-1'), firing('web-2')]);
    expect(firingIn(engine)).toEqual([2]);
  });

  it('is read back when nobody was told of it', async () => {
    const { engine, delivers, journal } = world();
    const other = engineOn(journal.elsewhere(), { now: T0 });
    await delivers('key-1', [firing('web-1')]);
    const [id = ''] = engine.readings.incidents.keys();
    const note = { type: 'AddNote', at: T0, by: ana, text: 'from elsewhere' } as const;
    await other.tellIncident(id, note, { cause: 'other/1', by: 'ana' });

    await delivers('key-1', [firing('web-2')]);
    expect(engine.readings.incidents.get(id)).toMatchObject({ version: 4, state: { firing: 2 } });
    expect(firingIn(engine)).toEqual([2]);
  });
});

function firingIn(engine: Engine): readonly number[] {
  return [...engine.readings.incidents.values()].map(({ state }) =>
    state.status === 'none' ? 0 : state.firing,
  );
}

function world(options: Partial<Parameters<typeof createMemoryJournal>[0]> = {}) {
  const clock = { now: T0 };
  const journal = createMemoryJournal({ now: () => clock.now, ...options });
  const engine = engineOn(journal, clock);
  let deliveries = 0;
  return {
    clock,
    journal,
    engine,
    delivers(groupKey: string, observations: readonly Observation[]) {
      deliveries += 1;
      const delivery = {
        source: 'alertmanager/main',
        receiver: 'tocsin',
        groupKey,
        groupLabels: {},
      };
      const intent = receiveIntent(
        { ...delivery, truncated: 0, externalUrl: '', observations, unreadable: [] },
        {
          settings,
          index: engine.readings.correlation,
          now: clock.now,
          sha256,
          sourceAnswers: false,
        },
      );
      return engine.receive(intent, {
        cause: `delivery/${deliveries}`,
        by: 'source:alertmanager/main',
      });
    },
  };
}

function engineOn(journal: LiveJournal, clock: { readonly now: number }): Engine {
  const engine = createEngine({ journal, now: () => clock.now, sha256 });
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  return engine;
}

const settings = {
  catalog: { services: [] },
  routes: { routes: [], otherwise: { match: {}, places: {} } },
};
