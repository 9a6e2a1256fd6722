import type { ProblemBook } from '../../core/problem.ts';

export const problems: ProblemBook = {
  HEARTBEAT_UNREACHABLE: {
    what: 'The outside checker was not told that Tocsin lives.',
    changed: 'Nothing was changed; it will believe that Tocsin is gone if this goes on.',
    why: 'It cannot be reached ({why}).',
    next: 'Look at the way from here to the address of `heartbeat.ping`. The next try comes by itself.',
  },
  HEARTBEAT_REFUSED: {
    what: 'The outside checker was not told that Tocsin lives.',
    changed: 'Nothing was changed; it will believe that Tocsin is gone if this goes on.',
    why: 'It answered {status}.',
    next: 'Look whether the address of `heartbeat.ping` is still the one that the checker shows.',
  },
};
