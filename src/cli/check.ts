import { exitCode } from '../cli.ts';
import { loadConfig, sayError, surroundings } from '../config.ts';
import { commands } from '../handlers/commands/index.ts';
import { thisBuild } from './build.ts';
import { readRunbooks } from './runbooks.ts';
import { sayLine } from './say.ts';

/** Says everything that is wrong at once, with its line; nothing is connected to. */
export function check(file: string): number {
  const loaded = loadConfig(file, surroundings(), thisBuild);
  const { runbooks, faults } = readRunbooks(commands.map(({ name }) => name));
  for (const warning of loaded.warnings) sayLine(`warning: ${warning}`);
  if (!loaded.ok) for (const error of loaded.errors) sayLine(sayError(error));
  for (const fault of faults) sayLine(fault);
  if (!loaded.ok || faults.length > 0) return exitCode.failed;
  const { people, groups, policy, catalog } = loaded.settings;
  sayLine(
    `${file} is good: ${people.length} people, ${groups.length} groups, ${catalog.services.length} services, ${policy.rules.length} policy rules, ${runbooks.length} runbooks`,
  );
  return exitCode.ok;
}
