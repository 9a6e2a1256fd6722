import { onCallOf } from '../core/catalog.ts';
import type { Recorded } from '../core/event.ts';

import { maySee } from '../core/incident/privacy.ts';

import { isMuted } from '../core/mute.ts';

import type { OperationState } from '../core/operation/operation.ts';
import type { Person } from '../core/person.ts';
import type { Surface } from '../core/ports/surface.ts';
import { askCard } from '../core/view/ask-card.ts';
import type { Words } from '../core/view/words.ts';
import type { BotParts } from './bot-parts.ts';
import type { Engine } from './engine.ts';
import type { BotIdentities } from './identity/open.ts';
import { createAskingLoop } from './loops/asking.ts';
import { createClockJumpsLoop } from './loops/clock-jumps.ts';
import { createFusesLoop } from './loops/fuses.ts';
import { createLeaversLoop } from './loops/leavers.ts';
import { createReviewsLoop } from './loops/reviews.ts';
import type { StreamName } from './readings.ts';
import type { TellSecurity } from './security/notices.ts';
import { createStreamRecord } from './stream-record.ts';
import { createWhisperer } from './whisperer.ts';

export interface PeopleLoops {
  wake(changed: StreamName, recorded: Recorded): void;
  close(): Promise<void>;
}

export interface PeopleLoopsOptions
  extends Pick<
    BotParts,
    'clock' | 'journal' | 'settings' | 'publicUrl' | 'log' | 'directories' | 'times'
  > {
  readonly engine: Engine;
  readonly words: Words;
  readonly tellSecurity: TellSecurity;
  /** Who is in a group, as far as is known. */
  readonly members: (group: string) => readonly string[];
  readonly approvals?: ApprovalCounts;
  readonly identity: BotIdentities;
  /** As the configuration binds them. */
  readonly configured: () => readonly Person[];
}

/** What is counted of approvals, on the record as well: from the plan to each person's yes, and to the last one. */
export interface ApprovalCounts {
  approved(people: 'first' | 'further' | 'all', ms: number): void;
}

/** Of the host that the journal is written on. */
const clockStream = 'clock/host';

/** What speaks to single people: whoever could approve, whoever has to review. */
export function startPeopleLoops(
  options: PeopleLoopsOptions,
  surfaces: readonly Surface[],
): PeopleLoops {
  const { engine, words, publicUrl } = options;
  const record = createStreamRecord(options.journal);
  const whisper = createWhisperer(surfaces, options.settings);
  const sees = (person: string, { asked }: OperationState) => {
    const incident = engine.readings.incidents.get(asked?.incident ?? '')?.state;
    // What memory does not hold cannot be asked of: it was not begun in an incident that lives.
    if (incident === undefined || incident.status === 'none') return !asked?.incident;
    return maySee(person, incident, options.members);
  };
  const reviews = createReviewsLoop({ ...options, maySee: sees, whisper });
  const fuses = createFusesLoop({ ...options, whisper });
  const canWhisper = surfaces.some((surface) => surface.whisper !== undefined);
  const asking = createAskingLoop({
    ...options,
    maySee: sees,
    whisper,
    // Where there is no way to anybody but the console, nobody is passed over for it.
    pace: () => (canWhisper ? options.settings().ask : undefined),
    onCall: ({ asked }) => {
      const { onCall } = onCallOf(options.settings().catalog, asked?.service ?? '');
      return onCall === undefined ? [] : options.members(onCall);
    },
    isMuted: (person, requester) =>
      isMuted(engine.readings.mutes.get(person)?.state ?? [], requester, options.clock.now()),
    card: (operation) =>
      askCard(operation, { ...words, publicUrl, alert: 'none', heldBy: '', halts: engine.halts() }),
  });
  const clockJumps = createClockJumpsLoop({
    ...options,
    record: (event, telling) => record(clockStream, event, telling),
  });
  clockJumps.start();
  reviews.start();
  asking.start();
  const leavers = createLeaversLoop({
    ...options,
    people: () => [...options.configured(), ...options.settings().people],
    directories: options.directories ?? (() => []),
    left: options.identity.left,
    back: options.identity.back,
    everyMs: options.times.compareEveryMs,
  });
  options.identity.speaks(surfaces);
  options.identity.sweep().catch((error: unknown) => {
    options.log('approvals of people who are gone were not looked at', { error });
  });
  leavers.start();
  fuses.wake();
  return {
    wake({ kind, id }, recorded) {
      if (kind === 'operation') countApproval(engine.readings.operations.get(id)?.state, recorded);
      const glass = kind === 'operation' && engine.readings.operations.get(id)?.state.glass;
      if (glass) reviews.wake();
      if (kind === 'operation') asking.wake(id);
      if (kind === 'halt') fuses.wake();
    },
    async close() {
      const loops = [reviews, fuses, asking, clockJumps, leavers];
      await Promise.all(loops.map((loop) => loop.close()));
    },
  };
  function countApproval(state: OperationState | undefined, { event, at }: Recorded): void {
    if (!state?.plannedAt) return;
    const ms = at - state.plannedAt;
    const isFirst = state.approvals.length <= 1;
    if (event.type === 'ApprovalGiven')
      options.approvals?.approved(isFirst ? 'first' : 'further', ms);
    if (event.type === 'OperationApproved' && state.approvals.length > 0) {
      options.approvals?.approved('all', ms);
    }
  }
}
