import { describe, expect, it } from 'vitest';
import { checkKind } from '../../../src/core/health.ts';
import type { OperationState } from '../../../src/core/operation/operation.ts';
import {
  evolve,
  initialOperation,
  type OperationEvent,
} from '../../../src/core/operation/operation.ts';
import type { AllowRule } from '../../../src/core/operation/policy.ts';
import { strictest } from '../../../src/core/operation/strictest.ts';
import {
  isAsShown,
  mayBeDangerous,
  preapproved,
  promisedUndo,
  standingSteps,
} from '../../../src/core/operation/undo.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  ana,
  applied,
  asked,
  ben,
  cleo,
  crash,
  dora,
  evidence,
  given,
  hashOf,
  intended,
  minute,
  op,
  operationFailed,
  plan,
  planned,
  rule,
  running,
  type Story,
  step,
  succeeded,
  T0,
  verified,
} from './sample.ts';

const undo = { withinMs: 30 * minute, danger: false };
const story: Story = { rule: { undo }, plan: { undoWithinMs: undo.withinMs } };
const undoId = 'op-42';

function stateOf(events: readonly OperationEvent[], id = op): OperationState {
  return events.reduce((state, event) => evolve(state, event, { at: T0 }), initialOperation(id));
}

function doneOf(more: Story = story): OperationState {
  return stateOf([...running(more), intended(), applied(), verified(), succeeded]);
}

const back = step('s1', {
  change: [{ path: 'replicas', what: 'changed', from: '6', to: '3' }],
  params: { replicas: 3 },
});
const other = { id: 'kubernetes/eu-1/shop/deployment/basket', identity: 'uid-basket' };
const asks = { by: ana, at: T0 + minute, policy: 'policy-1' };

describe('an undo is approved with what it takes back', () => {
  it('for the requester and for whoever approved it, until its time is over', () => {
    const found = preapproved(doneOf(), asks);
    expect(found).toMatchObject({
      places: [],
      where: 'tocsin.yaml:41',
      preapproved: { operation: op, until: T0 + 30 * minute },
    });
    expect(found?.undo).toBeUndefined();
    expect(preapproved(doneOf(), { ...asks, by: ben })).toBeDefined();
    expect(preapproved(doneOf(), { ...asks, at: T0 + 30 * minute - 1 })).toBeDefined();
  });

  it.each<readonly [string, OperationState, Partial<typeof asks>]>([
    ['when its time is over', doneOf(), { at: T0 + 30 * minute }],
    ['for somebody else of the group', doneOf(), { by: dora }],
    ['for a requester who left the group', doneOf(), { by: evidence('ana', []) }],
    ['for an approver who left the group', doneOf(), { by: evidence('ben', ['support']) }],
    ['when the policy was changed', doneOf(), { policy: 'policy-2' }],
    ['when the rule says nothing of it', doneOf({ plan: story.plan ?? {} }), {}],
    ['when the plan did not show it', doneOf({ rule: { undo } }), {}],
    ['while it runs', stateOf([...running(story), intended(), applied()]), {}],
    ['when nobody approved it', stateOf([asked, planned(story), succeeded]), {}],
  ])('but not %s', (_case, original, more) => {
    expect(preapproved(original, { ...asks, ...more })).toBeUndefined();
  });

  it('also when it failed half way, of what stands', () => {
    const failed = stateOf([...running(story), intended(), applied(), operationFailed(crash)]);
    expect(preapproved(failed, asks)).toBeDefined();
    expect(standingSteps(failed).map((each) => each.step.id)).toEqual(['s1']);
    const taken = stateOf([...running(story), intended(), applied(), operationFailed(crash, true)]);
    expect(standingSteps(taken)).toEqual([]);
  });

  it('as long as it does what was shown, and all of it', () => {
    expect(isAsShown(doneOf(), [back])).toBe(true);
    expect(isAsShown(doneOf(), [])).toBe(false);
    expect(isAsShown(doneOf(), [back, back])).toBe(false);
    expect(isAsShown(doneOf(), [{ ...back, params: { replicas: 2 } }])).toBe(false);
    const anew = { ...back, target: { ...back.target, identity: 'uid-other' } };
    expect(isAsShown(doneOf(), [anew])).toBe(false);
    const other = { ...back, target: { ...back.target, id: 'kubernetes/eu-1/shop/other' } };
    expect(isAsShown(doneOf(), [other])).toBe(false);
    const more = {
      ...back,
      change: [{ path: 'replicas', what: 'changed' as const, from: '6', to: '2' }],
    };
    expect(isAsShown(doneOf(), [more])).toBe(false);
  });

  it('whatever is looked at afterwards: a look changes nothing, and is not taken back', () => {
    const looks = step('h1', { kind: checkKind, change: [], undo: { change: [], params: {} } });
    const looked: Story = { ...story, plan: { ...story.plan, steps: [step('s1'), looks] } };
    const done = [intended(), applied(), verified(), intended('h1'), applied('h1'), verified('h1')];
    const original = stateOf([...running(looked), ...done, succeeded]);
    expect(standingSteps(original).map((each) => each.step.id)).toEqual(['s1']);
    expect(isAsShown(original, [back])).toBe(true);
    expect(isAsShown(original, [back, looks])).toBe(true);
    expect(isAsShown(original, [looks])).toBe(false);
  });

  it('as it was shown: the newest step first, each with its way back', () => {
    const two: Story = {
      ...story,
      plan: { ...story.plan, steps: [step('s1'), step('s2', { target: other })] },
    };
    const done = [intended(), applied(), verified(), intended('s2'), applied('s2')];
    const both = stateOf([...running(two), ...done, verified('s2'), succeeded]);
    const second = { ...back, id: 's2', target: other };
    expect(standingSteps(both).map((each) => each.step.id)).toEqual(['s2', 's1']);
    expect(isAsShown(both, [second, back])).toBe(true);
    expect(isAsShown(both, [back, second])).toBe(false);
    expect(isAsShown(both, [second])).toBe(false);
    expect(isAsShown(both, [second, { ...back, params: { replicas: 2 } }])).toBe(false);
    const half = stateOf([...running(two), ...done.slice(0, 3), operationFailed(crash)]);
    expect(standingSteps(half).map((each) => each.step.id)).toEqual(['s1']);
    expect(isAsShown(half, [back])).toBe(true);
    expect(isAsShown(stateOf(running(two)), [])).toBe(false);
    const final: Story = { plan: { steps: [step('s1', { undo: 'irreversible' })] } };
    const gone = stateOf([...running(final), ...done.slice(0, 3), succeeded]);
    expect(isAsShown(gone, [back])).toBe(false);
  });

  it('to the same end, wherever it comes from by now', () => {
    const [line] = back.change;
    if (!line) throw new Error('it changes something');
    const moved = { ...back, change: [{ ...line, from: '7' }] };
    expect(isAsShown(doneOf(), [moved])).toBe(true);
    for (const more of [{ path: 'image' }, { what: 'removed' as const }, { to: '' }]) {
      expect(isAsShown(doneOf(), [{ ...back, change: [{ ...line, ...more }] }])).toBe(false);
    }
    const { to: _, ...none } = line;
    const emptied = { change: [{ path: 'tag', what: 'removed' as const }], params: {} };
    const cleared: Story = { plan: { steps: [step('s1', { undo: emptied })] } };
    const state = stateOf([...running(cleared), intended(), applied(), verified(), succeeded]);
    expect(isAsShown(state, [step('s1', emptied)])).toBe(true);
    const word = { ...emptied, change: [{ path: 'tag', what: 'removed' as const, to: '' }] };
    expect(isAsShown(state, [step('s1', word)])).toBe(true);
    expect(isAsShown(doneOf(), [{ ...back, change: [none] }])).toBe(false);
  });

  it('and takes back no compensation', () => {
    const compensate = [step('c1')];
    const bound: Story = { plan: { steps: [step('s1', { onFailure: { compensate } })] } };
    const failed = { type: 'StepFailed', v: 1, step: 's1', problem: crash } as const;
    const half = [...running(bound), intended(), applied(), failed, intended('c1'), applied('c1')];
    expect(standingSteps(stateOf(half)).map((each) => each.step.id)).toEqual(['s1']);
  });

  it('under the rule that it was approved under, without a reason or anybody to approve', () => {
    const wordy: Story = { ...story, rule: { undo, reasonRequired: true, tell: ['dba'] } };
    expect(preapproved(doneOf(wordy), asks)).toEqual({
      ...{ kind: 'allow', where: 'tocsin.yaml:41', match: {}, requesters: ['sre'] },
      ...{ reasonRequired: false, expiresMs: 30 * minute, places: [], tell: ['dba'] },
      preapproved: { operation: op, until: T0 + 30 * minute },
    });
    expect(preapproved(doneOf(), asks)).not.toHaveProperty('tell');
  });

  it('for each of those who approved it', () => {
    const one = doneOf();
    const [first] = one.approvals;
    if (!first) throw new Error('ben approved it');
    const both = { ...one, approvals: [{ ...first, evidence: cleo }, first] };
    expect(preapproved(both, { ...asks, by: ben })).toBeDefined();
  });

  it('for a requester who is in one of several groups that may ask', () => {
    const several: Story = { ...story, rule: { undo, requesters: ['ops', 'sre'] } };
    expect(preapproved(doneOf(several), asks)).toBeDefined();
    expect(preapproved(doneOf(several), { ...asks, by: evidence('ana', ['dba']) })).toBe(undefined);
  });

  it('never where the glass was broken for it, or nothing is known of it', () => {
    const broken = { type: 'GlassBroken', v: 1, breaker: ana, hash: hashOf(story) } as const;
    const glass = {
      ...broken,
      reason: 'x',
      rule: 'r',
      shown: { digest: '', surface: '' },
      told: [],
    };
    const past = [...running(story), intended(), applied(), verified(), succeeded];
    expect(preapproved(stateOf([...past.slice(0, 4), glass, ...past.slice(4)]), asks)).toBe(
      undefined,
    );
    expect(preapproved(initialOperation(op), asks)).toBeUndefined();
  });

  it('where it is dangerous, never by one person who approved twice', () => {
    const two: Story = { rule: { undo: { ...undo, danger: true } } };
    const twice = stateOf(running(two));
    expect(mayBeDangerous({ ...twice, approvals: [...twice.approvals, ...twice.approvals] })).toBe(
      false,
    );
    expect(mayBeDangerous(initialOperation(op))).toBe(false);
    expect(mayBeDangerous(doneOf({}))).toBe(false);
  });

  it('where it is dangerous, only if the rule says so and two approved', () => {
    const two: Story = {
      rule: { undo: { ...undo, danger: true }, places: [{ count: 2, from: 'sre' }] },
    };
    const given = {
      type: 'ApprovalGiven',
      v: 1,
      hash: hashOf(),
      shown: { digest: '', surface: '' },
    } as const;
    const by = (...people: readonly (typeof ben)[]) =>
      stateOf([asked, planned(two), ...people.map((approver) => ({ ...given, approver }))]);
    expect(mayBeDangerous(by(ben, dora))).toBe(true);
    expect(mayBeDangerous(by(ben))).toBe(false);
    expect(mayBeDangerous(doneOf())).toBe(false);
  });
});

describe('what a card promises', () => {
  it('is nothing where a step has no way back, or the plan is dangerous and the rule says nothing of that', () => {
    const safe = { steps: [step('s1')], risk: 'change' } as const;
    expect(promisedUndo({ undo }, safe)).toBe(30 * minute);
    expect(promisedUndo({}, safe)).toBeUndefined();
    expect(promisedUndo({ undo }, { ...safe, risk: 'danger' })).toBeUndefined();
    expect(promisedUndo({ undo: { ...undo, danger: true } }, { ...safe, risk: 'danger' })).toBe(
      30 * minute,
    );
    const final = [step('s1'), step('s2', { undo: 'irreversible' })];
    expect(promisedUndo({ undo }, { steps: final, risk: 'change' })).toBeUndefined();
  });

  it('is what the stricter of two rules says', () => {
    const of = (more: Partial<AllowRule>) => ({ allowed: true, rule: rule(more) }) as const;
    const both = strictest(
      of({ where: 'a', undo: { withinMs: 10, danger: true } }),
      of({ where: 'b', undo: { withinMs: 20, danger: false } }),
    );
    expect(both.allowed && both.rule.undo).toEqual({ withinMs: 10, danger: false });
    const one = strictest(of({ where: 'a', undo }), of({ where: 'b' }));
    expect(one.allowed && one.rule.undo).toBeUndefined();
  });
});

describe('a plan that says it was approved before', () => {
  const asksUndo: OperationEvent = {
    ...asked,
    ...(asked.type === 'OperationAsked' && { undoes: op }),
  };
  const own = plan({ operation: op, steps: [back] });
  const marked = rule({ places: [], preapproved: { operation: op, until: T0 + 30 * minute } });
  const planIntent = { type: 'Plan', plan: own, hash: 'h', rule: marked } as const;

  it('is looked at once more: it begins with what it takes back at hand, and is refused without', () => {
    const started = given(asksUndo).when({ ...planIntent, original: doneOf() });
    expect(started.events.map(({ type }) => type)).toEqual([
      'OperationPlanned',
      'OperationApproved',
    ]);
    for (const original of [undefined, { ...doneOf(), id: undoId }, doneOf({})]) {
      const { events } = given(asksUndo).when({ ...planIntent, ...(original && { original }) });
      expect(events).toMatchObject([
        { type: 'OperationRefused', problem: { code: 'UNDO_NOT_PREAPPROVED' } },
      ]);
    }
    const other = given(asked).when({ ...planIntent, original: doneOf() });
    expect(other.events).toMatchObject([{ type: 'OperationRefused' }]);
  });

  it('is dangerous only where that was approved', () => {
    const { events } = given(asksUndo).when({
      ...planIntent,
      plan: { ...own, risk: 'danger' },
      original: doneOf(),
    });
    expect(events).toMatchObject([{ problem: { code: 'UNDO_NOT_PREAPPROVED' } }]);
  });

  const past: readonly OperationEvent[] = [
    asksUndo,
    { type: 'OperationPlanned', v: 1, plan: own, hash: 'h', rule: marked },
    { type: 'OperationApproved', v: 1, hash: 'h' },
  ];
  const begin = { type: 'Begin', at: T0 + minute, standing: [], policy: 'policy-1' } as const;

  it('begins while it holds, and is stale once it does not', () => {
    const fine = given(...past).when({ ...begin, original: doneOf() });
    expect(fine.events).toMatchObject([{ type: 'OperationStarted' }]);
    for (const intent of [
      begin,
      { ...begin, original: doneOf(), at: T0 + 30 * minute - 1, policy: 'policy-2' },
      { ...begin, original: doneOf({}) },
      {
        ...begin,
        original: doneOf(),
        verdict: { allowed: false, problem: problem('POLICY_DENIED') },
      } as const,
    ]) {
      expect(given(...past).when(intent).events).toMatchObject([{ type: 'OperationStale' }]);
    }
  });

  const notApproved = (original: string) =>
    problem('UNDO_NOT_PREAPPROVED', {
      ...{ operation: op, verb: 'scale', service: 'checkout', line: 'scale checkout 6' },
      ...{ status: 'approved', original },
    });

  it('is stale with what it would take back, also when that is another or is gone', () => {
    given(...past)
      .when({ ...begin, original: { ...doneOf(), id: undoId } })
      .then({ type: 'OperationStale', v: 1, problem: notApproved(undoId) });
    given(...past)
      .when(begin)
      .then({ type: 'OperationStale', v: 1, problem: notApproved('') });
  });

  it('is stale where nobody knows who asked for it', () => {
    const { events } = given(...past.slice(1)).when({ ...begin, original: doneOf() });
    expect(events).toMatchObject([{ problem: { code: 'UNDO_NOT_PREAPPROVED' } }]);
  });

  it('begins where no rule allows it any more, as long as none denies it', () => {
    const verdict = { allowed: false, problem: problem('POLICY_NO_RULE') } as const;
    const { events } = given(...past).when({ ...begin, original: doneOf(), verdict });
    expect(events).toMatchObject([{ type: 'OperationStarted' }]);
  });

  it('waits while something halts it, and asks nobody whatever rule decides now', () => {
    const halted = { ...begin, original: doneOf(), halt: problem('FROZEN') };
    expect(given(...past).when(halted).events).toEqual([]);
    const stricter = {
      allowed: true,
      rule: rule({ places: [{ count: 2, from: 'dba' }] }),
    } as const;
    const { events } = given(...past).when({ ...begin, original: doneOf(), verdict: stricter });
    expect(events).toMatchObject([{ type: 'OperationStarted' }]);
    expect(cleo.person).toBe('cleo');
  });
});
