import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectSlack } from '../../../src/bot/surfaces/slack/index.ts';
import type { Channel, FakePerson } from '../../fakes/slack/index.ts';
import { startFakeSlack } from '../../fakes/slack/index.ts';
import { turningClock } from '../../fakes/turning-clock.ts';
import { eventually } from '../../support/eventually.ts';
import { incidentCard } from '../console/sample-cards.ts';
import { optionsFor, playedDesk } from './stage.ts';

const file = (name: string) =>
  readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** What stands between us and Slack: it hands bytes on, and says what it was asked for. */
async function listening(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
  close(): unknown;
}): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null && 'port' in address
    ? Number(address.port)
    : 0;
}

function pipe(left: Socket, right: Socket): void {
  for (const socket of [left, right]) socket.on('error', () => undefined);
  left.pipe(right).pipe(left);
  ends.push(() => {
    left.destroy();
    right.destroy();
  });
}

/** Slack as it is seen from outside: over TLS, by a certificate of our own authority, its sockets too. */
async function behindTls(port: number): Promise<number> {
  const server = createHttpsServer(
    { key: file('server-key.pem'), cert: file('server.pem') },
    (request, response) => {
      handOn(request, port)
        .then(({ status, type, text }) => {
          const outside = text.replaceAll(`ws://127.0.0.1:${port}`, `wss://127.0.0.1:${own}`);
          response.writeHead(status, { 'content-type': type }).end(outside);
        })
        .catch(() => response.destroy());
    },
  );
  server.on('upgrade', (request, socket: Socket, head: Buffer) => {
    const far = connect(port, '127.0.0.1', () => {
      const lines = [`GET ${request.url} HTTP/1.1`];
      for (const [name, value] of Object.entries(request.headers)) lines.push(`${name}: ${value}`);
      far.write(`${lines.join('\r\n')}\r\n\r\n`);
      far.write(head);
      pipe(socket, far);
    });
  });
  const own = await listening(server);
  return own;
}

async function handOn(request: IncomingMessage, port: number) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const answer = await fetch(`http://127.0.0.1:${port}${request.url}`, {
    method: request.method ?? 'GET',
    headers: {
      authorization: request.headers.authorization ?? '',
      'content-type': request.headers['content-type'] ?? '',
    },
    body: Buffer.concat(chunks),
  });
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, type, text: await answer.text() };
}

interface Proxy {
  readonly port: number;
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[];
}

async function proxy(answer = 200): Promise<Proxy> {
  const asked: Proxy['asked'] = [];
  const server: Server = createHttpServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    const { 'proxy-authorization': authorization } = request.headers;
    asked.push({ path: request.url ?? '', authorization });
    if (answer !== 200) {
      socket.end(`HTTP/1.1 ${answer} No\r\n\r\n`);
      return;
    }
    const [host = '', port] = (request.url ?? '').split(':');
    const far = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.write(head);
      pipe(socket, far);
    });
    far.on('error', () => socket.destroy());
  });
  return { port: await listening(server), asked };
}

async function played(reach: { proxy?: string; ca?: string; tls?: boolean }) {
  const clock = turningClock();
  const slack = await startFakeSlack({ clock, rates: 'unlimited' });
  const shop = slack.workspace({ name: 'shop' });
  const desk = playedDesk();
  const api = new URL(slack.apiUrl);
  if (reach.tls) {
    api.port = String(await behindTls(Number(api.port)));
    api.protocol = 'https:';
  }
  const connection = connectSlack({
    ...optionsFor({ slack, shop, desk, clock }),
    api: api.href,
    proxy: reach.proxy,
    ca: reach.ca,
  });
  ends.unshift(() => {
    connection.close().catch(() => undefined);
    slack.close().catch(() => undefined);
  });
  return { slack, shop, desk, connection, api };
}

describe('Slack behind a proxy', () => {
  it('is reached through it with every call and with every socket', async () => {
    const between = await proxy();
    const { slack, shop, desk, connection, api } = await played({
      proxy: `http://bot:s%40cret@127.0.0.1:${between.port}`,
    });
    const ops: Channel = shop.channel('ops');
    const ana: FakePerson = shop.person('ana');
    connection.start();
    await eventually('both sockets stand', () => slack.sockets.count() === 2);
    const post = { incident: 'inc-1', place: '#ops', card: incidentCard, ref: undefined };
    expect(await connection.surface.ensureRoot(post)).toMatchObject({ ok: true });
    expect(await ana.types('/ops status', ops)).toMatchObject({ acked: true });
    expect(desk.taken).toHaveLength(1);
    await slack.until(() => ana.sees(ops)[0]);
    expect(new Set(between.asked.map(({ path }) => path))).toEqual(new Set([api.host]));
    const authorization = `Basic ${Buffer.from('bot:s@cret').toString('base64')}`;
    expect(between.asked.every((one) => one.authorization === authorization)).toBe(true);
    expect(between.asked.length).toBeGreaterThanOrEqual(3);
  });

  it('that lets nothing through is waited for: nothing was sent', async () => {
    const between = await proxy(407);
    const { connection } = await played({ proxy: `http://127.0.0.1:${between.port}` });
    const post = { incident: 'inc-1', place: 'C01', card: incidentCard, ref: undefined };
    expect(await connection.surface.ensureRoot(post)).toMatchObject({ ok: false, why: 'wait' });
    expect(connection.health()).toEqual({ state: 'down', code: 'SLACK_UNREACHABLE' });
  });
});

describe('Slack behind a certificate of our own authority', () => {
  it('is trusted when that authority is, for calls and for sockets, through a proxy as well', async () => {
    const between = await proxy();
    for (const way of [{}, { proxy: `http://127.0.0.1:${between.port}` }]) {
      const { slack, shop, desk, connection } = await played({
        tls: true,
        ca: file('server.pem'),
        ...way,
      });
      const ops = shop.channel('ops');
      const ana = shop.person('ana');
      connection.start();
      await eventually('both sockets stand', () => slack.sockets.count() === 2);
      const post = { incident: 'inc-1', place: '#ops', card: incidentCard, ref: undefined };
      expect(await connection.surface.ensureRoot(post)).toMatchObject({ ok: true });
      expect(await ana.types('/ops status', ops)).toMatchObject({ acked: true });
      expect(desk.taken).toHaveLength(1);
    }
    // At least two sockets and one connection for calls.
    expect(between.asked.length).toBeGreaterThanOrEqual(3);
  });

  it('is not trusted otherwise, and nothing is sent', async () => {
    const { slack, shop, connection } = await played({ tls: true });
    shop.channel('ops');
    const post = { incident: 'inc-1', place: '#ops', card: incidentCard, ref: undefined };
    expect(await connection.surface.ensureRoot(post)).toMatchObject({ ok: false, why: 'wait' });
    expect(slack.calls).toEqual([]);
  });
});

describe('a proxy that never answers', () => {
  let silent: number;
  beforeEach(async () => {
    silent = await listening(createServer((socket) => ends.push(() => socket.destroy())));
  });

  it('does not hold a call for ever', async () => {
    const { connection } = await played({ proxy: `http://127.0.0.1:${silent}` });
    const post = { incident: 'inc-1', place: 'C01', card: incidentCard, ref: undefined };
    expect(await connection.surface.ensureRoot(post)).toMatchObject({ ok: false, why: 'wait' });
  });
});
