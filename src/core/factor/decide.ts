import type { StepUp } from '../person.ts';
import { type Problem, problem } from '../problem.ts';
import {
  counts,
  countsFrom,
  enrolmentCodeMs,
  type Factor,
  type FactorEvent,
  type FactorKind,
  type Factors,
  lockedUntil,
  recoveryCodesCount,
  type StepUpPurpose,
  type Unlocked,
  wouldLock,
} from './factor.ts';

/** What is asked of a person's factors. What was proved was proved before; here it is decided whether it may count. */
export type FactorIntent =
  | { readonly type: 'MakeCode'; readonly digest: string }
  | {
      readonly type: 'UseCode';
      readonly at: number;
      readonly digest: string;
      readonly session: string;
    }
  | {
      readonly type: 'Enrol';
      readonly factor: string;
      readonly kind: FactorKind;
      readonly label: string;
      readonly shownBy: Unlocked;
      readonly session: string;
      readonly counter: number;
    }
  | {
      readonly type: 'Confirm';
      readonly factor: string;
      readonly of: string;
      readonly by: string;
      readonly stepUp: StepUp;
    }
  | {
      readonly type: 'Remove';
      readonly factor: string;
      readonly shownBy: Unlocked;
      readonly session: string;
    }
  | Spend
  | {
      readonly type: 'Fail';
      readonly at: number;
      readonly purpose: StepUpPurpose | 'enrolment-code';
      readonly because: Problem;
    };

/** A proof that was right. */
export interface Spend {
  readonly type: 'Spend';
  readonly at: number;
  readonly purpose: StepUpPurpose;
  readonly on: string;
  readonly proved: Proved;
}

export type Proved =
  /** `counter`: as the authenticator says; the time step of a code. */
  | { readonly kind: 'passkey' | 'totp'; readonly factor: string; readonly counter: number }
  | { readonly kind: 'recovery'; readonly factor: string; readonly code: number };

export interface Decided {
  readonly events: readonly FactorEvent[];
  readonly refused?: Problem;
}

export const factorsMax = 10;

/** Never throws and never waits. What was got wrong is an event as well, until it locks. */
export function decideFactors(intent: FactorIntent, state: Factors): Decided {
  switch (intent.type) {
    case 'MakeCode':
      return say({ type: 'EnrolmentCodeMade', v: 1, digest: intent.digest });
    case 'UseCode':
      return useCode(intent, state);
    case 'Enrol':
      return enrol(intent, state);
    case 'Confirm':
      return confirm(intent, state);
    case 'Remove':
      return remove(intent, state);
    case 'Spend':
      return spend(intent, state);
    case 'Fail':
      return fail(state, intent);
  }
}

type Of<T extends FactorIntent['type']> = Extract<FactorIntent, { readonly type: T }>;

function useCode({ at, digest, session }: Of<'UseCode'>, state: Factors): Decided {
  const { code } = state;
  const isRight = code !== undefined && code.digest === digest;
  if (!isRight) {
    const because = problem('ENROLMENT_CODE_WRONG');
    return fail(state, { at, purpose: 'enrolment-code', because });
  }
  const locked = lockedOut(state, at);
  if (locked) return { events: [], refused: locked };
  if (at - code.at > enrolmentCodeMs) {
    return { events: [], refused: problem('ENROLMENT_CODE_EXPIRED') };
  }
  return say({ type: 'EnrolmentCodeUsed', v: 1, session });
}

function enrol(intent: Of<'Enrol'>, state: Factors): Decided {
  const { type: _, ...facts } = intent;
  if (state.factors.some(({ id }) => id === intent.factor)) {
    return { events: [], refused: problem('FACTOR_KNOWN') };
  }
  if (state.factors.length >= factorsMax) {
    return { events: [], refused: problem('FACTORS_MAX', { max: factorsMax }) };
  }
  // A new sheet of recovery codes takes the place of the old one.
  const replaced = state.factors.filter(
    ({ kind }) => kind === 'recovery' && intent.kind === 'recovery',
  );
  const { shownBy, session } = intent;
  return say(...replaced.map(({ id }) => removed(id, { shownBy, session, why: 'replaced' })), {
    type: 'FactorEnrolled',
    v: 1,
    ...facts,
  });
}

function confirm({ factor, of, by, stepUp }: Of<'Confirm'>, state: Factors): Decided {
  const found = state.factors.find(({ id }) => id === factor);
  if (!found) return { events: [], refused: problem('FACTOR_UNKNOWN') };
  if (of === by) return { events: [], refused: problem('FACTOR_CONFIRM_OWN') };
  if (found.confirmedAt !== undefined) return { events: [] };
  return say({ type: 'FactorConfirmed', v: 1, factor, person: by, stepUp });
}

function remove({ factor, shownBy, session }: Of<'Remove'>, state: Factors): Decided {
  const known = state.factors.some(({ id }) => id === factor);
  if (!known) return { events: [], refused: problem('FACTOR_UNKNOWN') };
  return say(removed(factor, { shownBy, session, why: 'asked' }));
}

function spend(intent: Spend, state: Factors): Decided {
  const { at, purpose, on, proved } = intent;
  // To sign in is open to everybody who can reach the page: it locks nobody out, and is not locked out.
  const locked = purpose === 'sign-in' ? undefined : lockedOut(state, at);
  if (locked) return { events: [], refused: locked };
  const factor = state.factors.find(({ id }) => id === proved.factor);
  if (!factor) return wrong(state, intent, problem('FACTOR_UNKNOWN'));
  if (!counts(factor, at)) {
    const from = new Date(countsFrom(factor)).toISOString();
    return { events: [], refused: problem('FACTOR_TOO_YOUNG', { label: factor.label, from }) };
  }
  const used = usedBefore(factor, proved);
  if (used) return wrong(state, intent, used);
  if (proved.kind === 'recovery') {
    const left = recoveryCodesCount - factor.usedCodes.length - 1;
    const { code } = proved;
    return say({ type: 'RecoveryUsed', v: 1, factor: factor.id, purpose, on, code, left });
  }
  const { kind, counter } = proved;
  return say({ type: 'FactorSpent', v: 1, factor: factor.id, kind, purpose, on, counter });
}

/** A code twice, or an authenticator whose count does not grow: there is a second one like it. */
function usedBefore(factor: Factor, proved: Proved): Problem | undefined {
  if (proved.kind === 'recovery') {
    return factor.usedCodes.includes(proved.code) ? problem('STEP_UP_USED') : undefined;
  }
  if (proved.kind === 'totp') {
    return proved.counter <= factor.counter ? problem('STEP_UP_USED') : undefined;
  }
  const keepsCount = proved.counter > 0 || factor.counter > 0;
  return keepsCount && proved.counter <= factor.counter
    ? problem('PASSKEY_CLONED', { label: factor.label })
    : undefined;
}

function wrong(state: Factors, { at, purpose }: Spend, because: Problem): Decided {
  return purpose === 'sign-in' && because.code !== 'PASSKEY_CLONED'
    ? { events: [], refused: because }
    : fail(state, { at, purpose, because });
}

function fail(state: Factors, { at, purpose, because }: Omit<Of<'Fail'>, 'type'>): Decided {
  const locked = lockedOut(state, at);
  if (locked) return { events: [], refused: locked };
  const locks = wouldLock(state, at);
  return {
    events: [{ type: 'StepUpFailed', v: 1, purpose, code: because.code, locks }],
    refused: because,
  };
}

function lockedOut(state: Factors, at: number): Problem | undefined {
  const until = lockedUntil(state, at);
  return until === undefined
    ? undefined
    : problem('STEP_UP_LOCKED', { until: new Date(until).toISOString() });
}

function removed(
  factor: string,
  facts: {
    readonly shownBy: Unlocked;
    readonly session: string;
    readonly why: 'asked' | 'replaced';
  },
): FactorEvent {
  return { type: 'FactorRemoved', v: 1, factor, ...facts };
}

function say(...events: readonly FactorEvent[]): Decided {
  return { events };
}
