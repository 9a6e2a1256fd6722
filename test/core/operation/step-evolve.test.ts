import { describe, expect, it } from 'vitest';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import {
  applied,
  crash,
  given,
  intended,
  minute,
  missed,
  running,
  type Story,
  step,
  stepFailed,
  T0,
  verified,
} from './sample.ts';

const compensating = { onFailure: { compensate: [step('c1'), step('c2')] } };
const three: Story = {
  plan: { steps: [step('s1'), step('s2', compensating), step('s3')] },
};

/** The phases after these events, in the order of the steps. */
function phases(...events: readonly OperationEvent[]): readonly string[] {
  const { steps } = given(...running(three), ...events).state();
  return steps.map((each) => `${each.step.id} ${each.phase}`);
}

describe('a step', () => {
  const [first, second] = given(...running(three)).state().steps;

  it('that is begun keeps its attempt, its token, when that was, and until when it may land', () => {
    const state = given(...running(three), intended('s1', 2)).state();
    expect(state.status).toBe('running');
    expect(state.steps.slice(0, 2)).toEqual([
      {
        ...first,
        ...{ phase: 'intended', attempt: 2, token: 'rv-2' },
        ...{ landsBefore: T0 + 10 * minute, intendedAt: T0 + 6000 },
      },
      second,
    ]);
  });

  it('that took effect keeps when it did, and what it answered', () => {
    const answered = { ...applied(), outputs: { generation: 7 } } as OperationEvent;
    const state = given(...running(three), intended(), answered).state();
    expect(state.steps).toMatchObject([
      { phase: 'applied', appliedAt: T0 + 7000, outputs: { generation: 7 } },
      { phase: 'waiting', appliedAt: 0, outputs: {} },
      { phase: 'waiting' },
    ]);
  });

  it('that changed nothing waits again, and remembers its attempts', () => {
    const state = given(...running(three), intended('s1', 3), missed('s1', 3)).state();
    expect(state.steps[0]).toMatchObject({ phase: 'waiting', attempt: 3, appliedAt: 0 });
  });

  it('keeps the newest of its progress', () => {
    const progressed = (done: number): OperationEvent => ({
      ...{ type: 'StepProgressed', v: 1, step: 's1' },
      progress: { what: 'pods ready', done, of: 6 },
    });
    const past = [...running(three), intended(), applied(), progressed(2), progressed(4)];
    expect(given(...past).state().steps).toMatchObject([
      { phase: 'applied', progress: { done: 4 } },
      { phase: 'waiting' },
      { phase: 'waiting' },
    ]);
  });

  it('that is verified gives out what was known only then, beside what it answered', () => {
    const answered = { ...applied(), outputs: { generation: 7 } } as OperationEvent;
    const known = { ...verified(), outputs: { replicas: 6 } } as OperationEvent;
    const [step] = given(...running(three), intended(), answered, known).state().steps;
    expect(step?.outputs).toEqual({ generation: 7, replicas: 6 });
    const [other] = given(...running(three), intended(), answered, verified()).state().steps;
    expect(other?.outputs).toEqual({ generation: 7 });
  });

  it('that is verified leaves the others where they are', () => {
    expect(phases(intended(), applied(), verified())).toEqual([
      's1 verified',
      's2 waiting',
      's3 waiting',
    ]);
  });

  it('that failed says why', () => {
    const state = given(...running(three), intended(), stepFailed(crash)).state();
    expect(state.steps[0]).toMatchObject({ phase: 'failed', problem: crash });
    expect(state.steps[1]).not.toHaveProperty('problem');
  });
});

describe('an operation verifies', () => {
  const status = (...events: readonly OperationEvent[]) =>
    given(...running(three), ...events).state().status;

  it('once its last step took effect, and runs while another waits', () => {
    const one = [intended(), applied()];
    const two = [...one, verified(), intended('s2'), applied('s2')];
    expect(status(...one)).toBe('running');
    expect(status(...two)).toBe('running');
    const last = [...two, verified('s2'), intended('s3')];
    expect(status(...last)).toBe('running');
    expect(status(...last, applied('s3'))).toBe('verifying');
  });
});

describe('a step that failed', () => {
  const half = [intended(), applied(), verified(), intended('s2'), applied('s2')];

  it('brings in what it named to take it back, and what was not begun is left out', () => {
    const state = given(...running(three), ...half, stepFailed(crash, 's2')).state();
    expect(phases(...half, stepFailed(crash, 's2'))).toEqual([
      's1 verified',
      's2 failed',
      's3 skipped',
      'c1 waiting',
      'c2 waiting',
    ]);
    expect(state).toMatchObject({ status: 'running', compensating: true, compensated: false });
    expect(state.steps.map(({ compensation }) => compensation)).toEqual([
      ...[false, false, false],
      ...[true, true],
    ]);
  });

  it('brings in nothing where nothing has taken effect', () => {
    const story: Story = { plan: { steps: [step('s1', compensating)] } };
    const state = given(...running(story), intended(), stepFailed(crash)).state();
    expect(state).toMatchObject({ compensating: false, steps: [{ phase: 'failed' }] });
  });

  it('brings in nothing where it named nothing', () => {
    const state = given(...running(three), intended(), applied(), stepFailed(crash)).state();
    expect(state.compensating).toBe(false);
    expect(state.steps.map(({ phase }) => phase)).toEqual(['failed', 'waiting', 'waiting']);
  });

  it('among the compensations brings in no others', () => {
    const own = step('c1', { onFailure: { compensate: [step('c9')] } });
    const story: Story = {
      plan: { steps: [step('s1', { onFailure: { compensate: [own, step('c2')] } })] },
    };
    const past = [...running(story), intended(), applied(), stepFailed(crash)];
    const state = given(...past, intended('c1'), stepFailed(crash, 'c1')).state();
    expect(state.steps.map((each) => `${each.step.id} ${each.phase}`)).toEqual([
      's1 failed',
      'c1 failed',
      'c2 waiting',
    ]);
  });
});
