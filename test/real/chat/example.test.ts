import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type FakeDiscord, type FakeGuild, startFakeDiscord } from '../../fakes/discord/index.ts';
import { type FakeSlack, type FakeWorkspace, startFakeSlack } from '../../fakes/slack/index.ts';
import { crashLooping, webhookBody } from '../../scenarios/night/alertmanager.ts';
import { eventually } from '../../support/eventually.ts';
import { launch, run, tocsin } from '../../support/tocsin-process.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

it('the example with both platforms is checked, looked at by doctor and started, and hears and speaks on each', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-chat-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  const [slack, discord] = [await startFakeSlack(), await startFakeDiscord()];
  ends.push(
    () => slack.close(),
    () => discord.close(),
  );
  const shop = slack.workspace({ name: 'shop' });
  const guild = discord.addGuild('Shop');
  const [ana, ben] = [shop.person('ana'), shop.person('ben')];
  const [ops, payments] = [shop.channel('ops'), shop.channel('payments-oncall')];
  const people = [guild.addPerson('ana'), guild.addPerson('ben'), guild.addPerson('cem')];
  const talk = guild.addChannel('ops');
  guild.addChannel('payments-oncall');
  const file = join(folder, 'tocsin.yaml');
  const ids = [ana.id, ben.id, ...people.map(({ id }) => id)];
  writeFileSync(file, exampleFor({ slack, shop, discord, guild, ids }));
  const env = {
    AM_TOKEN: 'am-token',
    SLACK_BOT_TOKEN: shop.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    DISCORD_TOKEN: discord.token,
  };
  const says = async (...words: readonly string[]) =>
    run({ argv: [tocsin, ...words, '--config', file], env });

  expect(await says('check')).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse((await says('slack', 'manifest')).stdout).settings.socket_mode_enabled).toBe(
    true,
  );
  expect(await says('discord', 'register')).toMatchObject({ code: 0 });
  expect(guild.commands()).toContain('ops');
  const found = await says('doctor');
  expect(found.stdout).not.toContain('FAIL');
  expect(found).toMatchObject({ code: 0 });
  for (const place of ['slack/main: channel', 'discord/main']) {
    expect(found.stdout).toContain(place);
  }

  const bot = await launch({ argv: [tocsin, 'start', '--config', file], env });
  ends.push(() => bot.signal('SIGTERM'));
  const alerts = [crashLooping('checkout', 'checkout-1', Date.now())];
  const answer = await fetch(`${bot.urls.server}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { authorization: 'Bearer am-token', 'content-type': 'application/json' },
    body: JSON.stringify(webhookBody(alerts, {})),
  });
  expect(answer.status).toBe(200);
  const root = await slack.until(() => shop.roots(ops)[0], 30_000);
  expect(shop.channelText(ops)).toContain('KubePodCrashLooping');
  await eventually('the card stands on Discord', () => talk.messages().length > 0, {
    withinMs: 30_000,
  });
  await slack.until(() => slack.sockets.count() > 0, 30_000);
  await ana.types('/ops help', ops);
  await slack.until(() => ana.sees(ops).join('\n').includes('rollback'), 30_000);
  await ben.says('@tocsin ack', root);
  await slack.until(
    () => shop.replies(root).some(({ text }) => text?.includes('acknowledged')),
    30_000,
  );
  expect(shop.roots(payments)).toEqual([]);

  const metrics = async () => (await fetch(`${bot.urls.metrics}/metrics`)).text();
  for (const surface of ['slack/main', 'discord/main']) {
    const connected = `tocsin_chat_connected{surface="${surface}"} 1`;
    await eventually(connected, async () => (await metrics()).includes(connected), {
      withinMs: 30_000,
    });
  }

  const [asker] = people;
  asker?.uses(talk, '/ops help');
  await eventually('Discord answers', () => asker?.reads(talk).includes('rollback'), {
    withinMs: 30_000,
  });
});

/** With the ids of these platforms, their addresses and free ports; without a cluster, of which there is none. */
function exampleFor({
  slack,
  shop,
  discord,
  guild,
  ids,
}: {
  readonly slack: FakeSlack;
  readonly shop: FakeWorkspace;
  readonly discord: FakeDiscord;
  readonly guild: FakeGuild;
  readonly ids: readonly string[];
}): string {
  const example = readFileSync(
    new URL('../../../examples/chat/tocsin.yaml', import.meta.url),
    'utf8',
  );
  const written = ['U0000ANA1', 'U0000BEN1', '9001/2001', '9001/2002', '9001/2003'];
  const mine = written.reduce((text, placeholder, index) => {
    const id = ids[index] ?? '';
    return text.replaceAll(placeholder, index < 2 ? id : `${guild.id}/${id}`);
  }, example);
  return mine
    .replaceAll('T0123ABCD', shop.id)
    .replace('guild: "9001"', `guild: "${guild.id}"\n      api: ${discord.api}`)
    .replace('application: "8001"', `application: "${discord.applicationId}"`)
    .replace(`team: ${shop.id}`, `team: ${shop.id}\n      api: ${slack.apiUrl}`)
    .replace(', api: http://am.example.com:9093', '')
    .replaceAll(/listen: [\d.]+:\d+/g, 'listen: 127.0.0.1:0')
    .replace(/^services:\n[\s\S]*?\n(?=# Deny)/m, '')
    .replace(/^targets:\n[\s\S]*/m, '');
}
