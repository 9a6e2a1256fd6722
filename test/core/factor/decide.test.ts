import { describe, expect, it } from 'vitest';
import { decideFactors, type FactorIntent, factorsMax } from '../../../src/core/factor/decide.ts';
import {
  countsFrom,
  enrolmentCodeMs,
  evolveFactors,
  type FactorEvent,
  type Factors,
  factorWaitMs,
  failuresMax,
  failuresWindowMs,
  noFactors,
} from '../../../src/core/factor/factor.ts';

const T0 = 1_790_000_000_000;
const hash = 'a'.repeat(64);

/** A life of factors: each event with when it happened. */
function life(...past: readonly (readonly [number, FactorEvent])[]): Factors {
  return past.reduce(
    (state, [at, event], index) =>
      evolveFactors(state, {
        stream: 'factor/ana',
        version: index + 1,
        position: index + 1,
        at,
        by: 'ana',
        cause: `c${index}`,
        event,
      }),
    noFactors,
  );
}

type Enrolled = Extract<FactorEvent, { readonly type: 'FactorEnrolled' }>;

function enrolled(kind: Enrolled['kind'], factor: string = kind): Enrolled {
  const counter = kind === 'totp' ? 100 : 0;
  const how = { shownBy: 'enrolment-code', session: 's1' } as const;
  return { type: 'FactorEnrolled', v: 1, factor, kind, label: 'phone', ...how, counter };
}

const old = T0 - factorWaitMs;

const spend = (proved: Extract<FactorIntent, { type: 'Spend' }>['proved'], at = T0) =>
  ({ type: 'Spend', at, purpose: 'approve', on: hash, proved }) as const;

const failed: FactorEvent = {
  type: 'StepUpFailed',
  v: 1,
  purpose: 'approve',
  code: 'STEP_UP_WRONG',
  locks: false,
};

function code(intent: FactorIntent, state: Factors): string | undefined {
  return decideFactors(intent, state).refused?.code;
}

describe('a factor', () => {
  const totp = { kind: 'totp', factor: 'totp', counter: 101 } as const;

  it('does not count until a day has passed', () => {
    const state = life([T0, enrolled('totp')]);
    expect(code(spend(totp, T0 + factorWaitMs - 1), state)).toBe('FACTOR_TOO_YOUNG');
    expect(decideFactors(spend(totp, T0 + factorWaitMs - 1), state).events).toEqual([]);
    expect(code(spend(totp, T0 + factorWaitMs), state)).toBeUndefined();
  });

  it('counts at once when somebody else confirmed it', () => {
    const stepUp = { factor: 'passkey', credential: 'pk', hash, at: T0 } as const;
    const confirm = { type: 'Confirm', factor: 'totp', of: 'ana', by: 'ben', stepUp } as const;
    const { events } = decideFactors(confirm, life([T0, enrolled('totp')]));
    expect(events).toMatchObject([{ type: 'FactorConfirmed', person: 'ben' }]);
    const state = life([T0, enrolled('totp')], [T0 + 1000, events[0] ?? failed]);
    expect(code(spend(totp, T0 + 999), state)).toBe('FACTOR_TOO_YOUNG');
    expect(code(spend(totp, T0 + 1000), state)).toBeUndefined();
  });

  it('is never confirmed by the person, nor twice, nor when it is not there', () => {
    const stepUp = { factor: 'totp', credential: 'x', hash, at: T0 } as const;
    const state = life([T0, enrolled('totp')]);
    const by = (person: string, factor = 'totp') =>
      ({ type: 'Confirm', factor, of: 'ana', by: person, stepUp }) as const;
    expect(code(by('ana'), state)).toBe('FACTOR_CONFIRM_OWN');
    expect(code(by('ben', 'gone'), state)).toBe('FACTOR_UNKNOWN');
    const { events } = decideFactors(by('ben'), state);
    const after = life([T0, enrolled('totp')], [T0, events[0] ?? failed]);
    expect(decideFactors(by('cleo'), after)).toEqual({ events: [] });
    expect(countsFrom(after.factors[0] ?? fail())).toBe(T0);
  });

  it('that was removed is not there any more', () => {
    const removed = { type: 'Remove', factor: 'totp', shownBy: 'totp', session: 's1' } as const;
    const { events } = decideFactors(removed, life([old, enrolled('totp')]));
    const state = life([old, enrolled('totp')], [T0, events[0] ?? failed]);
    expect(code(spend(totp), state)).toBe('FACTOR_UNKNOWN');
    expect(code(removed, state)).toBe('FACTOR_UNKNOWN');
  });

  it('is enrolled once, and there are not many', () => {
    const enrol = (factor: string) => ({ ...enrolled('passkey', factor), type: 'Enrol' }) as const;
    const one = life([old, enrolled('passkey', 'pk-1')]);
    expect(code(enrol('pk-1'), one)).toBe('FACTOR_KNOWN');
    expect(code(enrol('pk-2'), one)).toBeUndefined();
    const all = Array.from({ length: factorsMax }, (_, index) =>
      enrolled('passkey', `pk-${index}`),
    );
    const full = life(...all.map((event) => [old, event] as const));
    expect(code(enrol('pk-more'), full)).toBe('FACTORS_MAX');
  });
});

describe('a code of an app', () => {
  it('is taken once, and none from before it', () => {
    const first = decideFactors(
      spend({ kind: 'totp', factor: 'totp', counter: 101 }),
      life([old, enrolled('totp')]),
    );
    expect(first.events).toMatchObject([{ type: 'FactorSpent', on: hash, counter: 101 }]);
    const state = life([old, enrolled('totp')], [T0, first.events[0] ?? failed]);
    for (const [counter, is] of [
      [100, 'STEP_UP_USED'],
      [101, 'STEP_UP_USED'],
      [102, undefined],
    ] as const) {
      expect(code(spend({ kind: 'totp', factor: 'totp', counter }), state)).toBe(is);
    }
  });
});

describe('a passkey', () => {
  const state = life(
    [old, enrolled('passkey')],
    [
      T0 - 1,
      {
        type: 'FactorSpent',
        v: 1,
        factor: 'passkey',
        kind: 'passkey',
        purpose: 'approve',
        on: hash,
        counter: 7,
      },
    ],
  );

  it.each([
    [8, undefined],
    [7, 'PASSKEY_CLONED'],
    [3, 'PASSKEY_CLONED'],
    [0, 'PASSKEY_CLONED'],
  ])('that counted to 7 and now says %i ends as %s', (counter, is) => {
    expect(code(spend({ kind: 'passkey', factor: 'passkey', counter }), state)).toBe(is);
  });

  it('that does not count is believed', () => {
    const none = life([old, enrolled('passkey')]);
    expect(code(spend({ kind: 'passkey', factor: 'passkey', counter: 0 }), none)).toBeUndefined();
  });
});

describe('recovery codes', () => {
  const use = (index: number) => spend({ kind: 'recovery', factor: 'recovery', code: index });

  it('are good once each, and say how many are left', () => {
    const first = decideFactors(use(3), life([old, enrolled('recovery')]));
    expect(first.events).toMatchObject([{ type: 'RecoveryUsed', code: 3, left: 9 }]);
    const state = life([old, enrolled('recovery')], [T0, first.events[0] ?? failed]);
    expect(code(use(3), state)).toBe('STEP_UP_USED');
    expect(decideFactors(use(4), state).events).toMatchObject([{ code: 4, left: 8 }]);
  });

  it('replace the sheet before', () => {
    const again = { ...enrolled('recovery', 'second'), type: 'Enrol' } as const;
    const { events } = decideFactors(again, life([old, enrolled('recovery')]));
    expect(events).toMatchObject([
      { type: 'FactorRemoved', factor: 'recovery', why: 'replaced' },
      { type: 'FactorEnrolled', factor: 'second' },
    ]);
  });
});

describe('wrong factors', () => {
  const because = { code: 'STEP_UP_WRONG', facts: {} };
  const wrong = (at: number) => ({ type: 'Fail', at, purpose: 'approve', because }) as const;
  const times = (count: number, at: number) =>
    Array.from({ length: count }, () => [at, failed] as const);
  const right = (at: number) => spend({ kind: 'totp', factor: 'totp', counter: 500 }, at);

  it('are counted, and the last of five says that it locks', () => {
    const state = life(...times(failuresMax - 1, T0));
    expect(decideFactors(wrong(T0), life(...times(failuresMax - 2, T0))).events).toMatchObject([
      { type: 'StepUpFailed', locks: false },
    ]);
    expect(decideFactors(wrong(T0), state)).toMatchObject({
      events: [{ type: 'StepUpFailed', locks: true }],
      refused: because,
    });
  });

  it('lock for a quarter of an hour, in which nothing is looked at and nothing is written', () => {
    const state = life([old, enrolled('totp')], ...times(failuresMax, T0));
    const last = T0 + failuresWindowMs - 1;
    expect(decideFactors(wrong(last), state)).toMatchObject({
      events: [],
      refused: { code: 'STEP_UP_LOCKED' },
    });
    expect(decideFactors(right(last), state)).toMatchObject({
      events: [],
      refused: { code: 'STEP_UP_LOCKED' },
    });
    expect(code(right(last + 1), state)).toBeUndefined();
  });

  it('that lie further apart do not lock', () => {
    const state = life(
      [old, enrolled('totp')],
      ...times(failuresMax - 1, T0 - failuresWindowMs),
      ...times(1, T0),
    );
    expect(code(right(T0), state)).toBeUndefined();
  });

  it('at the sign-in are not written down, so that nobody locks somebody else out', () => {
    const used = {
      ...spend({ kind: 'totp', factor: 'totp', counter: 1 }),
      purpose: 'sign-in',
    } as const;
    expect(decideFactors(used, life([old, enrolled('totp')]))).toMatchObject({
      events: [],
      refused: { code: 'STEP_UP_USED' },
    });
    const lockedOut = life([old, enrolled('passkey')], ...times(failuresMax, T0));
    const fine = {
      ...spend({ kind: 'passkey', factor: 'passkey', counter: 0 }),
      purpose: 'sign-in',
    } as const;
    expect(code(fine, lockedOut)).toBeUndefined();
  });
});

describe("an operator's code", () => {
  const made: FactorEvent = { type: 'EnrolmentCodeMade', v: 1, digest: 'd1' };
  const use = (digest: string, at = T0) =>
    ({ type: 'UseCode', at, digest, session: 's1' }) as const;

  it('is good once', () => {
    const { events } = decideFactors(use('d1'), life([T0, made]));
    expect(events).toMatchObject([{ type: 'EnrolmentCodeUsed', session: 's1' }]);
    const after = life([T0, made], [T0, events[0] ?? failed]);
    expect(code(use('d1'), after)).toBe('ENROLMENT_CODE_WRONG');
  });

  it('is good for ten minutes, and only until the next one', () => {
    expect(code(use('d1', T0 + enrolmentCodeMs), life([T0, made]))).toBeUndefined();
    expect(code(use('d1', T0 + enrolmentCodeMs + 1), life([T0, made]))).toBe(
      'ENROLMENT_CODE_EXPIRED',
    );
    const replaced = life([T0, made], [T0, { ...made, digest: 'd2' }]);
    expect(code(use('d1'), replaced)).toBe('ENROLMENT_CODE_WRONG');
  });

  it('that is wrong counts as a wrong factor', () => {
    expect(decideFactors(use('d9'), life([T0, made])).events).toMatchObject([
      { type: 'StepUpFailed', purpose: 'enrolment-code' },
    ]);
    const locked = life(
      [T0, made],
      ...Array.from({ length: failuresMax }, () => [T0, failed] as const),
    );
    expect(code(use('d1'), locked)).toBe('STEP_UP_LOCKED');
  });
});

function fail(): never {
  throw new Error('there is no factor');
}
