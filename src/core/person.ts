import type { Origin } from './origin.ts';
import type { Problem } from './problem.ts';

/** One person, many accounts. Bound in the configuration by platform ids, never by e-mail or display name. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** By surface kind: `slack` → `T01/U01`, `discord` → `9001/1234`, `console` → the person id. */
  readonly accounts: Readonly<Record<string, readonly string[]>>;
}

/** Whether an account of a surface (`slack/main`, `T01/U01`) is bound to the person. */
export function isAccountOf({ accounts }: Person, surface: string, account: string): boolean {
  const [kind = surface] = surface.split('/', 1);
  return Object.hasOwn(accounts, kind) && accounts[kind]?.includes(account) === true;
}

/** Who did something, from where, and what is known of them: the evidence a decision is judged by. */
export interface Evidence {
  readonly person: string;
  /** `console`, `slack/main`. */
  readonly surface: string;
  /** The platform's own id, or the session for the console. */
  readonly account: string;
  /** Session of the console that it came by, and the address of the request. */
  readonly session?: string;
  readonly ip?: string;
  /** When the account was linked to them, ms; absent for those that the configuration binds. */
  readonly linkedAt?: number;
  readonly memberships: readonly Membership[];
  /** Groups that could not be asked. None of them is a membership. */
  readonly unreachable?: readonly Unreachable[];
  /** A second factor that was given for one plan, and for nothing else. */
  readonly stepUp?: StepUp;
}

/** A second factor, spent on the plan whose hash it names. */
export interface StepUp {
  readonly factor: 'passkey' | 'totp' | 'recovery';
  /** Which of the person's factors, by its id in their keyring. */
  readonly credential: string;
  /** Hash of the plan that the page showed when it was given. */
  readonly hash: string;
  readonly at: number;
}

/** What is kept of a person's requests that no incident and no operation keeps. */
export type PersonEvent = ReadingGiven | RequestTurnedDown;

/** What a read command showed is no part of any thread: it was said once, to whom and which, is on the record. */
export interface ReadingGiven {
  readonly type: 'ReadingGiven';
  readonly v: 1;
  readonly surface: string;
  readonly where?: Origin;
  readonly line: string;
  readonly service: string;
  readonly environment: string;
  /** Where it was asked; '' outside any incident. */
  readonly incident: string;
  /** SHA-256 of what was shown. */
  readonly digest: string;
}

/** A refusal that was judged outside any incident. */
export interface RequestTurnedDown {
  readonly type: 'RequestTurnedDown';
  readonly v: 1;
  readonly surface: string;
  readonly where?: Origin;
  readonly line: string;
  readonly problem: Problem;
}

/** How membership was known: the group, the source asked, and how old the answer is. */
export interface Membership {
  readonly group: string;
  /** `static`: the configuration names the members. */
  readonly source: 'static' | 'directory';
  readonly ageMs: number;
  /** What the directory was asked: `slack_usergroup T01/S01`. */
  readonly query?: string;
  /** SHA-256 of the roster it answered. */
  readonly digest?: string;
}

/** A group of which nobody knows now who is in it: whoever needs it is refused, and told this. */
export interface Unreachable {
  readonly group: string;
  readonly problem: Problem;
}

export function isMember(evidence: Evidence, group: string): boolean {
  return evidence.memberships.some((membership) => membership.group === group);
}

/** The person as they would stand if every group that could not be asked had them: what may hold of them, never what does. */
export function supposing(evidence: Evidence): Evidence {
  const { memberships, unreachable = [] } = evidence;
  const supposed = unreachable.map(
    ({ group }): Membership => ({ group, source: 'directory', ageMs: 0 }),
  );
  return { ...evidence, memberships: [...memberships, ...supposed] };
}

/** Why nobody can say whether they are in one of these groups; undefined where somebody can. */
export function unknownIn(
  { unreachable = [] }: Evidence,
  groups: readonly string[],
): Unreachable | undefined {
  return unreachable.find(({ group }) => groups.includes(group));
}
