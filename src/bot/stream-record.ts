import type { Event } from '../core/event.ts';
import type { AppendContext, Journal } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { createTurns } from './turns.ts';

/** Another process wrote in between: so often at most. */
const conflictsMax = 5;

/** Appends to streams on which nothing is decided: their state is not kept, only how long they are. */
export function createStreamRecord(journal: Pick<Journal, 'append'>) {
  const turns = createTurns();
  const lengths = new Map<string, number>();

  return (stream: string, event: Event, context: AppendContext): Promise<void> =>
    turns.take([stream], async () => {
      for (let turn = 0; turn < conflictsMax; turn += 1) {
        const expectedVersion = lengths.get(stream) ?? 0;
        const appended = await journal.append(
          [{ stream, expectedVersion, events: [event] }],
          context,
        );
        if (appended.ok) {
          if (!appended.repeated) lengths.set(stream, expectedVersion + 1);
          return;
        }
        if (appended.code === 'FENCED') throw new ProblemError(problem('NOT_THE_OWNER', {}));
        lengths.set(stream, appended.actual);
      }
      throw new ProblemError(problem('STREAM_CONTENDED', { turns: conflictsMax }));
    });
}
