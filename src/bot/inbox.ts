import type { AskTaken, InboxEvent, PendingAsk } from '../core/inbox.ts';
import { isAccountOf } from '../core/person.ts';
import type { Journal } from '../core/ports/journal.ts';
import type { Whisper } from '../core/ports/surface.ts';
import { type Problem, ProblemError, problem, problemOf } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { Answer } from '../core/view/card.ts';
import type { Words } from '../core/view/words.ts';
import { refused } from '../handlers/answer.ts';
import type { Dispatch } from '../handlers/dispatch.ts';
import type { Asked, Taken } from './chat.ts';
import type { Clock } from './clock.ts';
import { streamOf } from './readings.ts';
import type { Renderings } from './renderings.ts';
import type { Limits } from './security/limits.ts';

export interface InboxOptions {
  readonly journal: Pick<Journal, 'append'>;
  readonly dispatch: Dispatch;
  readonly settings: () => Settings;
  readonly words: Words;
  readonly clock: Clock;
  readonly sha256: (text: string) => string;
  /** What was taken and never answered, by the id of its stream. */
  readonly pending: () => ReadonlyMap<string, PendingAsk>;
  /** Digest of what a surface last showed of a card; '' when it showed nothing that is remembered. */
  readonly shownOn: (surface: string, thread: string, key: string) => Promise<string>;
  readonly renderings: Pick<Renderings, 'wasOpened'>;
  readonly limits: Pick<Limits, 'person'>;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export type Deliver = (surface: string, what: Whisper) => Promise<void>;

export interface Inbox {
  /** Rejects with JOURNAL_FULL, JOURNAL_UNAVAILABLE, INBOX_FULL: then it was not taken. */
  take(asked: Asked): Promise<Taken>;
  /**
   * Does what was taken before this process began and never answered, and tells the one who asked. Called once, when the
   * surfaces stand.
   */
  resume(deliver: Deliver): Promise<void>;
  /** Asks whose answer is being worked out. */
  working(): number;
  /** Resolves when nothing is being worked out. */
  idle(): Promise<void>;
}

/** Older than this, nobody waits for it any more, and the world it was meant for is gone. */
const takenUpWithinMs = 10 * 60_000;

/** So many at a time are worked out; a flood of presses is refused instead of piling up. */
const workingMax = 500;

/** Takes what people do on chat platforms: on disk first, then acknowledged, then done, then answered. */
export function createInbox(options: InboxOptions): Inbox {
  const { journal, clock, log } = options;
  const working = new Map<string, Promise<Answer>>();

  async function take(asked: Asked): Promise<Taken> {
    // The platform is told that it arrived, and the person why nothing was done.
    const tooMany = options.limits.person(asked.actor, asked);
    if (tooMany) return { answer: Promise.resolve(refused(tooMany, options)) };
    const stray = strayOf(asked);
    if (stray) return { answer: Promise.resolve(refused(stray, options)) };
    const taken = await takenOf(asked, options);
    const { surface, account, cause } = taken;
    const person = options.settings().people.find((each) => isAccountOf(each, surface, account));
    // Of strangers nothing is kept; what they are told is the same as everywhere.
    if (!person) return { answer: work(taken) };
    const id = options.sha256(cause).slice(0, 16);
    // Taken before by this process: the same answer.
    const known = working.get(id);
    if (known) return { answer: known };
    if (working.size >= workingMax) {
      throw new ProblemError(problem('INBOX_FULL', { waiting: working.size }));
    }
    const appended = await journal.append(
      [{ stream: streamOf('inbox', id), expectedVersion: 0, events: [taken] }],
      { cause: `inbox/${cause}`, by: person.id },
    );
    if (!appended.ok && appended.code === 'FENCED') {
      throw new ProblemError(problem('NOT_THE_OWNER', {}));
    }
    // What was taken before is answered again; that it is done once is the cause's doing.
    return { answer: once(id, taken) };
  }

  /** A button that we did not post decides nothing, but where a rendering of ours was opened for the press. */
  function strayOf(asked: Asked): Problem | undefined {
    if (asked.kind !== 'press' || asked.stray !== true) return undefined;
    const { press, fresh, actor } = asked;
    if (fresh !== undefined && options.renderings.wasOpened(actor, fresh)) return undefined;
    const line = press.kind === 'line' ? press.line : 'help';
    return problem('BUTTON_NOT_OURS', { line });
  }

  function once(id: string, taken: AskTaken): Promise<Answer> {
    const known = working.get(id);
    if (known) return known;
    const mine = answered(id, taken).finally(() => working.delete(id));
    working.set(id, mine);
    return mine;
  }

  async function answered(id: string, taken: AskTaken): Promise<Answer> {
    const given = await work(taken);
    await record(id, taken, given).catch((error: unknown) => {
      // The answer is good; only that it was given is not on the record, and a restart gives it again.
      log('answer was not recorded', { cause: taken.cause, error });
    });
    return given;
  }

  async function record(id: string, { cause }: AskTaken, { card }: Answer): Promise<void> {
    const digest = options.sha256(JSON.stringify(card));
    const event: InboxEvent = { type: 'AskAnswered', v: 1, digest };
    await journal.append([{ stream: streamOf('inbox', id), expectedVersion: 1, events: [event] }], {
      cause: `inbox/${cause}/answered`,
      by: 'tocsin',
    });
  }

  /** Dispatch answers whatever happens; what else may fail is an answer too. */
  async function work({ ask, surface, account, thread, cause }: AskTaken): Promise<Answer> {
    const said = { actor: { surface, account }, incident: threadOf(thread), cause };
    try {
      if (ask.kind === 'line') return await options.dispatch.say({ ...said, line: ask.line });
      if (ask.kind === 'pin') return await options.dispatch.pin({ ...said, pin: ask.pin });
      const { press, shown } = ask;
      return await options.dispatch.press({ ...said, press, shown });
    } catch (error) {
      log('ask failed', { cause, error });
      const name = error instanceof Error ? error.name : typeof error;
      return refused(problemOf(error, problem('REQUEST_FAILED', { error: name })), options);
    }
  }

  /** Each by itself: a platform that cannot be reached yet keeps no other's answer waiting. */
  async function resume(deliver: Deliver): Promise<void> {
    await Promise.all([...options.pending()].map(([id, ask]) => takeUp(id, ask, deliver)));
  }

  async function takeUp(id: string, { taken, at }: PendingAsk, deliver: Deliver): Promise<void> {
    if (working.has(id)) return;
    const { surface, account, from, cause } = taken;
    try {
      const late = clock.now() - at > takenUpWithinMs;
      const answer = late ? await tooLate(id, taken) : await once(id, taken);
      await deliver(surface, { account, ...from, answer });
    } catch (error) {
      log('a late answer was not delivered', { cause, error });
    }
  }

  async function tooLate(id: string, taken: AskTaken): Promise<Answer> {
    const given = refused(problem('ASK_TOO_LATE', { what: spoken(taken) }), options);
    await record(id, taken, given);
    return given;
  }

  return {
    take,
    resume,
    working: () => working.size,
    async idle() {
      while (working.size > 0) await Promise.allSettled([...working.values()]);
    },
  };
}

/** What a person had before them goes on the record with the press. */
async function takenOf(
  asked: Asked,
  { shownOn, renderings }: Pick<InboxOptions, 'shownOn' | 'renderings'>,
): Promise<AskTaken> {
  const { actor, thread, cause, from } = asked;
  const common = { type: 'AskTaken', v: 1, ...actor, thread, cause, from } as const;
  if (asked.kind === 'line') return { ...common, ask: { kind: 'line', line: asked.line } };
  if (asked.kind === 'pin') return { ...common, ask: { kind: 'pin', pin: asked.pin } };
  const { press, key, fresh } = asked;
  const isFresh = fresh !== undefined && renderings.wasOpened(actor, fresh);
  const digest = isFresh ? fresh : await shownOn(actor.surface, thread, key);
  return {
    ...common,
    ask: { kind: 'press', press, shown: { digest, fresh: isFresh } },
  };
}

/** An operation asked outside any incident has a thread, and is no incident. */
function threadOf(thread: string): string {
  return thread.startsWith('inc-') ? thread : '';
}

function spoken({ ask }: AskTaken): string {
  if (ask.kind === 'line') return ask.line;
  if (ask.kind === 'pin') return 'pin';
  return ask.press.kind === 'line' ? ask.press.line : ask.press.kind;
}
