import type { ProblemBook } from '../../core/problem.ts';

const nothing = 'Nothing was changed.';

/** Words of what is sealed with age. */
export const problems: ProblemBook = {
  AGE_NO_KEY: {
    what: 'It cannot be opened.',
    changed: nothing,
    why: 'None of the keys of `encrypt.identity` is one that it was encrypted for.',
    next: 'Write the identity that belongs to one of its recipients; the manifest beside it names them.',
  },
  AGE_DAMAGED: {
    what: 'What is encrypted cannot be read to its end.',
    changed: nothing,
    why: 'It was cut or changed after it was written ({why}).',
    next: 'Take another backup; find out who or what changed this one.',
  },
  AGE_IDENTITY_ELSEWHERE: {
    what: 'What is encrypted from now on could not be opened here.',
    changed: nothing,
    why: '`encrypt.identity` belongs to none of the `encrypt.recipients`.',
    next: 'Write the recipient of that identity beside the others (`age-keygen -y FILE` says it), or the identity of one of them.',
  },
};
