import { expect, it } from 'vitest';
import { createOneByOne } from '../../../src/bot/loops/one-by-one.ts';
import type { Incident } from '../../../src/core/incident/incident.ts';
import { startSmallBot } from '../../fakes/small-bot.ts';
import { stillClock } from '../../fakes/still-clock.ts';

async function anIncident(): Promise<Incident> {
  const small = await startSmallBot();
  const actor = { surface: 'console', account: 'ana' };
  await small.bot.dispatch.say({ line: 'declare it is slow', actor, incident: '', cause: 'c/1' });
  const [incident] = small.bot.desk.openIncidents();
  await small.bot.close();
  if (!incident) throw new Error('nothing was declared');
  return incident;
}

it('looks all that wait through once a turn, and not for each that is added or changes', async () => {
  const incident = await anIncident();
  const clock = stillClock();
  const began = clock.now();
  let looks = 0;
  const done: string[] = [];
  const turns = createOneByOne({
    clock,
    perMinute: 12,
    due: () => {
      looks += 1;
      return { incident, notBefore: began + 3_000 };
    },
    work: async (id) => {
      done.push(id);
    },
    failed: (_id, error) => {
      throw error;
    },
  });
  for (let count = 0; count < 1_000; count += 1) turns.want(`inc-${count}`);
  expect([turns.waiting(), done, looks]).toEqual([1_000, [], 1_000]);
  await clock.passes(3_000);
  expect(done).toHaveLength(12);
  for (let count = 0; count < 1_000; count += 1) turns.want(`more-${count}`);
  // One look for each that was added, thirteen through those that waited.
  expect(looks).toBeLessThan(1_000 + 13 * 1_000 + 1_001);
  await clock.passes(60_000);
  expect(done).toHaveLength(24);
  await turns.close();
});
