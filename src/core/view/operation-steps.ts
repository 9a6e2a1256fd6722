import { isLook } from '../health.ts';
import type { OperationState, StepState } from '../operation/operation.ts';
import { type Change, compensationsOf } from '../operation/plan.ts';
import type { Block, StepLine } from './card.ts';
import { duration, problemLine, type Words } from './words.ts';

/** How it would go while it waits, how it goes once it has begun; nothing where it never began. */
export function steps(state: OperationState, words: Words): readonly Block[] {
  if (!state.plan) return [];
  if (state.startedAt !== undefined) {
    return [{ kind: 'steps', steps: state.steps.map((step) => begunStep(step, state, words)) }];
  }
  if (state.endedAt !== undefined) return [];
  return [{ kind: 'steps', steps: state.steps.map(plannedStep) }];
}

export function spoken(change: Change): string {
  if (change.what === 'added') return `${change.path} + ${change.to ?? ''}`.trim();
  if (change.what === 'removed') return `${change.path} − ${change.from ?? ''}`.trim();
  return change.from === undefined && change.to === undefined
    ? `${change.path} changed`
    : `${change.path} ${change.from ?? '∅'} → ${change.to ?? '∅'}`;
}

/** `s1 replicas 3 → 6`. */
export function stepName({ step }: StepState): string {
  if (isLook(step)) return `${step.id} the service is looked at, nothing is changed`;
  return `${step.id} ${step.change.map(spoken).join(', ')}`;
}

function plannedStep(state: StepState): StepLine {
  const { step } = state;
  const guard = isLook(step)
    ? 'what is not measured is no pass'
    : step.guard === 'conditional'
      ? 'the target refuses it if somebody wrote first'
      : 'sent once, never again';
  const failure =
    compensationsOf(step).length > 0
      ? 'if it fails: take back, as below'
      : step.goesOn
        ? 'if it fails: go on, and say so at the end'
        : 'if it fails: stop';
  return {
    state: 'waiting',
    text: [stepName(state)],
    details: [
      [`${guard} · ${failure}`],
      [`checked: ${step.verify.what}, for ${duration(step.verify.withinMs)} at most`],
      ...(step.critical ? [['nothing stops it between this step and the next']] : []),
    ],
  };
}

function begunStep(step: StepState, state: OperationState, words: Words): StepLine {
  const { phase, progress, problem, attempt } = step;
  const isUnderWay = phase === 'intended' || phase === 'applied';
  return {
    state: lineState(step, state),
    text: [stepName(step)],
    details: [
      ...(progress && isUnderWay ? [[progressLine(progress)]] : []),
      ...(attempt > 1 ? [[`attempt ${attempt}`]] : []),
      // What ended the whole is said once, above.
      ...(phase === 'failed' && problem && problem.code !== state.problem?.code
        ? [problemLine(problem, words)]
        : []),
    ],
  };
}

function progressLine({ done, of, what }: { done: number; of: number; what: string }): string {
  return of > 0 ? `${done} of ${of} ${what}` : what;
}

function lineState(step: StepState, { status }: OperationState): StepLine['state'] {
  const isOver = status !== 'running' && status !== 'verifying';
  switch (step.phase) {
    case 'intended':
    case 'applied':
      return 'running';
    case 'verified':
      return 'done';
    case 'waiting':
      if (isOver) return 'skipped';
      return step.compensation ? 'compensation' : 'waiting';
    default:
      return step.phase;
  }
}
