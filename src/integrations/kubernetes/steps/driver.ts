import { setTimeout as delay } from 'node:timers/promises';
import type { Step } from '../../../core/operation/plan.ts';
import type {
  Applied,
  ApplyContext,
  Checked,
  Observed,
  Probed,
  StepContext,
  StepDriver,
} from '../../../core/ports/step.ts';
import { type Facts, type Problem, ProblemError, problem } from '../../../core/problem.ts';
import type { Written } from '../client.ts';
import type { WritableCluster } from '../cluster.ts';
import { at } from '../json.ts';
import { type Locator, locatorOf } from '../schema.ts';
import { bareTemplate, short } from '../template.ts';
import { mark, readWorkload, type Workload, wordsFor } from '../workload.ts';
import { probeWrite, type Suspect } from './probe.ts';
import { decodeToken, encodeToken } from './token.ts';

/** What one kind of step adds to the conditional write they all are. */
export interface StepKind {
  /** What else must hold before the write, beside the fields of the workload. */
  check(cluster: WritableCluster, step: Step, live: Workload): Promise<Problem | undefined>;
  write(cluster: WritableCluster, step: Step, live: Workload, meta: WriteMeta): Promise<Written>;
  /** What it is for is so already, whoever did it: nothing is written. */
  isDone?(step: Step, live: Workload, context: StepContext): boolean;
  /** A cluster that does not answer is no reason to give it up: it is tried again as long as attempts are left. */
  readonly isPatient?: true;
  observe(cluster: WritableCluster, step: Step, context: StepContext): Promise<Observed>;
}

export interface WriteMeta {
  readonly mark: string;
  readonly resourceVersion: string;
  readonly context: StepContext;
}

/** A cluster that is busy is asked again after so long, and after longer each time. */
const restMs = 500;

/** In place of a state that could not be read: nothing is sent under it. */
const unseen = 'unseen';

/** Part of a running step: never held back because other requests failed. */
const urgent = { urgent: true };

/**
 * A write that the API server itself refuses when the object is no longer the one that was checked: it carries that
 * read's resourceVersion, so it lands at most once and never on a state nobody looked at.
 */
export function createDriver(cluster: WritableCluster, kind: StepKind): StepDriver {
  // What the check read is what the write is made from: reading it once more would only let a busy object move further.
  const checked = new Map<string, Workload>();
  return {
    landsWithinMs: cluster.config.landsWithinMs,
    check: (step, context) =>
      check(cluster, kind, {
        step,
        context,
        keep: (live) => checked.set(marksOf(step, context), live),
      }),
    async apply(step, context) {
      const seen = checked.get(marksOf(step, context));
      checked.delete(marksOf(step, context));
      const live = seen && encodeToken(seen) === context.token ? seen : undefined;
      return apply(cluster, kind, { step, context, live });
    },
    probe: (step, context) => probe(cluster, step, context),
    observe: (step, context) => kind.observe(cluster, step, context),
    undo: (step) => step.undo,
  };
}

interface Checking {
  readonly step: Step;
  readonly context: StepContext;
  readonly keep: (live: Workload) => void;
}

interface Applying {
  readonly step: Step;
  readonly context: ApplyContext;
  /** The object as the check read it; absent when another process did the check. */
  readonly live: Workload | undefined;
}

async function check(
  cluster: WritableCluster,
  kind: StepKind,
  { step, context, keep }: Checking,
): Promise<Checked> {
  try {
    const live = await read(cluster, step);
    const standing =
      alreadyApplied(step, live, context) ??
      (kind.isDone?.(step, live, context) && alreadyThere(live));
    if (standing) return { ok: false, ours: true, problem: standing };
    const refused = firstDifference(step, live) ?? (await kind.check(cluster, step, live));
    if (refused) return { ok: false, problem: refused };
    keep(live);
    return { ok: true, token: encodeToken(live) };
  } catch (error) {
    const because = known(error);
    const isSilent = kind.isPatient && !told.has(because.code);
    return isSilent ? { ok: true, token: unseen } : { ok: false, problem: because };
  }
}

/** What says something of the workload, or of what we may do with it: asking once more would not change it. */
const told: ReadonlySet<string> = new Set([
  'K8S_NOT_FOUND',
  'K8S_FORBIDDEN',
  'K8S_UNAUTHORIZED',
  'K8S_CREDENTIALS',
  'K8S_INVALID',
  'K8S_LOCATOR',
  'K8S_TOO_LARGE',
]);

async function apply(
  cluster: WritableCluster,
  kind: StepKind,
  { step, context, live: checked }: Applying,
): Promise<Applied> {
  if (context.token === unseen) return { outcome: 'unknown', problem: problem('UNREACHABLE') };
  const token = decodeToken(context.token);
  if (token === undefined) return { outcome: 'refused', problem: problem('K8S_LOCATOR') };
  try {
    const live = checked ?? (await read(cluster, step));
    const suspect = { locator: live.locator, token, marks: marksOf(step, context) };
    if (live.uid !== token.uid || live.resourceVersion !== token.resourceVersion) {
      return await movedOrOurs(cluster, suspect);
    }
    // Beyond this line a lost answer leaves us not knowing; before it nothing was sent.
    const written = await kind.write(cluster, step, live, {
      mark: markOf(step, context),
      resourceVersion: token.resourceVersion,
      context,
    });
    if (written.outcome === 'refused' && kind.isPatient && !told.has(written.problem.code)) {
      await delay(restMs * context.attempt);
      return { outcome: 'moved' };
    }
    return written.outcome === 'conflict'
      ? await movedOrOurs(cluster, suspect)
      : applied(cluster, step, written);
  } catch (error) {
    return { outcome: 'refused', problem: known(error) };
  }
}

/**
 * Moved, but by whom? A proxy that sent our request twice lets the first one land and answers with the conflict of the
 * second. What cannot be looked at just now is looked at by the check that follows.
 */
async function movedOrOurs(cluster: WritableCluster, suspect: Suspect): Promise<Applied> {
  const probed = await probeWrite(cluster, suspect).catch(() => 'cannot-know');
  return { outcome: probed === 'yes' ? 'applied' : 'moved' };
}

function applied(
  cluster: WritableCluster,
  step: Step,
  written: Exclude<Written, { outcome: 'conflict' }>,
): Applied {
  if (written.outcome !== 'written') return written;
  const template = at(written.object, 'spec', 'template');
  // A webhook may write a template that differs each time: what was really stored is what is followed.
  return template === undefined
    ? { outcome: 'applied' }
    : {
        outcome: 'applied',
        outputs: { [`${step.id}.template`]: cluster.digest(bareTemplate(template)) },
      };
}

async function probe(cluster: WritableCluster, step: Step, context: ApplyContext): Promise<Probed> {
  const locator = locatorOf(step.at.locator);
  const token = decodeToken(context.token);
  try {
    if (context.token === unseen) {
      await read(cluster, step);
      return 'no';
    }
    if (locator === undefined || token === undefined) return 'cannot-know';
    return await probeWrite(cluster, { locator, token, marks: marksOf(step, context) });
  } catch (error) {
    if (error instanceof ProblemError) return 'cannot-know';
    throw error;
  }
}

function read(cluster: WritableCluster, step: Step): Promise<Workload> {
  return readWorkload(cluster.reader, placeOf(step), cluster.digest, urgent);
}

export function placeOf(step: Step): Locator {
  const locator = locatorOf(step.at.locator);
  if (locator === undefined) throw new ProblemError(problem('K8S_LOCATOR'));
  return locator;
}

export function markOf(step: Step, context: ApplyContext): string {
  return `${marksOf(step, context)}${context.attempt}`;
}

/** How the marks of all attempts of a step begin. */
function marksOf(step: Step, context: StepContext): string {
  return `${context.operation}/${step.id}/`;
}

/** What this step writes stands, and so does its mark: an attempt that was given up has landed. */
function alreadyApplied(step: Step, live: Workload, context: StepContext): Problem | undefined {
  if (live.uid !== step.target.identity) return undefined;
  const standing = live.annotations[mark] ?? '';
  return standing.startsWith(marksOf(step, context)) && holds(step.postconditions, seenIn(live))
    ? problem('K8S_STEP_ALREADY_APPLIED', { workload: wordsFor(live.locator), mark: standing })
    : undefined;
}

function alreadyThere(live: Workload): Problem {
  const facts = { workload: wordsFor(live.locator), mark: live.annotations[mark] ?? 'not ours' };
  return problem('K8S_STEP_ALREADY_APPLIED', facts);
}

function seenIn(live: Workload): Facts {
  return { template: live.digest, paused: live.paused, replicas: live.replicas };
}

/** The first field that is not as it was shown. */
function firstDifference(step: Step, live: Workload): Problem | undefined {
  const workload = wordsFor(live.locator);
  if (live.uid !== step.target.identity) {
    return stale(workload, {
      field: 'identity',
      planned: step.target.identity,
      observed: live.uid,
    });
  }
  const seen = seenIn(live);
  for (const [field, planned] of Object.entries(step.preconditions)) {
    const observed = seen[field];
    if (observed === undefined || observed === planned) continue;
    return stale(workload, { field, planned: brief(planned), observed: brief(observed) });
  }
  return undefined;
}

export function stale(workload: string, difference: Facts): Problem {
  return problem('PLAN_STALE', { target: workload, ...difference });
}

function holds(wanted: Facts, seen: Facts): boolean {
  return Object.entries(wanted).every(([field, value]) => seen[field] === value);
}

function brief(value: Facts[string]): Facts[string] {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? short(value) : value;
}

function known(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  throw error;
}
