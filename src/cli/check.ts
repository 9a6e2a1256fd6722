import { exitCode } from '../cli.ts';
import { check as checkConfig } from '../config/check.ts';
import { surroundings } from '../config.ts';
import { commands } from '../handlers/commands/index.ts';
import { thisBuild } from './build.ts';
import { readRunbooks } from './runbooks.ts';
import { sayLine } from './say.ts';

/** Says everything that is wrong at once, with its line; nothing is connected to. */
export function check(file: string): number {
  const { ok, text } = checkConfig({
    file,
    around: surroundings(),
    build: thisBuild,
    checkRunbooks: () => readRunbooks(commands.map(({ name }) => name)).faults,
  });
  sayLine(text);
  return ok ? exitCode.ok : exitCode.failed;
}
