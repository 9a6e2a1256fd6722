import { hash } from 'node:crypto';
import type { Delivery } from '../../../src/core/alert/alert.ts';
import {
  incidentStream,
  newCorrelationIndex,
  track,
} from '../../../src/core/alert/correlation-index.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import { decide } from '../../../src/core/incident/decide.ts';
import {
  evolve,
  type IncidentState,
  initialIncident,
} from '../../../src/core/incident/incident.ts';
import type { IncidentIntent } from '../../../src/core/incident/intent.ts';

/** Deliveries, correlation and incidents together, as the engine runs them, without a journal. */
export interface World {
  readonly incidents: ReadonlyMap<string, IncidentState>;
  deliver(delivery: Delivery, now: number): void;
  tell(incident: string, intent: IncidentIntent): void;
}

export function newWorld(): World {
  const index = newCorrelationIndex();
  const incidents = new Map<string, IncidentState>();
  const settings = {
    catalog: { services: [] },
    routes: { routes: [], otherwise: { match: {}, places: {}, notify: 'sre' } },
  };

  function tell(incident: string, intent: IncidentIntent): void {
    let state = incidents.get(incident) ?? initialIncident();
    for (const event of decide(intent, state)) {
      const recorded = {
        stream: incidentStream(incident),
        version: 1,
        position: 1,
        at: intent.at,
        by: 'test',
        cause: 'test',
        event,
      };
      state = evolve(state, event, recorded);
      track(index, recorded);
    }
    if (state.status !== 'none') incidents.set(incident, state);
  }

  return {
    incidents,
    tell,
    deliver(delivery, now) {
      const sha256 = (text: string) => hash('sha256', text);
      const intent = receiveIntent(delivery, { settings, index, now, sha256, sourceAnswers: true });
      tell(intent.incident, intent);
    },
  };
}
