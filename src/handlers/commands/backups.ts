import { type Problem, problem } from '../../core/problem.ts';
import { backupBlocks } from '../../core/view/backup-words.ts';
import type { Block } from '../../core/view/card.ts';
import { strong } from '../../core/view/words.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';
import { environmentArgument, serviceArgument } from './arguments.ts';

export const backups: ReadCommand = {
  does: 'read',
  name: 'backups',
  family: 'ops',
  risk: 'read',
  summary: 'List the backups of a service: how old, how large, when verified.',
  args: [serviceArgument, environmentArgument],
  example: 'backups checkout env=production',
  answer,
};

async function answer({ desk, service, environment }: Asking): Promise<Reading | Problem> {
  const rules = (desk.settings.backups ?? []).filter(
    ({ subject }) => subject.service === service && subject.environment === environment,
  );
  if (rules.length === 0 || !desk.backups) {
    return problem('BACKUP_NOT_CONFIGURED', { service, environment, what: 'data' });
  }
  const blocks: Block[] = [];
  for (const rule of rules) {
    const looked = await desk.backups(rule);
    if (!looked.ok) return looked.problem;
    blocks.push(...backupBlocks(looked.value, desk.words));
  }
  return { title: [strong(`backups of ${service}`), ` · ${environment}`], blocks };
}
