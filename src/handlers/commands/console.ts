import { type Problem, problem } from '../../core/problem.ts';
import { time } from '../../core/view/words.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';

export const consoleLink: ReadCommand = {
  does: 'read',
  name: 'console',
  family: 'ops',
  risk: 'read',
  summary: 'Hand you a one-time link into the console, where you may do what you may do here.',
  args: [],
  example: 'console',
  answer,
};

async function answer({ desk, by }: Asking): Promise<Reading | Problem> {
  if (by.surface === 'console') return problem('CONSOLE_ALREADY_THERE', {});
  const link = await desk.consoleLink?.(by.person, { surface: by.surface, account: by.account });
  if (!link) return problem('CONSOLE_NOT_REACHABLE', {});
  return {
    title: [{ kind: 'link', text: 'Open the console', url: link.url }],
    blocks: [
      {
        kind: 'text',
        text: [
          'Good once, until ',
          time(link.expiresAt),
          `. Whoever opens it is you on ${by.surface}: hand it to nobody.`,
        ],
      },
    ],
  };
}
