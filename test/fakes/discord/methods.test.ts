import { type Client, MessageFlags, Routes, type TextChannel } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type StillClock, stillClock } from '../still-clock.ts';
import {
  login,
  nextInteraction,
  realClient,
  refusalOf,
  restClient,
  wronglyTaken,
} from './given.ts';
import {
  type FakeChannel,
  type FakeDiscord,
  type FakeGuild,
  type FakePerson,
  startFakeDiscord,
} from './index.ts';

describe('the methods, by the real client', () => {
  let clock: StillClock;
  let discord: FakeDiscord;
  let guild: FakeGuild;
  let ops: FakeChannel;
  let ana: FakePerson;
  let client: Client<true>;
  let channel: TextChannel;

  beforeEach(async () => {
    clock = stillClock();
    discord = await startFakeDiscord({ clock });
    guild = discord.addGuild('Shop');
    ops = guild.addChannel('ops');
    ana = guild.addPerson('ana');
    client = await login(realClient(discord), discord);
    channel = (await client.channels.fetch(ops.id)) as TextChannel;
  });

  afterEach(async () => {
    await client.destroy();
    await discord.close();
    expect(wronglyTaken(discord)).toEqual([]);
  });

  it('pin and unpin, and Discord says so in the channel', async () => {
    const message = await channel.send('keep this');
    await message.pin();
    expect(ops.messages()[0]?.pinned).toBe(true);
    expect(ops.transcript()).toContain('Tocsin: (pinned a message)');
    const { items } = await channel.messages.fetchPins();
    expect(items.map(({ message: { content } }) => content)).toEqual(['keep this']);
    await message.unpin();
    expect(ops.messages()[0]?.pinned).toBe(false);
  });

  it('need the permission to pin', async () => {
    guild.revoke(guild.botRole, 'pinMessages');
    const message = await channel.send('keep this');
    expect((await refusalOf(message.pin())).code).toBe(50013);
  });

  it('react, see who did, and take it back', async () => {
    const message = await channel.send('react');
    const reaction = await message.react('📌');
    ana.reacts(ops.last(), '📌');
    const users = await reaction.users.fetch();
    expect([...users.values()].map(({ username }) => username)).toEqual(['Tocsin', 'ana']);
    await clock.passes(1_000);
    await reaction.users.remove(client.user);
    const path = `/channels/${ops.id}/messages/${message.id}/reactions/pin/@me` as const;
    await clock.passes(1_000);
    expect((await refusalOf(client.rest.put(path))).code).toBe(10014);
  });

  it('list messages before, after and around one', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(ana.says(ops, `${index}`).id);
    const bot = guild.addPerson('reader');
    expect(bot.reads(ops)).toContain('ana: 4');
    const list = async (query: object) =>
      [...(await channel.messages.fetch({ cache: false, ...query })).keys()].map((id) =>
        ids.indexOf(id),
      );
    expect(await list({ limit: 2 })).toEqual([4, 3]);
    expect(await list({ limit: 2, before: ids[2] })).toEqual([1, 0]);
    expect(await list({ limit: 2, after: ids[2] })).toEqual([4, 3]);
    expect(await list({ limit: 1, after: ids[2] })).toEqual([3]);
    await clock.passes(5_000);
    expect(await list({ limit: 3, around: ids[2] })).toEqual([3, 2, 1]);
  });

  it('show an empty history to who may not read it', async () => {
    ana.says(ops, 'x');
    ops.deny(discord.bot, 'readMessageHistory');
    expect((await channel.messages.fetch()).size).toBe(0);
  });

  it('change the files of a message: kept, taken out, added', async () => {
    const file = (name: string) => ({ attachment: Buffer.from(name), name });
    const message = await channel.send({ files: [file('a.txt'), file('b.txt')] });
    const [first] = message.attachments.values();
    if (!first) throw new Error('no file');
    await message.edit({ attachments: [first], files: [file('c.txt')] });
    const files = ops.last().files.map(({ name, bytes }) => [name, bytes.toString()]);
    expect(files).toEqual([
      ['a.txt', 'a.txt'],
      ['c.txt', 'c.txt'],
    ]);
  });

  it('refuse a file above 10 MiB', async () => {
    const attachment = Buffer.alloc(10 * 1024 * 1024 + 1);
    const sent = channel.send({ files: [{ attachment, name: 'big' }] });
    expect((await refusalOf(sent)).code).toBe(40005);
  });

  it('tell of the guild, its roles, channels and members, and of the application', async () => {
    guild.addRole('sre', { permissions: ['manageMessages'] });
    const shop = await client.guilds.fetch({ guild: guild.id, force: true });
    const roles = await shop.roles.fetch();
    expect([...roles.values()].map(({ name }) => name).sort()).toEqual([
      '@everyone',
      'Tocsin',
      'sre',
    ]);
    const channels = await shop.channels.fetch();
    expect([...channels.values()].map((one) => one?.name)).toEqual(['ops']);
    const members = await shop.members.fetch({ query: 'an', limit: 5 });
    expect([...members.values()].map(({ user }) => user.username)).toEqual(['ana']);
    const application = await client.application.fetch();
    expect(application.name).toBe('Tocsin');
    expect((await refusalOf(shop.members.list())).code).toBe(50001);
    const guilds = await client.guilds.fetch();
    expect([...guilds.values()].map(({ name }) => name)).toEqual(['Shop']);
  });

  it('answer an interaction with the message that it became, when asked to', async () => {
    await client.application.commands.set([{ name: 'ops', description: 'x' }], guild.id);
    const coming = nextInteraction(client);
    const asked = ana.uses(ops, '/ops');
    const interaction = await coming;
    if (!interaction.isChatInputCommand()) throw new Error('no command');
    const answer = await interaction.reply({ content: 'well', withResponse: true });
    expect(answer.resource?.message?.id).toBe(asked.message?.id);
    expect(answer.interaction.responseMessageEphemeral).toBe(false);
  });

  it('show a hidden answer to nobody who asks for the channel', async () => {
    await client.application.commands.set([{ name: 'ops', description: 'x' }], guild.id);
    const coming = nextInteraction(client);
    const asked = ana.uses(ops, '/ops');
    const interaction = await coming;
    if (!interaction.isChatInputCommand()) throw new Error('no command');
    await interaction.reply({ content: 'secret', flags: MessageFlags.Ephemeral });
    const rest = restClient(discord);
    expect(await rest.get(Routes.channelMessages(ops.id))).toEqual([]);
    const path = Routes.channelMessage(ops.id, asked.message?.id ?? '');
    expect((await refusalOf(rest.get(path))).code).toBe(10008);
  });

  it('register for all guilds, and for one', async () => {
    await client.application.commands.set([{ name: 'everywhere', description: 'x' }]);
    const own = await client.application.commands.create(
      { name: 'here', description: 'x' },
      guild.id,
    );
    expect(guild.commands()).toEqual(['here', 'everywhere']);
    await own.delete();
    expect(
      [...(await client.application.commands.fetch()).values()].map(({ name }) => name),
    ).toEqual(['everywhere']);
    expect(guild.commands()).toEqual(['everywhere']);
  });

  it('rename a channel and delete a thread', async () => {
    guild.grant(guild.botRole, 'manageChannels', 'manageThreads');
    await channel.setName('operations');
    const thread = await (await channel.send('card')).startThread({ name: 'checkout' });
    await channel.sendTyping();
    await thread.delete();
    await eventually('it is gone', () => client.channels.cache.get(thread.id) === undefined);
    expect([ops.name, ops.threads()]).toEqual(['operations', []]);
  });
});
