import type { Command } from './cli.ts';
import { exitCode, readCommandLine } from './cli.ts';

/** The composition root's door: one command, loaded when it is asked for. Answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  // The journal, its copies and exports hold what only the operator may read.
  process.umask(0o077);
  process.stdout.on('error', endWhenUnread);
  const line = readCommandLine(argv, process.env);
  if (line.ok) return run(line.command);
  process.stderr.write(`${line.text}\n`);
  return exitCode.usage;
}

/** Whoever read our output (`head`, `less`) has seen enough. */
function endWhenUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? exitCode.ok);
}

async function run(command: Command): Promise<number> {
  switch (command.name) {
    case 'help':
      process.stdout.write(`${command.text}\n`);
      return exitCode.ok;
    case 'version': {
      const { version } = await import('./cli/version.ts');
      process.stdout.write(`tocsin ${version}\n`);
      return exitCode.ok;
    }
    case 'start':
      return (await import('./cli/start.ts')).start(command.config);
    case 'demo':
      return (await import('./cli/demo.ts')).demo(command);
    case 'check':
      return (await import('./cli/check.ts')).check(command.config);
    case 'doctor':
      return (await import('./cli/doctor.ts')).doctor(command.config);
    case 'journal':
      return (await import('./cli/journal.ts')).journal(command);
    case 'enrol':
      return (await import('./cli/enrol.ts')).enrol(command.person, command.config);
    case 'console-link':
      return (await import('./cli/console-link.ts')).consoleLink(command.person, command.config);
    case 'replay':
      return sendAgain(command);
    case 'commands':
      return listCommands(command.format);
    case 'slack':
      return (await import('./cli/slack.ts')).manifest(command);
    case 'discord':
      return (await import('./cli/discord.ts')).register(command.config);
    default:
      return command satisfies never;
  }
}

async function sendAgain({
  files,
  to,
}: Extract<Command, { readonly name: 'replay' }>): Promise<number> {
  const { replay } = await import('./replay.ts');
  const { ok, lines } = await replay({
    files,
    to,
    bearer: process.env['TOCSIN_REPLAY_BEARER'],
    timeoutMs: 10_000,
  });
  for (const text of lines) process.stdout.write(`${text}\n`);
  return ok ? exitCode.ok : exitCode.failed;
}

async function listCommands(format: 'text' | 'json' | 'markdown'): Promise<number> {
  const { commandsJson, commandsMarkdown, commandsText } = await import('./handlers/reference.ts');
  const text = { text: commandsText, json: commandsJson, markdown: commandsMarkdown }[format]();
  process.stdout.write(`${text}\n`);
  return exitCode.ok;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
