import { archivedIn } from '../archive.ts';
import type { Event, Recorded } from '../event.ts';
import { type Origin, workspaceOf } from '../origin.ts';
import type { Evidence } from '../person.ts';
import type { Facts } from '../problem.ts';

/** One event as an auditor asks for it. What is not known, or was not kept by an older version, is empty. */
export interface TrailRow {
  readonly stream: string;
  readonly version: number;
  readonly position: number;
  /** ms. */
  readonly at: number;
  /** The event's type. */
  readonly event: string;
  /** Id of the person on whose word it rests; empty for Tocsin and its sources. */
  readonly person: string;
  readonly account: string;
  /** `console`, `slack/main`. */
  readonly surface: string;
  readonly workspace: string;
  readonly session: string;
  readonly ip: string;
  readonly operation: string;
  readonly step: string;
  /** What was done; of a change old → new. */
  readonly what: string;
  readonly target: string;
  readonly reason: string;
  /** `tocsin.yaml:41`. */
  readonly rule: string;
  /** Hash of the plan. */
  readonly hash: string;
  readonly approvals: string;
  readonly outcome: string;
  /** SHA-256 of what the step answered. */
  readonly output: string;
}

/** What any event says of itself, known or not: its type, the person it names, their words. */
export function rowOf(recorded: Recorded): TrailRow {
  const { stream, version, position, at, event } = recorded;
  const erased = event.type === 'Erased';
  const origin = originIn(event);
  return {
    stream,
    version,
    position,
    at,
    event: erased && 'was' in event ? String(event.was) : event.type,
    person: textIn(event, 'person'),
    ...whereabouts(origin ?? { surface: textIn(event, 'surface'), account: '' }),
    operation: '',
    step: textIn(event, 'step'),
    what: textIn(event, 'what'),
    target: '',
    reason: textIn(event, 'reason'),
    rule: '',
    hash: '',
    approvals: '',
    outcome: archivedIn(recorded) !== undefined ? 'archived' : erased ? 'erased' : problemIn(event),
    output: '',
  };
}

export function whereabouts(origin: Origin) {
  const { surface, account, session = '', ip = '' } = origin;
  return { surface, account, workspace: workspaceOf(origin), session, ip };
}

export function whoIs(evidence: Evidence) {
  return { person: evidence.person, ...whereabouts(evidence) };
}

/** `replicas=3, image=web:1.4`: facts in the order they were written in. */
export function factsLine(facts: Facts): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

/** The field of an event, known or not, where it is a text. */
export function textIn(event: Event, name: string): string {
  const value = new Map<string, unknown>(Object.entries(event)).get(name);
  return typeof value === 'string' ? value : '';
}

function problemIn(event: Event): string {
  if (!('problem' in event)) return '';
  const { problem } = event;
  return typeof problem === 'object' && problem !== null && 'code' in problem
    ? String(problem.code)
    : '';
}

function originIn(event: Event): Origin | undefined {
  if (!('where' in event)) return undefined;
  const { where } = event;
  if (typeof where !== 'object' || where === null) return undefined;
  const said = new Map<string, unknown>(Object.entries(where));
  const text = (name: string) => {
    const value = said.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const session = text('session');
  const ip = text('ip');
  return {
    surface: text('surface') ?? '',
    account: text('account') ?? '',
    ...(session === undefined ? {} : { session }),
    ...(ip === undefined ? {} : { ip }),
  };
}
