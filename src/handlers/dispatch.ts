import type { Pin } from '../core/inbox.ts';
import type { StepUp } from '../core/person.ts';
import { type Problem, problem, problemOf } from '../core/problem.ts';
import type { Answer, Press } from '../core/view/card.ts';
import { refused, said } from './answer.ts';
import { understand } from './arguments.ts';
import { type Asking, isProblem } from './command.ts';
import { commands } from './commands/index.ts';
import { offered } from './commands/link.ts';
import type { Desk } from './desk.ts';
import { nearest, parseLine } from './grammar.ts';
import { evidence } from './judgement.ts';
import { pinMessage } from './pin.ts';
import { pressOperation } from './press.ts';
import { deskOf } from './privacy.ts';
import { run } from './run.ts';

/** Somebody on some surface: an account, as the platform names it. */
export interface Actor {
  readonly surface: string;
  readonly account: string;
  /** Of the console: which session, and from which address. */
  readonly session?: string;
  readonly ip?: string;
}

export interface Said {
  readonly line: string;
  readonly actor: Actor;
  /** The incident whose thread it was said in; '' elsewhere. */
  readonly incident: string;
  /** Unique per submission: a repeated one does nothing a second time. */
  readonly cause: string;
  /** A second factor that was spent on the plan that the line names; only the console takes one. */
  readonly stepUp?: StepUp;
}

export interface Pressed {
  readonly press: Press;
  readonly actor: Actor;
  readonly incident: string;
  readonly cause: string;
  /** `fresh`: made anew from the record for this press, as a page that lives always is. */
  readonly shown: { readonly digest: string; readonly fresh: boolean };
  /** A second factor that was spent on the plan; only the console takes one. */
  readonly stepUp?: StepUp;
}

/** A message of a chat platform that somebody wants on the timeline. */
export interface Pinned {
  readonly pin: Pin;
  readonly actor: Actor;
  readonly incident: string;
  readonly cause: string;
}

export interface Dispatch {
  say(said: Said): Promise<Answer>;
  press(pressed: Pressed): Promise<Answer>;
  pin(pinned: Pinned): Promise<Answer>;
}

/** What is counted of everything that is said and pressed, wherever it was. */
export interface DispatchCounts {
  /** A line that names a command and what it needs. */
  understood(verb: string): void;
  /** From its arrival here to its answer, ms. */
  answered(ms: number): void;
}

/**
 * From outside text to an intent with its evidence, and from the verdict to an answer. It never throws: what cannot be
 * done is answered with the five parts of a problem.
 */
export function createDispatch(whole: Desk, counts?: DispatchCounts): Dispatch {
  async function say(said: Said): Promise<Answer> {
    const known = await evidence(whole, said.actor);
    if (isProblem(known)) return offered(whole, said) ?? refused(known, whole);
    const by = said.stepUp ? { ...known, stepUp: said.stepUp } : known;
    const desk = deskOf(whole, by);
    const utterance = parseLine(said.line);
    if ('code' in utterance) return refused(utterance, desk);
    const command = commands.find(({ name }) => name === utterance.verb);
    if (!command) return refused(unknownVerb(utterance.verb), desk);
    const named = utterance.named['incident'] ?? said.incident;
    const incident = named === '' ? undefined : await desk.incident(named);
    if (named !== '' && !incident)
      return refused(problem('INCIDENT_NOT_FOUND', { incident: named }), desk);
    const understood = understand(command, utterance, { settings: desk.settings, incident });
    if (isProblem(understood)) return refused(understood, desk);
    counts?.understood(command.name);
    const asked: Asking = {
      desk,
      at: desk.now(),
      by,
      line: utterance.line,
      ...understood,
      incident,
      request: `person/${by.person}/${said.cause}`,
    };
    return run(command, asked, said.cause);
  }

  async function press(pressed: Pressed): Promise<Answer> {
    const { press: what, actor, cause } = pressed;
    switch (what.kind) {
      case 'line':
        return say({ line: what.line, actor, incident: what.incident, cause });
      case 'want':
        return want(what.incident, pressed);
      case 'open':
        return said('asker', ['Opened.'], []);
      default:
        return pressOperation(whole, what, pressed);
    }
  }

  /** Its thread is on its way; until it is there, whoever asked reads how it stands. */
  async function want(incident: string, { actor, cause }: Pressed): Promise<Answer> {
    const by = await evidence(whole, actor);
    if (isProblem(by)) return refused(by, whole);
    const desk = deskOf(whole, by);
    if (!(await desk.incident(incident))) {
      return refused(problem('INCIDENT_NOT_FOUND', { incident }), desk);
    }
    const intent = { type: 'WantThread', at: desk.now(), by } as const;
    const told = await desk.tellIncident(incident, intent, {
      cause: `${cause}/want`,
      by: by.person,
    });
    if (told.refused) return refused(told.refused, desk);
    return say({ line: 'status', actor, incident, cause });
  }

  return {
    say: (it) => answered(() => say(it)),
    press: (it) => answered(() => press(it)),
    pin: (it) => answered(() => pinMessage(whole, it)),
  };

  async function answered(work: () => Promise<Answer>): Promise<Answer> {
    const began = whole.now();
    try {
      return await work();
    } catch (error) {
      return refused(problemOf(error, problem('REQUEST_FAILED', { error: nameOf(error) })), whole);
    } finally {
      counts?.answered(whole.now() - began);
    }
  }
}

function unknownVerb(verb: string): Problem {
  const near = nearest(
    verb,
    commands.map(({ name }) => name),
  );
  return near ? problem('VERB_UNKNOWN_NEAR', { verb, near }) : problem('VERB_UNKNOWN', { verb });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
