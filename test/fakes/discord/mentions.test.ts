import { type REST, Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stillClock } from '../still-clock.ts';
import { restClient, wronglyTaken } from './given.ts';
import {
  type FakeChannel,
  type FakeDiscord,
  type FakeGuild,
  type FakePerson,
  type FakeRole,
  startFakeDiscord,
} from './index.ts';

describe('a mention', () => {
  let discord: FakeDiscord;
  let guild: FakeGuild;
  let ops: FakeChannel;
  let ana: FakePerson;
  let sre: FakeRole;
  let rest: REST;

  beforeEach(async () => {
    discord = await startFakeDiscord({ clock: stillClock() });
    guild = discord.addGuild('Shop', ['mentionEveryone']);
    ops = guild.addChannel('ops');
    sre = guild.addRole('sre');
    ana = guild.addPerson('ana', sre);
    rest = restClient(discord);
  });

  afterEach(async () => {
    await discord.close();
    expect(wronglyTaken(discord)).toEqual([]);
  });

  async function send(body: object) {
    await rest.post(Routes.channelMessages(ops.id), { body });
    return ops.last();
  }
  const all = () => `@everyone ${sre.mention} ${ana.mention}`;

  it('is live in every kind, when a bot says nothing of what is allowed', async () => {
    const message = await send({ content: all() });
    expect(message.mentions).toEqual({ users: [ana.id], roles: [sre.id], everyone: true });
    expect(message.pinged).toEqual([ana.id, sre.id, 'everyone']);
  });

  it('is dead when nothing is allowed', async () => {
    const message = await send({ content: all(), allowed_mentions: { parse: [] } });
    expect(message.mentions).toEqual({ users: [], roles: [], everyone: false });
    expect(message.pinged).toEqual([]);
  });

  it('is live for those that are named, and only if they stand in the text', async () => {
    const allowed = { users: [ana.id, '123'], roles: [] };
    const message = await send({ content: all(), allowed_mentions: allowed });
    expect(message.mentions).toEqual({ users: [ana.id], roles: [], everyone: false });
  });

  it('comes to life again when an edit does not say what is allowed', async () => {
    const message = await send({ content: all(), allowed_mentions: { parse: [] } });
    await rest.patch(Routes.channelMessage(ops.id, message.id), { body: { content: `${all()}!` } });
    expect(message.mentions.everyone).toBe(true);
    expect(message.pinged).toEqual([]);
  });

  it('stays as it was when an edit leaves the content alone', async () => {
    const message = await send({ content: all(), allowed_mentions: { parse: [] } });
    const body = { embeds: [{ title: '@everyone' }] };
    await rest.patch(Routes.channelMessage(ops.id, message.id), { body });
    expect(message.mentions.everyone).toBe(false);
  });

  it('counts in texts among the components, not in embeds', async () => {
    const quiet = await send({ embeds: [{ description: all() }] });
    expect(quiet.pinged).toEqual([]);
    const loud = await send({
      flags: 1 << 15,
      components: [{ type: 17, components: [{ type: 10, content: all() }] }],
    });
    expect(loud.mentions.everyone).toBe(true);
  });

  it('of all or of a closed role needs the permission', async () => {
    guild.revoke(guild.botRole, 'mentionEveryone');
    const message = await send({ content: all() });
    expect(message.mentions).toEqual({ users: [ana.id], roles: [], everyone: false });
  });

  it('pings nobody who cannot see the channel', async () => {
    ops.deny(ana, 'viewChannel');
    const message = await send({ content: ana.mention });
    expect(message.pinged).toEqual([]);
  });

  it('is no mention with a character in between', async () => {
    const message = await send({ content: '@\u200beveryone <@ 1> <\u200b@1>' });
    expect(message.mentions).toEqual({ users: [], roles: [], everyone: false });
  });
});
