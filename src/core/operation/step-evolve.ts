import {
  anythingApplied,
  type OperationEvent,
  type OperationState,
  type OperationStatus,
  type StepState,
} from './operation.ts';
import { compensationsOf, type Step } from './plan.ts';

export type StepEvent = Extract<
  OperationEvent,
  { readonly type: `Step${string}`; readonly step: string }
>;

export function evolveStep(state: OperationState, event: StepEvent, at: number): OperationState {
  const next = onStep(state, event.step, (step): StepState => {
    switch (event.type) {
      case 'StepIntended':
        return {
          ...step,
          phase: 'intended',
          attempt: event.attempt,
          token: event.token,
          landsBefore: event.landsBefore,
          intendedAt: at,
        };
      case 'StepApplied':
        return { ...step, phase: 'applied', appliedAt: at, outputs: event.outputs };
      case 'StepMissed':
        return { ...step, phase: 'waiting' };
      case 'StepProgressed':
        return { ...step, progress: event.progress };
      case 'StepVerified':
        return { ...step, phase: 'verified', outputs: { ...step.outputs, ...event.outputs } };
      case 'StepFailed':
        return { ...step, phase: 'failed', problem: event.problem };
      default:
        return event satisfies never;
    }
  });
  if (event.type === 'StepFailed') return withCompensations(next, event.step);
  if (event.type === 'StepApplied') return { ...next, status: verifyingOrRunning(next) };
  return next;
}

/** A failed forward step with named compensations brings them in; what was not begun is skipped. */
function withCompensations(state: OperationState, failed: string): OperationState {
  const step = state.steps.find((candidate) => candidate.step.id === failed);
  if (!step || step.compensation || !anythingApplied(state)) return state;
  const compensations = compensationsOf(step.step).map((each) => freshStep(each, true));
  if (compensations.length === 0) return state;
  return {
    ...state,
    status: 'running',
    compensating: true,
    steps: [
      ...state.steps.map((each) =>
        each.phase === 'waiting' ? { ...each, phase: 'skipped' as const } : each,
      ),
      ...compensations,
    ],
  };
}

function verifyingOrRunning(state: OperationState): OperationStatus {
  return state.steps.some((step) => step.phase === 'waiting') ? 'running' : 'verifying';
}

export function onStep(
  state: OperationState,
  id: string,
  change: (step: StepState) => StepState,
): OperationState {
  return {
    ...state,
    steps: state.steps.map((step) => (step.step.id === id ? change(step) : step)),
  };
}

export function freshStep(step: Step, compensation: boolean): StepState {
  return {
    step,
    phase: 'waiting',
    attempt: 0,
    token: '',
    landsBefore: 0,
    intendedAt: 0,
    appliedAt: 0,
    outputs: {},
    compensation,
  };
}
