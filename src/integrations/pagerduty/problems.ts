import type { ProblemBook } from '../../core/problem.ts';

const untouched = 'Nothing was changed there.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  PAGERDUTY_UNREACHABLE: {
    what: '{source} could not be reached.',
    changed: untouched,
    why: '{url} did not answer: {why}.',
    next: 'Check the network on the way to it; it is tried again by itself.',
  },
  PAGERDUTY_CERTIFICATE: {
    what: 'The certificate of {source} is not trusted.',
    changed: untouched,
    why: '{url} shows one that fails with {why}.',
    next: 'For a private CA set NODE_EXTRA_CA_CERTS to its file before the start; otherwise look at who answers there.',
  },
  PAGERDUTY_TIMEOUT: {
    what: '{source} did not answer in time.',
    changed:
      'What was to be done there may have been done: it is looked up before it is sent again.',
    why: '{url} gave no whole answer within {seconds} s.',
    next: 'Look at status.pagerduty.com; `api.timeout` of the source sets the limit.',
  },
  PAGERDUTY_UNAUTHORIZED: {
    what: '{source} does not accept our key.',
    changed: untouched,
    why: '{url} answered {status}.',
    next: 'Check `api.token` of the source: it is a REST API key, and one that only reads cannot act on pages.',
  },
  PAGERDUTY_FORBIDDEN: {
    what: '{source} did not let us do that.',
    changed: untouched,
    why: '{url} answered {status}: {why}.',
    next: 'Check what the key of `api.token` and the user in whose name it was done may do there.',
  },
  PAGERDUTY_REFUSED: {
    what: '{source} refused it.',
    changed: untouched,
    why: '{url} answered {status}: {why}.',
    next: 'Do it there by hand, or ask for something else.',
  },
  PAGERDUTY_LIMITED: {
    what: '{source} takes no more requests for the moment.',
    changed: untouched,
    why: 'Its limit of requests is used up; the next one goes out in {seconds} s.',
    next: 'Wait for it: it is tried again by itself.',
  },
  PAGERDUTY_UNREADABLE: {
    what: 'What {source} says cannot be read.',
    changed:
      'What was to be done there may have been done: it is looked up before it is sent again.',
    why: 'In the answer of {url}, {why}.',
    next: 'Check `api.url` of the source, and that no login page stands before it.',
  },
  PAGERDUTY_RESTS: {
    what: '{source} is not asked for the moment.',
    changed: untouched,
    why: 'The last {failures} requests failed; the next one goes out in {seconds} s.',
    next: 'Wait for it, or look at status.pagerduty.com.',
  },
  PAGERDUTY_FAILED: {
    what: '{source} failed to answer.',
    changed:
      'What was to be done there may have been done: it is looked up before it is sent again.',
    why: '{url} answered {status}.',
    next: 'Look at status.pagerduty.com; it is tried again by itself.',
  },
  PAGERDUTY_FROM_UNKNOWN: {
    what: '{source} does not know in whose name to act.',
    changed: untouched,
    why: 'The user {account} is not there, or has no e-mail.',
    next: 'Mend `people[].pagerduty`, or `api.from` of the source.',
  },
  PAGERDUTY_ACCOUNT_MISSING: {
    what: 'At {source} it was not done.',
    changed: untouched,
    why: '{person} has no user there that the configuration names.',
    next: 'Add `pagerduty:` to the person, or do it there by hand.',
  },
  PAGERDUTY_PAGE_GONE: {
    what: 'At {source} it was not done.',
    changed: untouched,
    why: 'The page {page} is not there, or is not open any more.',
    next: 'Look at it there.',
  },
  PAGERDUTY_WAY_UNKNOWN: {
    what: 'Nobody was paged.',
    changed: untouched,
    why: '{source} has no page named {via}, or no API by which it could be done.',
    next: 'Add it to `pages:` of the source, with the integration key of the service.',
  },
  PAGERDUTY_PRIORITY_UNKNOWN: {
    what: 'At {source} the priority was not set.',
    changed: untouched,
    why: 'There is no priority {priority}; there are: {known}.',
    next: 'Name one of these.',
  },
};
