import { describe, expect, it } from 'vitest';
import type { IncidentEvent, IncidentOpened } from '../../../src/core/incident/event.ts';
import { evolve, type Incident, initialIncident } from '../../../src/core/incident/incident.ts';
import { isPrivate, type Members, sees } from '../../../src/core/incident/privacy.ts';
import { T0 } from '../given.ts';
import { ana, ben, cleo, eve } from '../operation/sample.ts';

const meta = { at: T0, by: 'ana', cause: 'c', position: 1 };

function incident(members: Members | undefined, ...more: readonly IncidentEvent[]): Incident {
  const opened = {
    type: 'IncidentOpened',
    v: 1,
    incident: 'inc-1',
    origin: 'person',
    title: 'a leak',
    severity: 'major',
    places: {},
    ...(members && { members }),
  } as IncidentOpened;
  const state = [opened, ...more].reduce(
    (next, event) => evolve(next, event, meta),
    initialIncident(),
  );
  if (state.status === 'none') throw new Error('it did not open');
  return state;
}

describe('an incident', () => {
  it('that is not private is seen by everybody, known or not', () => {
    const open = incident(undefined);
    expect(isPrivate(open)).toBe(false);
    expect([undefined, eve].map((by) => sees(by, open))).toEqual([true, true]);
  });

  it('that is private is seen by its people, its groups and nobody else', () => {
    const hidden = incident({ people: ['eve'], groups: ['dba'] });
    expect(isPrivate(hidden)).toBe(true);
    expect([ana, cleo, eve].map((by) => sees(by, hidden))).toEqual([true, true, true]);
    expect([ben, undefined].map((by) => sees(by, hidden))).toEqual([false, false]);
  });

  it('that is private is seen by whoever it was assigned to, also after it was handed on', () => {
    const assigned = (to: string) =>
      ({ type: 'IncidentAssigned', v: 1, person: 'eve', surface: 'console', to }) as const;
    const handed = incident({ people: ['eve'], groups: [] }, assigned('ben'), assigned('cleo'));
    expect([ben, cleo, ana].map((by) => sees(by, handed))).toEqual([true, true, false]);
  });

  it('that is private with no members is nobody’s', () => {
    expect(sees(ana, incident({ people: [], groups: [] }))).toBe(false);
  });
});
