import { systemClock } from '../bot/clock.ts';
import { exitCode } from '../cli.ts';
import { loadConfig, sayError, surroundings } from '../config.ts';
import { bookOf } from './book.ts';
import { thisBuild } from './build.ts';
import { nobodysDesk, openDiscord, uncounted } from './chats.ts';
import { problemLine, sayLine } from './say.ts';

/** Registers the slash commands in every guild of the configuration; changes nothing where they are as they should be. */
export async function register(file: string): Promise<number> {
  const loaded = loadConfig(file, surroundings(), thisBuild);
  if (!loaded.ok) {
    for (const error of loaded.errors) process.stderr.write(`${sayError(error)}\n`);
    return exitCode.usage;
  }
  const guilds = loaded.config.surfaces.discord;
  if (guilds.length === 0) {
    process.stderr.write(`tocsin: ${file} names no Discord guild\n`);
    return exitCode.usage;
  }
  const { problems, registerDiscordCommands } = await import('../bot/surfaces/discord/index.ts');
  const book = bookOf(problems);
  let worst: number = exitCode.ok;
  for (const guild of guilds) {
    const name = `discord/${guild.name}`;
    const outcome = await registerDiscordCommands({
      ...openDiscord(guild),
      name,
      desk: nobodysDesk,
      clock: systemClock,
      random: Math.random,
      metrics: uncounted,
      log: () => undefined,
    });
    if (outcome.ok) {
      const changed =
        outcome.changed.length > 0 ? outcome.changed.join(', ') : 'nothing had to change';
      sayLine(`ok    ${name}: ${changed}`);
      continue;
    }
    sayLine(`FAIL  ${name}: ${problemLine(outcome.problem, book)}`);
    worst = exitCode.failed;
  }
  return worst;
}
