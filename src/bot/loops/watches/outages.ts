import type { Sha256 } from '../../../core/event.ts';
import type { Incident } from '../../../core/incident/incident.ts';
import { watchDown, watchProposer } from '../../../core/incident/watch.ts';
import type { Journal } from '../../../core/ports/journal.ts';
import { type Problem, ProblemError, problem } from '../../../core/problem.ts';
import type { Settings } from '../../../core/settings.ts';
import { watchWhy } from '../../../core/view/watch-words.ts';
import type { Words } from '../../../core/view/words.ts';
import {
  evolveWatch,
  initialWatch,
  type WatchEvent,
  type WatchState,
} from '../../../core/watch.ts';
import type { Clock } from '../../clock.ts';
import type { Engine } from '../../engine.ts';
import type { Proposals } from '../../proposals.ts';
import { replay } from '../../replay.ts';
import type { Watch, WatchesLoopOptions } from './index.ts';

export interface OutagesOptions {
  readonly journal: Pick<Journal, 'append' | 'read'>;
  readonly engine: Engine;
  readonly proposals: Pick<Proposals, 'propose'>;
  readonly openIncidents: () => readonly Incident[];
  readonly settings: () => Settings;
  readonly words: Words;
  readonly clock: Clock;
  readonly sha256: Sha256;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

interface HeldWatch {
  readonly state: WatchState;
  readonly version: number;
  /** The outage of which everything is on the record that comes of it. */
  readonly told: number;
}

/**
 * What an outage means: it goes on the record of the watch first, with the incident that it is said in; then it is said
 * there, and proposed. Each has a cause or a key of its own, so that it is once, however often it is told.
 */
export function createOutages(options: OutagesOptions): WatchesLoopOptions['outages'] {
  const { journal, engine, clock } = options;
  const held = new Map<string, HeldWatch>();

  async function load(name: string): Promise<HeldWatch> {
    const known = held.get(name);
    if (known) return known;
    const events = await journal.read(streamOf(name));
    const loaded = {
      ...replay<WatchState, WatchEvent>(events, initialWatch, evolveWatch),
      told: 0,
    };
    held.set(name, loaded);
    return loaded;
  }

  async function append(name: string, before: HeldWatch, event: WatchEvent): Promise<HeldWatch> {
    const { version, state } = before;
    const stream = streamOf(name);
    const appended = await journal.append([{ stream, expectedVersion: version, events: [event] }], {
      cause: `${stream}/${event.type}/${event.outage}`,
      by: `watch:${name}`,
    });
    if (!appended.ok || appended.repeated) {
      // Somebody else has watched it meanwhile: what they found is read at the next check.
      held.delete(name);
      throw new ProblemError(problem('STREAM_CONTENDED', { turns: 1 }));
    }
    const after = {
      ...before,
      state: evolveWatch(state, event, { at: clock.now() }),
      version: version + 1,
    };
    held.set(name, after);
    return after;
  }

  async function failed(
    watch: Watch,
    found: { readonly strikes: number; readonly problem: Problem },
  ): Promise<void> {
    const known = await load(watch.name);
    const { down } = known.state;
    if (down && known.told === down.outage) return;
    const outage = down?.outage ?? known.state.outages + 1;
    const intent = watchDown(watch, found, {
      ...{ settings: options.settings(), outage, last: lastOf(known.state) },
      ...{ open: options.openIncidents(), now: clock.now(), sha256: options.sha256 },
    });
    const { incident } = down ?? intent;
    const begun = down
      ? known
      : await append(watch.name, known, { type: 'WatchFailed', v: 1, outage, incident, ...found });
    const telling = { cause: causeOf(watch, outage, 'down'), by: `watch:${watch.name}` };
    await engine.tellIncident(incident, { ...intent, incident }, telling);
    await propose(watch, { ...found, incident, outage });
    held.set(watch.name, { ...begun, told: outage });
  }

  /** An incident of a watch, resolved so lately that what happens again belongs into its thread. */
  function lastOf({ last = '' }: WatchState): Incident | undefined {
    const state = engine.readings.incidents.get(last)?.state;
    if (state?.status !== 'resolved' || state.opened.origin !== 'watch') return undefined;
    const overMs = clock.now() - (state.resolved?.at ?? 0);
    return overMs < engine.readings.correlation.sameThreadMs ? state : undefined;
  }

  async function propose(
    { name, line, expiresMs }: Watch,
    found: {
      readonly strikes: number;
      readonly problem: Problem;
      readonly incident: string;
      readonly outage: number;
    },
  ): Promise<void> {
    const made = await options.proposals.propose({
      proposer: watchProposer(name),
      incident: found.incident,
      line,
      why: watchWhy(found.strikes, found.problem, options.words),
      until: clock.now() + expiresMs,
      key: `outage-${found.outage}`,
    });
    if ('code' in made) {
      options.log('a watch proposes nothing', { watch: name, code: made.code, ...made.facts });
    }
  }

  async function recovered(watch: Watch): Promise<void> {
    const known = await load(watch.name);
    const { down } = known.state;
    if (!down) return;
    const at = clock.now();
    const up = { type: 'WatchUp', at, watch: watch.name, lastedMs: at - down.since } as const;
    const telling = { cause: causeOf(watch, down.outage, 'up'), by: `watch:${watch.name}` };
    await engine.tellIncident(down.incident, up, telling);
    await append(watch.name, known, { type: 'WatchRecovered', v: 1, outage: down.outage });
  }

  return { failed, recovered };
}

function streamOf(watch: string): string {
  return `watch/${watch}`;
}

function causeOf({ name }: Watch, outage: number, what: 'down' | 'up'): string {
  return `watch/${name}/${outage}/${what}`;
}
