import { describe, expect, it } from 'vitest';
import type { ErasedEvent } from '../../../src/core/event.ts';
import {
  decideHalt,
  evolveHalt,
  type HaltEvent,
  type HaltIntent,
  type HaltState,
  haltOf,
  initialHalts,
  isLifting,
} from '../../../src/core/operation/halt.ts';
import type { Origin } from '../../../src/core/origin.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  applied,
  approved,
  ben,
  given,
  intended,
  minute,
  operationStarted,
  running,
  type Story,
  step,
  T0,
  verified,
} from './sample.ts';

const who = { person: 'ana', surface: 'console', reason: 'audit' };
const begun = { type: 'FreezeBegun', v: 1, scope: 'checkout', until: T0 + minute, ...who } as const;
const readOnly: HaltEvent = { type: 'ReadOnlyBegun', v: 1, ...who };

function afterwards(...events: readonly (HaltEvent | ErasedEvent)[]): HaltState {
  return events.reduce((state, event) => evolveHalt(state, event, { at: T0 }), initialHalts());
}

function codeOf(state: HaltState, service = 'checkout', at = T0): string | undefined {
  return haltOf(state, { service, at })?.code;
}

describe('a halt', () => {
  it('holds for the service that is frozen, until its time, whoever says that it is over', () => {
    const state = afterwards(begun);
    expect(codeOf(state)).toBe('FROZEN');
    expect(codeOf(state, 'basket')).toBeUndefined();
    expect(codeOf(state, 'checkout', T0 + minute - 1)).toBe('FROZEN');
    expect(codeOf(state, 'checkout', T0 + minute)).toBeUndefined();
  });

  it('of all holds for each', () => {
    expect(codeOf(afterwards({ ...begun, scope: 'all' }), 'basket')).toBe('FROZEN');
  });

  it('of read-only has no end of its own', () => {
    expect(codeOf(afterwards(readOnly), 'basket', T0 + 1e12)).toBe('READ_ONLY');
    expect(codeOf(afterwards(readOnly, { type: 'ReadOnlyEnded', v: 1, operation: 'op-1' }))).toBe(
      undefined,
    );
  });

  it('holds for everything while its record is not whole', () => {
    const erased: ErasedEvent = { type: 'Erased', v: 1, was: 'ReadOnlyEnded' } as ErasedEvent;
    expect(codeOf(afterwards(erased))).toBe('HALTS_UNREADABLE');
  });

  it('says who it is of, why, of what and until or since when', () => {
    expect(haltOf(afterwards(begun), { service: 'checkout', at: T0 })).toEqual({
      code: 'FROZEN',
      facts: {
        ...{ scope: 'checkout', person: 'ana', reason: 'audit' },
        until: '2026-11-20 03:01 UTC',
      },
    });
    expect(haltOf(afterwards(readOnly), { service: 'checkout', at: T0 })).toEqual({
      code: 'READ_ONLY',
      facts: { person: 'ana', reason: 'audit', since: '2026-11-20 03:00 UTC' },
    });
  });

  it('keeps one freeze for each scope, as it was said last, and ends the one that is named', () => {
    const other = { ...begun, scope: 'basket' };
    const longer = { ...begun, until: T0 + 2 * minute };
    const { freezes } = afterwards(begun, other, longer);
    const known = { person: 'ana', reason: 'audit', at: T0 };
    expect(freezes).toEqual([
      { ...known, scope: 'basket', until: T0 + minute },
      { ...known, scope: 'checkout', until: T0 + 2 * minute },
    ]);
    const ended = { type: 'FreezeEnded', v: 1, scope: 'checkout', operation: '' } as const;
    expect(afterwards(begun, other, ended).freezes).toMatchObject([{ scope: 'basket' }]);
  });

  it('knows the operation that lifted something last, and an end by time is none', () => {
    const ended = { type: 'FreezeEnded', v: 1, scope: 'checkout' } as const;
    expect(afterwards(begun).liftedBy).toBe('');
    const lifted = afterwards(begun, { ...ended, operation: 'op-1' });
    expect(lifted.liftedBy).toBe('op-1');
    expect(evolveHalt(lifted, { ...ended, operation: '' }, { at: T0 }).liftedBy).toBe('op-1');
    expect(
      evolveHalt(lifted, { type: 'ReadOnlyEnded', v: 1, operation: 'op-2' }, { at: T0 }).liftedBy,
    ).toBe('op-2');
  });

  it('of read-only leaves the freezes as they are, and its end begins the count of dangers anew', () => {
    const danger = { operation: 'op-1', at: T0, person: 'ana' };
    const full = { ...afterwards(begun, readOnly), dangers: [danger] } as unknown as HaltState;
    const ended = evolveHalt(full, { type: 'ReadOnlyEnded', v: 1, operation: 'o' }, { at: T0 });
    expect(ended).toEqual({ ...afterwards(begun), liftedBy: 'o', dangers: [] });
    expect(afterwards(begun, readOnly).readOnly).toEqual({
      ...{ person: 'ana', reason: 'audit', at: T0 },
    });
  });

  it('keeps what else stands when a part of its record is gone', () => {
    const erased: ErasedEvent = { type: 'Erased', v: 1, was: 'FreezeBegun' } as ErasedEvent;
    expect(afterwards(begun, erased)).toEqual({ ...afterwards(begun), unreadable: true });
    expect(haltOf(afterwards(erased), { service: 'checkout', at: T0 })?.facts).toEqual({});
  });

  it('holds for nothing in the beginning, and is not changed by what comes later', () => {
    expect(codeOf(afterwards())).toBeUndefined();
    expect(afterwards({ type: 'HaltPraised', v: 9 } as unknown as HaltEvent)).toEqual(
      initialHalts(),
    );
  });
});

describe('to halt', () => {
  const freeze: HaltIntent = {
    type: 'Freeze',
    at: T0,
    scope: 'checkout',
    durationMs: minute,
    ...who,
  };

  it('is on the record once; only a longer freeze is another', () => {
    expect(decideHalt(freeze, afterwards())).toEqual([begun]);
    expect(decideHalt(freeze, afterwards(begun))).toEqual([]);
    expect(decideHalt({ ...freeze, durationMs: minute - 1 }, afterwards(begun))).toEqual([]);
    expect(decideHalt({ ...freeze, durationMs: minute + 1 }, afterwards(begun))).toHaveLength(1);
    expect(decideHalt({ type: 'MakeReadOnly', ...who }, afterwards())).toEqual([readOnly]);
    expect(decideHalt({ type: 'MakeReadOnly', ...who }, afterwards(readOnly))).toEqual([]);
  });

  it('ends by time when it is over, and not before', () => {
    expect(decideHalt({ type: 'EndFreezes', at: T0 + minute - 1 }, afterwards(begun))).toEqual([]);
    expect(decideHalt({ type: 'EndFreezes', at: T0 + minute }, afterwards(begun))).toEqual([
      { type: 'FreezeEnded', v: 1, scope: 'checkout', operation: '' },
    ]);
  });

  it('keeps where it was said, when that is known', () => {
    const where: Origin = { surface: 'slack/main', account: 'T01/U01' };
    expect(decideHalt({ ...freeze, where }, afterwards())).toEqual([{ ...begun, where }]);
    expect(decideHalt({ type: 'MakeReadOnly', ...who, where }, afterwards())).toEqual([
      { ...readOnly, where },
    ]);
  });

  it('is decided for each scope by itself', () => {
    const basket = { ...begun, scope: 'basket', until: T0 + 2 * minute };
    expect(decideHalt(freeze, afterwards(basket))).toEqual([begun]);
    const late: HaltIntent = { type: 'EndFreezes', at: T0 + minute };
    expect(decideHalt(late, afterwards(basket, begun))).toMatchObject([{ scope: 'checkout' }]);
  });

  it('by the calendar is on the record as it holds', () => {
    const window = { name: 'weekend', line: 'tocsin.yaml:88', scopes: ['all'], reason: 'rest' };
    const open = [{ ...window, from: T0, until: T0 + minute }];
    expect(decideHalt({ type: 'SeeWindows', open }, afterwards())).toMatchObject([
      { type: 'WindowOpened', name: 'weekend' },
    ]);
  });

  it('is lifted with a word of its own, which names the operation', () => {
    const lift = { type: 'Lift', since: T0, operation: 'op-1' } as const;
    const freezes = afterwards(begun, { ...begun, scope: 'basket' });
    expect(decideHalt({ ...lift, what: { kind: 'freeze', scope: 'basket' } }, freezes)).toEqual([
      { type: 'FreezeEnded', v: 1, scope: 'basket', operation: 'op-1' },
    ]);
    expect(decideHalt({ ...lift, what: { kind: 'freeze', scope: 'search' } }, freezes)).toEqual([]);
    expect(decideHalt({ ...lift, what: { kind: 'read-only' } }, afterwards(readOnly))).toEqual([
      { type: 'ReadOnlyEnded', v: 1, operation: 'op-1' },
    ]);
  });

  it('is lifted only where what was shown still stands', () => {
    const lift = { type: 'Lift', since: T0, operation: 'op-1' } as const;
    const what = { kind: 'freeze', scope: 'checkout' } as const;
    expect(decideHalt({ ...lift, what }, afterwards(begun))).toHaveLength(1);
    expect(decideHalt({ ...lift, what, since: T0 - 1 }, afterwards(begun))).toEqual([]);
    expect(decideHalt({ ...lift, what: { kind: 'read-only' } }, afterwards(begun))).toEqual([]);
  });
});

describe('what would begin', () => {
  const halt = problem('READ_ONLY');
  const fine = { ok: true, token: 'rv-1' } as const;
  const check = (id: string) =>
    ({
      type: 'ReportCheck',
      at: T0 + 9000,
      step: id,
      checked: fine,
      landsWithinMs: 1000,
      halt,
    }) as const;

  it('waits as an operation, and begins once nothing halts it', () => {
    const begin = { type: 'Begin', at: T0 + minute, standing: [ben], policy: 'policy-1' } as const;
    given(...approved())
      .when({ ...begin, halt })
      .then();
    given(...approved())
      .when(begin)
      .then(operationStarted());
  });

  it('is left out as the first step: nothing was changed', () => {
    const { events } = given(...running()).when(check('s1'));
    expect(events).toMatchObject([
      {
        type: 'OperationFailed',
        problem: { code: 'HALTED_UNCHANGED', facts: { halt: 'READ_ONLY' } },
      },
    ]);
  });

  it('is left out as a later step: what stands stands', () => {
    const two: Story = { plan: { steps: [step('s1'), step('s2')] } };
    const past = [...running(two), intended(), applied(), verified()];
    const { events } = given(...past).when(check('s2'));
    expect(events).toMatchObject([{ type: 'OperationFailed', problem: { code: 'HALTED' } }]);
  });

  it('begins all the same inside a critical section', () => {
    const critical: Story = { plan: { steps: [step('s1', { critical: true }), step('s2')] } };
    const past = [...running(critical), intended(), applied(), verified()];
    const { events } = given(...past).when(check('s2'));
    expect(events).toMatchObject([{ type: 'StepIntended', step: 's2' }]);
  });

  it('begins all the same to take back what failed', () => {
    const back: Story = {
      plan: { steps: [step('s1', { onFailure: { compensate: [step('c1')] } })] },
    };
    const failed = { type: 'StepFailed', v: 1, step: 's1', problem: problem('X') } as const;
    const { events } = given(...running(back), intended(), applied(), failed).when(check('c1'));
    expect(events).toMatchObject([{ type: 'StepIntended', step: 'c1' }]);
  });

  it('is not halted where all it does is to lift a halt', () => {
    const own = step('s1', { at: { integration: 'tocsin', target: 'halts', locator: {} } });
    expect(isLifting({ steps: [own] })).toBe(true);
    expect(isLifting({ steps: [own, step('s2')] })).toBe(false);
    expect(isLifting({ steps: [] })).toBe(false);
  });
});

describe('a broken glass', () => {
  it('goes over the freezes that stood by then, and over nothing that was said afterwards', () => {
    const frozen = afterwards(begun);
    const question = { service: 'checkout', at: T0 + 1 };
    expect(haltOf(frozen, { ...question, brokenAt: T0 })).toBeUndefined();
    expect(haltOf(frozen, { ...question, brokenAt: T0 - 1 })?.code).toBe('FROZEN');
    expect(haltOf(afterwards(begun, readOnly), { ...question, brokenAt: T0 })?.code).toBe(
      'READ_ONLY',
    );
  });
});
