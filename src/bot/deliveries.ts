import { coalesce } from '../core/alert/intake.ts';
import { decide as decideIncident } from '../core/incident/decide.ts';
import { type IncidentState, initialIncident } from '../core/incident/incident.ts';
import type { AppendContext, Journal } from '../core/ports/journal.ts';
import { type Batch, joins } from './batch.ts';
import type { Decided, Delivered, Told } from './engine.ts';
import { arrive } from './moves.ts';
import { type Held, type Readings, streamOf } from './readings.ts';
import { type Successor, successorOf } from './successor.ts';
import { verdict, written } from './told.ts';
import type { Turns } from './turns.ts';

export interface DeliveriesDeps {
  readonly journal: Pick<Journal, 'read'>;
  readonly sha256: (text: string) => string;
  readonly readings: Readings;
  readonly turns: Turns;
  readonly incidentOf: (id: string) => Promise<Held<IncidentState>>;
  /** Decides until it fits; `conflicted` is told which stream another process wrote to in between. */
  readonly commit: (
    work: () => Decided | Promise<Decided>,
    context: AppendContext,
    conflicted?: (stream: string) => Promise<void>,
  ) => Promise<Told>;
  /** Memory takes in what the store has of a stream. */
  readonly catchUp: (stream: string) => Promise<void>;
}

const unopened: Held<IncidentState> = { state: initialIncident(), version: 0 };

const untold: Promise<Told> = Promise.resolve({ changed: false });

/**
 * How what sources deliver reaches its incident: those that meet while its turn is taken are decided together, and each finds
 * the incident that it belongs to by then.
 */
export function createDeliveries(deps: DeliveriesDeps) {
  const { journal, sha256, readings, turns, incidentOf, commit, catchUp } = deps;
  const waiting = new Map<string, Batch<Told>>();

  /**
   * Memory has taken in the whole journal, and holds every incident that may still go on: for another one the store is
   * not asked. Where one of its name stands there, the append meets its version: see `deliver`.
   */
  function isNew({ incident, key, ordinal }: Delivered): boolean {
    const { byKey, byIncident } = readings.correlation;
    // A group that shares an alert joins an incident that its own key does not know yet.
    if (byIncident.has(incident)) return false;
    const last = byKey.get(key);
    return last === undefined || last.ordinal < ordinal;
  }

  function receive(intent: Delivered, context: AppendContext): Promise<Told> {
    const id = intent.incident;
    const stream = streamOf('incident', id);
    const inTurn = (now: () => Delivered) =>
      arrive(now, {
        ...{ stream, turns, index: readings.correlation },
        deliver: (it) => deliver(it, context),
        again: (it, n) => receive(it, { ...context, cause: `${context.cause}/${n}` }),
      });
    if (intent.type !== 'ReceiveAlerts') return inTurn(() => intent);
    const queued = waiting.get(id);
    if (queued && joins(queued, intent)) return queued.told;
    const alerts = intent.observations.length;
    const batch: Batch<Told> = { intents: [intent], alerts, told: untold };
    waiting.set(id, batch);
    batch.told = inTurn(() => {
      // From here on nobody joins: what arrives now waits for the next turn.
      if (waiting.get(id) === batch) waiting.delete(id);
      return coalesce(intent, ...batch.intents.slice(1));
    });
    return batch.told;
  }

  /** To the incident it names, or to the one that followed it: memory forgets which ordinals a key has had. */
  async function deliver(intent: Delivered, context: AppendContext): Promise<Told> {
    const { incident: id, key, ordinal } = intent;
    const last = readings.correlation.byKey.get(key);
    // While it waited for its turn, another delivery found out.
    if (last && last.ordinal > ordinal && !readings.correlation.byIncident.has(id)) {
      return receive({ ...intent, ...last }, context);
    }
    let instead: Successor | undefined;
    const told = await commit(
      async () => {
        if (instead) return { writes: [], told: { changed: false } };
        const { state, version } = isNew(intent) ? unopened : await incidentOf(id);
        const events = decideIncident(intent, state);
        return {
          writes: written(streamOf('incident', id), version, events),
          told: verdict(events),
        };
      },
      context,
      async (stream) => {
        if (!isNew(intent)) return catchUp(stream);
        const { sameThreadMs } = readings.correlation;
        const deps = { journal, sha256, now: intent.at, sameThreadMs };
        const found = await successorOf(key, ordinal, deps);
        if (found.stands) await catchUp(streamOf('incident', found.incident));
        if (found.incident !== id) instead = found;
      },
    );
    if (!instead) return told;
    const { incident, ordinal: next } = instead;
    return receive({ ...intent, incident, ordinal: next }, context);
  }

  return receive;
}
