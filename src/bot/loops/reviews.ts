import { isReminderDue, isReviewOpen, reviewers } from '../../core/operation/glass.ts';
import type { OperationState } from '../../core/operation/operation.ts';
import { reviewCard } from '../../core/view/glass.ts';
import type { Words } from '../../core/view/words.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import type { TellSecurity } from '../security/notices.ts';
import type { Whisperer } from '../whisperer.ts';

export interface ReviewsLoopOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly words: Words;
  /** Whom a group names, at this moment. */
  readonly members: (group: string) => readonly string[];
  readonly tellSecurity: TellSecurity;
  /** Whether this person may know of it: what was done in a private incident is its members' alone. */
  readonly maySee: (person: string, operation: OperationState) => boolean;
  readonly whisper: Whisperer;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface ReviewsLoop {
  start(): void;
  /** One look at everything; the timer's, and a test's. */
  turn(): Promise<void>;
  wake(): void;
  close(): Promise<void>;
}

const everyMs = 60_000;

/** Brings each broken glass to where it is seen, and asks for its review until somebody closes it. */
export function createReviewsLoop(options: ReviewsLoopOptions): ReviewsLoop {
  const { engine, clock, log } = options;
  /** Those that security was told of by this process; told again they would change nothing. */
  const told = new Set<string>();
  let stop: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;

  function wake(): void {
    if (closed) return;
    if (running) {
      again = true;
      return;
    }
    stop?.();
    running = turn()
      .catch((error: unknown) => log('reviews turn failed', { error }))
      .then(() => {
        running = undefined;
        if (again) {
          again = false;
          wake();
        } else if (!closed) stop = clock.after(everyMs, wake);
      });
  }

  async function turn(): Promise<void> {
    for (const { state } of engine.readings.operations.values()) {
      if (!isReviewOpen(state)) continue;
      await notice(state);
      await remind(state);
    }
  }

  async function notice({ id, glass, asked, hash = '' }: OperationState): Promise<void> {
    if (!glass || told.has(id)) return;
    const { person, surface } = glass.evidence;
    const what = { operation: id, line: asked?.line ?? '', hash: hash.slice(0, 10) };
    await options.tellSecurity(
      {
        kind: 'glass-broken',
        facts: { person, surface, reason: glass.reason, rule: glass.rule, ...what },
      },
      { cause: `reviews/${id}/broken`, by: 'tocsin' },
    );
    told.add(id);
  }

  async function remind(state: OperationState): Promise<void> {
    const { id, glass, rule, asked } = state;
    const at = clock.now();
    if (!glass || !isReminderDue(glass, at)) return;
    const called = reviewers(rule).map((group) => ({ group, people: options.members(group) }));
    const turns = glass.reminders.length + 1;
    const done = await engine.tellOperation(
      id,
      { type: 'RemindReview', at, called },
      { cause: `reviews/${id}/reminded/${turns}`, by: 'tocsin' },
    );
    if (!done.changed) return;
    const thread = asked?.incident || id;
    const own = [glass.evidence.person, asked?.requester.person];
    const people = new Set(called.flatMap((group) => group.people));
    for (const person of people) {
      if (own.includes(person) || !options.maySee(person, state)) continue;
      const { on, why } = await options.whisper.tell(
        person,
        reviewCard(state, options.words),
        thread,
      );
      if (on.length === 0)
        log('a reminder reached nobody directly', { operation: id, person, why });
    }
  }

  return {
    start: wake,
    turn,
    wake,
    async close() {
      closed = true;
      stop?.();
      await running;
    },
  };
}
