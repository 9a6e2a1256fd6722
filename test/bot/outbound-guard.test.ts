import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createOutbound } from '../../src/bot/outbound-guard.ts';

const bounds = { bytesMax: 1000, timeoutMs: 2000, type: 'image/' };
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface Page {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string;
  readonly location?: string;
}

/** A server of ours; which hosts it was asked for. */
async function serve({ status = 200, type = 'image/png', body = 'png', location }: Page = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.host ?? '');
    response.writeHead(status, { 'content-type': type, ...(location && { location }) });
    response.end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { asked, port, url: `http://127.0.0.1:${port}` };
}

const codeOf = async (answer: ReturnType<ReturnType<typeof createOutbound>['get']>) => {
  const got = await answer;
  return got.ok ? 'ok' : got.problem.code;
};

describe('what an alert links to', () => {
  it('is fetched from a host of the configuration, with its bytes', async () => {
    const { url, asked } = await serve();
    const got = await createOutbound({ allowed: [url] }).get(`${url}/render.png`, bounds);
    expect(got.ok && Buffer.from(got.bytes).toString()).toBe('png');
    expect(asked).toHaveLength(1);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://2852039166/',
    'http://metadata.google.internal/',
    'http://localhost:1/',
    'http://2130706433/',
    'http://0/',
    'http://[::1]/',
    'http://10.0.0.1/',
    'https://evil.example/a.png',
    'http://grafana.example.evil.example/',
    'http://grafana.example:81/',
    'https://grafana.example/',
  ])('is not fetched from %s, and its name is not even looked up', async (url) => {
    const looked: string[] = [];
    const outbound = createOutbound({
      allowed: ['http://grafana.example'],
      resolve: async (host) => {
        looked.push(host);
        return ['93.184.216.34'];
      },
    });
    expect(await codeOf(outbound.get(url, bounds))).toBe('OUTBOUND_NOT_ALLOWED');
    expect(looked).toEqual([]);
  });

  it.each([
    'http://grafana.example@evil.example/',
    'file:///etc/passwd',
    'gopher://grafana.example',
  ])('is no page: %s', async (url) => {
    const outbound = createOutbound({ allowed: ['http://grafana.example'] });
    expect(await codeOf(outbound.get(url, bounds))).toBe('OUTBOUND_NO_PAGE');
  });

  it.each([
    ['127.0.0.1'],
    ['::1'],
    ['169.254.169.254'],
    ['::ffff:169.254.169.254'],
    ['fe80::1'],
    ['0.0.0.0'],
    // One good address does not make up for a bad one.
    ['93.184.216.34', '169.254.169.254'],
  ])('is not fetched where a name that is allowed leads to %s', async (...addresses) => {
    const outbound = createOutbound({
      allowed: ['http://grafana.example'],
      resolve: async () => addresses,
    });
    expect(await codeOf(outbound.get('http://grafana.example/a.png', bounds))).toBe(
      'OUTBOUND_ADDRESS_REFUSED',
    );
  });

  it('goes to the address that was judged, whatever the name says a moment later', async () => {
    const { port, asked } = await serve();
    const allowed = `http://localhost:${port}`;
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    let looked = 0;
    const outbound = createOutbound({
      allowed: [allowed],
      resolve: async () => answers[looked++] ?? [],
    });
    expect(await codeOf(outbound.get(`${allowed}/a.png`, bounds))).toBe('ok');
    expect([looked, asked]).toEqual([1, [`localhost:${port}`]]);
    expect(await codeOf(outbound.get(`${allowed}/a.png`, bounds))).toBe('OUTBOUND_ADDRESS_REFUSED');
    expect(asked).toHaveLength(1);
  });

  it('is not followed elsewhere, and not taken for what it is not', async () => {
    const inner = await serve();
    const cases: readonly (readonly [Page, string])[] = [
      [{ status: 302, location: `${inner.url}/secret` }, 'OUTBOUND_STATUS'],
      [{ type: 'text/html' }, 'OUTBOUND_TYPE'],
      [{ body: 'x'.repeat(1001) }, 'OUTBOUND_TOO_LARGE'],
    ];
    for (const [page, code] of cases) {
      const { url } = await serve(page);
      const outbound = createOutbound({ allowed: [url] });
      expect(await codeOf(outbound.get(`${url}/a.png`, bounds))).toBe(code);
    }
    expect(inner.asked).toEqual([]);
  });

  it('that nobody answers for is said, and nothing rejects', async () => {
    const { url } = await serve();
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    expect(await codeOf(createOutbound({ allowed: [url] }).get(url, bounds))).toBe(
      'OUTBOUND_FAILED',
    );
    const nowhere = createOutbound({
      allowed: ['http://grafana.example'],
      resolve: () => Promise.reject(new Error('ENOTFOUND')),
    });
    expect(await codeOf(nowhere.get('http://grafana.example/', bounds))).toBe(
      'OUTBOUND_NO_ADDRESS',
    );
  });
});
