import type { ProblemBook } from '../problem.ts';

const untouched = 'Nothing was changed.';

/** Words about accounts that people link and take away. */
export const identityProblems: ProblemBook = {
  ACCOUNT_TOO_NEW: {
    what: 'Your word on `{line}` does not count from this account yet.',
    changed: untouched,
    why: 'It was linked to you less than a day ago; it counts from {from} on.',
    next: 'Approve from an account that you have had longer, or ask a colleague. Asking works at once.',
  },
  LINK_OFF: {
    what: 'Accounts cannot be linked.',
    changed: untouched,
    why: 'Nobody could confirm it: the configuration names no `identity_admins`.',
    next: 'Ask an operator to name them, or to add the account under `people:`.',
  },
  LINK_CODE_WRONG: {
    what: 'That code links nothing.',
    changed: untouched,
    why: 'No account has shown it within the last ten minutes, or it was used.',
    next: 'Type `link` from the new account again, and then the code it shows here.',
  },
  LINK_TRIES: {
    what: 'No code is taken from you now.',
    changed: untouched,
    why: 'Too many were wrong; they are taken again at {at}.',
    next: 'Type `link` from the new account again, and copy the code.',
  },
  LINK_OFFERS_FULL: {
    what: 'No code is made now.',
    changed: untouched,
    why: 'Too many accounts ask for one.',
    next: 'Try again in ten minutes.',
  },
  LINK_ACCOUNT_TAKEN: {
    what: 'The account {account} is not linked.',
    changed: untouched,
    why: 'It is somebody’s already.',
    next: 'Whoever has it types `unlink {account}` first; what the configuration says, an operator changes.',
  },
  LINKS_PENDING: {
    what: 'The account was not proposed.',
    changed: untouched,
    why: '{max} of yours wait to be confirmed, and more at a time are not taken.',
    next: '`link` shows them; `unlink` and an account takes one back.',
  },
  LINK_UNKNOWN: {
    what: 'There is no proposal {link}.',
    changed: untouched,
    why: 'It was taken back, it is older than a week, or its name is another one.',
    next: '`link` shows those that wait.',
  },
  LINK_CONFIRM_OWN: {
    what: 'You cannot confirm your own account.',
    changed: untouched,
    why: 'Somebody else has to know that it is yours.',
    next: 'Ask another of `identity_admins`.',
  },
  LINK_CONFIRM_IN_CONSOLE: {
    what: 'The account was not confirmed.',
    changed: untouched,
    why: 'That is done in the console, by somebody who signed in there and not by way of a chat platform.',
    next: 'Open the console by a link from the host, or by a passkey, and type `link confirm={link}`.',
  },
  LINK_CONFIRM_FACTOR: {
    what: 'The account was not confirmed.',
    changed: untouched,
    why: 'Who takes it on approves in that name, so a second factor stands for the confirmation; a typed line carries none.',
    next: 'Open `/accounts/{link}/confirm` in the console, and give one there.',
  },
  NOT_AN_IDENTITY_ADMIN: {
    what: 'That is not yours to decide.',
    changed: untouched,
    why: 'Accounts of others are confirmed and taken away by `identity_admins` ({groups}).',
    next: 'Ask one of them.',
  },
  LINK_NOT_BOUND: {
    what: 'The account {account} is nobody’s.',
    changed: untouched,
    why: 'No person has it, and nobody proposes it.',
    next: '`link` shows your own.',
  },
  APPROVER_LEFT: {
    what: 'An approval of `{line}` does not count any more.',
    changed: untouched,
    why: '{person}, who gave it, is no longer one of the people, or lost an account.',
    next: 'Somebody else has to approve.',
  },
};
