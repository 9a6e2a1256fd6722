import type { ProblemBook } from '../problem.ts';

const untouched = 'Nothing was changed.';

/** Refusals about second factors. */
export const factorProblems = {
  ENROLMENT_CODE_WRONG: {
    what: 'This enrolment code is not the one that is out for you.',
    changed: untouched,
    why: 'It was mistyped, used already, replaced by a newer one, or printed for somebody else.',
    next: 'Have `tocsin enrol PERSON` run on the host once more, with your id.',
  },
  ENROLMENT_CODE_EXPIRED: {
    what: 'This enrolment code is over.',
    changed: untouched,
    why: 'A code holds for ten minutes.',
    next: 'Have `tocsin enrol PERSON` run on the host once more.',
  },
  FACTOR_KNOWN: {
    what: 'This factor is enrolled already.',
    changed: untouched,
    why: 'The same passkey stands in your list.',
    next: 'Use it, or choose another authenticator.',
  },
  FACTORS_MAX: {
    what: 'No more factors can be added.',
    changed: untouched,
    why: 'A person has {max} at most.',
    next: 'Remove one that you do not use.',
  },
  FACTOR_UNKNOWN: {
    what: 'This factor is not enrolled.',
    changed: untouched,
    why: 'It was removed, or it never was yours.',
    next: 'Use another one; the page of factors lists them.',
  },
  FACTOR_CONFIRM_OWN: {
    what: 'You cannot confirm a factor of your own.',
    changed: untouched,
    why: 'That somebody else looks is what a confirmation is for.',
    next: 'Ask another of `identity_admins`, or wait until it counts by itself.',
  },
  FACTOR_TOO_YOUNG: {
    what: '{label} does not count yet.',
    changed: untouched,
    why: 'A new factor counts from {from} on, or once somebody of `identity_admins` has confirmed it.',
    next: 'Use an older factor, have it confirmed, or ask another approver.',
  },
  STEP_UP_WRONG: {
    what: 'This does not fit any of your factors.',
    changed: untouched,
    why: 'The code was mistyped or is over, or the passkey is not enrolled here. Five of them within 15 minutes lock.',
    next: 'Wait for the next code, look at the clock of your phone, or use another factor.',
  },
  STEP_UP_USED: {
    what: 'This code was used before.',
    changed: untouched,
    why: 'Each code is taken once.',
    next: 'Wait for the next one.',
  },
  STEP_UP_LOCKED: {
    what: 'Your second factors are not looked at until {until}.',
    changed: untouched,
    why: 'Five wrong ones came within 15 minutes.',
    next: 'Ask another approver. If it was not you, sign out everywhere and tell whoever answers for security.',
  },
  PASSKEY_CLONED: {
    what: 'The passkey {label} was not taken.',
    changed: untouched,
    why: 'Its own count of uses did not grow: there may be a copy of it.',
    next: 'Use another factor, then remove this one and enrol the authenticator anew.',
  },
} as const satisfies ProblemBook;
