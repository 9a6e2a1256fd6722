import { beforeEach, describe, expect, it } from 'vitest';
import { cardText } from '../../src/core/view/text.ts';
import { commands } from '../../src/handlers/commands/index.ts';
import { homeOf, waitsFor } from '../../src/handlers/home.ts';
import { type Counter, openCounter } from './desk.ts';

const secret = 'the keys of the vault leaked';
let counter: Counter;
let incident = '';
let operation = '';
let refused: string[] = [];

/** Ana declared it; ben is of the same group and may do all that she may. */
beforeEach(async () => {
  refused = [];
  counter = await openCounter(undefined, {
    securityCounts: {
      refused: (_door, code) => refused.push(code),
      denied: () => undefined,
      noticed: () => undefined,
    },
  });
  await counter.says('ana', `declare ${secret} for=checkout private=true`);
  incident = [...counter.bot.engine.readings.incidents.keys()].at(-1) ?? '';
  await counter.says('ana', 'restart env=production', { incident });
  operation = counter.operation();
});

const hash = async () => (await counter.bot.engine.operation(operation))?.hash ?? '';

describe('a private incident', () => {
  it('is on record with its members, and goes to no place of chat', () => {
    expect(counter.told('IncidentOpened')).toMatchObject({
      members: { people: ['ana'], groups: [] },
      places: {},
      notify: '',
    });
    expect(operation).toMatch(/^op-/);
  });

  it('is read and worked on by whoever declared it', async () => {
    expect(await counter.says('ana', 'status', { incident })).toContain(secret);
    expect(await counter.says('ana', 'status')).toContain(secret);
    expect(await counter.says('ana', `withdraw ${operation}`)).not.toContain('NOT_FOUND');
  });

  it('does not exist for anybody else, whatever they say in it', async () => {
    const before = counter.bot.engine.readings.position;
    for (const { name, args } of commands) {
      const values = args
        .filter(({ required, named }) => required && !named)
        .map(({ kind, choices }) => choices?.[0] ?? (kind === 'operation' ? operation : 'x'));
      const line = [name, ...values].join(' ');
      for (const told of [
        await counter.says('ben', line, { incident }),
        await counter.says('ben', `${line} incident=${incident}`),
      ]) {
        expect(told, line).toContain('INCIDENT_NOT_FOUND');
        expect(told, line).not.toContain('vault');
      }
    }
    expect(counter.bot.engine.readings.position).toBe(before);
    expect(refused.filter((code) => code === 'INCIDENT_PRIVATE').length).toBeGreaterThan(
      commands.length,
    );
  });

  it('hides its operations by their own names too', async () => {
    const known = await hash();
    for (const line of [
      `approve ${operation} ${known.slice(0, 10)}`,
      `decline ${operation} ${known.slice(0, 10)}`,
      `cancel ${operation}`,
      `stop ${operation}`,
      `withdraw ${operation}`,
      `undo ${operation}`,
      `settle ${operation} done reason=x`,
    ]) {
      expect(await counter.says('ben', line), line).toContain('OPERATION_NOT_FOUND');
    }
    for (const kind of ['approve', 'decline', 'view'] as const) {
      expect(await counter.presses('ben', kind, operation)).toContain('OPERATION_NOT_FOUND');
    }
    expect((await counter.bot.engine.operation(operation))?.status).toBe('waiting');
  });

  it('is in no list, no count, no home and no word that is completed', async () => {
    const actor = { surface: 'console', account: 'ben' };
    const { desk, chat } = counter.bot;
    const shown = [
      await counter.says('ben', 'status'),
      await counter.says('ben', 'locks'),
      await counter.says('ben', 'policy restart checkout env=production'),
      cardText(await homeOf(desk, actor)),
      JSON.stringify(await waitsFor(desk, actor)),
      JSON.stringify(
        ['status', 'approve', 'stop'].flatMap((verb) =>
          ['incident', 'operation'].flatMap((argument) =>
            chat.choices({ verb, argument, typed: '', service: undefined, thread: '' }),
          ),
        ),
      ),
    ].join('\n');
    for (const word of ['vault', incident, operation]) expect(shown).not.toContain(word);
    expect(shown).toContain('No incident is open');
  });

  it('cannot be wanted, pinned into or noted into by a press', async () => {
    const { dispatch } = counter.bot;
    const actor = { surface: 'console', account: 'ben' };
    const before = counter.bot.engine.readings.position;
    const shown = { digest: 'd'.repeat(64), fresh: true };
    for (const press of [
      { kind: 'want', incident },
      { kind: 'line', line: 'note found you', incident },
    ] as const) {
      const answer = await dispatch.press({ press, actor, incident, cause: press.kind, shown });
      expect(cardText(answer.card)).toContain('INCIDENT_NOT_FOUND');
    }
    const pin = {
      ...{ author: 'U1', authorName: 'x', at: 0, text: 'x', link: '', images: [] },
    };
    const pinned = await dispatch.pin({ pin, actor, incident, cause: 'pin' });
    expect(cardText(pinned.card)).toContain('INCIDENT_NOT_FOUND');
    expect(counter.bot.engine.readings.position).toBe(before);
  });

  it('lets in whom it was declared with, and whoever it is assigned to', async () => {
    expect(await counter.says('ben', 'status', { incident })).toContain('INCIDENT_NOT_FOUND');
    await counter.says('ana', 'assign ben', { incident });
    expect(await counter.says('ben', 'status', { incident })).toContain(secret);

    await counter.says('ana', 'declare another leak private=true with=ben');
    const other = [...counter.bot.engine.readings.incidents.keys()].at(-1) ?? '';
    expect(await counter.says('ben', 'status', { incident: other })).toContain('another leak');
    const odd = await counter.says('ana', 'declare x private=true with=nobody');
    expect(odd).toContain('PERSON_UNKNOWN');
  });

  it('still counts where a rule asks how bad it is: a stranger is judged by what they cannot see', async () => {
    const strict = await openCounter(`
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { deny: { risk: change, severity: critical } }
  - { match: { risk: change }, requesters: [sre], approvals: [] }
`);
    await strict.says('ana', `declare ${secret} severity=critical for=checkout private=true`);
    await strict.says('ana', 'declare it is slow for=checkout');
    const other = [...strict.bot.engine.readings.incidents.keys()].at(-1) ?? '';
    const answer = await strict.says('ben', 'restart env=production', { incident: other });
    expect(answer).not.toContain('The plan is ready');
    expect(answer).not.toContain('vault');
  });
});
