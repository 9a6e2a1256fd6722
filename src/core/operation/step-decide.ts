import type { Applied, Checked, Observed, Probed } from '../ports/step.ts';
import { type Facts, type Problem, problem } from '../problem.ts';
import { about } from './about.ts';
import {
  anythingApplied,
  type OperationEvent,
  type OperationState,
  type StepState,
} from './operation.ts';
import { compensationsOf } from './plan.ts';

/** What `loops/operations` reports of the step it works on. */
export type StepIntent =
  | {
      readonly type: 'ReportCheck';
      readonly at: number;
      readonly step: string;
      readonly checked: Checked;
      readonly landsWithinMs: number;
      /** Why nothing may begin now: what would be next is left out, as after a stop. */
      readonly halt?: Problem;
    }
  | {
      readonly type: 'ReportApply';
      readonly at: number;
      readonly step: string;
      readonly applied: Applied;
    }
  | {
      readonly type: 'ReportProbe';
      readonly at: number;
      readonly step: string;
      readonly probed: Probed;
      /** Where the probe could not know: what a fresh check of the precondition said. */
      readonly checked?: Checked;
    }
  | {
      readonly type: 'ReportObserve';
      readonly at: number;
      readonly step: string;
      readonly observed: Observed;
    }
  /** Nobody in this process knows the step's kind. */
  | { readonly type: 'ReportNoDriver'; readonly step: string };

/**
 * A crash-looping target moves under us: after a conflict it is read and compared again, five times at most. Between a
 * check and its write lies the intent on its way to the disk, some 10 ms; where the status changes ten times a second six
 * tries in a row are hit about once in a million. More than that is no bad luck but a fight.
 */
export const attemptsMax = 6;

/**
 * How long after its check a write may still be sent. A process that was paused in between (a slow disk, a stopped
 * machine) must check again: what it sends later could land when everybody believes that it no longer can.
 */
export const sendWithinMs = 5000;

/** Asked by the loop just before it sends. No: report `moved`, for nothing was written. */
export function mayBeSent(
  step: StepState,
  now: { readonly at: number; readonly landsWithinMs: number },
): boolean {
  return step.phase === 'intended' && now.at + now.landsWithinMs <= step.landsBefore;
}

export function decideStep(intent: StepIntent, state: OperationState): readonly OperationEvent[] {
  if (state.status !== 'running' && state.status !== 'verifying') return [];
  const current = currentStep(state);
  if (!current || current.step.id !== intent.step) return [];
  switch (intent.type) {
    case 'ReportCheck':
      return current.phase === 'waiting' ? checked(intent, state, current) : [];
    case 'ReportApply':
      return current.phase === 'intended' ? applied(intent, state, current) : [];
    case 'ReportProbe':
      return current.phase === 'intended' ? probed(intent, state, current) : [];
    case 'ReportObserve':
      return current.phase === 'applied' ? observed(intent, state, current) : [];
    case 'ReportNoDriver':
      return noDriver(state, current);
    default:
      return intent satisfies never;
  }
}

/** The step that is due: the first that is neither verified, failed nor skipped. */
export function currentStep(state: OperationState): StepState | undefined {
  return state.steps.find(
    ({ phase }) => phase === 'waiting' || phase === 'intended' || phase === 'applied',
  );
}

type Of<T extends StepIntent['type']> = Extract<StepIntent, { readonly type: T }>;

function checked(
  intent: Of<'ReportCheck'>,
  state: OperationState,
  current: StepState,
): readonly OperationEvent[] {
  // An attempt that was given up has landed after all. That is so, whoever asked us to stop meanwhile.
  if (isOurs(intent.checked)) return [isApplied(current, 'probe', {})];
  if (state.stoppedBy !== undefined && !current.compensation && !isInCritical(state, current)) {
    return stopped(state, current, state.stoppedBy);
  }
  if (intent.halt && !current.compensation && !isInCritical(state, current)) {
    return halted(state, current, intent.halt);
  }
  if (!intent.checked.ok) return notAsPlanned(intent.checked.problem, state, current);
  if (current.attempt >= attemptsMax) {
    const because = problem('TARGET_KEEPS_MOVING', {
      ...facts(state, current),
      attempts: attemptsMax,
    });
    return failed(state, current, because);
  }
  return [
    {
      type: 'StepIntended',
      v: 1,
      step: current.step.id,
      attempt: current.attempt + 1,
      token: intent.checked.token,
      landsBefore: intent.at + sendWithinMs + intent.landsWithinMs,
    },
  ];
}

/** Before the first effect a moved world makes the plan stale; after it, it is a failure of this step. */
function notAsPlanned(
  because: Problem,
  state: OperationState,
  current: StepState,
): readonly OperationEvent[] {
  const whole = { ...facts(state, current), ...because.facts };
  if (because.code !== 'PLAN_STALE') return failed(state, current, because);
  return anythingApplied(state)
    ? failed(state, current, problem('STEP_STALE', whole))
    : [{ type: 'OperationStale', v: 1, problem: problem('PLAN_STALE', whole) }];
}

function applied(
  intent: Of<'ReportApply'>,
  state: OperationState,
  current: StepState,
): readonly OperationEvent[] {
  switch (intent.applied.outcome) {
    case 'applied':
      return [isApplied(current, 'answer', intent.applied.outputs ?? {})];
    case 'moved':
      return current.step.guard === 'conditional'
        ? [isMissed(current, 'moved')]
        : failed(state, current, problem('STEP_DID_NOT_TAKE_EFFECT', facts(state, current)));
    case 'refused':
      return failed(state, current, intent.applied.problem);
    case 'unknown':
      // Stays intended: the loop looks again until the request can no longer land.
      return [];
    default:
      return intent.applied satisfies never;
  }
}

/**
 * "It took effect" is believed at once. "It did not" only when the old request can no longer land; an unguarded step is
 * never begun a second time.
 */
function probed(
  intent: Of<'ReportProbe'>,
  state: OperationState,
  current: StepState,
): readonly OperationEvent[] {
  if (intent.probed === 'yes') return [isApplied(current, 'probe', {})];
  const conditional = current.step.guard === 'conditional';
  if (intent.probed === 'no') {
    return conditional
      ? [isMissed(current, 'probed')]
      : failed(state, current, problem('STEP_DID_NOT_TAKE_EFFECT', facts(state, current)));
  }
  if (isOurs(intent.checked)) return [isApplied(current, 'probe', {})];
  if (intent.at < current.landsBefore) return [];
  if (conditional && intent.checked?.ok) return [isMissed(current, 'past its time')];
  const unreachable =
    intent.checked !== undefined &&
    !intent.checked.ok &&
    intent.checked.problem.code !== 'PLAN_STALE';
  const patience = Math.max(current.landsBefore, current.intendedAt + current.step.verify.withinMs);
  if (unreachable && intent.at < patience) return [];
  return unknown(state, current);
}

function observed(
  intent: Of<'ReportObserve'>,
  state: OperationState,
  current: StepState,
): readonly OperationEvent[] {
  const seen = intent.observed;
  if (seen.state === 'failed') return failed(state, current, seen.problem);
  if (seen.state === 'done') return verified(state, current, seen.outputs);
  if (intent.at >= current.appliedAt + current.step.verify.withinMs) {
    const because = problem('VERIFY_TIMED_OUT', {
      ...facts(state, current),
      progress: seen.progress.what,
      seconds: Math.round(current.step.verify.withinMs / 1000),
    });
    return failed(state, current, because);
  }
  const before = current.progress;
  const same =
    before &&
    before.done === seen.progress.done &&
    before.of === seen.progress.of &&
    before.what === seen.progress.what;
  return same
    ? []
    : [{ type: 'StepProgressed', v: 1, step: current.step.id, progress: seen.progress }];
}

function verified(
  state: OperationState,
  current: StepState,
  outputs: Facts | undefined,
): readonly OperationEvent[] {
  const done: OperationEvent = {
    type: 'StepVerified',
    v: 1,
    step: current.step.id,
    ...(outputs && { outputs }),
  };
  const isLast = !state.steps.some(({ phase }) => phase === 'waiting');
  if (!isLast) return [done];
  const failure = firstFailure(state);
  if (!state.compensating && !failure) return [done, { type: 'OperationSucceeded', v: 1 }];
  const because = failure ?? problem('STEP_FAILED', facts(state, current));
  const compensated =
    state.compensating && !state.steps.some((each) => each.compensation && each.phase === 'failed');
  return [done, { type: 'OperationFailed', v: 1, problem: because, compensated }];
}

function failed(
  state: OperationState,
  current: StepState,
  because: Problem,
): readonly OperationEvent[] {
  const event: OperationEvent = {
    type: 'StepFailed',
    v: 1,
    step: current.step.id,
    problem: because,
  };
  const compensates =
    !current.compensation && compensationsOf(current.step).length > 0 && anythingApplied(state);
  const goesOn =
    current.step.goesOn === true &&
    state.steps.some((each) => each !== current && each.phase === 'waiting');
  return compensates || goesOn
    ? [event]
    : [event, { type: 'OperationFailed', v: 1, problem: because, compensated: false }];
}

/** A critical step binds the one after it: between the two nothing may stop us. */
function isInCritical(state: OperationState, current: StepState): boolean {
  return state.steps[state.steps.indexOf(current) - 1]?.step.critical === true;
}

function stopped(
  state: OperationState,
  current: StepState,
  person: string,
): readonly OperationEvent[] {
  const code = anythingApplied(state) ? 'STOPPED' : 'STOPPED_UNCHANGED';
  const because = problem(code, { ...facts(state, current), person });
  return [{ type: 'OperationFailed', v: 1, problem: because, compensated: false }];
}

function halted(
  state: OperationState,
  current: StepState,
  halt: Problem,
): readonly OperationEvent[] {
  const code = anythingApplied(state) ? 'HALTED' : 'HALTED_UNCHANGED';
  const because = problem(code, { ...facts(state, current), halt: halt.code });
  return [{ type: 'OperationFailed', v: 1, problem: because, compensated: false }];
}

function noDriver(state: OperationState, current: StepState): readonly OperationEvent[] {
  const because = problem('STEP_KIND_UNKNOWN', {
    ...facts(state, current),
    kind: current.step.kind,
  });
  return current.phase === 'intended' || anythingApplied(state)
    ? [{ type: 'OperationUnknown', v: 1, step: current.step.id, problem: because }]
    : failed(state, current, because);
}

function unknown(state: OperationState, current: StepState): readonly OperationEvent[] {
  const because = problem('STEP_OUTCOME_UNKNOWN', facts(state, current));
  return [{ type: 'OperationUnknown', v: 1, step: current.step.id, problem: because }];
}

function isOurs(found: Checked | undefined): boolean {
  return found !== undefined && !found.ok && found.ours === true;
}

function isApplied(
  current: StepState,
  known: 'answer' | 'probe',
  outputs: Readonly<Record<string, string | number | boolean>>,
): OperationEvent {
  const { attempt } = current;
  return { type: 'StepApplied', v: 1, step: current.step.id, attempt, known, outputs };
}

function isMissed(current: StepState, why: string): OperationEvent {
  return { type: 'StepMissed', v: 1, step: current.step.id, attempt: current.attempt, why };
}

function firstFailure(state: OperationState): Problem | undefined {
  return state.steps.find(({ phase }) => phase === 'failed')?.problem;
}

function facts(state: OperationState, current: StepState): Record<string, string> {
  return { ...about(state), step: current.step.id, target: current.step.target.id };
}
