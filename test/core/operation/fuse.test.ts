import { describe, expect, it } from 'vitest';
import { fuseEvents } from '../../../src/core/operation/fuse.ts';
import {
  evolveHalt,
  type HaltEvent,
  type HaltState,
  haltOf,
  initialHalts,
} from '../../../src/core/operation/halt.ts';
import { minute, T0 } from './sample.ts';

const called = [{ group: 'sre', people: ['ana', 'ben'] }];
const fuse = { dangerPerHour: 3, call: called };

/** One dangerous operation begins at each of these minutes. */
function night(minutes: readonly number[], start = initialHalts()) {
  return minutes.reduce<{ state: HaltState; events: readonly HaltEvent[] }>(
    ({ state, events }, each) => {
      const at = T0 + each * minute;
      const decided = fuseEvents(state, { operation: `op-${each}`, at, fuse });
      const next = decided.reduce((halts, event) => evolveHalt(halts, event, { at }), state);
      return { state: next, events: [...events, ...decided] };
    },
    { state: start, events: [] },
  );
}

const types = ({ events }: { events: readonly HaltEvent[] }) => events.map(({ type }) => type);

describe('the fuse', () => {
  it('blows with the operation that reaches the number, and says which they were', () => {
    const { state, events } = night([0, 20, 40]);
    expect(events.at(-1)).toEqual({
      type: 'FuseBlown',
      v: 1,
      operation: 'op-40',
      operations: ['op-0', 'op-20', 'op-40'],
      called,
    });
    expect(state.blown.map(({ operation }) => operation)).toEqual(['op-40']);
    const halt = haltOf(state, { service: 'checkout', at: T0 + 41 * minute });
    expect(halt).toMatchObject({ code: 'READ_ONLY', facts: { person: 'tocsin' } });
    expect(String(halt?.facts['reason'])).toContain('op-0, op-20, op-40');
  });

  it('counts within an hour and not beyond it', () => {
    expect(types(night([0, 30, 60]))).toEqual(['DangerBegun', 'DangerBegun', 'DangerBegun']);
    expect(types(night([0, 30, 59]))).toContain('FuseBlown');
    expect(night([0, 30, 90, 125]).state.dangers).toHaveLength(2);
    expect(night([0, 60]).state.dangers).toEqual([{ operation: 'op-60', at: T0 + 60 * minute }]);
  });

  it('begins to count anew once read-only was lifted', () => {
    const blown = night([0, 1, 2]).state;
    const lifted = evolveHalt(
      blown,
      { type: 'ReadOnlyEnded', v: 1, operation: 'op-lift' },
      { at: T0 + 3 * minute },
    );
    expect(haltOf(lifted, { service: 'checkout', at: T0 + 3 * minute })).toBeUndefined();
    expect(types(night([4, 5], lifted))).toEqual(['DangerBegun', 'DangerBegun']);
    expect(types(night([4, 5, 6], lifted))).toContain('FuseBlown');
  });

  it('remembers the last twenty times it blew, each whole', () => {
    const lift = { type: 'ReadOnlyEnded', v: 1, operation: 'op-lift' } as const;
    const times = Array.from({ length: 21 }, (_, index) => index * 120);
    const { blown } = times.reduce((state, start) => {
      const after = night([start, start + 1, start + 2], state).state;
      return evolveHalt(after, lift, { at: T0 + (start + 3) * minute });
    }, initialHalts());
    expect(blown).toHaveLength(20);
    expect(blown.map(({ operation }) => operation)).toEqual(
      times.slice(1).map((start) => `op-${start + 2}`),
    );
    expect(blown[0]).toEqual({
      operation: 'op-122',
      operations: ['op-120', 'op-121', 'op-122'],
      called,
      at: T0 + 122 * minute,
    });
  });

  it('is not asked where there is none, or where it is read-only already', () => {
    const { state } = night([0, 1]);
    const begun = [{ type: 'DangerBegun', v: 1, operation: 'op-2' }];
    expect(fuseEvents(state, { operation: 'op-2', at: T0 })).toEqual(begun);
    const by = { person: 'ana', surface: 'console', reason: 'why' };
    const readOnly = evolveHalt(state, { type: 'ReadOnlyBegun', v: 1, ...by }, { at: T0 });
    expect(fuseEvents(readOnly, { operation: 'op-2', at: T0, fuse })).toEqual(begun);
  });
});
