import type { ProblemBook } from '../../core/problem.ts';

const untouched = 'Nothing was changed: a check only looks.';

export const problems: ProblemBook = {
  WATCH_NO_ANSWER: {
    what: '{address} does not answer.',
    changed: untouched,
    why: 'There was no connection to {address} ({reason}).',
    next: 'Look whether it runs, and at the way from here to there.',
  },
  WATCH_TIMEOUT: {
    what: '{address} does not answer in time.',
    changed: untouched,
    why: '{address} had not answered whole after {timeoutMs} ms.',
    next: 'Look at what it waits for; `timeout` under `watch:` says how long is waited.',
  },
  WATCH_STATUS: {
    what: '{address} answers {status}.',
    changed: untouched,
    why: '{address} answered {status} where {wanted} is wanted; a redirect is not followed.',
    next: 'Open the address by hand; `status` under `watch:` says what is wanted.',
  },
};
