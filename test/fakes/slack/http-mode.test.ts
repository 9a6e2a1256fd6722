import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, isValidSlackRequest } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TurningClock, turningClock } from '../turning-clock.ts';
import { bytesOf } from './body.ts';
import { signature } from './deliveries.ts';
import { button, quiet, type Shop, startShop } from './given.ts';

let clock: TurningClock;
let at: Shop;
let server: Server;
let received: { request: IncomingMessage; body: string }[];
let answer: (response: ServerResponse, body: string) => void;

beforeEach(async () => {
  clock = turningClock();
  at = await startShop({ clock, rates: 'unlimited' });
  received = [];
  answer = (response) => response.writeHead(200).end();
  server = createServer(async (request, response) => {
    const body = (await bytesOf(request)).toString('utf8');
    received.push({ request, body });
    answer(response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  at.slack.deliverTo(urlOf(server));
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await at.slack.close();
});

function urlOf(of: Server): string {
  return `http://127.0.0.1:${(of.address() as AddressInfo).port}/slack/events`;
}

describe('what is delivered', () => {
  it('is signed over its raw body', async () => {
    await at.ana.types('/ops status "a & b"', at.ops);
    const [{ request, body } = { request: undefined, body: '' }] = received;
    const header = (name: string) => String(request?.headers[name]);
    const timestamp = header('x-slack-request-timestamp');
    const check = (text: string) =>
      isValidSlackRequest({
        signingSecret: at.slack.signingSecret,
        body: text,
        headers: {
          'x-slack-signature': header('x-slack-signature'),
          'x-slack-request-timestamp': Number(timestamp),
        },
      });
    expect(check(body)).toBe(true);
    expect(check(`${body}x`)).toBe(false);
  });

  it('signs as the published example does', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    // https://docs.slack.dev/authentication/verifying-requests-from-slack
    expect(signature('8f742231b10e8888abcd99yyyzzz85a5', '1531420618', body)).toBe(
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    );
  });

  it('asks the request URL to repeat a challenge', async () => {
    answer = (response, body) => response.end(JSON.parse(body).challenge);
    expect(await at.slack.verifyUrl()).toBe(true);
    answer = (response) => response.end('something else');
    expect(await at.slack.verifyUrl()).toBe(false);
  });
});

describe('events', () => {
  const tries = () =>
    received.map(({ request }) => request.headers['x-slack-retry-num'] ?? 'first');
  const tried = (count: number) => at.slack.until(() => at.slack.deliveries.length === count);

  it('come again at once, after a minute and after five, and then no more', async () => {
    answer = (response) => response.writeHead(500).end();
    await at.ana.says('@tocsin status', at.ops);
    await tried(2);
    clock.passes(60_000);
    await tried(3);
    clock.passes(300_000);
    await tried(4);
    clock.passes(3_600_000);
    expect(tries()).toEqual(['first', '1', '2', '3']);
    const ids = received.map(({ body }) => JSON.parse(body).event_id);
    expect(new Set(ids).size).toBe(1);
  });

  it('come once when they are acknowledged, or when the app asks for no more', async () => {
    await at.ana.says('@tocsin status', at.ops);
    answer = (response) => response.writeHead(500, { 'x-slack-no-retry': '1' }).end();
    await at.ana.says('@tocsin status', at.ops);
    clock.passes(3_600_000);
    expect(tries()).toEqual(['first', 'first']);
  });

  it('come again after three seconds without an answer', async () => {
    answer = () => undefined;
    const said = at.ana.says('@tocsin status', at.ops);
    await expect.poll(() => received.length).toBe(1);
    clock.passes(3_000);
    await said;
    answer = (response) => response.end();
    await expect.poll(() => received.length).toBe(2);
    expect(received[1]?.request.headers['x-slack-retry-reason']).toBe('timeout');
  });
});

describe('the three seconds', () => {
  it('end with the platform’s own error, and a late answer changes nothing', async () => {
    let late: ServerResponse | undefined;
    answer = (response) => {
      late = response;
    };
    const typed = at.ana.types('/ops status', at.ops);
    await expect.poll(() => received.length).toBe(1);
    clock.passes(2_999);
    clock.passes(1);
    expect(await typed).toMatchObject({ acked: false, error: 'operation_timeout' });
    late?.end('too late');
    expect(at.ana.sees(at.ops)).toEqual([]);
    expect(at.slack.unacknowledged()).toHaveLength(1);
    expect(at.slack.ackTimes()).toEqual([]);
  });

  it('are not waited for when the app refuses or cannot be reached', async () => {
    answer = (response) => response.writeHead(503).end();
    const refused = await at.ana.types('/ops status', at.ops);
    expect(refused).toMatchObject({ acked: false, error: 'dispatch_failed' });
    at.slack.deliverTo('http://127.0.0.1:1/slack/events');
    expect(await at.ana.types('/ops status', at.ops)).toMatchObject({ error: 'dispatch_failed' });
  });
});

it('speaks with the real receiver of bolt', async () => {
  const receiver = new HTTPReceiver({
    signingSecret: at.slack.signingSecret,
    port: 0,
    logger: quiet,
  });
  const app = new App({
    receiver,
    token: at.shop.botToken,
    tokenVerificationEnabled: false,
    logger: quiet,
    clientOptions: { slackApiUrl: at.slack.apiUrl },
  });
  app.command('/ops', async ({ ack }) => ack('over HTTP'));
  app.action('approve', async ({ ack, respond }) => {
    await ack();
    await respond({ text: 'approved', replace_original: true });
  });
  const heard: string[] = [];
  app.event('app_mention', async ({ event }) => {
    heard.push(event.text);
  });
  const bolt = await receiver.start(0);
  at.slack.deliverTo(urlOf(bolt as Server));
  expect(await at.slack.verifyUrl()).toBe(true);
  expect(await at.slack.checkSsl()).toMatchObject({ acked: true });
  await at.ana.types('/ops status', at.ops);
  expect(at.ana.sees(at.ops)).toEqual(['over HTTP']);
  await at.client.chat.postMessage({
    channel: at.ops.id,
    text: 'plan',
    blocks: [{ type: 'actions', elements: [button('Approve', 'approve')] }],
  });
  await at.ana.presses('Approve', at.ops);
  await at.slack.until(() => at.shop.message(at.ops, 'approved'));
  await at.ana.says('@tocsin hello', at.ops);
  expect(heard).toEqual([`<@${at.shop.botUser}> hello`]);
  await receiver.stop();
});
