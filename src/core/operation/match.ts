import type { Severity } from '../alert/severity.ts';
import { type Evidence, isMember } from '../person.ts';
import type { Risk } from './plan.ts';

/** Every named field must hold one of its values. An empty match holds for everything. */
export interface PolicyMatch {
  readonly verb?: readonly string[];
  readonly family?: readonly string[];
  readonly risk?: readonly Risk[];
  readonly environment?: readonly string[];
  readonly service?: readonly string[];
  readonly surface?: readonly string[];
  /** Names of configured targets. A rule that denies holds when one of the plan's is named, one that allows when all are. */
  readonly target?: readonly string[];
  /** Groups of whoever asks. */
  readonly group?: readonly string[];
  /** Whoever asks is on call for the service now. */
  readonly onCall?: true;
  /** Of the open incidents about the same service and environment. */
  readonly severity?: readonly Severity[];
  /** By argument of the command. An argument that was not given holds for nothing. */
  readonly args?: Readonly<Record<string, ValueMatch>>;
  readonly when?: TimeWindow;
}

/** All that is named must hold. `above` and `below` leave the number itself out. */
export interface ValueMatch {
  readonly above?: number;
  readonly below?: number;
  readonly is?: readonly (string | number)[];
}

export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

export type Day = (typeof DAYS)[number];

/** A time of the week. A window past midnight belongs to the day it begins on. */
export interface TimeWindow {
  /** Every day when absent. */
  readonly days?: readonly Day[];
  /** Minutes since midnight, the second one left out; the whole day when absent. `to` before `from` goes past midnight. */
  readonly between?: { readonly from: number; readonly to: number };
  /** IANA name, `Europe/Berlin`. */
  readonly timeZone: string;
}

/** What the clock on a wall there shows. The zone's rules are no part of core, so this is handed in. */
export type LocalTime = (
  at: number,
  timeZone: string,
) => { readonly day: Day; readonly minute: number };

/** What is asked about, by whomever. */
export interface RuleQuestion {
  readonly verb: string;
  readonly family: string;
  readonly risk: Risk;
  readonly service: string;
  readonly environment: string;
}

export interface MatchQuestion extends RuleQuestion {
  readonly requester: Evidence;
  /** The group that is on call for the service; nobody is where it is absent. */
  readonly onCall?: string;
  /** Names of the configured targets that would be written; none for what writes nowhere. */
  readonly targets: readonly string[];
  readonly args: Readonly<Record<string, string | number>>;
  readonly at: number;
}

/** `severity`: undefined where no incident is about it. */
export function matches(
  { kind, match }: { readonly kind: 'allow' | 'deny'; readonly match: PolicyMatch },
  question: MatchQuestion,
  { severity, localTime }: { readonly severity?: Severity; readonly localTime: LocalTime },
): boolean {
  return (
    matchesSubject(match, question) &&
    holds(match.surface, surfaceKind(question.requester.surface)) &&
    holdsTargets(kind, match.target, question.targets) &&
    (match.group?.some((group) => isMember(question.requester, group)) ?? true) &&
    (match.onCall === undefined || isOnCall(question)) &&
    (match.severity === undefined ||
      (severity !== undefined && match.severity.includes(severity))) &&
    holdsArguments(match.args, question.args) &&
    (match.when === undefined || isWithin(match.when, question.at, localTime))
  );
}

function isOnCall({ onCall, requester }: MatchQuestion): boolean {
  return onCall !== undefined && isMember(requester, onCall);
}

/** The groups of whoever asks that decide whether it holds. */
export function groupsAsked(
  { group = [], onCall }: PolicyMatch,
  question: Pick<MatchQuestion, 'onCall'>,
): readonly string[] {
  return onCall === undefined || question.onCall === undefined
    ? group
    : [...group, question.onCall];
}

export function matchesSubject(match: PolicyMatch, question: RuleQuestion): boolean {
  return (
    holds(match.verb, question.verb) &&
    holds(match.family, question.family) &&
    holds(match.risk, question.risk) &&
    holds(match.environment, question.environment) &&
    holds(match.service, question.service)
  );
}

/** Whether more than the subject decides whether it holds. */
export function isConditional(match: PolicyMatch): boolean {
  const { surface, target, group, onCall, severity, args, when } = match;
  return [surface, target, group, onCall, severity, args, when].some(
    (field) => field !== undefined,
  );
}

export function isWithin(window: TimeWindow, at: number, localTime: LocalTime): boolean {
  const { day, minute } = localTime(at, window.timeZone);
  const { from, to } = window.between ?? { from: 0, to: minutesOfDay };
  const isLate = minute >= from && (to <= from || minute < to);
  if (isLate) return holds(window.days, day);
  // Past midnight: it began the day before.
  return to <= from && minute < to && holds(window.days, dayBefore(day));
}

/** `slack/main` → `slack`: policies speak of kinds of surfaces. */
export function surfaceKind(surface: string): string {
  return surface.split('/', 1)[0] ?? surface;
}

export function holdsTargets(
  kind: 'allow' | 'deny',
  named: readonly string[] | undefined,
  targets: readonly string[],
): boolean {
  if (named === undefined) return true;
  if (targets.length === 0) return false;
  const isNamed = (target: string) => named.includes(target);
  return kind === 'deny' ? targets.some(isNamed) : targets.every(isNamed);
}

export function holdsArguments(wanted: PolicyMatch['args'], args: MatchQuestion['args']): boolean {
  return Object.entries(wanted ?? {}).every(([name, value]) => {
    const given = Object.hasOwn(args, name) ? args[name] : undefined;
    return given !== undefined && holdsValue(value, given);
  });
}

export function holdsValue({ above, below, is }: ValueMatch, given: string | number): boolean {
  if (above !== undefined && !(typeof given === 'number' && given > above)) return false;
  if (below !== undefined && !(typeof given === 'number' && given < below)) return false;
  return is === undefined || is.some((value) => String(value) === String(given));
}

const minutesOfDay = 24 * 60;

function dayBefore(day: Day): Day {
  return DAYS[(DAYS.indexOf(day) + DAYS.length - 1) % DAYS.length] ?? day;
}

export function holds<T extends string>(allowed: readonly T[] | undefined, value: T): boolean {
  return allowed === undefined || allowed.includes(value);
}
