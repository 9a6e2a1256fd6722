import { describe, expect, it } from 'vitest';
import { emptyReadings } from '../../src/bot/readings.ts';
import { exportReadings, importReadings } from '../../src/bot/readings-snapshot.ts';
import { apply } from '../../src/bot/stream-readers.ts';
import { sweep } from '../../src/bot/sweep.ts';
import { incidentStream } from '../../src/core/alert/correlation-index.ts';
import type { IncidentEvent } from '../../src/core/incident/event.ts';
import { closed, fired, firing, opened, resolved } from '../core/incident/given-incident.ts';
import { startSmallBot } from '../fakes/small-bot.ts';

it('readings that were written down as JSON know every alert, and go on from there', () => {
  const before = emptyReadings();
  for (const recorded of past(
    opened(),
    fired(firing('web-1'), firing('web-2')),
    resolved('web-1'),
  )) {
    apply(before, recorded);
  }
  const after = importReadings(JSON.parse(JSON.stringify(exportReadings(before))));
  expect(after.incidents).toEqual(before.incidents);
  expect(after.correlation).toEqual(before.correlation);

  const ending = past(opened(), opened(), opened(), resolved('web-2'), closed()).slice(3);
  for (const recorded of ending) apply(after, recorded);
  expect(after.incidents.get('inc-1')).toMatchObject({
    version: 5,
    state: { status: 'resolved', firing: 0 },
  });
});

function past(...events: readonly IncidentEvent[]) {
  return events.map((event, index) => {
    const header = {
      version: index + 1,
      position: index + 1,
      at: 1000,
      by: 'tocsin',
      cause: 'test',
    };
    return { stream: incidentStream('inc-1'), ...header, event };
  });
}

describe('an incident that memory let go', () => {
  it('is read back with its operations, and let go again', async () => {
    const { bot, clock, declares, says, types } = await startSmallBot();
    const incident = await declares();
    await says('ana', 'restart', { incident });
    const [operation = ''] = bot.engine.readings.operations.keys();
    await says('ana', `cancel ${operation}`, { incident });
    await says('ana', 'resolve', { incident });
    const before = await bot.threads.desired(incident);
    expect(JSON.stringify(before)).toContain(operation);

    await clock.passes(60 * 60_000);
    sweep(bot.engine.readings, clock.now());
    expect(bot.engine.readings.incidents.size).toBe(0);
    expect(bot.engine.readings.operations.size).toBe(0);

    expect(await bot.threads.desired(incident)).toEqual(before);
    // Somebody remembers something the day after: the thread is shown anew, whole.
    await says('ana', 'note "it was the cache"', { incident });
    expect(JSON.stringify(await bot.threads.desired(incident))).toContain(operation);
    expect(types().at(-1)).toBe('NoteAdded');

    sweep(bot.engine.readings, clock.now());
    expect(bot.engine.readings.incidents.size).toBe(0);
    expect(bot.engine.readings.operations.size).toBe(0);
  });

  it('and an operation asked outside any is let go again after it was looked up', async () => {
    const { bot, clock, says } = await startSmallBot();
    await says('ana', 'restart checkout env=production');
    const [operation = ''] = bot.engine.readings.operations.keys();
    await says('ana', `cancel ${operation}`);
    await clock.passes(2 * 60 * 60_000);
    sweep(bot.engine.readings, clock.now());
    expect(bot.engine.readings.operations.size).toBe(0);
    expect(await bot.engine.operation(operation)).toMatchObject({ status: 'cancelled' });
    sweep(bot.engine.readings, clock.now());
    expect(bot.engine.readings.operations.size).toBe(0);
  });
});
