import { hash } from 'node:crypto';
import type { Delivery } from '../../../src/core/alert/alert.ts';
import {
  exportIndex,
  importIndex,
  incidentStream,
  newCorrelationIndex,
  track,
} from '../../../src/core/alert/correlation-index.ts';
import { type Intake, receiveIntents } from '../../../src/core/alert/intake.ts';
import { decide } from '../../../src/core/incident/decide.ts';
import {
  evolve,
  type IncidentState,
  initialIncident,
} from '../../../src/core/incident/incident.ts';
import type { IncidentIntent } from '../../../src/core/incident/intent.ts';
import { exportIncident, importIncident } from '../../../src/core/incident/snapshot.ts';

/** Deliveries, correlation and incidents together, as the engine runs them, without a journal. */
export interface World {
  readonly incidents: ReadonlyMap<string, IncidentState>;
  deliver(delivery: Delivery, now: number): void;
  tell(incident: string, intent: IncidentIntent): void;
  /** What is in memory comes from a snapshot. */
  restart(): void;
  /** The same world under another configuration. */
  with(more: Partial<WorldSettings>): World;
  /** How many texts were hashed. */
  hashes(): number;
}

type WorldSettings = Intake['settings'];

const plain: WorldSettings = {
  catalog: { services: [] },
  routes: { routes: [], otherwise: { match: {}, places: {}, notify: 'sre' } },
};

export function newWorld(more: Partial<WorldSettings> = {}): World {
  let index = newCorrelationIndex();
  const incidents = new Map<string, IncidentState>();
  let settings = { ...plain, ...more };
  let hashes = 0;

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

  const world: World = {
    incidents,
    tell,
    hashes: () => hashes,
    with(others) {
      settings = { ...plain, ...others };
      return world;
    },
    deliver(delivery, now) {
      const sha256 = (text: string) => {
        hashes += 1;
        return hash('sha256', text);
      };
      const intake = { settings, index, now, sha256, sourceAnswers: true };
      for (const intent of receiveIntents(delivery, intake)) tell(intent.incident, intent);
    },
    restart() {
      index = importIndex(JSON.parse(JSON.stringify(exportIndex(index))));
      for (const [id, state] of incidents) {
        incidents.set(id, importIncident(JSON.parse(JSON.stringify(exportIncident(state)))));
      }
    },
  };
  return world;
}
