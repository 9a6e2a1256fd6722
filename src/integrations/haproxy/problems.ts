import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';

/** Every code of this integration with its words. Facts are named in braces. */
export const problems: ProblemBook = {
  HAPROXY_UNREACHABLE: {
    what: 'The HAProxy {instance} does not answer.',
    changed: 'What was told it before stands; it was told nothing more.',
    why: '{why}',
    next: 'Look whether it runs, and whether Tocsin may open its runtime socket (`stats socket … level admin`).',
  },
  HAPROXY_REFUSED: {
    what: 'The HAProxy {instance} refused `{command}`.',
    changed: 'That command changed nothing.',
    why: 'It says: {why}',
    next: 'Permission denied: the socket needs `level admin`. Anything else: compare the names with its configuration.',
  },
  HAPROXY_NO_SERVER: {
    what: 'The HAProxy {instance} has no server {server} in {backend}.',
    changed: nothing,
    why: 'Each server of the database is to have one there.',
    next: 'Write it under `servers:` as it is called there.',
  },
  HAPROXY_SILENT: {
    what: 'The HAProxy {instance} does not answer.',
    changed: nothing,
    why: '{why}',
    next: 'It is turned if it answers by then; else turn it by hand before it takes clients again. The fence keeps them from the old primary.',
  },
  HAPROXY_ALL_SILENT: {
    what: 'No HAProxy of {target} answers.',
    changed: nothing,
    why: '{why}',
    next: 'Look whether they run, and whether Tocsin may open their runtime sockets.',
  },
  HAPROXY_FORGETS: {
    what: 'A reload of HAProxy forgets which server of {backend} is used.',
    changed: nothing,
    why: '{target} is turned in its memory; its file still says what it said.',
    next: 'Turn its file as well before the next reload, or keep states over reloads with `load-server-state-from-file`.',
  },
  HAPROXY_RESTS: {
    what: '{target} is not asked for the moment.',
    changed: nothing,
    why: 'No instance of it answered {failures} times in a row; the next question goes out in {seconds} s.',
    next: 'Look at them. A step that is under way is not held up by this.',
  },
};
