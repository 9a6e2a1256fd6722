import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectWorkspaces } from '../../../src/bot/surfaces/slack/index.ts';
import type { Channel, FakePerson } from '../../fakes/slack/index.ts';
import { eventually } from '../../support/eventually.ts';
import { counters, optionsFor, playedDesk, type Stage, startStage } from './stage.ts';

let stage: Stage;
let ops: Channel;
let ana: FakePerson;
let server: Server;
let url: string;

beforeEach(async () => {
  stage = await startStage({ mode: 'http' });
  ops = stage.shop.channel('ops');
  ana = stage.shop.person('ana');
  stage.connection.start();
  const [route] = stage.connection.routes;
  server = createServer((request, response) => {
    route?.handle(request, response, {}).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/slack/events`;
  stage.slack.deliverTo(url);
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await stage.close();
});

interface Sent {
  readonly secret?: string;
  readonly at?: number;
  readonly type?: string;
}

async function send(body: string, { secret, at, type }: Sent = {}): Promise<number> {
  const stamp = String(Math.floor((at ?? stage.clock.now()) / 1000));
  const signature = createHmac('sha256', secret ?? stage.slack.signingSecret)
    .update(`v0:${stamp}:${body}`)
    .digest('hex');
  const { status } = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': type ?? 'application/json',
      'x-slack-request-timestamp': stamp,
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  });
  return status;
}

const event = (more: object = {}) =>
  JSON.stringify({
    type: 'event_callback',
    event_id: 'Ev1',
    team_id: stage.shop.id,
    event: { type: 'app_mention', user: ana.id, text: 'ack', ts: '1.2', channel: ops.id, ...more },
  });

describe('HTTP mode', () => {
  it('opens no socket, and repeats the challenge that Slack asks of an address', async () => {
    expect(await stage.slack.verifyUrl()).toBe(true);
    expect(stage.slack.sockets.count()).toBe(0);
    await eventually('all is well', () => stage.connection.health().state === 'ok');
  });

  it('takes commands and events, and acknowledges them when they are on disk', async () => {
    expect(await ana.types('/ops status', ops)).toMatchObject({ acked: true });
    await ana.says('@tocsin ack', ops);
    expect(stage.desk.taken).toMatchObject([{ line: 'status' }, { line: 'ack' }]);
    expect(stage.slack.deliveries.every(({ acked }) => acked)).toBe(true);
  });

  it('lets the person see the error of Slack when the journal takes nothing', async () => {
    stage.desk.refuses = true;
    expect(await ana.types('/ops status', ops)).toMatchObject({
      acked: false,
      error: 'dispatch_failed',
    });
  });

  it('refuses what is signed by another secret, and what is not signed at all', async () => {
    expect(await send(event(), { secret: 'guessed' })).toBe(401);
    const bare = await fetch(url, { method: 'POST', body: event() });
    expect(bare.status).toBe(401);
    expect(await bare.json()).toEqual({ error: 'SLACK_SIGNATURE_WRONG' });
    expect(stage.desk.taken).toEqual([]);
    expect(stage.counted.refused).toEqual(['SLACK_SIGNATURE_WRONG', 'SLACK_SIGNATURE_WRONG']);
  });

  it('refuses what is more than five minutes old, or of the future', async () => {
    const now = stage.clock.now();
    expect(await send(event(), { at: now - 302_000 })).toBe(401);
    expect(await send(event(), { at: now + 302_000 })).toBe(401);
    expect(stage.counted.refused).toEqual(['SLACK_REQUEST_STALE', 'SLACK_REQUEST_STALE']);
    expect(await send(event(), { at: now - 298_000 })).toBe(200);
  });

  it('refuses the same request a second time', async () => {
    const at = stage.clock.now();
    expect(await send(event(), { at })).toBe(200);
    expect(await send(event(), { at })).toBe(401);
    expect(stage.desk.taken).toHaveLength(1);
    expect(stage.counted.refused).toEqual(['SLACK_REQUEST_REPLAYED']);
  });

  it('takes the same request again when the journal did not take it before', async () => {
    const at = stage.clock.now();
    stage.desk.refuses = true;
    expect(await send(event(), { at })).toBe(503);
    stage.desk.refuses = false;
    expect(await send(event(), { at })).toBe(200);
    expect(stage.desk.taken).toHaveLength(1);
  });

  it.each([
    ['no JSON at all', '{"type":', 400],
    ['no object', '[1,2]', 400],
    ['an event of no kind that we read', '{"type":"event_callback","team_id":"T"}', 200],
  ])('answers %s', async (_what, body, status) => {
    expect(await send(body)).toBe(status);
    expect(stage.desk.taken).toEqual([]);
  });

  it('hears no bot, whatever user it speaks as', async () => {
    expect(await send(event({ bot_id: 'B01' }))).toBe(200);
    expect(await send(event({ user: undefined }))).toBe(200);
    expect(await send(event({ user: stage.shop.botUser }))).toBe(200);
    expect(stage.desk.taken).toEqual([]);
    expect(stage.counted.refused).toEqual(['SLACK_STRANGER', 'SLACK_STRANGER', 'SLACK_STRANGER']);
  });

  it('answers a test of its certificate, and a body that is too large', async () => {
    const form = 'application/x-www-form-urlencoded';
    expect(await send('ssl_check=1&token=x', { type: form })).toBe(200);
    expect(await send('x'.repeat(1024 * 1024 + 1)).catch(() => 413)).toBe(413);
  });

  it('verifies the vector that Slack publishes', () => {
    // https://docs.slack.dev/authentication/verifying-requests-from-slack
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const signature = createHmac('sha256', '8f742231b10e8888abcd99yyyzzz85a5')
      .update(`v0:1531420618:${body}`)
      .digest('hex');
    expect(signature).toBe('a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503');
  });
});

describe('several workspaces of one app', () => {
  it('hear each what happens in it, on one address and on shared sockets', async () => {
    const other = stage.slack.workspace({ name: 'bakery' });
    const bea = other.person('bea');
    const room = other.channel('ops');
    for (const mode of ['http', 'socket'] as const) {
      const desks = [playedDesk(), playedDesk()] as const;
      const { slack, clock } = stage;
      const counted = counters();
      const first = optionsFor({ slack, clock, counted, shop: stage.shop, desk: desks[0] });
      const second = optionsFor({ slack, clock, counted, shop: other, desk: desks[1] });
      const connections = connectWorkspaces([
        { ...first, mode },
        { ...second, mode, name: 'slack/bakery' },
      ]);
      expect(connections.map(({ routes }) => routes.length)).toEqual(
        mode === 'http' ? [1, 0] : [0, 0],
      );
      for (const connection of connections) connection.start();
      const [route] = connections[0]?.routes ?? [];
      server.removeAllListeners('request');
      server.on('request', (request, response) => {
        route?.handle(request, response, {}).catch(() => response.destroy());
      });
      stage.slack.deliverTo(mode === 'http' ? url : undefined);
      const sockets = mode === 'http' ? 0 : 2;
      await eventually('sockets', () => stage.slack.sockets.count() === sockets);
      await ana.types('/ops one', ops);
      await bea.types('/ops two', room);
      expect(desks.map(({ taken }) => taken)).toMatchObject([
        [{ line: 'one', actor: { surface: 'slack/main' } }],
        [{ line: 'two', actor: { surface: 'slack/bakery', account: `${other.id}/${bea.id}` } }],
      ]);
      // The sockets are there as long as one of them wants them.
      await connections[0]?.close();
      await bea.types('/ops three', room);
      expect(desks[1].taken).toHaveLength(2);
      await connections[1]?.close();
      await eventually('all are closed', () => stage.slack.sockets.count() === 0);
    }
  });
});
