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

describe('a refusal', () => {
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

  const send = (channel: string, body: object) =>
    rest.post(Routes.channelMessages(channel), { body });
  const code = async (work: Promise<unknown>) => {
    const { status, code: own } = await refusalOf(work);
    return [status, own];
  };

  it('meets a wrong token', async () => {
    rest.setToken('stolen');
    expect(await code(rest.get(Routes.user()))).toEqual([401, 0]);
    expect(discord.invalidRequests()).toBe(1);
  });

  it('meets an unknown route and a wrong verb', async () => {
    expect(await code(rest.get('/nowhere'))).toEqual([404, 0]);
    expect(await code(rest.put('/gateway/bot'))).toEqual([405, 0]);
  });

  it('meets an unknown channel, message, guild and user', async () => {
    expect(await code(send('1', { content: 'x' }))).toEqual([404, 10003]);
    expect(await code(rest.get(Routes.channelMessage(ops.id, '1')))).toEqual([404, 10008]);
    expect(await code(rest.get(Routes.guild('1')))).toEqual([404, 10004]);
    expect(await code(rest.get(Routes.guildMember(guild.id, '1')))).toEqual([404, 10013]);
  });

  it('names a parameter that is no id', async () => {
    const refused = await refusalOf(rest.get(Routes.channel('ops')));
    expect(refused.fields).toEqual(['channel_id NUMBER_TYPE_COERCE']);
  });

  it('meets who is no member', async () => {
    const other = discord.addGuild('Other');
    const eve = other.addPerson('eve');
    expect(await code(rest.get(Routes.guildMember(guild.id, eve.id)))).toEqual([404, 10007]);
  });

  it('meets a channel that is hidden from the bot', async () => {
    ops.deny(discord.bot, 'viewChannel');
    expect(await code(rest.get(Routes.channel(ops.id)))).toEqual([403, 50001]);
    expect(await code(send(ops.id, { content: 'x' }))).toEqual([403, 50001]);
  });

  it.each([
    ['sendMessages', { content: 'x' }],
    ['embedLinks', { embeds: [{ title: 'x' }] }],
  ] as const)('meets a bot without %s', async (permission, body) => {
    ops.deny(guild.botRole, permission);
    expect(await code(send(ops.id, body))).toEqual([403, 50013]);
  });

  it('meets a bot without a role, until an overwrite lets it', async () => {
    guild.revoke(guild.botRole, 'sendMessages');
    guild.revoke(guild.everyone, 'sendMessages');
    expect(await code(send(ops.id, { content: 'x' }))).toEqual([403, 50013]);
    ops.allow(discord.bot, 'sendMessages');
    await send(ops.id, { content: 'x' });
    expect(ops.last().content).toBe('x');
  });

  it('meets a bot that was kicked', async () => {
    guild.kickBot();
    expect(await code(send(ops.id, { content: 'x' }))).toEqual([403, 50001]);
    expect(await code(rest.get(Routes.guild(guild.id)))).toEqual([404, 10004]);
  });

  it('meets an empty message', async () => {
    expect(await code(send(ops.id, { content: ' ' }))).toEqual([400, 50006]);
  });

  it('meets an edit of what somebody else wrote', async () => {
    const said = ana.says(ops, 'mine');
    const edit = rest.patch(Routes.channelMessage(ops.id, said.id), { body: { content: 'ours' } });
    expect(await code(edit)).toEqual([403, 50005]);
  });

  it('meets the deletion of what somebody else wrote, unless the bot may', async () => {
    const said = ana.says(ops, 'mine');
    const path = Routes.channelMessage(ops.id, said.id);
    expect(await code(rest.delete(path))).toEqual([403, 50013]);
    guild.grant(guild.botRole, 'manageMessages');
    await rest.delete(path);
    expect(said.exists).toBe(false);
  });

  it('meets a message to who takes none', async () => {
    ana.closesDirectMessages();
    const channel = await rest.post(Routes.userChannels(), { body: { recipient_id: ana.id } });
    const { id } = channel as { id: string };
    expect(await code(send(id, { content: 'x' }))).toEqual([403, 50007]);
  });

  it('meets a reply to nothing', async () => {
    const body = { content: 'x', message_reference: { message_id: '1' } };
    const refused = await refusalOf(send(ops.id, body));
    expect(refused.fields).toEqual(['message_reference MESSAGE_REFERENCE_UNKNOWN_MESSAGE']);
  });

  it('meets a body that is no JSON', async () => {
    const answer = await fetch(`${discord.api}/v10/channels/${ops.id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
      body: '{"content": ',
    });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { code: 50109, message: 'The request body contains invalid JSON.' },
    ]);
  });

  it('meets a body above 25 MiB', async () => {
    const answer = await fetch(`${discord.api}/v10/channels/${ops.id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
      body: ' '.repeat(25 * 1024 * 1024 + 1),
    });
    expect(answer.status).toBe(413);
  });

  it('meets a token that was reset, and the new one is taken', async () => {
    rest.setToken(discord.resetToken());
    await rest.get(Routes.user());
    rest.setToken('fake-discord-bot-token');
    expect(await code(rest.get(Routes.user()))).toEqual([401, 0]);
  });

  it('meets a bot that was invited without commands', async () => {
    guild.setCommandScope(false);
    const path = Routes.applicationGuildCommands(discord.applicationId, guild.id);
    expect(await code(rest.put(path, { body: [] }))).toEqual([403, 50001]);
  });

  it('meets a command of another application', async () => {
    const path = Routes.applicationGuildCommands('1', guild.id);
    expect(await code(rest.put(path, { body: [] }))).toEqual([403, 20012]);
  });
});
