import type { PersonEvent } from '../core/person.ts';
import type { Journal } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { createTurns } from './turns.ts';

export type PersonRecord = (
  person: string,
  event: PersonEvent,
  telling: { readonly cause: string; readonly by: string },
) => Promise<void>;

/** Another process wrote in between: so often at most. */
const conflictsMax = 5;

/** One stream a person. Nothing is decided on it, so its state is not kept: only how long it is. */
export function createPersonRecord(journal: Pick<Journal, 'append'>): PersonRecord {
  const turns = createTurns();
  const lengths = new Map<string, number>();

  return (person, event, telling) => {
    const stream = `person/${person}`;
    return turns.take([stream], async () => {
      for (let turn = 0; turn < conflictsMax; turn += 1) {
        const expectedVersion = lengths.get(stream) ?? 0;
        const appended = await journal.append(
          [{ stream, expectedVersion, events: [event] }],
          telling,
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
  };
}
