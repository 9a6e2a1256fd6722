import { type Evidence, isMember } from '../person.ts';
import { type Problem, problem } from '../problem.ts';
import type { Risk } from './plan.ts';

/** Deny rules first, then the first rule that matches; no match is a refusal. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
  /** SHA-256 over the rules as written: part of every plan. */
  readonly digest: string;
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
  readonly expiresMs: number;
  /** One person fills one place. None: approved by being asked. */
  readonly places: readonly Place[];
}

export interface Place {
  readonly count: number;
  readonly from: string;
}

/** Every named field must hold one of its values. An empty match holds for everything. */
export interface PolicyMatch {
  readonly verb?: readonly string[];
  readonly family?: readonly string[];
  readonly risk?: readonly Risk[];
  readonly environment?: readonly string[];
  readonly service?: readonly string[];
  readonly surface?: readonly string[];
}

/** What is asked about, by whomever. */
export interface RuleQuestion {
  readonly verb: string;
  readonly family: string;
  readonly risk: Risk;
  readonly service: string;
  readonly environment: string;
}

export interface PolicyQuestion extends RuleQuestion {
  readonly requester: Evidence;
  readonly reason: string;
}

export type Verdict =
  | { readonly allowed: true; readonly rule: AllowRule }
  | { readonly allowed: false; readonly problem: Problem };

/** What the policy says of a question. Default closed. */
export function judge(policy: Policy, question: PolicyQuestion): Verdict {
  const asked = {
    verb: question.verb,
    service: question.service,
    environment: question.environment,
  };
  const denied = policy.rules.find((rule) => rule.kind === 'deny' && matches(rule.match, question));
  if (denied) return refuse('POLICY_DENIED', { ...asked, rule: denied.where });
  const rule = policy.rules.find(
    (candidate): candidate is AllowRule =>
      candidate.kind === 'allow' && matches(candidate.match, question),
  );
  if (!rule) return refuse('POLICY_NO_RULE', { ...asked, risk: question.risk });
  if (!rule.requesters.some((group) => isMember(question.requester, group))) {
    return refuse('NOT_A_REQUESTER', {
      ...asked,
      groups: rule.requesters.join(', '),
      rule: rule.where,
    });
  }
  if (rule.reasonRequired && question.reason.trim() === '') {
    return refuse('REASON_REQUIRED', { ...asked, rule: rule.where });
  }
  return { allowed: true, rule };
}

/**
 * What forbids a gate (approve, decline, stop, settle, …), which needs no rule that allows it: its operation's plan names
 * who decides. Only a rule that names the verb counts, so that a rule about changes never keeps somebody from a stop.
 */
export function denial(policy: Policy, question: PolicyQuestion): Problem | undefined {
  const { verb, service, environment } = question;
  const rule = policy.rules.find(
    ({ kind, match }) => kind === 'deny' && match.verb?.includes(verb) && matches(match, question),
  );
  return rule && problem('POLICY_DENIED', { verb, service, environment, rule: rule.where });
}

/**
 * Whether a reason may be asked for, wherever it is asked from and by whom: the first rule that matches is the one that
 * counts, and one that is for some surfaces only may or may not be it.
 */
export function reasonWanted(policy: Policy, question: RuleQuestion): boolean {
  for (const rule of policy.rules) {
    if (rule.kind === 'deny' || !matchesSubject(rule.match, question)) continue;
    if (rule.reasonRequired) return true;
    if (rule.match.surface === undefined) return false;
  }
  return false;
}

/** `slack/main` → `slack`: policies speak of kinds of surfaces. */
export function surfaceKind(surface: string): string {
  return surface.split('/', 1)[0] ?? surface;
}

function matches(match: PolicyMatch, question: PolicyQuestion): boolean {
  return (
    matchesSubject(match, question) && holds(match.surface, surfaceKind(question.requester.surface))
  );
}

function matchesSubject(match: PolicyMatch, question: RuleQuestion): boolean {
  return (
    holds(match.verb, question.verb) &&
    holds(match.family, question.family) &&
    holds(match.risk, question.risk) &&
    holds(match.environment, question.environment) &&
    holds(match.service, question.service)
  );
}

function holds<T extends string>(allowed: readonly T[] | undefined, value: T): boolean {
  return allowed === undefined || allowed.includes(value);
}

function refuse(code: string, facts: Record<string, string>): Verdict {
  return { allowed: false, problem: problem(code, facts) };
}
