import { describe, expect, it } from 'vitest';
import {
  anythingApplied,
  type OperationEvent,
  type OperationState,
} from '../../../src/core/operation/operation.ts';
import type { Step } from '../../../src/core/operation/plan.ts';
import {
  attemptsMax,
  currentStep,
  mayBeSent,
  type StepIntent,
} from '../../../src/core/operation/step-decide.ts';
import type { Checked } from '../../../src/core/ports/step.ts';
import { type Problem, problem } from '../../../src/core/problem.ts';
import {
  applied,
  asked,
  crash,
  given,
  intended,
  missed,
  operationFailed,
  operationUnknown,
  planned,
  running,
  type Story,
  step,
  stepFailed,
  storiesByStatus,
  succeeded,
  T0,
  verified,
} from './sample.ts';

const at = T0 + 60_000;
const landsBefore = T0 + 10 * 60_000;
const moved = problem('PLAN_STALE', { field: 'replicas', planned: 3, observed: 5 });
const forbidden = problem('K8S_FORBIDDEN', { user: 'tocsin' });
const stopRequested = { type: 'StopRequested', v: 1, person: 'ben' } as const;

const undoing = { onFailure: { compensate: [step('c1'), step('c2')] } };
const twoSteps: Story = { plan: { steps: [step('s1'), step('s2', undoing)] } };
const unguarded: Story = { plan: { steps: [step('s1', { guard: 'unguarded' })] } };
const onSecond = [...running(twoSteps), intended(), applied(), verified()];

describe('the check before a step', () => {
  it('writes the intent down before the write, with its token and until when it may land', () => {
    given(...running())
      .when(check({ ok: true, token: 'rv-7' }))
      .then({
        type: 'StepIntended',
        v: 1,
        step: 's1',
        attempt: 1,
        token: 'rv-7',
        landsBefore: at + 5000 + 30_000,
      });
  });

  it('leaves five seconds to send the write, and no more', () => {
    const state = given(...running())
      .when(check(fine))
      .state();
    const intent = currentStep(state);
    const landsWithinMs = 30_000;
    if (!intent) throw new TypeError('no step');
    expect(mayBeSent(intent, { at, landsWithinMs })).toBe(true);
    expect(mayBeSent(intent, { at: at + 5000, landsWithinMs })).toBe(true);
    expect(mayBeSent(intent, { at: at + 5001, landsWithinMs })).toBe(false);
    expect(mayBeSent({ ...intent, phase: 'waiting' }, { at, landsWithinMs })).toBe(false);
  });

  it('counts the attempts', () => {
    const { events } = given(...running(), intended(), missed()).when(check(fine));
    expect(events).toMatchObject([{ type: 'StepIntended', attempt: 2 }]);
  });

  it('gives up after so many attempts', () => {
    const fights = Array.from({ length: attemptsMax }, (_, index) => [
      intended('s1', index + 1),
      missed('s1', index + 1),
    ]).flat();
    const { events } = given(...running(), ...fights).when(check(fine));
    expect(codes(events)).toEqual([
      ['StepFailed', 'TARGET_KEEPS_MOVING'],
      ['OperationFailed', 'TARGET_KEEPS_MOVING'],
    ]);
    const last = given(...running(), ...fights.slice(0, -2)).when(check(fine));
    expect(codes(last.events)).toEqual([['StepIntended', undefined]]);
  });

  it('makes the plan stale when the world moved and nothing has been done yet', () => {
    const { events } = given(...running()).when(check({ ok: false, problem: moved }));
    expect(events).toMatchObject([
      {
        type: 'OperationStale',
        problem: { code: 'PLAN_STALE', facts: { ...moved.facts, line: 'scale checkout 6' } },
      },
    ]);
  });

  it('fails the step when the world moved after an earlier step took effect', () => {
    const first: Story = { plan: { steps: [step('s1'), step('s2')] } };
    const { events } = given(...running(first), intended(), applied(), verified()).when(
      check({ ok: false, problem: moved }, 's2'),
    );
    expect(codes(events)).toEqual([
      ['StepFailed', 'STEP_STALE'],
      ['OperationFailed', 'STEP_STALE'],
    ]);
  });

  it('fails the step for any other reason', () => {
    given(...running())
      .when(check({ ok: false, problem: forbidden }))
      .then(stepFailed(forbidden), operationFailed(forbidden));
  });

  it('stops instead, when somebody asked for it', () => {
    const { events } = given(...running(), stopRequested).when(check(fine));
    expect(events).toMatchObject([
      { type: 'OperationFailed', compensated: false, problem: { code: 'STOPPED_UNCHANGED' } },
    ]);
  });

  it('stops nothing between a critical step and the next', () => {
    const critical: Story = {
      plan: { steps: [step('s1', { critical: true }), step('s2'), step('s3')] },
    };
    const first = [...running(critical), intended(), applied(), verified(), stopRequested];
    expect(codes(given(...first).when(check(fine, 's2')).events)).toEqual([
      ['StepIntended', undefined],
    ]);
    const second = [...first, intended('s2'), applied('s2'), verified('s2')];
    expect(codes(given(...second).when(check(fine, 's3')).events)).toEqual([
      ['OperationFailed', 'STOPPED'],
    ]);
  });

  it('stops before a critical step that has not begun', () => {
    const critical: Story = { plan: { steps: [step('s1', { critical: true }), step('s2')] } };
    const { events } = given(...running(critical), stopRequested).when(check(fine));
    expect(codes(events)).toEqual([['OperationFailed', 'STOPPED_UNCHANGED']]);
  });

  it('finds a write that had been given up, whoever asked to stop meanwhile', () => {
    const late: Checked = { ok: false, problem: moved, ours: true };
    for (const past of [[], [stopRequested]]) {
      given(...running(), intended(), missed(), ...past)
        .when(check(late))
        .then({ ...applied(), known: 'probe' } as OperationEvent);
    }
  });

  it('does not stop a compensation', () => {
    const failing = [...onSecond, intended('s2'), stepFailed(crash, 's2'), stopRequested];
    expect(codes(given(...failing).when(check(fine, 'c1')).events)).toEqual([
      ['StepIntended', undefined],
    ]);
  });
});

describe('the answer to a write', () => {
  it('is believed when it says applied, and keeps its outputs', () => {
    given(...running(), intended())
      .when(apply({ outcome: 'applied', outputs: { revision: 8 } }))
      .then({ ...applied(), outputs: { revision: 8 } } as OperationEvent);
    given(...running(), intended())
      .when(apply({ outcome: 'applied' }))
      .then(applied());
  });

  it('leads to another look when the target had moved', () => {
    given(...running(), intended())
      .when(apply({ outcome: 'moved' }))
      .then(missed());
  });

  it('never leads to a second attempt of an unguarded step', () => {
    const { events } = given(...running(unguarded), intended()).when(apply({ outcome: 'moved' }));
    expect(codes(events)).toEqual([
      ['StepFailed', 'STEP_DID_NOT_TAKE_EFFECT'],
      ['OperationFailed', 'STEP_DID_NOT_TAKE_EFFECT'],
    ]);
  });

  it('fails the step when it is a refusal', () => {
    given(...running(), intended())
      .when(apply({ outcome: 'refused', problem: forbidden }))
      .then(stepFailed(forbidden), operationFailed(forbidden));
  });

  it('decides nothing when it does not come: the intent stands and the loop looks again', () => {
    given(...running(), intended())
      .when(apply({ outcome: 'unknown', problem: problem('K8S_TIMEOUT') }))
      .then();
  });
});

describe('a look after a lost answer', () => {
  it('is believed at once when it says yes, guarded or not', () => {
    for (const story of [{}, unguarded]) {
      given(...running(story), intended())
        .when(probe('yes'))
        .then({ ...applied(), known: 'probe' } as OperationEvent);
    }
  });

  it('lets a conditional step try again when it says no', () => {
    given(...running(), intended())
      .when(probe('no'))
      .then(missed('s1', 1, 'probed'));
  });

  it('ends an unguarded step when it says no, and never sends it again', () => {
    const { events } = given(...running(unguarded), intended()).when(probe('no'));
    expect(codes(events)).toEqual([
      ['StepFailed', 'STEP_DID_NOT_TAKE_EFFECT'],
      ['OperationFailed', 'STEP_DID_NOT_TAKE_EFFECT'],
    ]);
  });

  it('waits while it cannot know and the request may still land', () => {
    for (const story of [{}, unguarded]) {
      given(...running(story), intended())
        .when(probe('cannot-know', landsBefore - 1, fine))
        .then();
    }
  });

  it('lets a conditional step try again once the request can no longer land and the world is as planned', () => {
    given(...running(), intended())
      .when(probe('cannot-know', landsBefore, fine))
      .then(missed('s1', 1, 'past its time'));
  });

  it('is unknown for an unguarded step, however the world looks', () => {
    const { events } = given(...running(unguarded), intended()).when(
      probe('cannot-know', landsBefore, fine),
    );
    expect(codes(events)).toEqual([['OperationUnknown', 'STEP_OUTCOME_UNKNOWN']]);
  });

  it('is unknown when the world is neither as before nor as after', () => {
    const { events } = given(...running(), intended()).when(
      probe('cannot-know', landsBefore, { ok: false, problem: moved }),
    );
    expect(codes(events)).toEqual([['OperationUnknown', 'STEP_OUTCOME_UNKNOWN']]);
  });

  it('is unknown when nobody checked', () => {
    const { events } = given(...running(), intended()).when(probe('cannot-know', landsBefore));
    expect(codes(events)).toEqual([['OperationUnknown', 'STEP_OUTCOME_UNKNOWN']]);
  });

  it('is a yes where what the check finds is ours, however long ago it was sent', () => {
    const ours = { ok: false, problem: moved, ours: true } as const;
    for (const when of [at, landsBefore]) {
      given(...running(unguarded), intended())
        .when(probe('cannot-know', when, ours))
        .then({ ...applied(), known: 'probe' } as OperationEvent);
    }
  });

  it('is not patient with a world that answers, and is neither as before nor as after', () => {
    const slow: Story = {
      plan: { steps: [step('s1', { verify: { what: 'ready', withinMs: 60 * 60_000 } })] },
    };
    for (const checked of [{ ok: false, problem: moved } as const, undefined]) {
      const { events } = given(...running(slow), intended()).when(
        probe('cannot-know', landsBefore, checked),
      );
      expect(codes(events)).toEqual([['OperationUnknown', 'STEP_OUTCOME_UNKNOWN']]);
    }
  });

  it('is patient with a target that cannot be reached, but not for ever', () => {
    const unreachable = { ok: false, problem: problem('K8S_UNREACHABLE') } as const;
    const slow: Story = {
      plan: { steps: [step('s1', { verify: { what: 'ready', withinMs: 60 * 60_000 } })] },
    };
    const intendedAt = T0 + 6000;
    const patience = intendedAt + 60 * 60_000;
    given(...running(slow), intended())
      .when(probe('cannot-know', patience - 1, unreachable))
      .then();
    const { events } = given(...running(slow), intended()).when(
      probe('cannot-know', patience, unreachable),
    );
    expect(codes(events)).toEqual([['OperationUnknown', 'STEP_OUTCOME_UNKNOWN']]);
    const quick = given(...running(), intended()).when(
      probe('cannot-know', landsBefore, unreachable),
    );
    expect(codes(quick.events)).toEqual([['OperationUnknown', 'STEP_OUTCOME_UNKNOWN']]);
  });
});

describe('watching a step', () => {
  const under = [...running(), intended(), applied()];
  const halfway = { done: 3, of: 6, what: 'pods ready' };

  it('says progress once, and again when it changes', () => {
    const progressed = { type: 'StepProgressed', v: 1, step: 's1', progress: halfway } as const;
    given(...under)
      .when(observe({ state: 'progress', progress: halfway }))
      .then(progressed);
    given(...under, progressed)
      .when(observe({ state: 'progress', progress: { ...halfway } }))
      .then();
    for (const other of [{ done: 4 }, { of: 7 }, { what: 'pods up' }]) {
      const { events } = given(...under, progressed).when(
        observe({ state: 'progress', progress: { ...halfway, ...other } }),
      );
      expect(codes(events)).toEqual([['StepProgressed', undefined]]);
    }
  });

  it('is done when the last step is', () => {
    given(...under)
      .when(observe({ state: 'done' }))
      .then(verified(), succeeded);
  });

  it('goes on to the next step', () => {
    const state = given(...running(twoSteps), intended(), applied())
      .when(observe({ state: 'done' }))
      .then(verified())
      .state();
    expect(currentStep(state)?.step.id).toBe('s2');
    expect(state.status).toBe('running');
  });

  it('fails when the target says so, and says that the effect stands', () => {
    const state = given(...under)
      .when(observe({ state: 'failed', problem: crash }))
      .then(stepFailed(crash), operationFailed(crash))
      .state();
    expect(anythingApplied(state)).toBe(true);
  });

  it('gives out what was known only at its end', () => {
    given(...under)
      .when(observe({ state: 'done', outputs: { replicas: 6 } }))
      .then({ type: 'StepVerified', v: 1, step: 's1', outputs: { replicas: 6 } }, succeeded);
  });

  it('fails when it takes too long', () => {
    const appliedAt = T0 + 7000;
    given(...under)
      .when(observe({ state: 'progress', progress: halfway }, appliedAt + 2 * 60_000 - 1))
      .then({ type: 'StepProgressed', v: 1, step: 's1', progress: halfway });
    const late = given(...under).when(
      observe({ state: 'progress', progress: halfway }, appliedAt + 2 * 60_000),
    );
    expect(late.events).toMatchObject([
      { type: 'StepFailed', problem: { facts: { seconds: 120, progress: 'pods ready' } } },
      { type: 'OperationFailed', problem: { code: 'VERIFY_TIMED_OUT' } },
    ]);
  });
});

describe('a failing step', () => {
  it('brings in its compensations when anything has been applied, and skips what was not begun', () => {
    const three: Story = { plan: { steps: [step('s1', undoing), step('s2')] } };
    const state = given(...running(three), intended(), applied())
      .when(observe({ state: 'failed', problem: crash }))
      .then(stepFailed(crash))
      .state();
    expect(phases(state)).toEqual([
      's1 failed',
      's2 skipped',
      'c1 waiting compensation',
      'c2 waiting compensation',
    ]);
    expect(state.status).toBe('running');
  });

  it('has nothing to compensate when nothing was applied', () => {
    const first: Story = { plan: { steps: [step('s1', undoing)] } };
    given(...running(first), intended())
      .when(apply({ outcome: 'refused', problem: forbidden }))
      .then(stepFailed(forbidden), operationFailed(forbidden));
  });

  it('just stops where its list of compensations is empty', () => {
    const none: Story = { plan: { steps: [step('s1', { onFailure: { compensate: [] } })] } };
    const state = given(...running(none), intended(), applied())
      .when(observe({ state: 'failed', problem: crash }))
      .then(stepFailed(crash), operationFailed(crash))
      .state();
    expect(state.status).toBe('failed');
  });

  it('ends as compensated, for the first reason, once each compensation is verified', () => {
    const failing = [...onSecond, intended('s2'), applied('s2'), stepFailed(crash, 's2')];
    const first = [...failing, intended('c1'), applied('c1')];
    given(...first)
      .when(observe({ state: 'done' }, at, 'c1'))
      .then(verified('c1'));
    const state = given(...first, verified('c1'), intended('c2'), applied('c2'))
      .when(observe({ state: 'done' }, at, 'c2'))
      .then(verified('c2'), operationFailed(crash, true))
      .state();
    expect(state).toMatchObject({ status: 'failed', compensated: true, problem: crash });
  });

  it('whose compensation fails ends as not compensated, and tries nothing more', () => {
    const failing = [...onSecond, intended('s2'), applied('s2'), stepFailed(crash, 's2')];
    const state = given(...failing, intended('c1'))
      .when(apply({ outcome: 'refused', problem: forbidden }, 'c1'))
      .then(stepFailed(forbidden, 'c1'), operationFailed(forbidden))
      .state();
    expect(state).toMatchObject({ status: 'failed', compensated: false });
  });

  describe('with compensations that do not wait for one another', () => {
    const own = { goesOn: true } as const;
    const each = { compensate: [step('c1', own), step('c2', own)] };
    const alone: Story = { plan: { steps: [step('s1'), step('s2', { onFailure: each })] } };
    const begun = [...running(alone), intended(), applied(), verified()];
    const failing = [...begun, intended('s2'), applied('s2'), stepFailed(crash, 's2')];

    it('runs the next one although one failed, and is not compensated', () => {
      const state = given(...failing, intended('c1'))
        .when(apply({ outcome: 'refused', problem: forbidden }, 'c1'))
        .then(stepFailed(forbidden, 'c1'))
        .state();
      expect(phases(state).slice(2)).toEqual(['c1 failed compensation', 'c2 waiting compensation']);
      const after = [stepFailed(forbidden, 'c1'), intended('c2'), applied('c2')];
      given(...failing, intended('c1'), ...after)
        .when(observe({ state: 'done' }, at, 'c2'))
        .then(verified('c2'), operationFailed(crash, false));
    });

    it('goes on where one cannot even be checked', () => {
      const { events } = given(...failing).when(check({ ok: false, problem: forbidden }, 'c1'));
      expect(codes(events)).toEqual([['StepFailed', 'K8S_FORBIDDEN']]);
    });

    it('ends when the last one fails', () => {
      const last = [...failing, intended('c1'), applied('c1'), verified('c1'), intended('c2')];
      given(...last)
        .when(apply({ outcome: 'refused', problem: forbidden }, 'c2'))
        .then(stepFailed(forbidden, 'c2'), operationFailed(forbidden));
    });
  });

  describe('after which the others go on', () => {
    const own = { goesOn: true } as const;
    const two: Story = { plan: { steps: [step('s1', own), step('s2', own)] } };

    it('lets the next one begin, and has failed for its reason once that is verified', () => {
      const state = given(...running(two), intended())
        .when(apply({ outcome: 'refused', problem: forbidden }))
        .then(stepFailed(forbidden))
        .state();
      expect(phases(state)).toEqual(['s1 failed', 's2 waiting']);
      const after = [stepFailed(forbidden), intended('s2'), applied('s2')];
      given(...running(two), intended(), ...after)
        .when(observe({ state: 'done' }, at, 's2'))
        .then(verified('s2'), operationFailed(forbidden, false));
    });

    it('ends it as the last one', () => {
      given(...running(two), intended(), applied(), verified(), intended('s2'))
        .when(apply({ outcome: 'refused', problem: forbidden }, 's2'))
        .then(stepFailed(forbidden, 's2'), operationFailed(forbidden));
    });
  });

  it('whose compensation finds another state than ours does not write over it', () => {
    const failing = [...onSecond, intended('s2'), applied('s2'), stepFailed(crash, 's2')];
    const { events } = given(...failing).when(check({ ok: false, problem: moved }, 'c1'));
    expect(codes(events)).toEqual([
      ['StepFailed', 'STEP_STALE'],
      ['OperationFailed', 'STEP_STALE'],
    ]);
  });
});

describe('a step of a kind nobody knows', () => {
  it('fails before anything was sent', () => {
    const { events } = given(...running()).when({ type: 'ReportNoDriver', step: 's1' });
    expect(codes(events)).toEqual([
      ['StepFailed', 'STEP_KIND_UNKNOWN'],
      ['OperationFailed', 'STEP_KIND_UNKNOWN'],
    ]);
  });

  it('is unknown once its request may have been sent', () => {
    given(...running(), intended())
      .when({ type: 'ReportNoDriver', step: 's1' })
      .then(operationUnknown(unknownKind('s1')));
  });

  it('is unknown when its effect can no longer be watched', () => {
    given(...running(), intended(), applied())
      .when({ type: 'ReportNoDriver', step: 's1' })
      .then(operationUnknown(unknownKind('s1')));
  });

  it('is unknown after an earlier step took effect', () => {
    given(...onSecond)
      .when({ type: 'ReportNoDriver', step: 's2' })
      .then(operationUnknown(unknownKind('s2'), 's2'));
  });
});

describe('a report that comes late or twice', () => {
  const reports: readonly (readonly [string, StepIntent, readonly OperationEvent[]])[] = [
    ['a check while the write is under way', check(fine), [...running(), intended()]],
    ['an answer before the intent', apply({ outcome: 'applied' }), running()],
    ['a second answer', apply({ outcome: 'applied' }), [...running(), intended(), applied()]],
    ['a look that was not needed', probe('yes'), [...running(), intended(), applied()]],
    ['an observation before the effect', observe({ state: 'done' }), [...running(), intended()]],
    ['a report of another step', apply({ outcome: 'applied' }, 's9'), [...running(), intended()]],
    ['a report of a step that is verified', observe({ state: 'done' }), onSecond],
    ['a report of a later step', check(fine, 's2'), running(twoSteps)],
  ];
  it.each(reports)('changes nothing: %s', (_, intent, past) => {
    given(...past)
      .when(intent)
      .then();
  });

  it.each(
    Object.entries(storiesByStatus).filter(
      ([status]) => status !== 'running' && status !== 'verifying',
    ),
  )('changes nothing when it is %s', (_, past) => {
    for (const intent of [check(fine), apply({ outcome: 'applied' }), probe('yes')]) {
      given(...past)
        .when(intent)
        .then();
    }
    given(...past)
      .when(observe({ state: 'failed', problem: crash }))
      .then();
    given(...past)
      .when({ type: 'ReportNoDriver', step: 's1' })
      .then();
  });

  it('finds no step to work on before there is a plan, and after the last', () => {
    expect(currentStep(given(asked).state())).toBeUndefined();
    expect(currentStep(given(asked, planned()).state())?.step.id).toBe('s1');
    expect(currentStep(given(...storiesByStatus.done).state())).toBeUndefined();
  });
});

const fine: Checked = { ok: true, token: 'rv-1' };

function check(checked: Checked, id = 's1'): StepIntent {
  return { type: 'ReportCheck', at, step: id, checked, landsWithinMs: 30_000 };
}

type Apply = Extract<StepIntent, { type: 'ReportApply' }>;

function apply(outcome: Apply['applied'], id = 's1'): StepIntent {
  return { type: 'ReportApply', at, step: id, applied: outcome };
}

type Probe = Extract<StepIntent, { type: 'ReportProbe' }>;

function probe(probed: Probe['probed'], when = at, checked?: Checked): StepIntent {
  const seen = checked === undefined ? {} : { checked };
  return { type: 'ReportProbe', at: when, step: 's1', probed, ...seen };
}

type Observe = Extract<StepIntent, { type: 'ReportObserve' }>;

function observe(observed: Observe['observed'], when = at, id = 's1'): StepIntent {
  return { type: 'ReportObserve', at: when, step: id, observed };
}

function unknownKind(id: Step['id']): Problem {
  return problem('STEP_KIND_UNKNOWN', {
    operation: 'op-41',
    verb: 'scale',
    service: 'checkout',
    line: 'scale checkout 6',
    step: id,
    target: step(id).target.id,
    kind: 'kubernetes.set-replicas',
  });
}

function codes(events: readonly OperationEvent[]): readonly (readonly [string, unknown])[] {
  return events.map((event) => [event.type, 'problem' in event ? event.problem.code : undefined]);
}

function phases(state: OperationState): readonly string[] {
  return state.steps.map(
    ({ step: { id }, phase, compensation }) =>
      `${id} ${phase}${compensation ? ' compensation' : ''}`,
  );
}
