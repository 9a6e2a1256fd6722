import type { ProblemBook } from '../problem.ts';

const untouched = 'Nothing was changed.';

/** Words for what the gate says to whoever is alone with it, and to whoever looks at it afterwards. */
export const glassProblems: ProblemBook = {
  GLASS_NOT_ALLOWED: {
    what: 'The glass of `{line}` cannot be broken.',
    changed: untouched,
    why: 'The rule that decides it names nobody who may do without its approvals ({rule}).',
    next: 'Call an approver: `policy {verb} {service}` names them.',
  },
  GLASS_NOT_YOURS: {
    what: 'You cannot break the glass of `{line}`.',
    changed: untouched,
    why: 'Only members of {groups} may do without the approvals ({rule}).',
    next: 'Call somebody of {groups}, or an approver.',
  },
  GLASS_REASON_SHORT: {
    what: 'The glass of `{line}` was not broken.',
    changed: untouched,
    why: 'The reason is too short to be reviewed: it has {least} letters at least.',
    next: 'Say it as you would to whoever asks tomorrow: `reason="checkout is down, nobody answers"`.',
  },
  GLASS_USED_UP: {
    what: 'The glass of `{line}` was not broken.',
    changed: untouched,
    why: 'You broke it {most} times within 24 hours, and that is all ({rule}).',
    next: 'Call somebody else of those who may, or an approver.',
  },
  GLASS_NO_LONGER_COUNTS: {
    what: '`{line}` did not run.',
    changed: untouched,
    why: 'Whoever broke the glass for it may not do without approvals any more ({rule}).',
    next: '`{line}` makes a fresh plan.',
  },
  REVIEW_NOTHING: {
    what: '{operation} needs no review.',
    changed: untouched,
    why: 'The glass was not broken for it.',
    next: 'Nothing is left to do.',
  },
  REVIEW_OWN: {
    what: 'Your review of {operation} does not count.',
    changed: untouched,
    why: 'You asked for it or broke the glass for it, so somebody else must look at it.',
    next: 'Ask a colleague to type `review {operation} ok comment="why"` or `not-ok`.',
  },
  NOT_A_REVIEWER: {
    what: 'Your review of {operation} does not count.',
    changed: untouched,
    why: 'Only members of {groups} review it ({rule}).',
    next: 'Ask somebody of {groups}.',
  },
  REVIEW_CLOSED: {
    what: '{operation} is reviewed already.',
    changed: untouched,
    why: '{person} closed the review.',
    next: 'Its card says how; a `note` in the incident adds to it.',
  },
  REVIEW_TOO_EARLY: {
    what: '{operation} cannot be reviewed yet.',
    changed: untouched,
    why: 'It is {status}.',
    next: 'Wait for its end, or `settle` it.',
  },
};
