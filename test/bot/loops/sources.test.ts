import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/bot/engine.ts';
import { createSourcesLoop } from '../../../src/bot/loops/sources.ts';
import { sweep } from '../../../src/bot/sweep.ts';
import type { Observation } from '../../../src/core/alert/alert.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import type { SourceAlert } from '../../../src/core/ports/alert-source.ts';
import { ProblemError, problem } from '../../../src/core/problem.ts';
import { firing, MINUTE, stopped } from '../../core/incident/given-incident.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { createMemoryJournal, type MemoryJournalOptions } from '../../fakes/memory-journal.ts';
import { stillClock } from '../../fakes/still-clock.ts';

const source = 'alertmanager/main';

describe('a source that says it cut alerts off', () => {
  it('is asked within a second or so, however often it says it', async () => {
    const { loop, clock, asked } = world();
    loop.start();
    for (let times = 0; times < 20; times += 1) {
      loop.wake(source);
      await clock.passes(200);
    }
    expect(asked().length).toBeGreaterThanOrEqual(3);
    expect(asked().length).toBeLessThanOrEqual(5);
    await loop.close();
  });

  it('while it is being asked is asked once more', async () => {
    const { loop, clock, asked, answers } = world();
    loop.start();
    loop.wake(source);
    const answer = answers();
    await clock.passes(1000);
    expect(asked()).toHaveLength(1);
    loop.wake(source);
    answer();
    await clock.passes(2000);
    expect(asked()).toHaveLength(2);
    await loop.close();
  });

  it('does not put off the question that is due', async () => {
    const { loop, clock, asked } = world();
    loop.start();
    await clock.passes(319_500);
    expect(asked()).toHaveLength(1);
    loop.wake(source);
    await clock.passes(500);
    expect(asked()).toHaveLength(2);
    await loop.close();
  });
});

describe('a source that ends every question in a fault', () => {
  it('is said to be unreachable for as long as it does', async () => {
    const { loop, clock, fails } = world();
    fails(new TypeError('headers is not iterable'));
    loop.start();
    await clock.passes(30_000);
    expect(loop.trouble(source)).toEqual({ code: 'SOURCE_UNREACHABLE', facts: { source } });
    fails(undefined);
    await clock.passes(6 * MINUTE);
    expect(loop.trouble(source)).toBeUndefined();
    await loop.close();
  });
});

describe('a start', () => {
  it('is soon followed by the first question, so that what ended meanwhile is found', async () => {
    const { loop, clock, engine, delivers, says } = world();
    await delivers('key-1', [firing('web-1')]);
    await clock.passes(60 * MINUTE);
    says([]);
    loop.start();
    await clock.passes(20_000);
    expect(statuses(engine)).toEqual(['resolved']);
    await loop.close();
  });

  it('of both at once closes nothing that the source has not been told of yet', async () => {
    const { loop, clock, engine, delivers, says, isUpSince } = world();
    await delivers('key-1', [firing('web-1')]);
    await clock.passes(60 * MINUTE);
    says([]);
    isUpSince(clock.now());
    loop.start();
    await clock.passes(20_000);
    expect(statuses(engine)).toEqual(['open']);
    await clock.passes(300_000);
    expect(statuses(engine)).toEqual(['resolved']);
    await loop.close();
  });
});

describe('an incident that ended', () => {
  it('is not opened again for an alert that fires in another one', async () => {
    const { loop, clock, engine, delivers, says } = world();
    await delivers('key-1', [firing('web-1')]);
    await clock.passes(MINUTE);
    await delivers('key-1', [stopped('web-1')]);
    await clock.passes(MINUTE);
    await delivers('key-2', [firing('web-1', { startsAt: clock.now() })]);
    expect(statuses(engine)).toEqual(['resolved', 'open']);

    says([alert('web-1', clock.now())]);
    loop.start();
    await clock.passes(300_000);
    expect(statuses(engine)).toEqual(['resolved', 'open']);
    await loop.close();
  });

  it('long ago and was looked up again stays as it ended', async () => {
    const { loop, clock, engine, delivers, says } = world();
    await delivers('key-1', [firing('web-1')]);
    await delivers('key-1', [stopped('web-1')]);
    const [id = ''] = engine.readings.incidents.keys();
    await clock.passes(60 * MINUTE);
    sweep(engine.readings, clock.now());
    expect(await engine.incident(id)).toMatchObject({ status: 'resolved' });

    says([alert('web-1', clock.now())]);
    loop.start();
    await clock.passes(300_000);
    expect(statuses(engine)).toEqual(['resolved']);
    await loop.close();
  });
});

describe('a journal that fails while a source is compared', () => {
  it('is not said to be trouble of the source', async () => {
    let isFull = false;
    const { loop, clock, delivers, says, logged } = world({
      before() {
        if (isFull) throw new ProblemError(problem('JOURNAL_FULL'));
      },
    });
    await delivers('key-1', [firing('web-1'), firing('web-2')]);
    says([]);
    isFull = true;
    loop.start();
    await clock.passes(320_000);
    expect(loop.trouble(source)).toBeUndefined();
    expect(logged()).toEqual(['comparing with a source failed']);
    await loop.close();
  });
});

function world(options: Partial<MemoryJournalOptions> = {}) {
  const clock = stillClock();
  const journal = createMemoryJournal({ now: clock.now, ...options });
  const engine = createEngine({ journal, now: clock.now, sha256 });
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  let current: readonly SourceAlert[] = [];
  let upSince: number | undefined;
  let held = Promise.resolve();
  let fault: Error | undefined;
  const asked: number[] = [];
  const logged: string[] = [];
  const loop = createSourcesLoop({
    engine,
    clock,
    sources: [
      {
        name: source,
        async current() {
          asked.push(clock.now());
          await held;
          if (fault) throw fault;
          return current;
        },
        upSince: async () => upSince,
      },
    ],
    everyMs: 300_000,
    log: (message) => logged.push(message),
  });
  let deliveries = 0;
  return {
    clock,
    engine,
    loop,
    asked: () => asked,
    logged: () => logged,
    fails(error: Error | undefined) {
      fault = error;
    },
    isUpSince(at: number) {
      upSince = at;
    },
    says(alerts: readonly SourceAlert[]) {
      current = alerts;
    },
    /** From now on a question waits until the answer is called. */
    answers() {
      let answer: () => void = () => undefined;
      held = new Promise((resolve) => {
        answer = resolve;
      });
      return answer;
    },
    async delivers(groupKey: string, observations: readonly Observation[]) {
      deliveries += 1;
      const delivery = { source, receiver: '', groupKey, groupLabels: {}, externalUrl: '' };
      const index = engine.readings.correlation;
      const intent = receiveIntent(
        { ...delivery, truncated: 0, observations, unreadable: [] },
        { settings, index, now: clock.now(), sha256, sourceAnswers: true },
      );
      await engine.receive(intent, { cause: `delivery/${deliveries}`, by: `source:${source}` });
    },
  };
}

function statuses(engine: ReturnType<typeof createEngine>): readonly string[] {
  return [...engine.readings.incidents.values()].map(({ state }) => state.status);
}

function alert(fingerprint: string, startsAt: number): SourceAlert {
  const { labels, annotations, generatorUrl } = firing(fingerprint);
  return {
    fingerprint,
    startsAt,
    labels,
    annotations,
    generatorUrl,
    state: 'firing',
    silencedBy: [],
  };
}

const settings = {
  catalog: { services: [] },
  routes: { routes: [], otherwise: { match: {}, places: {} } },
};
