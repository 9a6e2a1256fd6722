import { askHost, hostDoorPath } from '../bot/host-door.ts';
import { exitCode } from '../cli.ts';
import { loadConfig, sayError, surroundings } from '../config.ts';
import { thisBuild } from './build.ts';
import { sayLine, sayProblem } from './say.ts';

/** Asks the running bot for a one-time link: it alone owns the journal that the link must be in. */
export async function consoleLink(person: string, file: string): Promise<number> {
  const loaded = loadConfig(file, surroundings(), thisBuild);
  if (!loaded.ok) {
    for (const error of loaded.errors) process.stderr.write(`${sayError(error)}\n`);
    return exitCode.usage;
  }
  try {
    const path = hostDoorPath(loaded.config.journal.path);
    const answer = await askHost(path, { do: 'console-link', person });
    sayLine(String(answer['link']));
    process.stderr.write(
      `For ${String(answer['person'])}, once, until ${new Date(Number(answer['expiresAt'])).toISOString()}.\n`,
    );
    return exitCode.ok;
  } catch (error) {
    return sayProblem(error);
  }
}
