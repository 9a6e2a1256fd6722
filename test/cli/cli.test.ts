import { describe, expect, it } from 'vitest';
import { type Command, readCommandLine } from '../../src/cli.ts';

function read(line: string, env: Record<string, string> = {}): Command {
  const found = readCommandLine(line.split(' ').filter(Boolean), env);
  if (found.ok) return found.command;
  throw new Error(found.text);
}

function refusal(line: string): string {
  const found = readCommandLine(line.split(' ').filter(Boolean), {});
  if (found.ok) throw new Error(`${line} was accepted`);
  return found.text;
}

describe('a command line', () => {
  it.each<[string, Command]>([
    ['start', { name: 'start', config: './tocsin.yaml' }],
    ['start --config a.yaml', { name: 'start', config: 'a.yaml' }],
    ['start --config=a.yaml', { name: 'start', config: 'a.yaml' }],
    ['demo', { name: 'demo', headless: false }],
    ['demo --headless --journal j.db', { name: 'demo', headless: true, journal: 'j.db' }],
    ['check --config a.yaml', { name: 'check', config: 'a.yaml' }],
    ['doctor', { name: 'doctor', config: './tocsin.yaml' }],
    ['journal verify', { name: 'journal', action: 'verify', config: './tocsin.yaml' }],
    [
      'journal verify --journal j.db --checkpoint c.json',
      {
        name: 'journal',
        action: 'verify',
        config: './tocsin.yaml',
        journal: 'j.db',
        checkpoint: 'c.json',
      },
    ],
    [
      'journal verify --export i.json',
      { name: 'journal', action: 'verify', config: './tocsin.yaml', exported: 'i.json' },
    ],
    [
      'journal export INC-1 --out i.json',
      {
        name: 'journal',
        action: 'export',
        config: './tocsin.yaml',
        incident: 'INC-1',
        format: 'json',
        out: 'i.json',
      },
    ],
    [
      'journal erase INC-1 --event 4,7 --reason pasted',
      {
        name: 'journal',
        action: 'erase',
        config: './tocsin.yaml',
        thread: 'INC-1',
        events: [4, 7],
        person: '',
        reason: 'pasted',
        dryRun: false,
      },
    ],
    [
      'journal --journal j.db tail',
      { name: 'journal', action: 'tail', config: './tocsin.yaml', journal: 'j.db' },
    ],
    [
      'journal backup to.db',
      { name: 'journal', action: 'backup', config: './tocsin.yaml', to: 'to.db' },
    ],
    [
      'slack manifest',
      { name: 'slack', action: 'manifest', config: './tocsin.yaml', workspace: '' },
    ],
    [
      'slack manifest shop --config a.yaml',
      { name: 'slack', action: 'manifest', config: 'a.yaml', workspace: 'shop' },
    ],
    ['discord register', { name: 'discord', action: 'register', config: './tocsin.yaml' }],
    ['console-link ana', { name: 'console-link', person: 'ana', config: './tocsin.yaml' }],
    ['enrol ana', { name: 'enrol', person: 'ana', config: './tocsin.yaml' }],
    [
      'replay a.json b.json',
      {
        name: 'replay',
        files: ['a.json', 'b.json'],
        to: 'http://127.0.0.1:8080/webhooks/alertmanager',
      },
    ],
    ['replay --to http://h/x a.json', { name: 'replay', files: ['a.json'], to: 'http://h/x' }],
    [
      'replay -- --odd.json',
      { name: 'replay', files: ['--odd.json'], to: 'http://127.0.0.1:8080/webhooks/alertmanager' },
    ],
    ['commands', { name: 'commands', format: 'text' }],
    ['commands --json', { name: 'commands', format: 'json' }],
    ['commands --markdown', { name: 'commands', format: 'markdown' }],
    ['--version', { name: 'version' }],
    ['version', { name: 'version' }],
  ])('%s is understood', (line, command) => {
    expect(read(line)).toEqual(command);
  });

  it('takes the configuration from the environment unless it is named', () => {
    const env = { TOCSIN_CONFIG: '/etc/t.yaml' };
    expect(read('start', env)).toEqual({ name: 'start', config: '/etc/t.yaml' });
    expect(read('start --config a', env)).toEqual({ name: 'start', config: 'a' });
    expect(read('start', { TOCSIN_CONFIG: '' })).toEqual({
      name: 'start',
      config: './tocsin.yaml',
    });
  });

  const journalUsage =
    'usage: tocsin journal verify|export|erase|archive|tail|backup [--journal FILE] [--config FILE] [--checkpoint FILE] [--export FILE] [--out FILE] [--format FORMAT] [--event NUMBERS] [--person PERSON] [--reason TEXT] [--dry-run] [--archive DIR]';

  it.each([
    ['', 'tocsin: there is no command\ntocsin --help lists them'],
    ['strat', 'tocsin: strat is not a command, did you mean start?\ntocsin start --help'],
    [
      'frobnicate',
      'tocsin: frobnicate is not a command\ncommands: start, demo, check, doctor, journal, console-link, enrol, replay, commands, slack and discord',
    ],
    [
      'constructor',
      'tocsin: constructor is not a command\ncommands: start, demo, check, doctor, journal, console-link, enrol, replay, commands, slack and discord',
    ],
    [
      'start --confg a',
      'tocsin: --confg is not known here, did you mean --config?\nusage: tocsin start [--config FILE]',
    ],
    ['start -c a', 'tocsin: -c is not known here\nusage: tocsin start [--config FILE]'],
    ['start --config', 'tocsin: --config needs a FILE\nusage: tocsin start [--config FILE]'],
    ['start --config=', 'tocsin: --config needs a FILE\nusage: tocsin start [--config FILE]'],
    [
      'start --config a --config b',
      'tocsin: --config stands twice\nusage: tocsin start [--config FILE]',
    ],
    ['start now', 'tocsin: "now" is one word too many\nusage: tocsin start [--config FILE]'],
    [
      'demo --headless=yes',
      'tocsin: --headless takes no value\nusage: tocsin demo [--headless] [--journal FILE]',
    ],
    [
      'demo --journal --headless',
      'tocsin: --journal needs a FILE\nusage: tocsin demo [--headless] [--journal FILE]',
    ],
    [
      'demo --config a',
      'tocsin: --config is not known here\nusage: tocsin demo [--headless] [--journal FILE]',
    ],
    ['journal', `tocsin: something is missing\n${journalUsage}`],
    ['journal verfy', `tocsin: journal verfy is not known, did you mean verify?\n${journalUsage}`],
    ['journal erase INC-1 --event 4', `tocsin: erase needs a --reason\n${journalUsage}`],
    [
      'journal erase INC-1 --reason x',
      `tocsin: erase needs --event or --person, one of them\n${journalUsage}`,
    ],
    [
      'journal erase INC-1 --event four --reason x',
      `tocsin: --event four is no number of an event\n${journalUsage}`,
    ],
    [
      'journal erase INC-1 --event 4 --reason x --journal j.db',
      `tocsin: a file that --journal names is only read; erase works on the journal of --config\n${journalUsage}`,
    ],
    ['journal tail --person ana', `tocsin: --person belongs to erase\n${journalUsage}`],
    [
      'journal shred',
      `tocsin: journal shred is not known, verify, export, erase, archive, tail and backup are\n${journalUsage}`,
    ],
    ['journal export', `tocsin: export needs an INCIDENT\n${journalUsage}`],
    ['journal backup', `tocsin: backup needs a file to write TO\n${journalUsage}`],
    ['journal verify x', `tocsin: "x" is one word too many\n${journalUsage}`],
    ['journal tail --checkpoint c', `tocsin: --checkpoint belongs to verify\n${journalUsage}`],
    ['journal tail --out c', `tocsin: --out belongs to export\n${journalUsage}`],
    [
      'console-link',
      'tocsin: something is missing\nusage: tocsin console-link PERSON [--config FILE]',
    ],
    ['replay', 'tocsin: something is missing\nusage: tocsin replay FILE… [--to URL]'],
    [
      'replay a --to am:9093',
      'tocsin: --to am:9093 is no http or https URL\nusage: tocsin replay FILE… [--to URL]',
    ],
    [
      'commands --json --markdown',
      'tocsin: --json and --markdown exclude each other\nusage: tocsin commands [--json] [--markdown]',
    ],
  ])('%s is refused', (line, text) => {
    expect(refusal(line)).toBe(text);
  });

  it.each(['--help', '-h', 'help'])('%s lists every command', (line) => {
    expect(read(line)).toMatchInlineSnapshot(`
      {
        "name": "help",
        "text": "tocsin: on-call incidents as threads, changes planned, approved by somebody else, applied once

      usage: tocsin COMMAND [options]

        start                                            runs the bot
        demo                                             plays one incident against an emulated cluster on this machine, then waits for you
        check                                            validates configuration, catalog, policies and runbooks
        doctor                                           asks every configured system whether it can be reached and used
        journal verify|export|erase|archive|tail|backup  checks the chain offline; exports INCIDENT; erases what people wrote; moves what is old into an archive; prints every event; backs up to TO while running
        console-link PERSON                              prints a one-time link to the console for a person of the configuration
        enrol PERSON                                     prints a one-time code with which a person enrols a second factor in the console
        replay FILE…                                     sends recorded webhook bodies; the token is in $TOCSIN_REPLAY_BEARER
        commands                                         lists what can be said in chat
        slack manifest [NAME]                            prints the manifest of the Slack app, with the least scopes: paste it where an app is made
        discord register                                 registers the slash commands in every guild of the configuration; start does it too

        tocsin COMMAND --help says more; tocsin --version names the version
        exit status: 0 done · 1 found faults or failed · 2 wrong use or configuration · 3 journal in use",
      }
    `);
  });

  it.each(['demo --help', 'help demo', 'demo -h'])('%s says more', (line) => {
    expect(read(line)).toMatchInlineSnapshot(`
      {
        "name": "help",
        "text": "usage: tocsin demo [--headless] [--journal FILE]

        plays one incident against an emulated cluster on this machine, then waits for you

        --headless          plays it to the end, prints the thread as text and exits
        --journal FILE      keeps the record in this file",
      }
    `);
  });

  it('says that help of an unknown command is unknown', () => {
    expect(refusal('help strat')).toBe(
      'tocsin: strat is not a command, did you mean start?\ntocsin start --help',
    );
  });
});
