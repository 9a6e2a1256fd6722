import type { Recorded } from '../../core/event.ts';
import {
  decideIdentity,
  evolveIdentity,
  type IdentityEvent,
  type IdentityIntent,
  type IdentityState,
  noIdentity,
  withAccounts,
} from '../../core/identity/link.ts';
import type { Person } from '../../core/person.ts';
import type { Journal } from '../../core/ports/journal.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { createTurns } from '../turns.ts';

/** Whose accounts are whose, on the record: one stream, small enough to stand in memory whole. */
export interface IdentityRecord {
  state(): IdentityState;
  /** These people with the accounts that are theirs now; the same list as long as nothing changes. */
  people(configured: readonly Person[]): readonly Person[];
  /** Decided on what is on disk, and again when another process was quicker. */
  tell(
    intent: IdentityIntent,
    telling: { readonly cause: string; readonly by: string },
  ): Promise<readonly IdentityEvent[] | Problem>;
}

export const identityStream = 'identity/all';

const conflictsMax = 5;

export async function openIdentityRecord(options: {
  readonly journal: Pick<Journal, 'append' | 'read'>;
  readonly configured: () => readonly Person[];
}): Promise<IdentityRecord> {
  const { journal, configured } = options;
  const turns = createTurns();
  let state = noIdentity;
  let version = 0;
  let merged: { readonly from: readonly Person[]; readonly people: readonly Person[] } | undefined;

  async function catchUp(): Promise<void> {
    const recorded = (await journal.read(
      identityStream,
      version + 1,
    )) as readonly Recorded<IdentityEvent>[];
    for (const { event, at, version: next } of recorded) {
      state = evolveIdentity(state, event, { at });
      version = next;
      merged = undefined;
    }
  }

  await catchUp();

  return {
    state: () => state,
    people(from) {
      merged = merged?.from === from ? merged : { from, people: withAccounts(from, state) };
      return merged.people;
    },
    tell: (intent, telling) =>
      turns.take([identityStream], async () => {
        for (let turn = 0; turn < conflictsMax; turn += 1) {
          const decided = decideIdentity(intent, state, configured());
          if ('code' in decided || decided.length === 0) return decided;
          const appended = await journal.append(
            [{ stream: identityStream, expectedVersion: version, events: decided }],
            telling,
          );
          if (!appended.ok && appended.code === 'FENCED') {
            throw new ProblemError(problem('NOT_THE_OWNER', {}));
          }
          await catchUp();
          if (appended.ok) return appended.repeated ? [] : decided;
        }
        throw new ProblemError(problem('STREAM_CONTENDED', { turns: conflictsMax }));
      }),
  };
}
