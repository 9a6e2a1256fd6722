import type { Observation } from '../core/alert/alert.ts';
import type { CorrelationIndex } from '../core/alert/correlation-index.ts';
import { holderOf } from '../core/alert/correlation-index.ts';
import type { IncidentState } from '../core/incident/incident.ts';
import type { MoveIntent } from '../core/incident/intent.ts';
import { mergeIncidents } from '../core/incident/merge.ts';
import { splitIncident } from '../core/incident/split.ts';
import { withOrigin } from '../core/origin.ts';
import type { AppendContext, StreamWrite } from '../core/ports/journal.ts';
import type { Delivered, Told } from './engine.ts';
import { type Held, streamOf } from './readings.ts';
import { verdict, written } from './told.ts';
import type { Turns } from './turns.ts';

export interface MovesDeps {
  readonly turns: Turns;
  readonly incidentOf: (id: string) => Promise<Held<IncidentState>>;
  readonly commit: (
    work: () => Promise<{ readonly writes: readonly StreamWrite[]; readonly told: Told }>,
    context: AppendContext,
  ) => Promise<Told>;
}

/** What people move between two incidents: decided on both, and on disk for both at once. */
export function createMoves({ turns, incidentOf, commit }: MovesDeps) {
  return (intent: MoveIntent, context: AppendContext): Promise<Told> => {
    const { incident, other, by } = intent;
    const streams = [incident, other].map((id) => streamOf('incident', id));
    return turns.take(streams, () =>
      commit(async () => {
        const one = await incidentOf(incident);
        const two = await incidentOf(other);
        const both =
          intent.type === 'MergeIncidents'
            ? mergeIncidents(intent, one.state, two.state)
            : splitIncident(intent, one.state, two.state);
        const [first = '', second = ''] = streams;
        return {
          writes: [
            ...written(first, one.version, withOrigin(both.incident, by)),
            ...written(second, two.version, withOrigin(both.other, by)),
          ],
          told: verdict(both.incident),
        };
      }, context),
    );
  };
}

/** Delivers in the turn of its incident; what people moved meanwhile is told where it is now, once the turn is over. */
export async function arrive(
  now: () => Delivered,
  way: {
    readonly stream: string;
    readonly turns: Turns;
    readonly index: CorrelationIndex;
    readonly deliver: (intent: Delivered) => Promise<Told>;
    readonly again: (intent: Delivered, number: number) => Promise<Told>;
  },
): Promise<Told> {
  let moved: readonly Delivered[] = [];
  const told = await way.turns.take([way.stream], () => {
    const { here, elsewhere } = addressed(way.index, now());
    moved = elsewhere;
    return here ? way.deliver(here) : Promise.resolve({ changed: false });
  });
  if (moved.length === 0) return told;
  const others = await Promise.all(moved.map((each, number) => way.again(each, number)));
  return { ...told, changed: told.changed || others.some(({ changed }) => changed) };
}

/**
 * What was addressed before people moved something, where it belongs by now: the first stays where it was addressed to, and
 * is absent where nothing of it does.
 */
function addressed<D extends Delivered>(
  index: CorrelationIndex,
  intent: D,
): { readonly here?: D; readonly elsewhere: readonly D[] } {
  const { byIncident, moves } = index;
  const into = byIncident.get(intent.incident)?.mergedInto;
  if (into !== undefined) return { elsewhere: [{ ...intent, incident: into }] };
  if (moves === 0 || intent.type !== 'ReceiveAlerts') return { here: intent, elsewhere: [] };
  const here: Observation[] = [];
  const others = new Map<string, Observation[]>();
  for (const observation of intent.observations) {
    const holder = holderOf(index, intent.source, observation.fingerprint) ?? intent.incident;
    if (holder === intent.incident) here.push(observation);
    else if (others.get(holder)?.push(observation) === undefined) {
      others.set(holder, [observation]);
    }
  }
  if (others.size === 0) return { here: intent, elsewhere: [] };
  const elsewhere = [...others].map(([incident, observations]) => {
    const { key = intent.key, ordinal = intent.ordinal } = byIncident.get(incident) ?? {};
    return { ...intent, incident, key, ordinal, observations };
  });
  return here.length === 0 ? { elsewhere } : { here: { ...intent, observations: here }, elsewhere };
}
