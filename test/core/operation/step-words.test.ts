import { describe, expect, it } from 'vitest';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import { attemptsMax, type StepIntent } from '../../../src/core/operation/step-decide.ts';
import { type Problem, problem } from '../../../src/core/problem.ts';
import {
  applied,
  given,
  intended,
  missed,
  op,
  running,
  type Story,
  step,
  T0,
  target,
  verified,
} from './sample.ts';

/* What each end of a step tells people: of which operation, step and target it speaks, and what it adds to that. */

const at = T0 + 60_000;
const about = {
  ...{ operation: op, verb: 'scale', service: 'checkout', line: 'scale checkout 6' },
  target: target.id,
};
const two: Story = { plan: { steps: [step('s1'), step('s2')] } };
const onSecond = [...running(two), intended(), applied(), verified()];
const unguarded: Story = { plan: { steps: [step('s1', { guard: 'unguarded' })] } };
const fights = Array.from({ length: attemptsMax }, (_, index) => [
  intended('s1', index + 1),
  missed('s1', index + 1),
]).flat();
const stop: OperationEvent = { type: 'StopRequested', v: 1, person: 'ben' };
const progress = { done: 1, of: 6, what: 'pods ready' };
const stale: Problem = problem('PLAN_STALE', { field: 'replicas' });

function check(id = 's1', more: Partial<Extract<StepIntent, { type: 'ReportCheck' }>> = {}) {
  const checked = { ok: true, token: 'rv-1' } as const;
  return { type: 'ReportCheck', at, step: id, checked, landsWithinMs: 1000, ...more } as const;
}

describe('the end of a step', () => {
  const halt = problem('READ_ONLY');
  const late = { type: 'ReportObserve', at: at + 600_000, step: 's1' } as const;
  const ends: readonly (readonly [
    code: string,
    past: readonly OperationEvent[],
    StepIntent,
    more: Problem['facts'],
  ])[] = [
    ['TARGET_KEEPS_MOVING', [...running(), ...fights], check(), { attempts: attemptsMax }],
    ['PLAN_STALE', running(), check('s1', { checked: { ok: false, problem: stale } }), stale.facts],
    [
      'STEP_STALE',
      onSecond,
      check('s2', { checked: { ok: false, problem: stale } }),
      { ...stale.facts, step: 's2' },
    ],
    ['STOPPED_UNCHANGED', [...running(), stop], check(), { person: 'ben' }],
    ['STOPPED', [...onSecond, stop], check('s2'), { person: 'ben', step: 's2' }],
    ['HALTED_UNCHANGED', running(), check('s1', { halt }), { halt: 'READ_ONLY' }],
    ['HALTED', onSecond, check('s2', { halt }), { halt: 'READ_ONLY', step: 's2' }],
    [
      'STEP_DID_NOT_TAKE_EFFECT',
      [...running(unguarded), intended()],
      { type: 'ReportApply', at, step: 's1', applied: { outcome: 'moved' } },
      {},
    ],
    [
      'STEP_DID_NOT_TAKE_EFFECT',
      [...running(unguarded), intended()],
      { type: 'ReportProbe', at, step: 's1', probed: 'no' },
      {},
    ],
    [
      'VERIFY_TIMED_OUT',
      [...running(), intended(), applied()],
      { ...late, observed: { state: 'progress', progress } },
      { progress: 'pods ready', seconds: 120 },
    ],
    [
      'STEP_OUTCOME_UNKNOWN',
      [...running(unguarded), intended()],
      { type: 'ReportProbe', at: at + 3_600_000, step: 's1', probed: 'cannot-know' },
      {},
    ],
    [
      'STEP_KIND_UNKNOWN',
      running(),
      { type: 'ReportNoDriver', step: 's1' },
      { kind: 'kubernetes.set-replicas' },
    ],
  ];

  it.each(ends)('says of %s where it was and what it hangs on', (code, past, intent, more) => {
    const last = given(...past)
      .when(intent)
      .events.at(-1);
    expect(last).toMatchObject({ problem: { code } });
    // None of them took anything back.
    if (last?.type === 'OperationFailed') expect(last.compensated).toBe(false);
    expect(last && 'problem' in last && last.problem).toEqual(
      problem(code, { ...about, step: 's1', ...more }),
    );
  });
});

describe('progress', () => {
  const shown: OperationEvent = { type: 'StepProgressed', v: 1, step: 's1', progress };

  it.each([
    ['more is done', { done: 2 }],
    ['more is to be done', { of: 7 }],
    ['something else is counted', { what: 'pods gone' }],
  ])('is said again when %s', (_what, more) => {
    const seen = { ...progress, ...more };
    given(...running(), intended(), applied(), shown)
      .when({
        type: 'ReportObserve',
        at: T0 + 8000,
        step: 's1',
        observed: { state: 'progress', progress: seen },
      })
      .then({ type: 'StepProgressed', v: 1, step: 's1', progress: seen });
  });
});
