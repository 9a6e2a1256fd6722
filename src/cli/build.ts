import type { Build, JudgeLine } from '../config.ts';
import { problem } from '../core/problem.ts';
import { problemBlock, unticked } from '../core/view/words.ts';
import { isProblem } from '../handlers/command.ts';
import { commands } from '../handlers/commands/index.ts';
import { meantBy } from '../handlers/propose.ts';
import { bookOf } from './book.ts';

/** What a watch may propose: what a program may, and only where somebody could ask for it. */
const judgeLine: JudgeLine = (line, settings) => {
  const meant = meantBy({ settings }, line, undefined);
  const refused = isProblem(meant) ? meant : roleFault(meant, settings);
  if (!refused && !isProblem(meant)) {
    const { line: whole, service, environment, command, args } = meant;
    const role = command.role?.(args);
    return { line: whole, service, environment, ...(role !== undefined && { role }) };
  }
  const words = { names: new Map(), book: bookOf() };
  const { why, next } = problemBlock(refused ?? problem('PROPOSAL_NO_CHANGE'), words);
  return { why: said(why), instead: said(next) };
};

function roleFault(
  { command, args, service, environment }: Exclude<ReturnType<typeof meantBy>, { code: string }>,
  { catalog }: Parameters<JudgeLine>[1],
) {
  const role = command.role?.(args);
  const found = catalog.services
    .find(({ name }) => name === service)
    ?.environments.find(({ name }) => name === environment);
  if (role === undefined || found?.targets[role]) return undefined;
  return problem('ROLE_NOT_CONFIGURED', { verb: command.name, service, environment, role });
}

/** As a fault of the configuration says it: part of a sentence, without its end. */
function said(words: string): string {
  const text = unticked(words).replace(/\.$/, '');
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}

/** What this build can do, as far as a configuration may speak of it. */
export const thisBuild: Build = { verbs: commands, validateTarget: () => [], judgeLine };
