import type { Command } from './cli.ts';
import { exitCode, readCommandLine } from './cli.ts';

/** The composition root's door: one command, loaded when it is asked for. Answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, process.env);
  if (line.ok) return run(line.command);
  process.stderr.write(`${line.text}\n`);
  return exitCode.usage;
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
    default:
      process.stderr.write(`${command.name} is not wired\n`);
      return exitCode.usage;
  }
}
