import { checksOf, verificationStep } from '../core/health.ts';
import { said } from '../core/operation/decide.ts';
import { haltOf, isLifting } from '../core/operation/halt.ts';
import { planHash } from '../core/operation/hash.ts';
import type { Judged as JudgedFacts } from '../core/operation/operation.ts';
import type { Plan, Risk, Step } from '../core/operation/plan.ts';
import { type AllowRule, judge, type Verdict } from '../core/operation/policy.ts';
import { withWords } from '../core/operation/split-brain.ts';
import { isTicket, ticketLengthMax } from '../core/operation/ticket.ts';
import { isAsShown, mayBeDangerous, preapproved, promisedUndo } from '../core/operation/undo.ts';
import type { Draft } from '../core/ports/step.ts';
import { type Problem, problem, problemOf } from '../core/problem.ts';
import { type Asking, isProblem, type OperationCommand, type Subject } from './command.ts';
import type { Desk, Telling } from './desk.ts';
import { joins } from './join.ts';
import { questionOf } from './judgement.ts';

export interface Planned {
  readonly operation: string;
  readonly refused?: Problem;
  /** Who asked for the same before, where that plan waits and this request joined it. */
  readonly joins?: string;
}

/**
 * Asked, judged, drafted, planned: each on the record before the next. What the policy refuses never looks at a
 * target; the draft reads and dry-runs, and the hash binds what it found to the approval.
 */
export async function planOperation(
  command: OperationCommand,
  asked: Asking,
  telling: Telling,
): Promise<Planned> {
  const subject = await command.subject(asked);
  if (isProblem(subject)) return { operation: '', refused: subject };
  const unreadable = ticketFault(asked);
  if (unreadable) return { operation: '', refused: unreadable };
  const operation = `op-${asked.desk.sha256(telling.cause).slice(0, 10)}`;
  const { desk, by, line } = asked;
  // The same request told again goes on with its own plan.
  const isRepeated = (await desk.operation(operation)) !== undefined;
  const same = isRepeated ? undefined : await joins(command, asked, subject, telling);
  if (same) return { operation: same.id, joins: same.asked?.requester.person ?? '' };
  const reason = String(asked.args['reason'] ?? '');
  const ticket = String(asked.args['ticket'] ?? '');
  const claimed = await desk.tellOperation(
    operation,
    {
      type: 'Ask',
      verb: command.name,
      line,
      service: subject.service,
      environment: subject.environment,
      incident: subject.incident,
      requester: by,
      reason,
      ...(ticket && { ticket }),
      undoes: subject.undoes,
      ...(asked.proposedBy && { proposedBy: asked.proposedBy }),
    },
    telling,
  );
  if (claimed.refused) return { operation: '', refused: claimed.refused };
  const outcome = await judged(command, asked, subject, operation);
  if (isProblem(outcome)) {
    await desk.tellOperation(
      operation,
      { type: 'RefusePlan', problem: outcome },
      { cause: `${telling.cause}/refused`, by: 'tocsin' },
    );
    return { operation, refused: outcome };
  }
  const { draft, rule, risk, judged: known } = outcome;
  const steps = verified(command, subject, { desk, steps: draft.steps });
  const undoWithinMs = promisedUndo(rule, { steps, risk });
  const plan: Plan = {
    format: 1,
    operation,
    nonce: desk.nonce(),
    requester: by.person,
    verb: command.name,
    line,
    service: subject.service,
    environment: subject.environment,
    risk,
    targets: draft.targets,
    steps,
    diff: draft.diff,
    blast: draft.blast,
    warnings: draft.warnings,
    reason,
    ...(ticket && { ticket }),
    ...(undoWithinMs !== undefined && { undoWithinMs }),
    expiresAt: desk.journalNow() + rule.expiresMs,
    policy: desk.settings.policy.digest,
  };
  const hash = planHash(plan, desk.sha256);
  const told = await desk.tellOperation(
    operation,
    { type: 'Plan', plan, hash, rule, judged: known },
    { cause: `${telling.cause}/planned`, by: 'tocsin' },
  );
  if (told.refused) return { operation, refused: told.refused };
  return told.changed ? { operation } : asItStands(desk, operation);
}

/** What keeps data changes nothing that the checks are about. */
const unfollowed: ReadonlySet<string> = new Set(['backup', 'verify-backup', 'retention']);

/** The service is looked at after the last step, where the configuration says by what. */
function verified(
  { name, family }: OperationCommand,
  { service, environment }: Subject,
  { desk, steps }: { readonly desk: Desk; readonly steps: readonly Step[] },
): readonly Step[] {
  const checks = checksOf(desk.settings.catalog, { service, environment });
  const last = steps.at(-1);
  const isFollowed = name === 'undo' || family === 'change' || family === 'danger';
  if (checks.length === 0 || !last || !isFollowed || unfollowed.has(name)) return steps;
  const id = `s${steps.length + 1}`;
  const at = { id, target: last.target };
  const { sha256 } = desk;
  return [...steps, verificationStep(at, { service, environment }, { checks, sha256 })];
}

/** Whether a rule wants one or not: it is kept in the plan and shown. */
function ticketFault({ args, line }: Asking): Problem | undefined {
  const { ticket } = args;
  if (ticket === undefined || isTicket(String(ticket))) return undefined;
  return problem('TICKET_UNREADABLE', { line, most: ticketLengthMax });
}

/** Nothing was decided: it is planned already by the same request, or it ended while the target was looked at. */
async function asItStands(desk: Desk, operation: string): Promise<Planned> {
  const state = await desk.operation(operation);
  if (!state) return { operation, refused: problem('OPERATION_NOT_FOUND', { operation }) };
  if (state.plan) return { operation };
  const ended = problem('OPERATION_NOT_WAITING', { ...said(state) });
  return { operation, refused: state.problem ?? ended };
}

type Drafted = Extract<Draft, { readonly ok: true }>;

interface Judged {
  readonly draft: Drafted;
  readonly rule: AllowRule;
  readonly risk: Risk;
  readonly judged: JudgedFacts;
}

/** The draft tells all that is written, and a plan's risk is the highest of its verb and its steps: a second verdict counts. */
async function judged(
  command: OperationCommand,
  asked: Asking,
  subject: Subject,
  operation: string,
): Promise<Judged | Problem> {
  const { policy } = asked.desk.settings;
  const question = { ...questionOf(command, asked, subject), targets: subject.targets };
  const undone = await approvedBefore(asked, subject);
  const first = judge(policy, question);
  if (!first.allowed && (!undone || isDenied(first))) return first.problem;
  const draft = await drafted(subject, operation, asked);
  if (!draft.ok) return draft.problem;
  const risk: Risk = draft.risk === 'danger' ? 'danger' : command.risk;
  const targets = [...new Set([...subject.targets, ...draft.steps.map(({ at }) => at.target)])];
  const now = judge(policy, { ...question, risk, targets });
  const verdict = isDenied(now) ? now : (undone?.(draft) ?? now);
  const halt = isLifting(draft)
    ? undefined
    : haltOf(asked.desk.halts(), { service: subject.service, at: asked.at });
  // Nobody is to approve what cannot begin; a freeze can be broken with the glass, where the rule has one.
  const isBreakable =
    ['FROZEN', 'FROZEN_BY_CALENDAR'].includes(halt?.code ?? '') &&
    verdict.allowed &&
    verdict.rule.breakGlass;
  if (halt && !isBreakable) return halt;
  if (!verdict.allowed) return verdict.problem;
  const { family, args, severities } = question;
  return { draft, rule: verdict.rule, risk, judged: { family, args, targets, severities } };
}

/** Of an undo that may have been approved with what it takes back: the verdict on a draft of it. */
async function approvedBefore(
  { desk, by, at }: Asking,
  { undoes }: Subject,
): Promise<((draft: Drafted) => Verdict | undefined) | undefined> {
  const original = undoes === '' ? undefined : await desk.operation(undoes);
  const rule = original && preapproved(original, { by, at, policy: desk.settings.policy.digest });
  if (!original || !rule) return undefined;
  return ({ steps, risk }) => {
    const isMild = risk !== 'danger' || mayBeDangerous(original);
    return isMild && isAsShown(original, steps) ? { allowed: true, rule } : undefined;
  };
}

/** What a rule denies is denied, whoever approved what before. */
function isDenied(verdict: Verdict): boolean {
  return !verdict.allowed && verdict.problem.code === 'POLICY_DENIED';
}

async function drafted(subject: Subject, operation: string, asked: Asking): Promise<Draft> {
  try {
    return withWords(await subject.draft(operation), asked.args);
  } catch (error) {
    const otherwise = problem('PLANNING_FAILED', { line: asked.line, service: subject.service });
    return { ok: false, problem: problemOf(error, otherwise) };
  }
}
