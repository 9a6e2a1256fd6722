import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/incident/decide.ts';
import { exportIncident, importIncident } from '../../../src/core/incident/snapshot.ts';
import { incidentCard } from '../../../src/core/view/incident-card.ts';
import { T0 } from '../given.ts';
import {
  fired,
  firing,
  given,
  incidentOf,
  opened,
  receive,
  resolved,
  stopped,
} from './given-incident.ts';

describe('an incident that was written down as JSON and read again', () => {
  const state = given(opened(), fired(firing('web-1'), firing('web-2')), resolved('web-1')).state();
  const again = importIncident(JSON.parse(JSON.stringify(exportIncident(state))));

  it('shows the same', () => {
    const words = { names: new Map<string, string>(), book: {} };
    expect(incidentCard(incidentOf(again), words)).toEqual(incidentCard(incidentOf(state), words));
    expect(again).toEqual(state);
  });

  it('goes on the same', () => {
    const intent = receive([stopped('web-2'), firing('web-1', { startsAt: T0 + 1 })]);
    expect(decide(intent, again)).toEqual(decide(intent, state));
  });

  it('may be none', () => {
    expect(importIncident(exportIncident({ status: 'none' }))).toEqual({ status: 'none' });
  });
});
