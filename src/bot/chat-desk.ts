import { sees } from '../core/incident/privacy.ts';
import type { Blobs } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { Press } from '../core/view/card.ts';
import { complete, completeArgument } from '../handlers/completion.ts';
import type { Desk } from '../handlers/desk.ts';
import { formOf } from '../handlers/form.ts';
import { homeOf } from '../handlers/home.ts';
import { changesSomething } from '../handlers/urgency.ts';
import type { ChatDesk } from './chat.ts';
import type { Clock } from './clock.ts';
import type { Engine } from './engine.ts';
import type { Inbox } from './inbox.ts';
import { createPostRefs, type PostAt } from './post-refs.ts';
import type { Renderings } from './renderings.ts';
import type { Threads } from './threads.ts';

export interface ChatDeskOptions {
  readonly engine: Engine;
  readonly inbox: Inbox;
  readonly threads: Threads;
  readonly renderings: Renderings;
  readonly settings: () => Settings;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly desk: Desk;
  readonly left?: ChatDesk['left'];
}

/** What a person pins is a screenshot, not a film. */
const imageBytesMax = 8 * 1024 * 1024;
/** All that is kept in one day: pins must not fill the disk that the journal needs. */
const imageBytesADay = 256 * 1024 * 1024;
const dayMs = 24 * 60 * 60_000;
/** A year and a month: incidents are looked at again when the year is. */
const imageKeepMs = 400 * dayMs;

/** The bot, as chat surfaces see it. */
export function createChatDesk(options: ChatDeskOptions): ChatDesk {
  const { engine, inbox, threads, settings, clock } = options;
  const refs = createPostRefs(engine, clock);
  const kept = { since: clock.now(), bytes: 0 };
  const incidentOf = (thread: string) => {
    const state = engine.readings.incidents.get(thread)?.state;
    return state === undefined || state.status === 'none' ? undefined : state;
  };
  return {
    words: options.desk.words,
    take: inbox.take,
    form: (line, thread) => formOf(line, settings(), incidentOf(thread)),
    complete: (line, thread) => complete({ settings: settings() }, line, incidentOf(thread)),
    choices: ({ verb, argument, typed, service, thread }) =>
      completeArgument(verb, argument, typed, {
        ...publicOf(options.desk),
        settings: settings(),
        incident: incidentOf(thread),
        service,
      }),
    threadAt: (surface, ref) => refs.postAt(surface, ref)?.thread,
    standsOn: async (surface, ref, press) => {
      if (offers(undefined, press)) return true;
      return offers(await refs.postSoonAt(surface, ref), press);
    },
    async card(thread, key) {
      const desired = await threads.desired(thread);
      // Of an operation outside any incident the card is the root.
      const isRoot = key === 'root' || key === `operation/${thread}`;
      if (isRoot || desired === undefined) return desired?.root;
      const entry = desired.entries.find((each) => each.key === key);
      return entry?.kind === 'card' ? entry.card : undefined;
    },
    opened: options.renderings.opened,
    home: async (actor) => homeOf(options.desk, actor),
    accountsOf: (person, kind) =>
      settings().people.find(({ id }) => id === person)?.accounts[kind] ?? [],
    picture: (digest) => options.blobs.get(digest),
    ...(options.left && { left: options.left }),
    async keepImage(bytes) {
      const now = clock.now();
      if (now - kept.since > dayMs) Object.assign(kept, { since: now, bytes: 0 });
      if (bytes.byteLength > imageBytesMax) {
        throw new ProblemError(
          problem('IMAGE_TOO_LARGE', { bytes: bytes.byteLength, most: imageBytesMax }),
        );
      }
      if (kept.bytes + bytes.byteLength > imageBytesADay) {
        throw new ProblemError(problem('IMAGES_FULL', { most: imageBytesADay }));
      }
      kept.bytes += bytes.byteLength;
      return options.blobs.put(bytes, now + imageKeepMs);
    },
  };
}

/** Whoever completes a word is not known yet: what is private is not offered. */
function publicOf(desk: Desk): Pick<Desk, 'openIncidents' | 'liveOperations'> {
  return {
    openIncidents: () => desk.openIncidents().filter((each) => sees(undefined, each)),
    liveOperations: () =>
      desk.liveOperations().filter(({ asked }) => {
        if (!asked?.incident) return true;
        const incident = desk.incidentNow(asked.incident);
        return incident !== undefined && sees(undefined, incident);
      }),
  };
}

function offers(post: PostAt | undefined, press: Press): boolean {
  if (press.kind === 'line') return post !== undefined || !changesSomething(press.line);
  if (press.kind !== 'approve') return true;
  const { operation } = press;
  const own = post?.thread === operation ? 'root' : `operation/${operation}`;
  return post?.key === own;
}
