import { expect, it } from 'vitest';
import type { Event, Recorded } from '../../../src/core/event.ts';
import { trailOf } from '../../../src/core/record/trail.ts';
import { asked, planned, sha256, T0 } from '../operation/sample.ts';

function at(stream: string, version: number, position: number, event: Event): Recorded {
  return { stream, version, position, at: T0, by: 'ana', cause: `c-${position}`, event };
}

const opened = {
  type: 'IncidentOpened',
  v: 1,
  incident: 'inc-1',
  origin: 'person',
  title: 'it is slow',
  severity: 'warning',
  service: 'checkout',
  environment: 'production',
  where: { surface: 'slack/main', account: 'T01/U01' },
};

it('is one story by the places in the journal, whatever the streams', () => {
  const incident = [
    at('incident/inc-1', 1, 1, opened),
    at('incident/inc-1', 2, 4, { type: 'NoteAdded', v: 1, ...{ person: 'ben', text: 'cold' } }),
  ];
  const operation = [at('operation/op-41', 1, 2, asked), at('operation/op-41', 2, 3, planned())];
  const rows = trailOf([incident, operation], sha256);
  expect(rows.map(({ position, event }) => [position, event])).toEqual([
    [1, 'IncidentOpened'],
    [2, 'OperationAsked'],
    [3, 'OperationPlanned'],
    [4, 'NoteAdded'],
  ]);
  expect(rows[0]).toMatchObject({
    person: 'ana',
    surface: 'slack/main',
    workspace: 'T01',
    what: 'it is slow',
    target: 'checkout · production',
  });
  expect(rows[3]).toMatchObject({ person: 'ben', what: 'cold' });
});

it('reads streams and events that it does not know by what they name', () => {
  const strange = { type: 'SomethingNew', v: 1, person: 'ana', reason: 'why not' };
  const [row] = trailOf([[at('halt/all', 1, 9, strange)]], sha256);
  expect(row).toMatchObject({ event: 'SomethingNew', person: 'ana', reason: 'why not' });
});

it('of nothing is nothing', () => {
  expect(trailOf([[], []], sha256)).toEqual([]);
});
