import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TurningClock, turningClock } from '../turning-clock.ts';
import { clientOf, outcomeOf, type Shop, startShop } from './given.ts';

let clock: TurningClock;
let at: Shop;

beforeEach(async () => {
  clock = turningClock();
  at = await startShop({ clock });
});

afterEach(() => at.slack.close());

const post = (channel = at.ops.id) =>
  outcomeOf(at.client.chat.postMessage({ channel, text: 'hello' }));

async function outcomes(count: number, call: () => Promise<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for (let index = 0; index < count; index += 1) all.push(await call());
  return all;
}

it('lets a short burst into a channel, then one message a second', async () => {
  expect(await outcomes(4, post)).toEqual(['ok', 'ok', 'ok', '429 after 1']);
  expect(at.slack.refused429('chat.postMessage')).toBe(1);
  clock.passes(1_000);
  expect(await outcomes(2, post)).toEqual(['ok', '429 after 1']);
  expect(at.ops.messages).toHaveLength(4);
});

it('knows a channel by its id and by its name', async () => {
  expect(await outcomes(3, post)).toEqual(['ok', 'ok', 'ok']);
  expect([await post('#ops'), await post('ops')]).toEqual(['429 after 1', '429 after 1']);
});

it('gives each channel a budget of its own, and the workspace one over all', async () => {
  await outcomes(3, post);
  expect(await post(at.shop.channel('dba').id)).toBe('ok');
  const rooms = Array.from({ length: 99 }, (_, index) => at.shop.channel(`room-${index}`).id);
  for (const room of rooms) await outcomes(3, () => post(room));
  expect(await post(at.shop.channel('last').id)).toMatch(/^429 after/);
});

it('gives all updates of a workspace one budget, whatever the channel', async () => {
  const { ts } = await at.client.chat.postMessage({ channel: at.ops.id, text: 'card' });
  const update = () =>
    outcomeOf(at.client.chat.update({ channel: at.ops.id, ts: String(ts), text: 'card' }));
  const all = await outcomes(51, update);
  expect(all.slice(0, 50).every((one) => one === 'ok')).toBe(true);
  expect(all[50]).toMatch(/^429 after (59|60)$/);
  clock.passes(60_000);
  expect(await update()).toBe('ok');
});

it('never lets more than the tier through in any sixty seconds', async () => {
  const list = () => outcomeOf(at.client.conversations.list({}));
  await outcomes(10, list);
  clock.passes(59_000);
  expect((await outcomes(11, list)).at(-1)).toMatch(/^429/);
  clock.passes(1_000);
  expect((await outcomes(11, list)).filter((one) => one === 'ok')).toHaveLength(10);
});

it('counts each workspace and each app by itself', async () => {
  await outcomes(4, post);
  const other = at.shop.otherApp('alertmanager');
  const theirs = clientOf(at.slack, other.token);
  expect(await outcomeOf(theirs.chat.postMessage({ channel: at.ops.id, text: 'x' }))).toBe('ok');
  const bank = at.slack.workspace({ name: 'bank' });
  const bankClient = clientOf(at.slack, bank.botToken);
  const room = bank.channel('ops');
  expect(await outcomeOf(bankClient.chat.postMessage({ channel: room.id, text: 'x' }))).toBe('ok');
});

it('makes a client that queues wait as long as it was told', async () => {
  await outcomes(3, post);
  const patient = clientOf(at.slack, at.shop.botToken, {
    rejectRateLimitedCalls: false,
    retryConfig: { retries: 1, minTimeout: 1, maxTimeout: 1 },
  });
  const waiting = patient.chat.postMessage({ channel: at.ops.id, text: 'at last' });
  await at.slack.until(() => at.slack.refused429() === 1);
  expect(at.shop.message(at.ops, 'at last')).toBeUndefined();
  await waiting;
  expect(at.shop.message(at.ops, 'at last')).toBeDefined();
});

it('paces an incoming webhook alike', async () => {
  const hook = at.shop.incomingWebhook(at.shop.otherApp('alertmanager'), at.ops);
  const send = async () => {
    const response = await fetch(hook, { method: 'POST', body: JSON.stringify({ text: 'fire' }) });
    return `${response.status} ${await response.text()}`;
  };
  expect(await outcomes(4, send)).toEqual(['200 ok', '200 ok', '200 ok', '429 rate_limited']);
  expect(at.shop.channelText(at.ops)).toContain('alertmanager: fire');
});
