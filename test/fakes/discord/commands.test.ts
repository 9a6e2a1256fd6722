import { type REST, Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StillClock, stillClock } from '../still-clock.ts';
import { refusalOf, restClient, wronglyTaken } from './given.ts';
import {
  type FakeChannel,
  type FakeDiscord,
  type FakeGuild,
  type FakePerson,
  startFakeDiscord,
} from './index.ts';

const command = (more: object = {}) => ({ name: 'ops', description: 'reads', ...more });
const text = (name: string, more: object = {}) => ({ name, description: 'x', type: 3, ...more });
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

describe('a command', () => {
  let clock: StillClock;
  let discord: FakeDiscord;
  let guild: FakeGuild;
  let ops: FakeChannel;
  let ana: FakePerson;
  let rest: REST;

  beforeEach(async () => {
    clock = stillClock();
    discord = await startFakeDiscord({ clock });
    guild = discord.addGuild('Shop');
    ops = guild.addChannel('ops');
    ana = guild.addPerson('ana');
    rest = restClient(discord);
  });

  afterEach(async () => {
    await discord.close();
    expect(wronglyTaken(discord)).toEqual([]);
  });

  const register = (...commands: readonly object[]) =>
    rest.put(Routes.applicationGuildCommands(discord.applicationId, guild.id), {
      body: commands,
    }) as Promise<readonly { id: string; name: string; version: string }[]>;

  it.each([
    ['a name in capitals', command({ name: 'Ops' }), '0.name APPLICATION_COMMAND_INVALID_NAME'],
    ['a name with a space', command({ name: 'o ps' }), '0.name APPLICATION_COMMAND_INVALID_NAME'],
    ['a long name', command({ name: 'x'.repeat(33) }), '0.name BASE_TYPE_BAD_LENGTH'],
    ['no description', { name: 'ops' }, '0.description BASE_TYPE_REQUIRED'],
    [
      'a long description',
      command({ description: 'x'.repeat(101) }),
      '0.description BASE_TYPE_BAD_LENGTH',
    ],
    [
      '26 options',
      command({ options: many(26, (i) => text(`o${i}`)) }),
      '0.options BASE_TYPE_MAX_LENGTH',
    ],
    [
      '26 choices',
      command({
        options: [text('a', { choices: many(26, (i) => ({ name: `${i}`, value: `${i}` })) })],
      }),
      '0.options.0.choices BASE_TYPE_MAX_LENGTH',
    ],
    [
      'a long choice',
      command({ options: [text('a', { choices: [{ name: 'x'.repeat(101), value: 'x' }] })] }),
      '0.options.0.choices.0.name BASE_TYPE_BAD_LENGTH',
    ],
    [
      'a required option after one that is not',
      command({ options: [text('a'), text('b', { required: true })] }),
      '0.options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
    ],
    [
      'an option twice',
      command({ options: [text('a'), text('a')] }),
      '0.options.1.name APPLICATION_COMMAND_OPTIONS_NAME_INVALID',
    ],
    [
      'options beside subcommands',
      command({ options: [text('a'), text('b', { type: 1 })] }),
      '0.options APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
    ],
    [
      'more than 8000 characters',
      command({
        options: many(25, (i) =>
          text(`o${i}`, {
            description: 'x'.repeat(100),
            choices: many(3, (j) => ({ name: 'n'.repeat(100), value: `${j}${'v'.repeat(99)}` })),
          }),
        ),
      }),
      '0 APPLICATION_COMMAND_TOO_LARGE',
    ],
  ])('is refused for %s', async (_what, body, field) => {
    const refused = await refusalOf(register(body));
    expect([refused.code, refused.fields]).toEqual([50035, [field]]);
    expect(guild.commands()).toEqual([]);
  });

  it('is refused when its name comes twice, or beyond a hundred', async () => {
    const twice = await refusalOf(register(command(), command()));
    expect(twice.fields).toEqual(['1 APPLICATION_COMMANDS_DUPLICATE_NAME']);
    const all = many(101, (i) => command({ name: `c${i}` }));
    expect((await refusalOf(register(...all))).fields).toEqual([
      'APPLICATION_COMMAND_MAX_COMMANDS',
    ]);
  });

  it('may carry letters of other scripts', async () => {
    await register(command({ name: 'naïve-größe' }));
    expect(guild.commands()).toEqual(['naïve-größe']);
  });

  it('keeps its id when it is overwritten, and its version when nothing has changed', async () => {
    const [first] = await register(command());
    const [same] = await register(command());
    const [other] = await register(command({ description: 'reads more' }));
    expect(same).toEqual(first);
    expect(other?.id).toBe(first?.id);
    expect(other?.version).not.toBe(first?.version);
  });

  it('is made at most 200 times a day', async () => {
    for (const part of [0, 1]) {
      await register(...many(100, (i) => command({ name: `c${part}-${i}` })));
      await clock.passes(60_000);
    }
    expect((await refusalOf(register(command({ name: 'one-more' })))).code).toBe(30034);
    await clock.passes(86_400_000);
    await register(command({ name: 'one-more' }));
    expect(guild.commands()).toEqual(['one-more']);
  });

  it('can be used only as it is registered', async () => {
    const service = text('service', { required: true });
    const level = { ...text('level'), choices: [{ name: 'high', value: 'h' }] };
    await register(command({ options: [text('status', { type: 1, options: [service, level] })] }));
    expect(() => ana.uses(ops, '/other')).toThrow('ana cannot use other: registered are ops');
    expect(() => ana.uses(ops, '/ops')).toThrow('/ops cannot be used alone; choose status');
    expect(() => ana.uses(ops, '/ops health')).toThrow('/ops has no health; it has status');
    expect(() => ana.uses(ops, '/ops status')).toThrow('/ops needs a value for service');
    expect(() => ana.uses(ops, '/ops status', { service: 'a', x: 1 })).toThrow(
      '/ops has no option x; it has service, level',
    );
    expect(() => ana.uses(ops, '/ops status', { service: 'a', level: 'low' })).toThrow(
      'level is one of high, not low',
    );
  });

  it('is hidden from who lacks the permissions that it asks for by default', async () => {
    await register(command({ default_member_permissions: '0' }));
    expect(() => ana.uses(ops, '/ops')).toThrow('ana cannot see ops: his permissions hide it');
    const admin = guild.addRole('admin', { permissions: ['administrator'] });
    guild.giveRole(ana, admin);
    expect(ana.uses(ops, '/ops').outcome).toBe('waiting');
  });

  it('cannot be used in an archived thread, nor where a channel forbids it', async () => {
    await register(command());
    ops.deny(guild.everyone, 'useApplicationCommands');
    expect(() => ana.uses(ops, '/ops')).toThrow('ana cannot use commands here');
  });

  it('is gone from a guild that the bot was kicked from', async () => {
    await register(command());
    guild.kickBot();
    expect(() => ana.uses(ops, '/ops')).toThrow('registered are none');
  });
});
