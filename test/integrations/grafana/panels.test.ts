import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createOutbound } from '../../../src/bot/outbound-guard.ts';
import { FAILURES_MAX, REST_MS } from '../../../src/core/breaker.ts';
import { Secret } from '../../../src/core/secret.ts';
import { connect, PICTURE_MAX_BYTES } from '../../../src/integrations/grafana/index.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const window = { from: 1_000, to: 2_000 };
const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

describe('the panel of an alert', () => {
  it('is drawn by the Grafana of the configuration, with its account, for the time of the incident', async () => {
    const { panels, url, seen } = await grafana(picture);
    const panel = `${url}/d/shop-1/checkout?orgId=3&from=now-1h&viewPanel=panel-7&var-pod=a`;
    expect(panels.knows({ image: '', panel })).toBe(true);
    expect(await panels.picture({ image: '', panel }, window)).toEqual({
      ok: true,
      value: new Uint8Array(png),
    });
    const [request] = seen;
    const asked = new URL(request?.url ?? '', url);
    expect(asked.pathname).toBe('/g/render/d-solo/shop-1/checkout');
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      ...{ orgId: '3', panelId: '7', from: '1000', to: '2000' },
      ...{ width: '1000', height: '500', tz: 'UTC', 'var-pod': 'a' },
    });
    expect(request?.headers.authorization).toBe('Bearer s3cret');
  });

  it('that the alert brought as a picture is fetched, and no account leaves for it', async () => {
    const { panels, url, seen } = await grafana(picture);
    const image = `${url}/public/img/attachments/a.png`;
    expect(await panels.picture({ image, panel: '' }, window)).toMatchObject({ ok: true });
    expect(seen.map((each) => [each.url, each.headers.authorization])).toEqual([
      ['/g/public/img/attachments/a.png', undefined],
    ]);
  });

  it.each([
    ['https://evil.example/d/shop-1/checkout?viewPanel=7'],
    ['http://127.0.0.1:1/g/d/shop-1/checkout?viewPanel=7'],
    ['HERE/../d/shop-1/checkout?viewPanel=7'],
    ['HERE/d/shop-1/checkout'],
    ['HERE/d/../../api/admin?viewPanel=7'],
    ['HERE/d/shop-1/checkout?viewPanel=7%26x'],
    ['HERE/explore?viewPanel=7'],
    ['no address'],
    [''],
  ])('is none at %s, and nobody is asked', async (address) => {
    const { panels, url, seen } = await grafana(picture);
    const panel = address.replace('HERE', url);
    expect(panels.knows({ image: '', panel })).toBe(false);
    expect(await panels.picture({ image: '', panel }, window)).toMatchObject({ ok: false });
    expect(seen).toEqual([]);
  });

  it.each<readonly [string, RequestListener, string]>([
    ['refuses', (_request, response) => response.writeHead(403).end(), 'GRAFANA_REFUSED'],
    [
      'sends to its sign-in',
      (_request, response) => response.writeHead(302, { location: '/login' }).end(),
      'GRAFANA_REFUSED',
    ],
    ['has no renderer', (_request, response) => response.writeHead(500).end(), 'GRAFANA_FAILED'],
    ['hangs up', (request) => request.socket.destroy(), 'GRAFANA_UNREACHABLE'],
    [
      'answers a page',
      (_request, response) => response.setHeader('content-type', 'text/html').end('<html>'),
      'GRAFANA_NO_PICTURE',
    ],
    [
      'calls a page a picture',
      (_request, response) => response.setHeader('content-type', 'image/png').end('<html>'),
      'GRAFANA_NO_PICTURE',
    ],
    [
      'answers without an end',
      (_request, response) => {
        response.setHeader('content-type', 'image/png');
        response.end(Buffer.concat([png, Buffer.alloc(PICTURE_MAX_BYTES)]));
      },
      'GRAFANA_TOO_LARGE',
    ],
  ])('of one that %s ends in a sentence', async (_what, handle, code) => {
    const { panels, url } = await grafana(handle);
    const panel = `${url}/d/shop-1/checkout?viewPanel=7`;
    expect(await panels.picture({ image: '', panel }, window)).toMatchObject({
      ok: false,
      problem: { code, facts: { source: 'grafana/main' } },
    });
  });

  it('is not asked for a minute of one that failed five times, then once', async () => {
    const { panels, url, seen, clock } = await grafana((_request, response) =>
      response.writeHead(500).end(),
    );
    const alert = { image: '', panel: `${url}/d/shop-1/checkout?viewPanel=7` };
    for (let turn = 0; turn < FAILURES_MAX; turn += 1) await panels.picture(alert, window);
    expect(await panels.picture(alert, window)).toMatchObject({
      problem: { code: 'GRAFANA_RESTS' },
    });
    expect(seen.length).toBe(FAILURES_MAX);
    clock.at += REST_MS;
    await panels.picture(alert, window);
    expect(seen.length).toBe(FAILURES_MAX + 1);
  });
});

const picture: RequestListener = (_request, response) => {
  response.setHeader('content-type', 'image/png').end(png);
};

async function grafana(handle: RequestListener) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/g`;
  const clock = { at: 1_000_000, now: () => clock.at };
  const api = { source: 'grafana/main', url, timeoutMs: 2_000, bearer: new Secret('s3cret') };
  const { panels, close } = connect(api, { clock, outbound: createOutbound({ allowed: [url] }) });
  opened.push(() => {
    close();
    server.closeAllConnections();
    server.close();
  });
  return { panels, url, seen, clock };
}
