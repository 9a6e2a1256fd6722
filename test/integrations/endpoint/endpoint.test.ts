import { createServer as createHttp, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connect, targetEndpoint } from '../../../src/integrations/endpoint/index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function answering(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(createHttp(listener))}/health`;
}

const codeOf = async (url: string, more: { status?: number; timeoutMs?: number } = {}) => {
  const { timeoutMs = 2000, ...rest } = more;
  return (await connect({ kind: 'http', url, ...rest }, timeoutMs).check())?.code ?? 'well';
};

describe('an address of http', () => {
  it('answers well with a status of 200 to 299, or with the one that is wanted', async () => {
    const url = await answering((request, response) => {
      response.writeHead(request.url === '/health' ? 204 : 404).end();
    });
    expect(await codeOf(url)).toBe('well');
    expect(await codeOf(url, { status: 204 })).toBe('well');
    expect(await codeOf(url, { status: 200 })).toBe('WATCH_STATUS');
    expect(await codeOf(`${url}/deeper`)).toBe('WATCH_STATUS');
  });

  it('that leads elsewhere is not followed: it is an answer, and no good one', async () => {
    let visited = 0;
    const inside = await answering((_, response) => {
      visited += 1;
      response.end('secret');
    });
    const url = await answering((_, response) => {
      response.writeHead(302, { location: inside }).end();
    });
    expect(await codeOf(url)).toBe('WATCH_STATUS');
    expect(await codeOf(url, { status: 302 })).toBe('well');
    expect(visited).toBe(0);
  });

  it('that does not answer whole and in time does not answer', async () => {
    const silent = await answering(() => undefined);
    expect(await codeOf(silent, { timeoutMs: 150 })).toBe('WATCH_TIMEOUT');
    const slow = await answering((_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
    });
    expect(await codeOf(slow, { timeoutMs: 150 })).toBe('WATCH_TIMEOUT');
    const cut = await answering((_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
      setImmediate(() => response.destroy());
    });
    expect(await codeOf(cut)).toBe('WATCH_NO_ANSWER');
  });

  it('that never stops is read no further than is needed', async () => {
    let sent = 0;
    const url = await answering((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024))) sent += 64 * 1024;
      };
      response.on('drain', more);
      more();
    });
    expect(await codeOf(url)).toBe('well');
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('that is not there is said by the code of the system alone', async () => {
    const port = await listening(createTcp());
    await closing.pop()?.();
    const found = await connect(
      { kind: 'http', url: `http://127.0.0.1:${port}/?t=1` },
      2000,
    ).check();
    expect(found).toEqual({
      code: 'WATCH_NO_ANSWER',
      facts: { address: `127.0.0.1:${port}`, reason: 'ECONNREFUSED' },
    });
  });

  it('that speaks something else does not answer', async () => {
    const port = await listening(createTcp((socket) => socket.end('SSH-2.0-OpenSSH\r\n')));
    expect(await codeOf(`http://127.0.0.1:${port}/`)).toBe('WATCH_NO_ANSWER');
  });
});

describe('an address of tcp', () => {
  it('answers where a connection is taken, and is told nothing', async () => {
    let heard = '';
    const ended: Promise<void>[] = [];
    const port = await listening(
      createTcp((socket) => {
        socket.on('data', (chunk) => {
          heard += String(chunk);
        });
        ended.push(new Promise((resolve) => socket.on('close', () => resolve())));
      }),
    );
    const endpoint = connect({ kind: 'tcp', host: '127.0.0.1', port }, 2000);
    expect(await endpoint.check()).toBeUndefined();
    await Promise.all(ended);
    expect(heard).toBe('');
  });

  it('that nobody listens at does not', async () => {
    const port = await listening(createTcp());
    await closing.pop()?.();
    const found = await connect({ kind: 'tcp', host: '127.0.0.1', port }, 2000).check();
    expect(found?.facts).toEqual({ address: `127.0.0.1:${port}`, reason: 'ECONNREFUSED' });
  });
});

describe('a target', () => {
  it('says itself whether it is well, and is waited for no longer than any other endpoint', async () => {
    const named = { name: 'postgres/pg-main' };
    const found = { code: 'PG_ALL_SILENT', facts: {} };
    const saying = (answer: Promise<typeof found | undefined>) =>
      targetEndpoint({ ...named, endpoint: { check: () => answer } }, 50).check();
    expect(await saying(Promise.resolve(undefined))).toBeUndefined();
    expect(await saying(Promise.resolve(found))).toEqual(found);
    expect(await saying(new Promise(() => undefined))).toEqual({
      code: 'WATCH_TIMEOUT',
      facts: { address: 'postgres/pg-main', timeoutMs: 50 },
    });
  });
});
