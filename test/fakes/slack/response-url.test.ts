import type { App } from '@slack/bolt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TurningClock, turningClock } from '../turning-clock.ts';
import { button, type Shop, startApp, startShop } from './given.ts';

let clock: TurningClock;
let at: Shop;
let app: App;
let url: string;

beforeEach(async () => {
  clock = turningClock();
  at = await startShop({ clock, rates: 'unlimited' });
  app = await startApp(at);
  app.action('approve', async ({ ack, body }) => {
    if ('response_url' in body) url = String(body.response_url);
    await ack();
  });
  app.command('/ops', async ({ ack, body }) => {
    url = body.response_url;
    await ack();
  });
});

afterEach(async () => {
  await app.stop();
  await at.slack.close();
});

async function respond(body: object): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return `${response.status} ${await response.text()}`;
}

async function pressed(thread?: string) {
  await app.client.chat.postMessage({
    channel: at.ops.id,
    text: 'plan',
    blocks: [{ type: 'actions', elements: [button('Approve', 'approve')] }],
    ...(thread ? { thread_ts: thread } : {}),
  });
  await at.ana.presses('Approve', at.ops);
}

it('answers the person alone unless told otherwise', async () => {
  await at.ana.types('/ops status', at.ops);
  await respond({ text: 'for you' });
  await respond({ text: 'for all', response_type: 'in_channel' });
  expect(at.ana.sees(at.ops)).toEqual(['for you']);
  expect(at.shop.channelText(at.ops)).toMatch(/tocsin: for all$/);
});

it('replaces and deletes what was pressed', async () => {
  await pressed();
  await respond({ text: 'approved', replace_original: true });
  expect(at.shop.channelText(at.ops)).toMatch(/tocsin: approved \(edited\)$/);
  await respond({ delete_original: true });
  expect(at.shop.channelText(at.ops)).toBe('');
});

it('replaces what only one person sees', async () => {
  await app.client.chat.postEphemeral({
    channel: at.ops.id,
    user: at.ana.id,
    text: 'sure?',
    blocks: [{ type: 'actions', elements: [button('Approve', 'approve')] }],
  });
  await at.ana.presses('Approve', at.ops);
  await respond({ text: 'done', replace_original: true });
  expect(at.ana.sees(at.ops)).toEqual(['done']);
});

it('says something in a thread when it is for all and the thread is named', async () => {
  const root = await at.ana.says('checkout is slow', at.ops);
  await pressed(root.ts);
  await respond({ text: 'seen', response_type: 'in_channel', thread_ts: root.ts });
  expect(at.shop.replies(root).map(({ text }) => text)).toEqual(['plan', 'seen']);
});

it('works five times', async () => {
  await at.ana.types('/ops status', at.ops);
  for (let use = 0; use < 5; use += 1) expect(await respond({ text: 'x' })).toMatch(/^200/);
  expect(await respond({ text: 'x' })).toBe('404 {"ok":false,"error":"used_url"}');
});

it('works for half an hour', async () => {
  await at.ana.types('/ops status', at.ops);
  clock.passes(30 * 60_000 - 1_000);
  expect(await respond({ text: 'x' })).toMatch(/^200/);
  clock.passes(2_000);
  expect(await respond({ text: 'x' })).toBe('404 {"ok":false,"error":"expired_url"}');
});

it('works where the bot is no member', async () => {
  await at.ana.types('/ops status', at.ops);
  await at.shop.kicks(at.ops);
  expect(await respond({ text: 'still here', response_type: 'in_channel' })).toMatch(/^200/);
});

it('can fail like every call, without using one of the five', async () => {
  await at.ana.types('/ops status', at.ops);
  at.slack.outage.next(5, { kind: 'server-error' }, { methods: ['response_url'] });
  for (let use = 0; use < 5; use += 1) expect(await respond({ text: 'x' })).toMatch(/^500/);
  expect(await respond({ text: 'at last' })).toMatch(/^200/);
  expect(at.ana.sees(at.ops)).toEqual(['at last']);
  expect(at.slack.calls.filter(({ method }) => method === 'response_url')).toHaveLength(6);
});

it('refuses blocks that nobody could show', async () => {
  await at.ana.types('/ops status', at.ops);
  expect(await respond({ blocks: [{ type: 'nonsense' }] })).toBe(
    '500 {"ok":false,"error":"invalid_blocks"}',
  );
});
