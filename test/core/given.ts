import { expect } from 'vitest';

/** What `evolve` is told beside the event itself. */
export interface Meta {
  readonly at: number;
  readonly by: string;
  readonly cause: string;
  readonly position: number;
}

export interface Decider<State, Event, Intent> {
  readonly initial: () => State;
  readonly decide: (intent: Intent, state: State) => readonly Event[];
  readonly evolve: (state: State, event: Event, meta: Meta) => State;
}

/** A past event: as it is (one second after the one before it), or with its own time and author. */
export type Past<Event> =
  | Event
  | { readonly event: Event; readonly at: number; readonly by: string };

export interface When<State, Event, Intent> {
  /** The state those events lead to. */
  readonly state: () => State;
  when(intent: Intent): Then<State, Event>;
}

export interface Then<State, Event> {
  /** What was decided, for tests that look closer. */
  readonly events: readonly Event[];
  /** Exactly these events, in this order; none means the decision stays quiet. */
  then(...expected: readonly Event[]): Then<State, Event>;
  /** The state after what was decided. */
  state(): State;
}

/** Where virtual time starts in all tests: 2026-11-20 03:00:00 UTC. */
export const T0 = Date.UTC(2026, 10, 20, 3, 0, 0);

/** `given(...events).when(intent).then(...events)` for any pair of decide and evolve. Every call starts afresh. */
export function givenFor<State, Event extends { readonly type: string }, Intent>(
  decider: Decider<State, Event, Intent>,
): (...past: readonly Past<Event>[]) => When<State, Event, Intent> {
  return (...past) => {
    const replay = () => evolveAll(decider, past, { state: decider.initial(), from: 0 });
    return {
      state: replay,
      when(intent) {
        const events = decider.decide(intent, replay());
        const then: Then<State, Event> = {
          events,
          then(...expected) {
            expect(events).toEqual(expected);
            return then;
          },
          state: () => evolveAll(decider, events, { state: replay(), from: past.length }),
        };
        return then;
      },
    };
  };
}

function evolveAll<State, Event extends { readonly type: string }, Intent>(
  decider: Decider<State, Event, Intent>,
  past: readonly Past<Event>[],
  start: { readonly state: State; readonly from: number },
): State {
  return past.reduce((state, item, index) => {
    const position = start.from + index + 1;
    const told = 'event' in item ? item : { event: item, at: T0 + position * 1000, by: 'tocsin' };
    const meta = { at: told.at, by: told.by, cause: `test:${position}`, position };
    return decider.evolve(state, told.event, meta);
  }, start.state);
}
