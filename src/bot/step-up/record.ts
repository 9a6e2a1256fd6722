import type { Recorded } from '../../core/event.ts';
import { type Decided, decideFactors, type FactorIntent } from '../../core/factor/decide.ts';
import {
  evolveFactors,
  type FactorEvent,
  type Factors,
  noFactors,
} from '../../core/factor/factor.ts';
import type { Journal } from '../../core/ports/journal.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import { createTurns } from '../turns.ts';

/** The factors of people, on the record. Nothing is kept in memory: what counts is on disk. */
export interface FactorRecord {
  load(person: string): Promise<Factors>;
  /** Decides on what is on disk, and again when somebody else was quicker: two uses of one code are one. */
  tell(person: string, intent: FactorIntent, telling: Telling): Promise<Decided>;
}

export interface Telling {
  readonly cause: string;
  readonly by: string;
}

const turnsMax = 5;

export function createFactorRecord(journal: Pick<Journal, 'append' | 'read'>): FactorRecord {
  // Here one after the other; another process is met at the version of the stream.
  const turns = createTurns();

  async function load(person: string): Promise<Factors> {
    const recorded = (await journal.read(streamOf(person))) as readonly Recorded<FactorEvent>[];
    return recorded.reduce(evolveFactors, noFactors);
  }

  return {
    load,
    tell(person, intent, { cause, by }) {
      const stream = streamOf(person);
      return turns.take([stream], async () => {
        for (let turn = 0; turn < turnsMax; turn += 1) {
          const state = await load(person);
          const decided = decideFactors(intent, state);
          if (decided.events.length === 0) return decided;
          const write = { stream, expectedVersion: state.version, events: decided.events };
          const appended = await journal.append([write], {
            by,
            cause: turn === 0 ? cause : `${cause}/${turn}`,
          });
          if (appended.ok) return decided;
        }
        throw new ProblemError(problem('STREAM_CONTENDED', { turns: turnsMax }));
      });
    },
  };
}

function streamOf(person: string): string {
  return `factor/${person}`;
}
