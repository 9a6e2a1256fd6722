import { describe, expect, it } from 'vitest';
import {
  evolveHalt,
  type HaltState,
  haltOf,
  initialHalts,
} from '../../../src/core/operation/halt.ts';
import {
  covers,
  decideWindows,
  type FreezeWindow,
  type OpenWindow,
  openWindows,
  windowHalt,
} from '../../../src/core/operation/window.ts';
import { minute, T0 } from './sample.ts';

const span = { from: T0, until: T0 + minute };
const names = { name: 'weekend', line: 'tocsin.yaml:88', scopes: ['all'], reason: 'rest' } as const;
const open: OpenWindow = { ...names, ...span };
const other: OpenWindow = { ...open, name: 'sale', scopes: ['checkout'], reason: 'a sale' };

/** Holds within its span, its end left out. */
function windowOf({ from, until, ...rest }: OpenWindow): FreezeWindow {
  return {
    ...rest,
    spanAt: (at) => (at >= from && at < until ? { from, until } : undefined),
    nextAfter: (at) => (at < from ? from : undefined),
  };
}

function afterwards(...events: Parameters<typeof evolveHalt>[1][]): HaltState {
  return events.reduce((state, event) => evolveHalt(state, event, { at: T0 }), initialHalts());
}

const opened = (window: OpenWindow) => ({ type: 'WindowOpened', v: 1, ...window }) as const;
const closed = (name: string) => ({ type: 'WindowClosed', v: 1, name }) as const;

describe('the windows that are open', () => {
  it('are those that hold now, with what they say and until when', () => {
    const later = { ...other, from: T0 + minute, until: T0 + 2 * minute };
    expect(openWindows([windowOf(open), windowOf(later)], T0)).toEqual([open]);
    expect(openWindows([windowOf(open), windowOf(later)], T0 + minute)).toEqual([later]);
    expect(openWindows([windowOf(open)], T0 - 1)).toEqual([]);
  });
});

describe('the record of windows', () => {
  it('says what opened and what closed since it was last looked at', () => {
    expect(decideWindows({ open: [] }, [open])).toEqual([opened(open)]);
    expect(decideWindows({ open: [open] }, [])).toEqual([closed('weekend')]);
    expect(decideWindows({ open: [open] }, [other])).toEqual([closed('weekend'), opened(other)]);
  });

  it('is quiet where it says so already', () => {
    expect(decideWindows({ open: [open, other] }, [other, open])).toEqual([]);
    expect(decideWindows({ open: [open] }, [{ ...open, from: T0 + 1, line: 'x' }])).toEqual([]);
  });

  it.each<readonly [string, Partial<OpenWindow>]>([
    ['holds longer', { until: T0 + 2 * minute }],
    ['holds for others', { scopes: ['basket'] }],
    ['has another reason', { reason: 'a sale' }],
  ])('says anew what %s by now, and closes nothing', (_what, more) => {
    const changed = { ...open, ...more };
    expect(decideWindows({ open: [open] }, [changed])).toEqual([opened(changed)]);
  });

  it('holds each window once, as it was said last', () => {
    const longer = { ...open, until: T0 + 2 * minute };
    expect(afterwards(opened(open), opened(other)).open).toEqual([open, other]);
    expect(afterwards(opened(open), opened(other), opened(longer)).open).toEqual([other, longer]);
  });

  it('holds none that closed, and keeps what else is halted', () => {
    const frozen = {
      ...({ type: 'FreezeBegun', v: 1, scope: 'basket', until: T0 + minute } as const),
      ...{ person: 'ana', surface: 'console', reason: 'audit' },
    };
    const state = afterwards(frozen, opened(open), opened(other), closed('weekend'));
    expect(state.open).toEqual([other]);
    expect(state.freezes).toMatchObject([{ scope: 'basket' }]);
  });

  it('decides nothing: what holds is asked of the calendar', () => {
    const question = { service: 'checkout', at: T0 };
    expect(haltOf(afterwards(opened(open)), question)).toBeUndefined();
    const known = { ...initialHalts(), windows: [windowOf(open)] };
    expect(haltOf(known, question)?.code).toBe('FROZEN_BY_CALENDAR');
  });
});

describe('a freeze of the calendar', () => {
  const question = { service: 'checkout', at: T0 };

  it('says which it is, of what, why and until when', () => {
    const both = { ...other, scopes: ['checkout', 'basket'] };
    expect(windowHalt([windowOf(both)], question)).toEqual({
      code: 'FROZEN_BY_CALENDAR',
      facts: {
        window: 'sale',
        line: 'tocsin.yaml:88',
        scope: 'checkout, basket',
        until: '2026-11-20 03:01 UTC',
        reason: 'a sale',
      },
    });
  });

  it('holds for the services that it names, one of which is enough, and for no other', () => {
    const windows = [windowOf({ ...other, scopes: ['basket', 'checkout'] })];
    expect(windowHalt(windows, question)?.code).toBe('FROZEN_BY_CALENDAR');
    expect(windowHalt(windows, { ...question, service: 'search' })).toBeUndefined();
    expect(windowHalt([windowOf(open)], { ...question, service: 'search' })).toBeDefined();
  });

  it('holds for nothing where there is none, or its time is over', () => {
    expect(windowHalt([], question)).toBeUndefined();
    expect(windowHalt([windowOf(open)], { ...question, at: T0 + minute })).toBeUndefined();
  });

  it('was broken with the glass when it held by then, and not when it began later', () => {
    const windows = [windowOf(open)];
    expect(windowHalt(windows, { ...question, brokenAt: T0 - 1 })).toBeDefined();
    expect(windowHalt(windows, { ...question, brokenAt: T0 })).toBeUndefined();
    expect(windowHalt(windows, { ...question, brokenAt: T0 + 1 })).toBeUndefined();
  });

  it('holds from the first moment of time on where no glass was broken', () => {
    const first = windowOf({ ...open, from: 0, until: 10 });
    expect(windowHalt([first], { service: 'checkout', at: 0 })).toBeDefined();
  });

  it('lets none that follows it in the list go unseen', () => {
    const [mine, theirs] = [other, { ...other, name: 'rest', scopes: ['basket'] }].map(windowOf);
    if (!mine || !theirs) throw new Error('two were written');
    expect(windowHalt([theirs, mine], question)?.facts['window']).toBe('sale');
  });

  it('covers the service itself, or all, and nothing that begins like it', () => {
    expect(covers('all', 'checkout')).toBe(true);
    expect(covers('checkout', 'checkout')).toBe(true);
    expect(covers('check', 'checkout')).toBe(false);
  });
});
