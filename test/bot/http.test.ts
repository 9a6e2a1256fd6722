import { once } from 'node:events';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, type HttpListener, listen, readBody } from '../../src/bot/http.ts';

let listener: HttpListener | undefined;
const agents: Agent[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await listener?.close();
  listener = undefined;
});

describe('a listener that closes', () => {
  it('answers what is under way, says that the connection ends with it, and is gone', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const arrived = Promise.withResolvers<void>();
    const url = await open(async (_request, response) => {
      arrived.resolve();
      await held;
      answer(response, 200, { ok: true });
    });
    const agent = new Agent({ keepAlive: true });
    agents.push(agent);
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      get(`${url}/`, { agent }, resolve).on('error', reject),
    );
    await arrived.promise;
    const closed = listener?.close();
    release();
    const response = await answered;
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(response.headers.connection).toBe('close');
    await closed;
  });

  it('does not wait for a body that never comes', async () => {
    const arrived = Promise.withResolvers<void>();
    const url = await open(async (incoming, response) => {
      arrived.resolve();
      await readBody(incoming, 1000);
      answer(response, 200, {});
    });
    const slow = request(`${url}/`, { method: 'POST', headers: { 'content-length': '10' } });
    slow.on('error', () => undefined);
    slow.write('half');
    await arrived.promise;
    await listener?.close();
  });

  it('nor for a head that never ends', async () => {
    const url = new URL(await open(async (_request, response) => answer(response, 200, {})));
    const socket = connect(Number(url.port), url.hostname);
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n');
    await once(socket, 'connect');
    await listener?.close();
  });

  it('takes no further request on a connection that was kept', async () => {
    const arrived = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    let requests = 0;
    const url = new URL(
      await open(async (_request, response) => {
        requests += 1;
        arrived.resolve();
        await held.promise;
        answer(response, 200, {});
      }),
    );
    const socket = connect(Number(url.port), url.hostname);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await arrived.promise;
    const closed = listener?.close();
    held.resolve();
    await once(socket.resume(), 'end');
    socket.end();
    await closed;
    expect(requests).toBe(1);
  });
});

describe('a request', () => {
  it.each(['//', '*', '/%', '/%00', '/?', 'http://elsewhere.example/', '/../../etc/passwd'])(
    'for %s is answered and harms nothing',
    async (path) => {
      const url = await open(async (_request, response) => answer(response, 200, {}));
      const status = await statusOf(
        url,
        `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      );
      expect(['200', '404']).toContain(status);
    },
  );

  it('with a head that is too long is refused', async () => {
    const url = await open(async (_request, response) => answer(response, 200, {}));
    const long = 'x'.repeat(20 * 1024);
    expect(await statusOf(url, `GET / HTTP/1.1\r\nhost: x\r\na: ${long}\r\n\r\n`)).toBe('431');
  });

  it('by HEAD is answered without a body', async () => {
    const url = await open(async (_request, response) => answer(response, 200, { ok: true }));
    const text = await said(url, 'HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(text).toContain('content-length: 12');
    expect(text.endsWith('\r\n\r\n')).toBe(true);
  });

  it('that follows another at once gets its answer second', async () => {
    let requests = 0;
    const url = await open(async (_request, response) => {
      requests += 1;
      const mine = requests;
      if (mine === 1) await new Promise<void>((resolve) => setImmediate(resolve));
      answer(response, 200, { mine });
    });
    const first = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
    const second = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
    const text = await said(url, first + second);
    expect(text.match(/\{"mine":\d\}/g)).toEqual(['{"mine":1}', '{"mine":2}']);
  });
});

async function open(
  handle: (request: IncomingMessage, response: Parameters<typeof answer>[0]) => Promise<void>,
): Promise<string> {
  const routes = (['GET', 'POST'] as const).map((method) => ({ method, path: '/', handle }));
  listener = await listen({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    routes,
    log: () => undefined,
  });
  return listener.url;
}

async function statusOf(url: string, bytes: string): Promise<string> {
  return (await said(url, bytes)).slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length);
}

async function said(url: string, bytes: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return Buffer.concat(chunks).toString();
}
