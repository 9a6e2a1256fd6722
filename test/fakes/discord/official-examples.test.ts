import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stillClock } from '../still-clock.ts';
import { login, nextInteraction, realClient, restClient } from './given.ts';
import { type FakeDiscord, type FakeGuild, startFakeDiscord } from './index.ts';
import { isJson, type Json, object } from './json.ts';

/** Examples of Discord's own documentation, one a file, where a copy of them lies beside the project. */
const folder =
  process.env['TOCSIN_TEST_DISCORD_EXAMPLES'] ??
  join(import.meta.dirname, '../../../../shared/fixtures/discord');
const names = existsSync(folder) ? readdirSync(folder) : [];

function example(name: string): Json {
  return object(JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

const among = (prefix: RegExp, fits: (one: Json) => boolean) =>
  names.filter((name) => prefix.test(name) && fits(example(name)));

describe.skipIf(names.length === 0)('examples of the documentation', () => {
  let discord: FakeDiscord;
  let guild: FakeGuild;
  let client: Client<true>;

  beforeEach(async () => {
    discord = await startFakeDiscord({ clock: stillClock() });
    guild = discord.addGuild('Shop');
    client = await login(realClient(discord), discord);
  });

  afterEach(async () => {
    await client.destroy();
    await discord.close();
  });

  const bodies = among(/^(?:components|message)-/, (one) => 'content' in one || 'flags' in one);
  it.each(bodies.filter((name) => !name.startsWith('message-02')))(
    'a message: %s',
    async (name) => {
      const ops = guild.addChannel('ops');
      const body = example(name);
      const files = attachmentsIn(body).map((file) => ({ name: file, data: Buffer.from('x') }));
      await restClient(discord).post(Routes.channelMessages(ops.id), { body, files });
      expect(ops.messages()).toHaveLength(1);
    },
  );

  it.each(among(/^components-/, ({ type }) => type === 9))('a modal: %s', async (name) => {
    const ops = guild.addChannel('ops');
    const ana = guild.addPerson('ana');
    await client.application.commands.set([{ name: 'ops', description: 'x' }], guild.id);
    const coming = nextInteraction(client);
    const asked = ana.uses(ops, '/ops');
    const { id, token } = await coming;
    const path = Routes.interactionCallback(id, token);
    await client.rest.post(path, { body: example(name), auth: false });
    expect(asked.outcome).toBe('modal');
  });

  const declared = among(/^appcmd-/, (one) => 'name' in one && one['type'] !== 4);
  it.each(declared.filter((name) => !/appcmd-15/.test(name)))('a command: %s', async (name) => {
    const path = Routes.applicationGuildCommands(discord.applicationId, guild.id);
    await restClient(discord).put(path, { body: [example(name)] });
    expect(guild.commands()).toEqual([example(name)['name']]);
  });

  it.each(among(/^appcmd-.*-interaction-/, () => true))('has every field of %s', async (name) => {
    const ops = guild.addChannel('ops');
    const ana = guild.addPerson('ana');
    const raw: Json[] = [];
    client.on(
      'raw',
      ({ t, d }: { t: string; d: Json }) => t === 'INTERACTION_CREATE' && raw.push(d),
    );
    await client.application.commands.set([{ name: 'ops', description: 'x' }], guild.id);
    const coming = nextInteraction(client);
    ana.uses(ops, '/ops');
    await coming;
    expect(missing(example(name), raw[0] ?? {})).toEqual([]);
  });

  it.each([
    ['channel-01-example-guild-text-channel.json', () => guild.addChannel('ops').id],
    [
      'channel-02-example-guild-announcement-channel.json',
      () => guild.addChannel('news', { announcement: true }).id,
    ],
  ])('a channel has every field of %s', async (name, make) => {
    const channel = await restClient(discord).get(Routes.channel(make()));
    expect(missing(example(name), object(channel))).toEqual([]);
  });

  it('a member has every field of its example', async () => {
    const ana = guild.addPerson('ana');
    const member = await restClient(discord).get(Routes.guildMember(guild.id, ana.id));
    expect(missing(example('guild-06-example-guild-member.json'), object(member))).toEqual([]);
  });

  it.each([
    ['ratelimit-429-user.json', 'user'],
    ['ratelimit-429-global.json', 'global'],
  ] as const)('a limit reads as %s', async (name, scope) => {
    discord.outage.failNext(1, { kind: 'rate limited', scope, retryAfterS: 64.57 });
    const answer = await fetch(`${discord.api}/v10/gateway`);
    const { status, headers, body } = example(name);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual(body);
    const named = ['Retry-After', 'X-RateLimit-Global', 'X-RateLimit-Scope'];
    for (const header of named) {
      expect(answer.headers.get(header)).toBe(object(headers)[header] ?? null);
    }
  });
});

/** Paths of fields that the example has and the other has not. */
function missing(wanted: Json, found: Json, path = ''): readonly string[] {
  return Object.entries(wanted).flatMap(([field, value]) => {
    const here = path === '' ? field : `${path}.${field}`;
    if (optional.has(here)) return [];
    if (!(field in found)) return [here];
    const inner = found[field];
    return isJson(value) && isJson(inner) ? missing(value, inner, here) : [];
  });
}

/** Fields of what this command or this person has and another has not. */
const optional = new Set([
  'data.resolved',
  'data.target_id',
  'data.options',
  'member.is_pending',
  'member.avatar_decoration_data',
]);

function attachmentsIn(value: unknown): readonly string[] {
  const found = JSON.stringify(value).matchAll(/attachment:\/\/([^"]+)/g);
  return [...found].flatMap((match) => match[1] ?? []);
}
