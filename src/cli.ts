import { parseArgs } from 'node:util';
import { type Command, type Declared, declared } from './cli/declared.ts';
import { nearest, sayList } from './config/error.ts';

export type { Command, JournalCommand } from './cli/declared.ts';

/** `text` is for stderr; nothing was done. */
export type CommandLine =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly text: string };

export const exitCode = {
  ok: 0,
  /** `check` or `journal verify` found something, or a command failed. */
  failed: 1,
  /** The command line or the configuration cannot be used. */
  usage: 2,
  /** The journal belongs to another process. */
  owned: 3,
} as const;

/** Reads a command line. `env` is only asked for `TOCSIN_CONFIG`. */
export function readCommandLine(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const [word, ...rest] = argv;
  if (word === undefined) return refuse('there is no command', 'tocsin --help lists them');
  if (word === '--version' || word === '-v' || word === 'version')
    return { ok: true, command: { name: 'version' } };
  if (word === '--help' || word === '-h') return help();
  if (word === 'help') return rest[0] === undefined ? help() : helpOf(rest[0]);
  const found = lookUp(word);
  if (!found) return unknown(word);
  if (rest.includes('--help') || rest.includes('-h')) return helpOf(word);
  return readAs(found, rest, env['TOCSIN_CONFIG']);
}

function readAs(
  command: Declared,
  args: readonly string[],
  configured: string | undefined,
): CommandLine {
  const flaw = flawOf(args, command);
  if (flaw !== undefined) return refuse(flaw, usageOf(command));
  const { values, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(command.options).map(([name, { type }]) => [name, { type }]),
    ),
    allowPositionals: true,
    strict: false,
  });
  const { least, most } = command.words;
  if (positionals.length < least) return refuse('something is missing', usageOf(command));
  if (positionals.length > most) {
    return refuse(`"${positionals[most]}" is one word too many`, usageOf(command));
  }
  const fromOption = typeof values['config'] === 'string' ? values['config'] : undefined;
  const read = command.read({
    values: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        Array.isArray(value) ? undefined : value,
      ]),
    ),
    words: positionals,
    config: fromOption ?? (configured || './tocsin.yaml'),
  });
  return typeof read === 'string' ? refuse(read, usageOf(command)) : { ok: true, command: read };
}

/** What `parseArgs` would say less clearly, or let pass. */
function flawOf(args: readonly string[], { options }: Declared): string | undefined {
  const seen = new Set<string>();
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') return undefined;
    if (!arg.startsWith('-') || arg === '-') continue;
    const [flag = '', written] = splitFlag(arg);
    const name = flag.replace(/^--/, '');
    const option =
      Object.hasOwn(options, name) && flag.startsWith('--') ? options[name] : undefined;
    if (!option) {
      const near = nearest(name, Object.keys(options));
      return `${flag} is not known here${near === undefined ? '' : `, did you mean --${near}?`}`;
    }
    if (seen.has(name)) return `${flag} stands twice`;
    seen.add(name);
    if (option.type === 'boolean' && written !== undefined) return `${flag} takes no value`;
    if (option.type === 'boolean') continue;
    const value = written ?? args[index + 1];
    if (value === undefined || value === '' || (written === undefined && value.startsWith('-'))) {
      return `${flag} needs a ${option.value}`;
    }
    if (written === undefined) index += 1;
  }
  return undefined;
}

function splitFlag(arg: string): [string, string | undefined] {
  const equals = arg.indexOf('=');
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function lookUp(word: string): Declared | undefined {
  return Object.hasOwn(declared, word) ? declared[word] : undefined;
}

function unknown(word: string): CommandLine {
  const names = Object.keys(declared);
  const near = nearest(word, names);
  return refuse(
    `${word} is not a command${near === undefined ? '' : `, did you mean ${near}?`}`,
    near === undefined ? `commands: ${sayList(names)}` : `tocsin ${near} --help`,
  );
}

function refuse(what: string, next: string): CommandLine {
  return { ok: false, text: `tocsin: ${what}\n${next}` };
}

function usageOf(command: Declared): string {
  const options = Object.entries(command.options).map(
    ([name, { value }]) => `[--${name}${value === undefined ? '' : ` ${value}`}]`,
  );
  return `usage: tocsin ${[command.usage, ...options].join(' ')}`;
}

function help(): CommandLine {
  const width = Math.max(...Object.values(declared).map(({ usage }) => usage.length)) + 2;
  const lines = Object.values(declared).map(({ usage, says }) => `  ${usage.padEnd(width)}${says}`);
  const text = [
    'tocsin: on-call incidents as threads, changes planned, approved by somebody else, applied once',
    '',
    'usage: tocsin COMMAND [options]',
    '',
    ...lines,
    '',
    '  tocsin COMMAND --help says more; tocsin --version names the version',
    '  exit status: 0 done · 1 found faults or failed · 2 wrong use or configuration · 3 journal in use',
  ].join('\n');
  return { ok: true, command: { name: 'help', text } };
}

function helpOf(word: string): CommandLine {
  const command = lookUp(word);
  if (!command) return unknown(word);
  const options = Object.entries(command.options).map(([name, { value, says }]) => {
    const flag = `--${name}${value === undefined ? '' : ` ${value}`}`;
    return `  ${flag.padEnd(20)}${says}`;
  });
  const text = [
    usageOf(command),
    '',
    `  ${command.says}`,
    ...(options.length > 0 ? ['', ...options] : []),
  ];
  return { ok: true, command: { name: 'help', text: text.join('\n') } };
}
