import { expect, it } from 'vitest';
import { apply, emptyReadings, exportReadings, importReadings } from '../../src/bot/readings.ts';
import { incidentStream } from '../../src/core/alert/correlate.ts';
import type { IncidentEvent } from '../../src/core/incident/event.ts';
import { closed, fired, firing, opened, resolved } from '../core/incident/given-incident.ts';

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
