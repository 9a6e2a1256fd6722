import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/core/incident/incident.ts';
import { understand } from '../../src/handlers/arguments.ts';
import { isProblem } from '../../src/handlers/command.ts';
import { commands } from '../../src/handlers/commands/index.ts';
import {
  commandLine,
  type Field,
  type Form,
  faultsOf,
  formOf,
  lineOf,
} from '../../src/handlers/form.ts';
import { parseLine, plain } from '../../src/handlers/grammar.ts';
import { type Counter, openCounter } from './desk.ts';

let counter: Counter;
let incident: Incident;
beforeAll(async () => {
  counter = await openCounter(`
  - { match: { verb: rollback, environment: production }, requesters: [sre], reason: required, approvals: [ { count: 1, from: sre } ], expires: 30m }
  - { match: { risk: [incident, change, read] }, requesters: [sre], approvals: [], expires: 30m }
`);
  await counter.says('ana', 'declare it is slow for=worker');
  const [id = ''] = [...counter.bot.engine.readings.incidents.keys()];
  incident = (await counter.bot.desk.incident(id)) as Incident;
});

const form = (line: string, where?: Incident) => formOf(line, counter.bot.desk.settings, where);
const field = (asked: Form | undefined, name: string): Field | undefined =>
  asked?.fields.find((each) => each.name === name);
const told = (asked: Form | undefined) =>
  asked?.fields.map(({ name, required, value }) => `${name}${required ? '!' : ''}=${value}`);

describe('a line becomes a form', () => {
  it('when its arguments are missing: the required ones first, each with its choices', () => {
    const asked = form('scale');
    expect(told(asked)).toEqual(['service!=', 'replicas!=', 'env!=', 'reason=']);
    expect(field(asked, 'service')).toMatchObject({
      kind: 'choice',
      choices: [{ value: 'checkout' }, { value: 'worker' }],
    });
    expect(field(asked, 'replicas')).toMatchObject({ kind: 'number', choices: [] });
    expect(field(asked, 'env')?.choices.map(({ value }) => value)).toEqual([
      'staging',
      'production',
    ]);
  });

  it('and keeps what was typed, and what the incident says', () => {
    expect(told(form('scale worker reason="too slow"'))).toEqual([
      'service!=worker',
      'replicas!=',
      'env!=',
      'reason=too slow',
    ]);
    expect(told(form('scale', incident))).toEqual([
      'service!=worker',
      'replicas!=',
      'env=production',
      'reason=',
    ]);
  });

  it('that says of each field what keeps it from being a line', () => {
    const says = (line: string) =>
      faultsOf(form(line) ?? { title: '', line: '', fields: [] }).map(
        ({ field: { name }, says: words }) => `${name}: ${words}`,
      );
    expect(says('scale checkout')).toEqual(['replicas: It is missing.', 'env: It is missing.']);
    expect(says('scale checkout many env=production')).toEqual([
      expect.stringMatching(/^replicas: .*many/),
    ]);
  });

  it('when an argument cannot be read, which it says', () => {
    expect(field(form('scale chekout 6 env=production'), 'service')).toMatchObject({
      value: '',
      fault: expect.stringContaining('Did you mean checkout?'),
    });
    expect(field(form('scale worker six', incident), 'replicas')).toMatchObject({
      value: '',
      fault: expect.stringContaining('not a number: "six"'),
    });
    expect(field(form('restart checkout env=prod'), 'env')).toMatchObject({
      value: '',
      fault: expect.stringContaining('"prod" is none of them.'),
    });
    expect(field(form('cancel 41'), 'operation')).toMatchObject({ kind: 'text', value: '41' });
    expect(field(form('assign @dan', incident), 'person')).toMatchObject({
      choices: [
        { value: 'ana', label: 'Ana' },
        { value: 'ben', label: 'Ben' },
        { value: 'cleo', label: 'Cleo' },
      ],
    });
  });

  it('when the policy wants a reason, and only where it does', () => {
    expect(told(form('rollback checkout env=production'))).toContain('reason!=');
    expect(told(form('rollback', incident))).toContain('reason!=');
    expect(form('rollback checkout env=staging')).toBeUndefined();
    expect(form('rollback checkout env=production reason=slow')).toBeUndefined();
  });

  it('when it resolves over firing alerts, which wants a reason', () => {
    expect(form('resolve', incident)).toBeUndefined();
    expect(told(form('resolve', { ...incident, firing: 2 }))).toEqual(['reason!=']);
    expect(form('resolve reason=known', { ...incident, firing: 2 })).toBeUndefined();
  });

  it('and asks for the incident only outside of one', () => {
    expect(told(form('note'))).toEqual(['text!=', 'incident!=']);
    expect(told(form('note', incident))).toEqual(['text!=']);
  });
});

describe('a line stays a line', () => {
  it.each([
    ['', 'it is empty'],
    ['help', 'nothing is missing'],
    ['frobnicate', 'nobody knows the verb'],
    ['restart worker env=production', 'it is whole'],
    ['note "half a quote', 'a quote is open'],
    ['scale worker 6 please', 'a word is too many'],
    ['scale worker enf=production', 'a name is unknown'],
    ['scale worker env=a env=b', 'a name stands twice'],
    ['ack', 'an incident is chosen by going there'],
  ])('%j: %s', (line) => {
    expect(form(line)).toBeUndefined();
  });
});

describe('a form that was filled in', () => {
  it('is the line that would have been typed', () => {
    const asked = form('rollback') as Form;
    const values = { service: 'checkout', env: 'production', reason: 'it crashes' };
    expect(lineOf(asked, values)).toBe('rollback checkout env=production reason="it crashes"');
    expect(lineOf(form('scale', incident) as Form, { replicas: '6', reason: '  ' })).toBe(
      'scale 6',
    );
  });

  it('is read back as it was filled in, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    const mean = fc.string({
      unit: fc.constantFrom('\u200b', '"', "'", '“', '’', '=', ' ', 'a', '\n', '—', '`', '\\'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.oneof(text, mean), fc.oneof(text, mean), (title, reason) => {
        expect(readBack('declare', { title, severity: 'major', for: 'worker' })).toEqual({
          ...seen({ title }),
          severity: 'major',
          for: 'worker',
        });
        expect(
          readBack('scale', { service: 'worker', replicas: '6', env: 'production', reason }),
        ).toEqual({
          service: 'worker',
          replicas: 6,
          env: 'production',
          ...seen({ reason }),
        });
        expect(readBack('settle', { operation: 'op-0123456789', as: 'done', reason })).toEqual({
          operation: 'op-0123456789',
          as: 'done',
          ...seen({ reason }),
        });
      }),
    );
  });
});

/** What a line keeps of a value: typographic marks made plain; nothing of a blank one. */
function seen(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, plain(value).trim()] as const)
      .filter(([, value]) => value !== ''),
  );
}

function readBack(verb: string, values: Readonly<Record<string, string>>): unknown {
  const command = commands.find(({ name }) => name === verb);
  if (!command) throw new Error(`there is no ${verb}`);
  const utterance = parseLine(commandLine(command, values));
  if ('code' in utterance) return utterance;
  const place = { settings: counter.bot.desk.settings, incident: undefined };
  const understood = understand(command, utterance, place);
  if (!isProblem(understood)) return understood.args;
  const isLeftOut =
    understood.code === 'ARGUMENT_MISSING' && plain(values['title'] ?? '').trim() === '';
  return isLeftOut ? { severity: 'major', for: 'worker' } : understood;
}
