import { nearest } from '../config/error.ts';
import { isRecordFormat, type RecordFormat, recordFormats } from '../core/record/format.ts';

/** What was asked for on the command line. */
export type Command =
  | { readonly name: 'help'; readonly text: string }
  | { readonly name: 'version' }
  | { readonly name: 'start' | 'check' | 'doctor'; readonly config: string }
  | { readonly name: 'demo'; readonly headless: boolean; readonly journal?: string }
  | JournalCommand
  | { readonly name: 'console-link' | 'enrol'; readonly person: string; readonly config: string }
  | { readonly name: 'replay'; readonly files: readonly string[]; readonly to: string }
  | { readonly name: 'commands'; readonly format: 'text' | 'json' | 'markdown' }
  | {
      readonly name: 'slack';
      readonly action: 'manifest';
      readonly config: string;
      readonly workspace: string;
    }
  | { readonly name: 'discord'; readonly action: 'register'; readonly config: string };

/** `journal` is absent where the configuration says which one. */
export type JournalCommand = {
  readonly name: 'journal';
  readonly config: string;
  readonly journal?: string;
} & (
  | {
      readonly action: 'verify';
      readonly checkpoint?: string;
      readonly exported?: string;
      readonly archive?: string;
    }
  | {
      readonly action: 'export';
      readonly incident: string;
      readonly format: RecordFormat;
      readonly out?: string;
      readonly archive?: string;
    }
  | {
      readonly action: 'erase';
      /** An incident, an operation or a whole stream; empty for all, of one person. */
      readonly thread: string;
      readonly events: readonly number[];
      /** Whose words; empty where events are named. */
      readonly person: string;
      readonly reason: string;
      readonly dryRun: boolean;
    }
  | { readonly action: 'archive'; readonly dryRun: boolean }
  | { readonly action: 'tail' }
  | { readonly action: 'backup'; readonly to: string }
);

export type Options = Readonly<
  Record<string, { type: 'string' | 'boolean'; value?: string; says: string }>
>;
type Values = Readonly<Record<string, string | boolean | undefined>>;

interface Asked {
  readonly values: Values;
  readonly words: readonly string[];
  readonly config: string;
}

export interface Declared {
  /** As it stands in the help, without options. */
  readonly usage: string;
  readonly says: string;
  readonly options: Options;
  readonly words: { readonly least: number; readonly most: number };
  /** The command, or what is wrong with the words. */
  read(asked: Asked): Command | string;
}

const config = {
  type: 'string',
  value: 'FILE',
  says: 'the configuration; else $TOCSIN_CONFIG, else ./tocsin.yaml',
} as const;
const journal = {
  type: 'string',
  value: 'FILE',
  says: 'the journal; else the one of the configuration',
} as const;
const none = { least: 0, most: 0 };

/** Every command of the command line, in the order of the help. */
export const declared: Readonly<Record<string, Declared>> = {
  start: {
    usage: 'start',
    says: 'runs the bot',
    options: { config },
    words: none,
    read: ({ config }) => ({ name: 'start', config }),
  },
  demo: {
    usage: 'demo',
    says: 'plays one incident against an emulated cluster on this machine, then waits for you',
    options: {
      headless: {
        type: 'boolean',
        says: 'plays it to the end, prints the thread as text and exits',
      },
      journal: { type: 'string', value: 'FILE', says: 'keeps the record in this file' },
    },
    words: none,
    read: ({ values }) => ({
      name: 'demo',
      headless: values['headless'] === true,
      ...(typeof values['journal'] === 'string' && { journal: values['journal'] }),
    }),
  },
  check: {
    usage: 'check',
    says: 'validates configuration, catalog, policies and runbooks',
    options: { config },
    words: none,
    read: ({ config }) => ({ name: 'check', config }),
  },
  doctor: {
    usage: 'doctor',
    says: 'asks every configured system whether it can be reached and used',
    options: { config },
    words: none,
    read: ({ config }) => ({ name: 'doctor', config }),
  },
  journal: {
    usage: 'journal verify|export|erase|archive|tail|backup',
    says: 'checks the chain offline; exports INCIDENT; erases what people wrote; moves what is old into an archive; prints every event; backs up to TO while running',
    options: {
      journal,
      config,
      checkpoint: {
        type: 'string',
        value: 'FILE',
        says: 'verify: a checkpoint that was kept elsewhere',
      },
      export: {
        type: 'string',
        value: 'FILE',
        says: 'verify: an exported incident instead of a journal',
      },
      out: { type: 'string', value: 'FILE', says: 'export: where to; else standard output' },
      format: { type: 'string', value: 'FORMAT', says: 'export: json, markdown or csv; else json' },
      event: {
        type: 'string',
        value: 'NUMBERS',
        says: 'erase: which events of INCIDENT: 4 or 4,7',
      },
      person: { type: 'string', value: 'PERSON', says: 'erase: all that this person wrote' },
      reason: { type: 'string', value: 'TEXT', says: 'erase: why, for the record' },
      'dry-run': { type: 'boolean', says: 'erase, archive: only says what would go' },
      archive: {
        type: 'string',
        value: 'DIR',
        says: 'verify, export: the folder of the archive; else the one of the configuration',
      },
    },
    words: { least: 1, most: 2 },
    read: readJournal,
  },
  'console-link': {
    usage: 'console-link PERSON',
    says: 'prints a one-time link to the console for a person of the configuration',
    options: { config },
    words: { least: 1, most: 1 },
    read: ({ words: [person = ''], config }) => ({ name: 'console-link', person, config }),
  },
  enrol: {
    usage: 'enrol PERSON',
    says: 'prints a one-time code with which a person enrols a second factor in the console',
    options: { config },
    words: { least: 1, most: 1 },
    read: ({ words: [person = ''], config }) => ({ name: 'enrol', person, config }),
  },
  replay: {
    usage: 'replay FILE…',
    says: 'sends recorded webhook bodies; the token is in $TOCSIN_REPLAY_BEARER',
    options: {
      to: {
        type: 'string',
        value: 'URL',
        says: 'where to; else http://127.0.0.1:8080/webhooks/alertmanager',
      },
    },
    words: { least: 1, most: Number.POSITIVE_INFINITY },
    read: readReplay,
  },
  commands: {
    usage: 'commands',
    says: 'lists what can be said in chat',
    options: {
      json: { type: 'boolean', says: 'as JSON' },
      markdown: { type: 'boolean', says: 'as the page docs/commands.md' },
    },
    words: none,
    read: ({ values: { json, markdown } }) =>
      json && markdown
        ? '--json and --markdown exclude each other'
        : { name: 'commands', format: json ? 'json' : markdown ? 'markdown' : 'text' },
  },
  slack: {
    usage: 'slack manifest [NAME]',
    says: 'prints the manifest of the Slack app, with the least scopes: paste it where an app is made',
    options: { config },
    words: { least: 1, most: 2 },
    read: ({ words: [action = '', workspace = ''], config }) =>
      action === 'manifest'
        ? { name: 'slack', action, config, workspace }
        : `slack ${action} is not known, manifest is`,
  },
  discord: {
    usage: 'discord register',
    says: 'registers the slash commands in every guild of the configuration; start does it too',
    options: { config },
    words: { least: 1, most: 1 },
    read: ({ words: [action = ''], config }) =>
      action === 'register'
        ? { name: 'discord', action, config }
        : `discord ${action} is not known, register is`,
  },
};

function readErase(
  { words: [, thread = ''], values }: Pick<Asked, 'words' | 'values'>,
  base: { readonly name: 'journal'; readonly config: string; readonly journal?: string },
): Command | string {
  const { event, person, reason, 'dry-run': dryRun = false } = values;
  if (base.journal !== undefined) {
    // What is written is signed, and only the configuration says with which key.
    return 'a file that --journal names is only read; erase works on the journal of --config';
  }
  if (typeof reason !== 'string' || reason.trim() === '') return 'erase needs a --reason';
  const who = typeof person === 'string' ? person : '';
  const numbers = typeof event === 'string' ? event.split(',').map(Number) : [];
  if (numbers.some((number) => !Number.isSafeInteger(number) || number < 1)) {
    return `--event ${String(event)} is no number of an event`;
  }
  if ((who === '') === (numbers.length === 0))
    return 'erase needs --event or --person, one of them';
  if (thread === '' && who === '') return 'erase --event needs an INCIDENT';
  const what = { thread, events: numbers, person: who, reason: reason.trim() };
  return { ...base, action: 'erase', ...what, dryRun: dryRun === true };
}

/** Options that belong to one action alone. */
const ofErase = ['event', 'person', 'reason'];

function readJournal({ words: [action = '', word], values, config }: Asked): Command | string {
  const { checkpoint, export: exported, archive, out, format = 'json' } = values;
  const base = {
    name: 'journal',
    config,
    ...(typeof values['journal'] === 'string' && { journal: values['journal'] }),
  } as const;
  if (checkpoint !== undefined && action !== 'verify') return '--checkpoint belongs to verify';
  if (exported !== undefined && action !== 'verify') return '--export belongs to verify';
  if (out !== undefined && action !== 'export') return '--out belongs to export';
  if (values['format'] !== undefined && action !== 'export') return '--format belongs to export';
  if (typeof format !== 'string' || !isRecordFormat(format)) {
    return `--format ${format} is not known, ${recordFormats.join(', ')} are`;
  }
  const stray = ofErase.find((name) => values[name] !== undefined);
  if (stray !== undefined && action !== 'erase') return `--${stray} belongs to erase`;
  if (values['dry-run'] !== undefined && action !== 'erase' && action !== 'archive')
    return '--dry-run belongs to erase and archive';
  if (archive !== undefined && action !== 'verify' && action !== 'export')
    return '--archive belongs to verify and export';
  const folder = typeof archive === 'string' ? { archive } : {};
  switch (action) {
    case 'archive':
      if (word !== undefined) return `"${word}" is one word too many`;
      return base.journal === undefined
        ? { ...base, action, dryRun: values['dry-run'] === true }
        : 'a file that --journal names is only read; archive works on the journal of --config';
    case 'erase':
      return readErase({ words: ['erase', ...(word === undefined ? [] : [word])], values }, base);
    case 'verify':
      return word === undefined
        ? {
            ...base,
            action,
            ...(typeof checkpoint === 'string' && { checkpoint }),
            ...(typeof exported === 'string' && { exported }),
            ...folder,
          }
        : `"${word}" is one word too many`;
    case 'tail':
      return word === undefined ? { ...base, action } : `"${word}" is one word too many`;
    case 'export':
      return word === undefined
        ? 'export needs an INCIDENT'
        : {
            ...base,
            action,
            incident: word,
            format,
            ...folder,
            ...(typeof out === 'string' && { out }),
          };
    case 'backup':
      return word === undefined ? 'backup needs a file to write TO' : { ...base, action, to: word };
    default: {
      const near = nearest(action, ['verify', 'export', 'erase', 'archive', 'tail', 'backup']);
      const hint =
        near === undefined
          ? 'verify, export, erase, archive, tail and backup are'
          : `did you mean ${near}?`;
      return `journal ${action} is not known, ${hint}`;
    }
  }
}

function readReplay({ words, values: { to } }: Asked): Command | string {
  const url = typeof to === 'string' ? to : 'http://127.0.0.1:8080/webhooks/alertmanager';
  const parsed = URL.parse(url);
  return parsed && ['http:', 'https:'].includes(parsed.protocol)
    ? { name: 'replay', files: words, to: url }
    : `--to ${url} is no http or https URL`;
}
