import { expect, it } from 'vitest';
import { createEngine } from '../../../src/bot/engine.ts';
import { createDeadlinesLoop } from '../../../src/bot/loops/deadlines.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import { ProblemError, problem } from '../../../src/core/problem.ts';
import { T0 } from '../../core/given.ts';
import { firing } from '../../core/incident/given-incident.ts';
import { asked, expiresAt, planned, sha256 } from '../../core/operation/sample.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';
import { stillClock } from '../../fakes/still-clock.ts';

it('goes on with the others when one cannot be told, and sweeps all the same', async () => {
  const { loop, clock, engine, journal, sweeps, logged, plans, opens } = world('operation/op-1');
  await plans('op-1');
  await plans('op-2');
  await opens('group-1');
  await clock.passes(expiresAt - T0);
  await loop.turn();
  expect(engine.readings.operations.get('op-1')?.state.status).toBe('waiting');
  expect(engine.readings.operations.get('op-2')?.state.status).toBe('expired');
  expect(journal.all.map(({ event }) => event.type)).toContain('PeopleNotified');
  expect(sweeps()).toBe(1);
  expect(logged()).toEqual(['deadlines could not be told']);
});

it('tells hundreds of incidents in few commits, and each once', async () => {
  const { loop, journal, opens, clock } = world('');
  for (let group = 0; group < 500; group += 1) await opens(`group-${group}`);
  await loop.turn();
  await loop.turn();
  const notified = journal.all.filter(({ event }) => event.type === 'PeopleNotified');
  expect(notified).toHaveLength(500);
  await clock.passes(300_000);
  await loop.turn();
  expect(journal.all.filter(({ event }) => event.type === 'PeopleNotified')).toHaveLength(1000);
});

function world(broken: string) {
  const clock = stillClock();
  const journal = createMemoryJournal({
    now: clock.now,
    before(writes, { by }) {
      if (by === 'tocsin' && writes.some(({ stream }) => stream === broken)) {
        throw new ProblemError(problem('STREAM_CONTENDED', { turns: 5 }));
      }
    },
  });
  const engine = createEngine({ journal, now: clock.now, sha256 });
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  let sweeps = 0;
  const logged: string[] = [];
  const loop = createDeadlinesLoop({
    engine,
    clock,
    ackReminderMs: 300_000,
    members: () => ['ana'],
    everyMs: 1000,
    sweep() {
      sweeps += 1;
    },
    log: (message) => logged.push(message),
  });
  return {
    clock,
    journal,
    engine,
    loop,
    sweeps: () => sweeps,
    logged: () => logged,
    async plans(operation: string) {
      const events = [asked, planned({ plan: { operation } })];
      const write = { stream: `operation/${operation}`, expectedVersion: 0, events };
      await journal.append([write], { cause: `given/${operation}`, by: 'test' });
    },
    async opens(groupKey: string) {
      const source = 'alertmanager/main';
      const observations = [firing(groupKey)];
      const delivery = { source, receiver: '', groupKey, groupLabels: {}, externalUrl: '' };
      const intent = receiveIntent(
        { ...delivery, truncated: 0, observations, unreadable: [] },
        {
          settings,
          index: engine.readings.correlation,
          now: clock.now(),
          sha256,
          sourceAnswers: true,
        },
      );
      await engine.receive(intent, { cause: `delivery/${groupKey}`, by: `source:${source}` });
    },
  };
}

const settings = {
  catalog: { services: [] },
  routes: { routes: [], otherwise: { match: {}, places: {}, notify: 'sre' } },
};
