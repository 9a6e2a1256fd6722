import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LiveJournal } from '../../src/bot/bot-parts.ts';
import { createEngine, type Engine } from '../../src/bot/engine.ts';
import { sweep } from '../../src/bot/sweep.ts';
import type { Observation } from '../../src/core/alert/alert.ts';
import { SAME_THREAD_MS } from '../../src/core/alert/correlation-index.ts';
import { receiveIntent, unreadableIntent } from '../../src/core/alert/intake.ts';
import type { Incident } from '../../src/core/incident/incident.ts';
import type { IncidentIntent } from '../../src/core/incident/intent.ts';
import { ProblemError, problem, problemOf } from '../../src/core/problem.ts';
import { openJournal } from '../../src/journal/index.ts';
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

describe('a group whose incidents memory has let go', () => {
  it('counts on from the store, so that none of them is opened again', async () => {
    const { engine, clock, delivers, rests } = world();
    const ids: string[] = [];
    for (let night = 1; night <= 7; night += 1) {
      await delivers('key-1', [firing('web-1', { startsAt: clock.now })]);
      const open = openIn(engine);
      expect(open).toMatchObject([{ opened: { ordinal: night }, firing: 1 }]);
      ids.push(open[0]?.opened.incident ?? '');
      await delivers('key-1', [stopped('web-1', { startsAt: clock.now })]);
      rests();
      const { byKey, byIncident } = engine.readings.correlation;
      expect([byKey.size, byIncident.size, engine.readings.incidents.size]).toEqual([0, 0, 0]);
    }
    expect(new Set(ids).size).toBe(7);
  });

  it('opens one incident for all that comes at once', async () => {
    const { engine, clock, delivers, rests, journal } = world();
    for (let night = 0; night < 3; night += 1) {
      await delivers('key-1', [firing('web-1', { startsAt: clock.now })]);
      await delivers('key-1', [stopped('web-1', { startsAt: clock.now })]);
      rests();
    }
    const before = journal.all.length;
    const startsAt = clock.now;
    await Promise.all(
      [1, 2, 3, 4].map(async (web) => {
        // Not all in one batch: the later ones arrive while the first looks for its place.
        for (let turn = 0; turn < web * 3; turn += 1) await Promise.resolve();
        await delivers('key-1', [firing(`web-${web}`, { startsAt })]);
      }),
    );
    expect(openIn(engine)).toMatchObject([{ opened: { ordinal: 4 }, firing: 4 }]);
    expect(new Set(journal.all.slice(before).map(({ stream }) => stream)).size).toBe(1);
  });

  it('joins the one that another process has opened meanwhile', async () => {
    const { engine, clock, delivers, rests, journal } = world();
    await delivers('key-1', [firing('web-1')]);
    await delivers('key-1', [stopped('web-1')]);
    rests();
    const other = world({}, { journal: journal.elsewhere(), clock });
    await other.delivers('key-1', [firing('web-1', { startsAt: clock.now })]);
    expect(openIn(other.engine)).toMatchObject([{ opened: { ordinal: 2 } }]);
    await delivers('key-1', [firing('web-2', { startsAt: clock.now })]);
    expect(openIn(engine)).toMatchObject([{ opened: { ordinal: 2 }, firing: 2 }]);
  });

  it('what cannot be read opens the next one too', async () => {
    const { engine, unreadable, rests, tells } = world();
    await unreadable();
    const [id = ''] = engine.readings.incidents.keys();
    await tells(id, { type: 'Resolve', at: T0, by: ana, reason: 'mended' });
    rests();
    await unreadable();
    expect(openIn(engine)).toMatchObject([
      { opened: { origin: 'unreadable', ordinal: 2 }, unreadable: { count: 1 } },
    ]);
  });
});

describe('a process that another one has followed', () => {
  it('takes nothing any more, and says that it is not the owner', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-owner-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const journal = await openJournal({
      ...{ path: join(folder, 'tocsin.db'), checkpointEveryMs: 0, reserveBytes: 0 },
      signingKey: '11'.repeat(32),
    });
    onTestFinished(() => journal.close());
    const engine = createEngine({ journal, now: () => T0, sha256 });
    const told = (token: number) =>
      engine.tellHalts(
        {
          ...{ type: 'Freeze', at: T0, scope: `service-${token}`, durationMs: MINUTE },
          ...{ person: 'ana', surface: 'console', reason: 'a release' },
        },
        { cause: `freeze/${token}`, by: 'ana', fence: { partition: 'operations', token } },
      );
    await told(2);
    await expect(told(1)).rejects.toMatchObject({ problem: { code: 'NOT_THE_OWNER' } });
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

function openIn(engine: Engine): readonly Incident[] {
  return [...engine.readings.incidents.values()].flatMap(({ state }) =>
    state.status === 'open' ? [state] : [],
  );
}

let worlds = 0;

function world(
  options: Partial<Parameters<typeof createMemoryJournal>[0]> = {},
  shared?: { readonly journal: LiveJournal; readonly clock: { now: number } },
) {
  const clock = shared?.clock ?? { now: T0 };
  const own = createMemoryJournal({ now: () => clock.now, ...options });
  const journal = shared?.journal ?? own;
  const engine = engineOn(journal, clock);
  worlds += 1;
  const name = worlds;
  let deliveries = 0;
  const intake = () => ({
    settings,
    index: engine.readings.correlation,
    now: clock.now,
    sha256,
    sourceAnswers: false,
  });
  const context = () => {
    deliveries += 1;
    return { cause: `delivery/${name}/${deliveries}`, by: 'source:alertmanager/main' };
  };
  return {
    clock,
    journal: own,
    engine,
    /** So long that nothing of before is the same thread. */
    rests() {
      clock.now += SAME_THREAD_MS;
      sweep(engine.readings, clock.now);
    },
    tells: (id: string, intent: IncidentIntent) => engine.tellIncident(id, intent, context()),
    unreadable() {
      const one = { source: 'alertmanager/main', unreadable: [{ index: 0, reason: 'no labels' }] };
      return engine.receive(unreadableIntent(one, `blob-${clock.now}`, intake()), context());
    },
    delivers(groupKey: string, observations: readonly Observation[]) {
      const delivery = {
        source: 'alertmanager/main',
        receiver: 'tocsin',
        groupKey,
        groupLabels: {},
      };
      const intent = receiveIntent(
        { ...delivery, truncated: 0, externalUrl: '', observations, unreadable: [] },
        intake(),
      );
      return engine.receive(intent, context());
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
