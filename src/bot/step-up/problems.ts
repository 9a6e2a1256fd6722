import type { ProblemBook } from '../../core/problem.ts';

const untouched = 'Nothing was changed.';

/** What can go wrong around the giving and the enrolling of factors; refusals of a factor itself are core's. */
export const stepUpProblems = {
  STEP_UP_CHAT_SESSION: {
    what: 'Second factors are neither given nor enrolled in this session.',
    changed: untouched,
    why: 'It was opened by a link out of a chat: whoever holds that chat account would hold the second factor as well.',
    next: 'Sign out, and sign in with a passkey or by a link from the host (`tocsin console-link PERSON`).',
  },
  STEP_UP_CHALLENGE: {
    what: 'This page was answered too late, or twice.',
    changed: untouched,
    why: 'What a page asks for holds for five minutes, once, in the session and for the plan it was shown for.',
    next: 'Here it is again: read it and give the factor once more.',
  },
  STEP_UP_NO_FACTOR: {
    what: 'You have no second factor that counts.',
    changed: untouched,
    why: 'None is enrolled, or the new one does not count yet.',
    next: 'Enrol one on the page of factors, with a code that an operator prints by `tocsin enrol PERSON`.',
  },
  STEP_UP_OFF: {
    what: 'There are no second factors here.',
    changed: untouched,
    why: '`journal.keyring_key` or `console.public_url` is missing, or that address takes no passkeys.',
    next: 'Write both: docs/step-up.md says how.',
  },
  FACTORS_LOCKED: {
    what: 'Your factors are not open for changes.',
    changed: untouched,
    why: 'They open for ten minutes, for one session, with an operator’s code or a factor that you have.',
    next: 'Open them on the page of factors, then do it again.',
  },
  TOTP_NOT_BEGUN: {
    what: 'There is no new secret that this code could belong to.',
    changed: untouched,
    why: 'The page was open for more than ten minutes, or Tocsin was started anew meanwhile.',
    next: 'Add the authenticator app again, with the new picture.',
  },
  TOTP_CODE_WRONG: {
    what: 'This code does not fit the new secret.',
    changed: untouched,
    why: 'It was mistyped or is over, or the clock of the phone is more than half a minute off.',
    next: 'Wait for the next code of the same entry and type that.',
  },
  PASSKEY_NOT_TAKEN: {
    what: 'The passkey was not taken.',
    changed: untouched,
    why: 'The authenticator did not verify you, was asked by another page, or answered too late.',
    next: 'Begin again on this page, and unlock the authenticator when it asks.',
  },
  PASSKEY_SIGN_IN: {
    what: 'This passkey signs nobody in.',
    changed: untouched,
    why: 'It is not enrolled here, does not count yet, or belongs to somebody who is not configured any more.',
    next: 'Use another one, or a link from the host (`tocsin console-link PERSON`).',
  },
  FACTOR_NOT_YOURS_TO_CONFIRM: {
    what: 'You cannot confirm this factor.',
    changed: untouched,
    why: 'That is for members of `identity_admins`, and never for a factor of their own.',
    next: 'Ask one of them; it counts by itself a day after it was enrolled.',
  },
} as const satisfies ProblemBook;
