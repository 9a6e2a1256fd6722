import {
  type AskIntent,
  type AskPace,
  approversDue,
  nextAskAt,
} from '../../core/operation/asking.ts';
import type { OperationState } from '../../core/operation/operation.ts';
import type { Card } from '../../core/view/card.ts';
import type { Clock } from '../clock.ts';
import type { Engine, Told } from '../engine.ts';
import type { Whisperer } from '../whisperer.ts';

export interface AskingLoopOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Undefined where nobody is to be asked directly. */
  readonly pace: () => AskPace | undefined;
  /** Of a group, in the order in which they are to be asked. */
  readonly members: (group: string) => readonly string[];
  /** Who is on call for it: they are asked before all others. */
  readonly onCall?: (operation: OperationState) => readonly string[];
  /** Whether this person wants no messages about what that one asks for. */
  readonly isMuted: (person: string, requester: string) => boolean;
  /** Whether this person may know of the plan: one of a private incident is its members' alone. */
  readonly maySee: (person: string, operation: OperationState) => boolean;
  readonly card: (operation: OperationState) => Card;
  readonly whisper: Whisperer;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface AskingLoop {
  /** Looks at every plan that waits. */
  start(): void;
  wake(operation: string): void;
  close(): Promise<void>;
}

/** After an append that failed: look again this much later. */
const retryMs = 5000;

/**
 * Asks approvers directly, in order, the next one after a while. Level-triggered: who was asked stands on the record
 * before they are, so that a restart asks nobody twice; one who could not be reached is passed over.
 */
export function createAskingLoop(options: AskingLoopOptions): AskingLoop {
  const { engine, clock, log } = options;
  const turning = new Map<string, { again: boolean; done: Promise<void> }>();
  const timers = new Map<string, () => void>();
  let closed = false;

  function wake(id: string): void {
    if (closed) return;
    const running = turning.get(id);
    if (running) {
      running.again = true;
      return;
    }
    timers.get(id)?.();
    timers.delete(id);
    const entry = { again: false, done: Promise.resolve() };
    turning.set(id, entry);
    entry.done = turn(id)
      .catch((error: unknown) => {
        log('asking turn failed', { operation: id, error });
        return clock.now() + retryMs;
      })
      .then((nextAt) => {
        turning.delete(id);
        if (entry.again) wake(id);
        else if (nextAt !== undefined && !closed) later(id, nextAt - clock.now());
      });
  }

  function later(id: string, ms: number): void {
    const due = clock.after(Math.max(0, ms), () => {
      timers.delete(id);
      wake(id);
    });
    timers.set(id, due);
  }

  /** As far as it goes now. Answers when the next one's turn comes. */
  async function turn(id: string): Promise<number | undefined> {
    while (!closed) {
      const state = engine.readings.operations.get(id)?.state;
      const pace = options.pace();
      if (state?.status !== 'waiting' || !pace) return undefined;
      const first = options.onCall?.(state) ?? [];
      const question = { at: clock.now(), pace, members: options.members, first };
      const due = approversDue(state, question);
      if (due.length === 0) return nextAskAt(state, question);
      for (const person of due) await ask(state, person);
    }
    return undefined;
  }

  async function ask(state: OperationState, person: string): Promise<void> {
    const requester = state.asked?.requester.person ?? '';
    if (options.isMuted(person, requester)) {
      await pass(state, person, `muted ${requester}`);
      return;
    }
    if (!options.maySee(person, state)) {
      await pass(state, person, 'no member of the private incident');
      return;
    }
    if (!options.whisper.reaches(person)) {
      await pass(state, person, 'no account to write to');
      return;
    }
    const told = await tell(state, { type: 'AskApprover', at: clock.now(), person });
    if (!told.changed) return;
    const { on, why } = await options.whisper.tell(
      person,
      options.card(state),
      state.asked?.incident || state.id,
    );
    if (on.length === 0) await pass(state, person, why.join(', '));
  }

  async function pass(state: OperationState, person: string, why: string): Promise<void> {
    await tell(state, { type: 'PassApprover', at: clock.now(), person, why });
  }

  /** Asked again after approvals were taken back, a person is asked in another turn: the version tells them apart. */
  function tell({ id }: OperationState, intent: AskIntent): Promise<Told> {
    const version = engine.readings.operations.get(id)?.version ?? 0;
    const cause = `asking/${id}/${version}/${intent.type}/${intent.person}`;
    return engine.tellOperation(id, intent, { cause, by: 'tocsin' });
  }

  return {
    start() {
      for (const [id, { state }] of engine.readings.operations) {
        if (state.status === 'waiting') wake(id);
      }
    },
    wake(id) {
      const status = engine.readings.operations.get(id)?.state.status;
      if (status === 'waiting') wake(id);
    },
    async close() {
      closed = true;
      for (const cancel of timers.values()) cancel();
      await Promise.all([...turning.values()].map(({ done }) => done));
    },
  };
}
