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
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import {
  evolve,
  type IncidentState,
  initialIncident,
} from '../../../src/core/incident/incident.ts';
import type { IncidentIntent, MoveIntent } from '../../../src/core/incident/intent.ts';
import { mergeIncidents } from '../../../src/core/incident/merge.ts';
import { exportIncident, importIncident } from '../../../src/core/incident/snapshot.ts';
import { splitIncident } from '../../../src/core/incident/split.ts';

/** Deliveries, correlation and incidents together, as the engine runs them, without a journal. */
export interface World {
  readonly incidents: ReadonlyMap<string, IncidentState>;
  deliver(delivery: Delivery, now: number): void;
  tell(incident: string, intent: IncidentIntent): void;
  /** What is moved between two of them; the code of what refuses it. */
  move(intent: MoveIntent): string | undefined;
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
    const state = incidents.get(incident) ?? initialIncident();
    happen(incident, decide(intent, state), intent.at);
  }

  function move(intent: MoveIntent): string | undefined {
    const [one, two] = [intent.incident, intent.other].map(
      (id) => incidents.get(id) ?? initialIncident(),
    );
    if (!one || !two) return 'NOTHING';
    const both =
      intent.type === 'MergeIncidents'
        ? mergeIncidents(intent, one, two)
        : splitIncident(intent, one, two);
    happen(intent.incident, both.incident, intent.at);
    happen(intent.other, both.other, intent.at);
    const refusal = both.incident.find((event) => event.type === 'RequestRefused');
    return refusal?.problem.code;
  }

  function happen(incident: string, events: readonly IncidentEvent[], at: number): void {
    let state = incidents.get(incident) ?? initialIncident();
    for (const event of events) {
      const recorded = {
        stream: incidentStream(incident),
        version: 1,
        position: 1,
        at,
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
    move,
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
