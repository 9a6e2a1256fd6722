import { askHost, hostDoorPath } from '../bot/host-door.ts';
import { exitCode } from '../cli.ts';
import { loadConfig, sayError, surroundings } from '../config.ts';
import { thisBuild } from './build.ts';
import { sayLine, sayProblem } from './say.ts';

/** Asks the running bot for a code that lets a person enrol a second factor in the console. */
export async function enrol(person: string, file: string): Promise<number> {
  const loaded = loadConfig(file, surroundings(), thisBuild);
  if (!loaded.ok) {
    for (const error of loaded.errors) process.stderr.write(`${sayError(error)}\n`);
    return exitCode.usage;
  }
  try {
    const answer = await askHost(hostDoorPath(loaded.config.journal.path), { do: 'enrol', person });
    const until = new Date(Number(answer['expiresAt'])).toISOString();
    sayLine(String(answer['code']));
    process.stderr.write(
      `For ${String(answer['person'])} to type at /factors in the console, once, until ${until}.\n`,
    );
    return exitCode.ok;
  } catch (error) {
    return sayProblem(error);
  }
}
