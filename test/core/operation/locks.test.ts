import { describe, expect, it } from 'vitest';
import { holderBefore, lockedTargets, lockWrites } from '../../../src/core/operation/locks.ts';
import type { OperationEvent, OperationState } from '../../../src/core/operation/operation.ts';
import {
  evolveTarget,
  initialTarget,
  type TargetEvent,
  type TargetState,
  unreadable,
} from '../../../src/core/operation/target.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  applied,
  approved,
  given,
  intended,
  op,
  operationStarted,
  operationUnknown,
  plan,
  running,
  step,
  storiesByStatus,
  succeeded,
  T0,
  target,
  verified,
} from './sample.ts';

const a = 'kubernetes/eu-1/shop/deployment/a';
const b = 'postgres/pg-main';
const c = 'haproxy/edge/checkout';
const twoTargets = { targets: [b, a].map((id) => ({ id, identity: id })), steps: [step('s1')] };
const story = { plan: twoTargets };

describe('to begin', () => {
  it('takes every target of the plan, in the order of their ids', () => {
    const turn = turnOf(approved(story), [operationStarted(story)]);
    expect(lockWrites(turn, turn.events, free(a, b, target.id))).toEqual({
      ok: true,
      writes: [
        { target: a, events: [locked(op)] },
        { target: target.id, events: [locked(op)] },
        { target: b, events: [locked(op)] },
      ],
    });
  });

  it('takes none while another operation holds one of them, and says which', () => {
    const turn = turnOf(approved(story), [operationStarted(story)]);
    const targets = [...free(a, target.id), held(b, 'op-40')];
    expect(lockWrites(turn, turn.events, targets)).toEqual({
      ok: false,
      target: b,
      heldBy: 'op-40',
    });
  });

  it('names a target that it holds already without taking it twice', () => {
    const turn = turnOf(approved(), [operationStarted()]);
    expect(lockWrites(turn, turn.events, [held(target.id, op)])).toEqual({
      ok: true,
      writes: [{ target: target.id, events: [] }],
    });
  });

  it('takes them with whatever else is on the record of that moment', () => {
    const shown = { type: 'CheckpointShown', v: 1, checkpoint: '41:bb' } as const;
    const turn = turnOf(approved(), [shown, operationStarted()]);
    expect(lockWrites(turn, turn.events, free(target.id))).toMatchObject({
      writes: [{ target: target.id, events: [locked(op)] }],
    });
  });

  it('does not take a lock for free that nobody read', () => {
    const turn = turnOf(approved(story), [operationStarted(story)]);
    expect(() => lockWrites(turn, turn.events, free(a, b))).toThrow(target.id);
  });
});

describe('an end', () => {
  it('gives every target back', () => {
    const turn = turnOf([...running(), intended(), applied()], [verified(), succeeded]);
    expect(lockWrites(turn, turn.events, [held(target.id, op)])).toEqual({
      ok: true,
      writes: [{ target: target.id, events: [{ type: 'TargetReleased', v: 1, operation: op }] }],
    });
  });

  it('leaves what another operation holds', () => {
    const turn = turnOf([...running(), intended(), applied()], [verified(), succeeded]);
    expect(lockWrites(turn, turn.events, [held(target.id, 'op-42')])).toEqual({
      ok: true,
      writes: [{ target: target.id, events: [] }],
    });
  });

  it('is not what `unknown` is: the lock stays, because a write may still land', () => {
    const turn = turnOf(
      [...running(), intended()],
      [operationUnknown(problem('STEP_OUTCOME_UNKNOWN'))],
    );
    expect(lockWrites(turn, turn.events, [held(target.id, op)])).toEqual({ ok: true, writes: [] });
  });

  it.each(['done', 'not-done'] as const)('is a person settling it as %s', (as) => {
    const settled = { type: 'OperationSettled', v: 1, person: 'ben', as, reason: '' } as const;
    const turn = turnOf(storiesByStatus.unknown, [settled]);
    expect(lockWrites(turn, turn.events, [held(target.id, op)])).toMatchObject({
      writes: [{ events: [{ type: 'TargetReleased' }] }],
    });
  });

  it('needs no lock where nothing had begun', () => {
    const turn = turnOf(approved(), [{ type: 'OperationExpired', v: 1 }]);
    expect(lockWrites(turn, turn.events, [])).toEqual({ ok: true, writes: [] });
  });

  it('is said once: a refusal afterwards touches no lock', () => {
    const refused = {
      type: 'RequestRefused',
      v: 1,
      person: 'eve',
      surface: 'console',
      what: 'stop',
      problem: problem('OPERATION_NOT_RUNNING'),
    } as const;
    const turn = turnOf(storiesByStatus.done, [refused]);
    expect(lockWrites(turn, turn.events, [])).toEqual({ ok: true, writes: [] });
  });
});

describe('what is locked', () => {
  it('covers targets, steps and compensations, each once', () => {
    const compensation = step('c1', { target: { id: c, identity: c } });
    const steps = [step('s1', { onFailure: { compensate: [compensation] } }), step('s2')];
    const state = stateOf([
      ...approved({ plan: { ...plan(), targets: twoTargets.targets, steps } }),
    ]);
    expect(lockedTargets(state)).toEqual([c, a, target.id, b].sort());
  });

  it('is nothing before there is a plan', () => {
    expect(lockedTargets(stateOf(storiesByStatus.asked))).toEqual([]);
  });
});

describe('what may begin waits for', () => {
  const holders =
    (...targets: readonly TargetState[]) =>
    (id: string) =>
      targets.find((each) => each.id === id) ?? initialTarget(id);

  it('nobody where its targets are free, or its own', () => {
    const state = stateOf(approved(story));
    expect(holderBefore(state, initialTarget)).toBe('');
    expect(holderBefore(state, (id) => held(id, op))).toBe('');
  });

  it('whoever holds any of them', () => {
    const state = stateOf(approved(story));
    expect(holderBefore(state, holders(held(a, op), held(b, 'op-40')))).toBe('op-40');
  });

  it('nobody as long as people have not approved it', () => {
    const state = stateOf(storiesByStatus.waiting);
    expect(holderBefore(state, (id) => held(id, 'op-40'))).toBe('');
  });
});

describe('a target', () => {
  it('is held by the operation that locked it, since then', () => {
    expect(evolveTarget(initialTarget(a), locked('op-1'), { at: T0 })).toEqual({
      id: a,
      heldBy: 'op-1',
      since: T0,
    });
  });

  it('is given back by its holder only', () => {
    const release = (operation: string): TargetEvent => ({
      type: 'TargetReleased',
      v: 1,
      operation,
    });
    expect(evolveTarget(held(a, 'op-1'), release('op-2'), { at: T0 }).heldBy).toBe('op-1');
    expect(evolveTarget(held(a, 'op-1'), release('op-1'), { at: T0 })).toEqual({ id: a });
  });

  it('keeps its holder through an event that it does not know', () => {
    const newer = { type: 'TargetInspected', v: 1, operation: 'op-1' } as unknown as TargetEvent;
    expect(evolveTarget(held(a, 'op-1'), newer, { at: T0 })).toEqual(held(a, 'op-1'));
  });

  it('keeps its holder through an erased event', () => {
    const erased = { type: 'Erased', v: 1, was: 'TargetReleased' } as const;
    expect(evolveTarget(held(a, 'op-1'), erased, { at: T0 }).heldBy).toBe('op-1');
  });
});

interface Turn {
  readonly before: OperationState;
  readonly after: OperationState;
  readonly events: readonly OperationEvent[];
}

function turnOf(past: readonly OperationEvent[], events: readonly OperationEvent[]): Turn {
  return { before: stateOf(past), after: stateOf([...past, ...events]), events };
}

function stateOf(events: readonly OperationEvent[]): OperationState {
  return given(...events).state();
}

function locked(operation: string): TargetEvent {
  return { type: 'TargetLocked', v: 1, operation };
}

function held(id: string, operation: string): TargetState {
  return { id, heldBy: operation, since: T0 };
}

function free(...ids: readonly string[]): readonly TargetState[] {
  return ids.map(initialTarget);
}

describe('a lock that cannot be read', () => {
  const erased = { type: 'Erased', v: 1, was: 'TargetLocked' } as const;
  const lost = evolveTarget(initialTarget(target.id), erased, { at: 2 });

  it('blocks: nothing begins there, whoever asks', () => {
    const turn = turnOf(approved(), [operationStarted()]);
    expect(lockWrites(turn, turn.events, [lost])).toMatchObject({ ok: false, heldBy: unreadable });
    expect(holderBefore(turn.before, () => lost)).toBe('unreadable');
  });

  it('is free again once it is on record that it was given back', () => {
    const free = evolveTarget(lost, { type: 'TargetReleased', v: 1, operation: 'op-1' }, { at: 3 });
    expect(free).toEqual(initialTarget(target.id));
  });
});
