import type { ErasedEvent, Event, Recorded } from '../event.ts';
import type { StepUp } from '../person.ts';

/**
 * Second factors of one person: `factor/ana`. What proves a factor (a seed, a public key, hashes of codes) lies in the
 * keyring and never here; here stands who enrolled, confirmed, used and removed what, and how often it was got wrong.
 */
export type FactorEvent =
  /** Printed on the host by an operator; only the digest of the code is kept. A later one replaces it. */
  | (Event & { readonly type: 'EnrolmentCodeMade'; readonly digest: string })
  | (Event & { readonly type: 'EnrolmentCodeUsed'; readonly session: string })
  | (Event & {
      readonly type: 'FactorEnrolled';
      readonly factor: string;
      readonly kind: FactorKind;
      /** What the person calls it. */
      readonly label: string;
      /** How they showed who they are: by an operator's code, or with a factor they had. */
      readonly shownBy: Unlocked;
      readonly session: string;
      /** Of a passkey the authenticator's own count, of a code the time step it was of; 0 for recovery codes. */
      readonly counter: number;
    })
  /** A second person looked: it counts from now on. */
  | (Event & {
      readonly type: 'FactorConfirmed';
      readonly factor: string;
      readonly person: string;
      readonly stepUp: StepUp;
    })
  | (Event & {
      readonly type: 'FactorRemoved';
      readonly factor: string;
      readonly shownBy: Unlocked;
      readonly why: 'asked' | 'replaced';
      readonly session: string;
    })
  /** Given once, for one thing; the counter makes that it is not given again. */
  | (Event & {
      readonly type: 'FactorSpent';
      readonly factor: string;
      readonly kind: 'passkey' | 'totp';
      readonly purpose: StepUpPurpose;
      /** Hash of what it was given for. */
      readonly on: string;
      readonly counter: number;
    })
  | (Event & {
      readonly type: 'RecoveryUsed';
      readonly factor: string;
      readonly purpose: StepUpPurpose;
      readonly on: string;
      /** Which of the codes, from 0. */
      readonly code: number;
      readonly left: number;
    })
  /** At most `failuresMax` within `failuresWindowMs`: then nothing is looked at for a while. */
  | (Event & {
      readonly type: 'StepUpFailed';
      readonly purpose: StepUpPurpose | 'enrolment-code';
      readonly code: string;
      readonly locks: boolean;
    });

export type FactorKind = 'passkey' | 'totp' | 'recovery';

export type StepUpPurpose = 'approve' | 'glass' | 'factors' | 'confirm' | 'sign-in' | 'account';

/** `enrolment-code`, or the id of a factor. */
export type Unlocked = string;

export interface Factor {
  readonly id: string;
  readonly kind: FactorKind;
  readonly label: string;
  readonly enrolledAt: number;
  readonly confirmedBy?: string;
  readonly confirmedAt?: number;
  readonly usedAt?: number;
  readonly counter: number;
  /** Recovery codes that are spent. */
  readonly usedCodes: readonly number[];
}

export interface Factors {
  /** How many events the stream has. */
  readonly version: number;
  readonly factors: readonly Factor[];
  /** The operator's code that is out, if one is. */
  readonly code: { readonly digest: string; readonly at: number } | undefined;
  /** When it was got wrong, the newest last, no more than can matter. */
  readonly failures: readonly number[];
}

/** A factor counts after this time, or once somebody else has confirmed it. */
export const factorWaitMs = 24 * 3_600_000;
export const enrolmentCodeMs = 10 * 60_000;
export const failuresMax = 5;
export const failuresWindowMs = 15 * 60_000;
export const recoveryCodesCount = 10;

export const noFactors: Factors = { version: 0, factors: [], code: undefined, failures: [] };

/** State evolves only from what is on disk. An event that was erased, or is of a newer version, changes nothing. */
export function evolveFactors(state: Factors, recorded: Recorded<FactorEvent>): Factors {
  const next = { ...state, version: recorded.version };
  const { at } = recorded;
  const event: FactorEvent | ErasedEvent = recorded.event;
  switch (event.type) {
    case 'EnrolmentCodeMade':
      return { ...next, code: { digest: event.digest, at } };
    case 'EnrolmentCodeUsed':
      return { ...next, code: undefined };
    case 'FactorEnrolled': {
      const { factor: id, kind, label, counter } = event;
      const enrolled = { id, kind, label, enrolledAt: at, counter, usedCodes: [] };
      return { ...next, factors: [...state.factors, enrolled] };
    }
    case 'FactorConfirmed': {
      const { person } = event;
      return onFactor(next, event.factor, () => ({ confirmedBy: person, confirmedAt: at }));
    }
    case 'FactorRemoved':
      return { ...next, factors: state.factors.filter(({ id }) => id !== event.factor) };
    case 'FactorSpent':
      return onFactor(next, event.factor, ({ counter }) => ({
        counter: Math.max(counter, event.counter),
        usedAt: at,
      }));
    case 'RecoveryUsed':
      return onFactor(next, event.factor, ({ usedCodes }) => ({
        usedCodes: [...usedCodes, event.code],
        usedAt: at,
      }));
    case 'StepUpFailed':
      return { ...next, failures: [...state.failures, at].slice(-failuresMax) };
    default:
      return next;
  }
}

/** From when on it counts. */
export function countsFrom({ enrolledAt, confirmedAt }: Factor): number {
  return Math.min(confirmedAt ?? Number.POSITIVE_INFINITY, enrolledAt + factorWaitMs);
}

export function counts(factor: Factor, at: number): boolean {
  return at >= countsFrom(factor);
}

/** Until when nothing is looked at; undefined when it is. */
export function lockedUntil({ failures }: Factors, at: number): number | undefined {
  const [first] = failures;
  const last = failures.at(-1);
  if (first === undefined || last === undefined || failures.length < failuresMax) return undefined;
  const until = last + failuresWindowMs;
  return last - first < failuresWindowMs && at < until ? until : undefined;
}

/** Whether one failure more locks. */
export function wouldLock({ failures }: Factors, at: number): boolean {
  const since = failures.filter((failed) => at - failed < failuresWindowMs);
  return since.length + 1 >= failuresMax;
}

function onFactor(
  state: Factors,
  factor: string,
  change: (factor: Factor) => Partial<Factor>,
): Factors {
  return {
    ...state,
    factors: state.factors.map((each) =>
      each.id === factor ? { ...each, ...change(each) } : each,
    ),
  };
}
