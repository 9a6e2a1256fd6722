import type { Client } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StillClock, stillClock } from '../still-clock.ts';
import { login, realClient } from './given.ts';
import {
  type FakeChannel,
  type FakeDiscord,
  type FakeGuild,
  type FakePerson,
  startFakeDiscord,
} from './index.ts';

describe('people on the fake', () => {
  let clock: StillClock;
  let discord: FakeDiscord;
  let guild: FakeGuild;
  let ops: FakeChannel;
  let ana: FakePerson;
  let client: Client<true>;

  beforeEach(async () => {
    clock = stillClock();
    discord = await startFakeDiscord({ clock, globalPerSecond: 1_000 });
    guild = discord.addGuild('Shop');
    ops = guild.addChannel('ops');
    ana = guild.addPerson('ana');
    client = await login(realClient(discord), discord);
  });

  afterEach(async () => {
    await client.destroy();
    await discord.close();
  });

  async function channel() {
    const found = await client.channels.fetch(ops.id);
    if (!found?.isTextBased() || found.isDMBased() || found.isThread()) throw new Error('no text');
    return found;
  }

  it('read a channel aloud: texts, embeds, buttons, threads, files, moments and names', async () => {
    const card = await (await channel()).send({
      content: `CRITICAL checkout ${ana.mention}`,
      embeds: [
        {
          title: 'checkout is crash-looping',
          description: 'since <t:1767225600:t>',
          fields: [{ name: 'namespace', value: 'shop' }],
          footer: { text: 'i-1' },
        },
      ],
      components: [
        {
          type: 1,
          components: [
            { type: 2, style: 1, label: 'Acknowledge', custom_id: 'a' },
            { type: 2, style: 1, label: 'Resolve', custom_id: 'r', disabled: true },
          ],
        },
      ],
      files: [{ attachment: Buffer.from('png'), name: 'graph.png' }],
    });
    const thread = await card.startThread({ name: 'checkout' });
    const [below] = ops.threads();
    if (!below) throw new Error('no thread');
    ana.says(below, 'looking');
    await thread.setName('checkout, looked at');
    below.archive();
    const time = new Date(clock.now()).toISOString().slice(11, 16);
    expect(ops.transcript().replaceAll(time, 'TT:TT')).toBe(
      `#ops
TT:TT Tocsin: CRITICAL checkout @ana
      | checkout is crash-looping
      | since 00:00
      | namespace: shop
      | i-1
      [Acknowledge] [Resolve, greyed out]
      <file graph.png>
    thread "checkout, looked at", archived
    TT:TT ana: looking
    TT:TT Tocsin: (renamed it to checkout, looked at)`,
    );
  });

  it('fetch a file from an address that is good for a day', async () => {
    await (await channel()).send({ files: [{ attachment: Buffer.from('png'), name: 'a b.png' }] });
    const [file] = ops.last().files;
    if (!file) throw new Error('no file');
    expect(await (await fetch(file.url)).text()).toBe('png');
    await clock.passes(86_401_000);
    expect((await fetch(file.url)).status).toBe(404);
    expect((await fetch(file.url.replace('hm=', 'hm=1'))).status).toBe(404);
  });

  it('are told something alone', async () => {
    const user = await client.users.fetch(ana.id);
    await user.send('a link for you');
    expect(ana.reads(ana.direct())).toContain('Tocsin: a link for you');
    const ben = guild.addPerson('ben');
    expect(() => ben.reads(ana.direct())).toThrow('ben cannot read what others were told');
  });

  it('are in a thread once they write in it or are called into it', async () => {
    const sre = guild.addRole('sre', { mentionable: true });
    const ben = guild.addPerson('ben', sre);
    const card = await (await channel()).send('card');
    const thread = await card.startThread({ name: 'checkout' });
    const [below] = ops.threads();
    if (!below) throw new Error('no thread');
    await thread.send(`hello ${sre.mention}`);
    expect(below.members()).toEqual([discord.bot.id]);
    await thread.send({ content: `hello ${sre.mention}`, allowedMentions: { roles: [sre.id] } });
    ana.says(below, 'here');
    expect(below.members()).toEqual([discord.bot.id, ben.id, ana.id]);
  });

  it('can do nothing that their client would not let them do', () => {
    const secret = guild.addChannel('secret');
    secret.deny(ana, 'viewChannel');
    expect(() => ana.says(secret, 'x')).toThrow('ana cannot see #secret');
    ops.deny(guild.everyone, 'sendMessages');
    expect(() => ana.says(ops, 'x')).toThrow('ana cannot write in #ops');
    ops.allow(guild.everyone, 'sendMessages');
    expect(() => ana.says(ops, 'x'.repeat(2_001))).toThrow('more than 2000 characters');
    const said = ana.says(ops, 'mine');
    const ben = guild.addPerson('ben');
    expect(() => ben.edits(said, 'his')).toThrow('ben cannot edit what others wrote');
    expect(() => ben.deletes(said)).toThrow('ben cannot delete what others wrote');
    ana.deletes(said);
    expect(() => ana.reacts(said, '📌')).toThrow('ana cannot see a deleted message');
    ops.delete();
    expect(() => ana.says(ops, 'x')).toThrow('it is gone');
  });

  it('can be in several guilds, each with its own roles', async () => {
    const other = discord.addGuild('Other');
    const admin = other.addRole('admin', { permissions: ['administrator'] });
    other.addPerson(ana, admin);
    const members = await Promise.all(
      [guild, other].map(async ({ id }) => (await client.guilds.fetch(id)).members.fetch(ana.id)),
    );
    expect(members.map((one) => one.permissions.has('Administrator'))).toEqual([false, true]);
  });
});
