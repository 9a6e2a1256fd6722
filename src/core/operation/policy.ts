import type { Severity, SeverityKnown } from '../alert/severity.ts';
import { formatDuration, parseDuration } from '../duration.ts';
import { type Evidence, isMember, supposing, unknownIn } from '../person.ts';
import { type Problem, problem } from '../problem.ts';
import type { GlassRule } from './glass.ts';
import type { RuleLimit } from './limit.ts';
import {
  groupsAsked,
  isConditional,
  type LocalTime,
  type MatchQuestion,
  matches,
  matchesSubject,
  type PolicyMatch,
  type RuleQuestion,
} from './match.ts';
import { seatsNeeded } from './places.ts';
import { strictest, wantsTheSame } from './strictest.ts';
import { fitsTicket } from './ticket.ts';
import type { UndoRule } from './undo.ts';

export { type PolicyMatch, type RuleQuestion, surfaceKind } from './match.ts';

/** Deny rules first, then the first rule that matches; no match is a refusal. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
  /** SHA-256 over the rules as written: part of every plan. */
  readonly digest: string;
  /** Zones are the world's, not ours: what the windows of the rules are read with. */
  readonly localTime: LocalTime;
}

export type PolicyRule = DenyRule | AllowRule;

export interface DenyRule {
  readonly kind: 'deny';
  readonly where: string;
  readonly match: PolicyMatch;
}

export interface AllowRule {
  readonly kind: 'allow';
  /** `tocsin.yaml:41`, said with each verdict. */
  readonly where: string;
  readonly match: PolicyMatch;
  /** Groups whose members may ask. */
  readonly requesters: readonly string[];
  /** Surface kinds that may approve; all when absent. */
  readonly surfaces?: readonly string[];
  readonly reasonRequired: boolean;
  /** Of each list one pattern is to fit the ticket that a plan names; absent where none is asked for. */
  readonly tickets?: readonly (readonly string[])[];
  /** Each approval comes with a second factor that is spent on the plan it approves. Absent: none is asked for. */
  readonly stepUp?: true;
  readonly expiresMs: number;
  /** One person fills one place. None: approved by being asked. */
  readonly places: readonly Place[];
  /** Who may do without them when there is nobody else; nobody when absent. */
  readonly breakGlass?: GlassRule;
  /**
   * That this is all that is needed rests on the severity that these people set: one of them must be neither the
   * requester nor an approver. Absent where severity lowered nothing.
   */
  readonly severityBy?: readonly string[];
  /** Groups that are told when it is asked for, may begin and has ended. */
  readonly tell?: readonly string[];
  /** How long a silence lasts at most; a day when absent. */
  readonly silenceMaxMs?: number;
  /** Whether whoever approves a plan approves its undo as well. */
  readonly undo?: UndoRule;
  /** Set on the rule of an undo that was approved with what it takes back, until when (ms). */
  readonly preapproved?: { readonly operation: string; readonly until: number };
  /** How many it lets begin; absent where it does not say. */
  readonly limits?: readonly RuleLimit[];
}

export interface Place {
  readonly count: number;
  readonly from: string;
}

export interface PolicyQuestion extends MatchQuestion {
  readonly reason: string;
  /** `OPS-123`; none when absent. */
  readonly ticket?: string;
  /** Asks what would be needed: what is typed with a request is taken as given. */
  readonly hypothetical?: true;
  /** One for each open incident about the same service and environment. */
  readonly severities: readonly SeverityKnown[];
}

export type Verdict =
  | { readonly allowed: true; readonly rule: AllowRule }
  | { readonly allowed: false; readonly problem: Problem };

/** A dangerous plan has this many places to fill at least, whatever a rule says. */
export const dangerSeatsMin = 2;

/**
 * What the policy says of a question. Default closed. Where rules speak of severity, every open incident about the place
 * has its say and the strictest verdict counts: a label can raise what is needed and never lower it. A severity that
 * somebody other than the requester set counts alone.
 */
export function judge(policy: Policy, question: PolicyQuestion): Verdict {
  const verdict = judgeBySeverity(policy, question);
  if (!verdict.allowed || question.risk !== 'danger') return verdict;
  return seatsNeeded(verdict.rule.places) >= dangerSeatsMin
    ? verdict
    : refuse('DANGER_NEEDS_TWO', { ...askedOf(question), rule: verdict.rule.where });
}

/**
 * What forbids a gate (approve, decline, stop, settle, …), which needs no rule that allows it: its operation's plan names
 * who decides. Only a rule that names the verb counts, so that a rule about changes never keeps somebody from a stop.
 */
export function denial(policy: Policy, question: PolicyQuestion): Problem | undefined {
  const { localTime } = policy;
  const severities = [undefined, ...question.severities.map(({ is }) => is)];
  const find = (requester: Evidence) =>
    policy.rules.find(
      (candidate) =>
        candidate.kind === 'deny' &&
        candidate.match.verb?.includes(question.verb) &&
        severities.some((severity) =>
          matches(
            candidate,
            { ...question, requester },
            { localTime, ...(severity && { severity }) },
          ),
        ),
    );
  const rule = find(question.requester);
  if (rule) return problem('POLICY_DENIED', { ...askedOf(question), rule: rule.where });
  const perhaps = find(supposing(question.requester));
  return perhaps && unknownGroup(question, groupsAsked(perhaps.match, question), perhaps);
}

/**
 * Whether a reason or a ticket may be asked for, wherever it is asked from and by whom: the first rule that matches is
 * the one that counts, and one that is for some surfaces, times, values or people only may or may not be it.
 */
export function isWanted(
  policy: Policy,
  question: RuleQuestion,
  what: 'reason' | 'ticket',
): boolean {
  for (const rule of policy.rules) {
    if (rule.kind === 'deny' || !matchesSubject(rule.match, question)) continue;
    if (what === 'reason' ? rule.reasonRequired : rule.tickets && isPlanned(question)) return true;
    if (!isConditional(rule.match)) return false;
  }
  return false;
}

function judgeBySeverity(policy: Policy, question: PolicyQuestion): Verdict {
  const speaks = policy.rules.some(({ match }) => match.severity !== undefined);
  const [first, ...others] = speaks ? question.severities : [];
  if (!first) return judgeAs(policy, question);
  return others
    .map((known) => judgeKnown(policy, question, known))
    .reduce(strictest, judgeKnown(policy, question, first));
}

function judgeKnown(policy: Policy, question: PolicyQuestion, known: SeverityKnown): Verdict {
  const said = judgeAs(policy, question, known.is);
  const strict = known.alerts
    .map((severity) => judgeAs(policy, question, severity))
    .reduce(strictest, strictest(said, judgeAs(policy, question)));
  const isConfirmed = known.by.some((person) => person !== question.requester.person);
  if (!said.allowed || wantsTheSame(said, strict)) return said;
  if (!isConfirmed) return strict;
  return { allowed: true, rule: { ...said.rule, severityBy: known.by } };
}

function judgeAs(policy: Policy, question: PolicyQuestion, severity?: Severity): Verdict {
  const { localTime } = policy;
  const asked = askedOf(question);
  const holds = (rule: PolicyRule, requester: Evidence) =>
    matches(rule, { ...question, requester }, { localTime, ...(severity && { severity }) });
  const perhaps = supposing(question.requester);
  const found = (kind: PolicyRule['kind'], requester: Evidence) =>
    policy.rules.find((rule) => rule.kind === kind && holds(rule, requester));
  const denied = found('deny', question.requester) ?? found('deny', perhaps);
  // The first rule that may match decides: to pass it over because nobody could be asked might make it easier.
  const rule = denied ?? found('allow', perhaps);
  if (!rule) return refuse('POLICY_NO_RULE', { ...asked, risk: question.risk });
  if (!holds(rule, question.requester)) {
    const unknown = unknownGroup(question, groupsAsked(rule.match, question), rule);
    if (unknown) return { allowed: false, problem: unknown };
  }
  if (rule.kind === 'deny') return refuse('POLICY_DENIED', { ...asked, rule: rule.where });
  if (!rule.requesters.some((group) => isMember(question.requester, group))) {
    const unknown = unknownGroup(question, rule.requesters, rule);
    if (unknown) return { allowed: false, problem: unknown };
    return refuse('NOT_A_REQUESTER', {
      ...asked,
      groups: rule.requesters.join(', '),
      rule: rule.where,
    });
  }
  const lack = question.hypothetical ? undefined : lackOf(rule, question);
  return lack ? refuse(lack.code, { ...asked, ...lack.facts }) : { allowed: true, rule };
}

/** What is to be typed with the request and is not. */
function lackOf(rule: AllowRule, question: PolicyQuestion): Problem | undefined {
  if (rule.reasonRequired && question.reason.trim() === '') {
    return problem('REASON_REQUIRED', { rule: rule.where });
  }
  const tooLong = silenceTooLong(rule, question);
  if (tooLong) return tooLong;
  const { ticket = '' } = question;
  const patterns = isPlanned(question) ? (rule.tickets ?? []) : [];
  const unmet = patterns.find((list) => !list.some((pattern) => fitsTicket(pattern, ticket)));
  if (!unmet) return undefined;
  const given = ticket === '' ? 'none was named' : `${ticket} is none`;
  return problem('TICKET_REQUIRED', { rule: rule.where, wanted: unmet.join(' or '), given });
}

/** One that its rule would let last so long is asked for anew, and judged anew, before it ends. */
function silenceTooLong(rule: AllowRule, { verb, args }: PolicyQuestion): Problem | undefined {
  if (verb !== 'silence') return undefined;
  const lasts = parseDuration(String(args['for'] ?? '')) ?? 0;
  const longestMs = rule.silenceMaxMs ?? silenceUsualMs;
  if (lasts <= longestMs) return undefined;
  const longest = formatDuration(longestMs);
  return problem('SILENCE_LONGER_THAN_POLICY', { rule: rule.where, longest });
}

/** A day, where no rule says otherwise. */
export const silenceUsualMs = 24 * 3_600_000;

/** Commands that make no plan have no place for a ticket. */
function isPlanned({ risk }: RuleQuestion): boolean {
  return risk === 'change' || risk === 'danger';
}

/** Where it hangs on a group that nobody could ask for, the answer is no, and says so. */
function unknownGroup(
  question: PolicyQuestion,
  groups: readonly string[],
  { where }: PolicyRule,
): Problem | undefined {
  const unknown = unknownIn(question.requester, groups);
  return (
    unknown &&
    problem('DIRECTORY_UNREACHABLE', {
      ...unknown.problem.facts,
      ...askedOf(question),
      group: unknown.group,
      rule: where,
    })
  );
}

function askedOf({ verb, service, environment }: RuleQuestion) {
  return { verb, service, environment };
}

function refuse(code: string, facts: Record<string, string>): Verdict {
  return { allowed: false, problem: problem(code, facts) };
}
