import { describe, expect, it } from 'vitest';
import type { OperationIntent } from '../../../src/core/operation/decide.ts';
import {
  evolve,
  initialOperation,
  type OperationEvent,
  type OperationState,
} from '../../../src/core/operation/operation.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  applied,
  approvalGiven,
  asked,
  ben,
  dbaAndSre,
  dora,
  given,
  hashOf,
  intended,
  minute,
  op,
  operationApproved,
  operationStarted,
  plan,
  planned,
  rule,
  type Story,
  step,
  storiesByStatus,
  succeeded,
  T0,
  verified,
  waiting,
} from './sample.ts';

type PlanIntent = Extract<OperationIntent, { readonly type: 'Plan' }>;

const about = {
  ...{ operation: op, verb: 'scale', service: 'checkout', line: 'scale checkout 6' },
  status: 'asked',
};

function draft(story: Story = {}, more: Partial<PlanIntent> = {}): PlanIntent {
  const whole = plan(story.plan);
  return { type: 'Plan', plan: whole, hash: hashOf(story), rule: rule(story.rule), ...more };
}

function refused(code: string, facts: Readonly<Record<string, string | number>>): OperationEvent {
  return { type: 'OperationRefused', v: 1, problem: problem(code, { ...about, ...facts }) };
}

describe('a draft', () => {
  it('becomes a plan that waits for people, and one that nobody has to approve is approved', () => {
    given(asked).when(draft()).then(planned());
    const free: Story = { rule: { places: [] } };
    given(asked).when(draft(free)).then(planned(free), operationApproved(free));
  });

  it('keeps what it was judged by, where that is known', () => {
    const judged = { family: 'change', args: { replicas: 6 }, targets: ['eu-1'], severities: [] };
    const { events } = given(asked).when(draft({}, { judged }));
    expect(events).toEqual([{ ...planned(), judged }]);
    expect(given(asked).when(draft()).events[0]).not.toHaveProperty('judged');
  });

  it.each(Object.entries(storiesByStatus).filter(([status]) => status !== 'asked'))(
    'of what is %s changes nothing',
    (_status, past) => {
      given(...past)
        .when(draft())
        .then();
    },
  );

  it('that could not be followed is refused with what is wrong with it', () => {
    given(asked)
      .when(draft({ plan: { steps: [] } }))
      .then(refused('PLAN_NOT_RUNNABLE', { flaw: 'it has no steps' }));
    given(asked)
      .when(draft({ plan: { requester: 'ben' } }))
      .then(refused('PLAN_NOT_RUNNABLE', { flaw: 'it names ben as the requester' }));
    given(asked)
      .when(draft({ plan: { steps: [step('s1'), step('s1')] } }))
      .then(refused('PLAN_NOT_RUNNABLE', { flaw: 'two of its steps are called s1' }));
  });

  it('is refused where its requester has as many waiting as they may, and says when that ends', () => {
    const waiting = { operations: ['op-1', 'op-2'], max: 2, freeAt: T0 + minute };
    const facts = { requester: 'ana', operations: 'op-1, op-2', max: 2 };
    given(asked)
      .when(draft({}, { waiting }))
      .then(refused('PLANS_PENDING', { ...facts, free: '2026-11-20T03:01:00.000Z' }));
    given(asked)
      .when(draft({}, { waiting: { ...waiting, max: 1 } }))
      .then(refused('PLANS_PENDING', { ...facts, max: 1, free: '2026-11-20T03:01:00.000Z' }));
    given(asked)
      .when(draft({}, { waiting: { ...waiting, max: 3 } }))
      .then(planned());
  });

  it('that is dangerous is refused where fewer than two approve, and names the rule', () => {
    const one: Story = { plan: { risk: 'danger' } };
    given(asked)
      .when(draft(one))
      .then(refused('DANGER_NEEDS_TWO', { environment: 'production', rule: 'tocsin.yaml:41' }));
    const two: Story = { ...one, rule: { places: dbaAndSre } };
    given(asked).when(draft(two)).then(planned(two));
  });
});

describe('a draft of an undo', () => {
  const undo = { withinMs: 30 * minute, danger: true };
  const story: Story = {
    plan: { undoWithinMs: undo.withinMs },
    rule: { undo, places: [{ count: 2, from: 'sre' }] },
  };
  const original: OperationState = [
    ...waiting(story),
    ...[ben, dora].map((approver) => approvalGiven(approver, story)),
    ...[operationApproved(story), operationStarted(story), intended(), applied(), verified()],
    succeeded,
  ].reduce((state, event) => evolve(state, event, { at: T0 }), initialOperation('op-9'));
  const asksUndo = asked.type === 'OperationAsked' ? { ...asked, undoes: 'op-9' } : asked;
  const change = [{ path: 'replicas', what: 'changed', from: '6', to: '3' }] as const;
  const back: Story = {
    plan: { steps: [step('s1', { params: { replicas: 3 }, change })] },
    rule: { places: [], preapproved: { operation: 'op-9', until: T0 + minute } },
  };

  it('is approved with its original, and counts against nobody', () => {
    const waits = { operations: ['op-1'], max: 1, freeAt: T0 };
    given(asksUndo)
      .when(draft(back, { original, waiting: waits }))
      .then(planned(back), operationApproved(back));
  });

  it('is approved with it also where it is dangerous and two said so', () => {
    const danger: Story = { ...back, plan: { ...back.plan, risk: 'danger' } };
    given(asksUndo)
      .when(draft(danger, { original }))
      .then(planned(danger), operationApproved(danger));
    const { undo: _, ...less } = original.rule ?? rule();
    for (const rule of [less, { ...less, undo: { ...undo, danger: false } }]) {
      given(asksUndo)
        .when(draft(danger, { original: { ...original, rule } }))
        .then(refused('UNDO_NOT_PREAPPROVED', { original: 'op-9' }));
    }
  });

  it('is refused, and names its original, where that is gone, another, not asked for or not undone so', () => {
    const none = refused('UNDO_NOT_PREAPPROVED', { original: '' });
    given(asksUndo).when(draft(back)).then(none);
    const other = refused('UNDO_NOT_PREAPPROVED', { original: 'op-8' });
    given(asksUndo)
      .when(draft(back, { original: { ...original, id: 'op-8' } }))
      .then(other);
    const its = refused('UNDO_NOT_PREAPPROVED', { original: 'op-9' });
    given(asked).when(draft(back, { original })).then(its);
    const elsewhere: Story = { ...back, plan: { steps: [step('s1')] } };
    given(asksUndo).when(draft(elsewhere, { original })).then(its);
    const later: Story = { ...back, plan: { ...back.plan, policy: 'policy-2' } };
    given(asksUndo).when(draft(later, { original })).then(its);
  });
});
