import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ca = fileURLToPath(new URL('../../fixtures/tls/server.pem', import.meta.url));
const tls = {
  key: readFileSync(ca.replace('server.pem', 'server-key.pem')),
  cert: readFileSync(ca),
};
const asking = fileURLToPath(new URL('./asking.ts', import.meta.url));

/** What each server was asked, in the order it came. */
let seen: string[];
let servers: Server[];
/** A tunnel is no connection of its server any more. */
let sockets: Socket[];

beforeEach(() => {
  seen = [];
  servers = [];
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
});

describe('an Alertmanager behind TLS of a private CA', () => {
  it('is not believed, and the problem says how to trust it', async () => {
    const url = await encrypted();
    const [said] = await ask({}, url);
    expect(said).toMatchObject({
      problem: { code: 'ALERTMANAGER_CERTIFICATE', facts: { why: 'DEPTH_ZERO_SELF_SIGNED_CERT' } },
    });
    expect(seen).toEqual([]);
  });

  it('is asked once the CA is known', async () => {
    const url = await encrypted();
    expect(await ask({ NODE_EXTRA_CA_CERTS: ca }, url)).toEqual([{ alerts: 0 }]);
    expect(seen).toEqual(['alertmanager']);
  });

  it('whose certificate names another host is not believed', async () => {
    const url = (await encrypted()).replace('127.0.0.1', 'localhost');
    expect(await ask({ NODE_EXTRA_CA_CERTS: ca }, url)).toMatchObject([
      { problem: { facts: { why: 'ERR_TLS_CERT_ALTNAME_INVALID' } } },
    ]);
  });
});

describe('an Alertmanager behind a proxy', () => {
  it('is asked through a tunnel when it speaks TLS, so that the proxy reads nothing', async () => {
    const [url, proxy] = [await encrypted(), await proxied()];
    const said = await ask({ NODE_EXTRA_CA_CERTS: ca, HTTPS_PROXY: proxy }, url);
    expect(said).toEqual([{ alerts: 0 }]);
    expect(seen).toEqual([`tunnel to ${new URL(url).host}`, 'alertmanager']);
  });

  it('is asked through it as it is otherwise, with the credential of the proxy', async () => {
    const [url, proxy] = [await plain(), await proxied('ana:canary')];
    const said = await ask({ HTTP_PROXY: proxy.replace('//', '//ana:canary@') }, url);
    expect(said).toEqual([{ alerts: 0 }]);
    expect(seen).toEqual([`forward to ${new URL(url).host}`, 'alertmanager']);
  });

  it('that refuses us is told apart from one that answers, without its password', async () => {
    const [url, tunnelled] = [await plain(), await encrypted()];
    const proxy = (await proxied('ana:other')).replace('//', '//ana:canary@');
    const env = { NODE_EXTRA_CA_CERTS: ca, HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
    const said = await ask(env, url, tunnelled);
    expect(said.map(({ problem }) => problem?.code)).toEqual([
      'ALERTMANAGER_PROXY',
      'ALERTMANAGER_PROXY',
    ]);
    expect(JSON.stringify(said)).not.toContain('canary');
    expect(seen).not.toContain('alertmanager');
  });

  it('is asked directly where NO_PROXY says so', async () => {
    const [url, proxy] = [await plain(), await proxied()];
    const said = await ask({ HTTP_PROXY: proxy, NO_PROXY: '127.0.0.1' }, url);
    expect(said).toEqual([{ alerts: 0 }]);
    expect(seen).toEqual(['alertmanager']);
  });
});

interface Said {
  readonly alerts?: number;
  readonly problem?: { readonly code: string };
}

async function ask(env: Record<string, string>, ...urls: readonly string[]): Promise<Said[]> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [asking, ...urls], { env });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function encrypted(): Promise<string> {
  const server = createTlsServer(tls, (_request, response) => {
    seen.push('alertmanager');
    response.end('[]');
  });
  return `https://127.0.0.1:${await portOf(server)}`;
}

async function plain(): Promise<string> {
  const server = createServer((_request, response) => {
    seen.push('alertmanager');
    response.end('[]');
  });
  return `http://127.0.0.1:${await portOf(server)}`;
}

/** A proxy as RFC 9110 describes it: tunnels on CONNECT, forwards absolute addresses, may want a password. */
async function proxied(password?: string): Promise<string> {
  const wanted = password && `Basic ${Buffer.from(password).toString('base64')}`;
  const isWelcome = (given: string | undefined) => wanted === undefined || given === wanted;
  const server = createServer(async (request, response) => {
    if (!isWelcome(request.headers['proxy-authorization'])) {
      response.writeHead(407).end();
      return;
    }
    const { host, pathname, search } = new URL(request.url ?? '');
    seen.push(`forward to ${host}`);
    const answer = await fetch(`http://${host}${pathname}${search}`);
    response.writeHead(answer.status).end(await answer.text());
  });
  server.on('connect', (request, near) => {
    if (!isWelcome(request.headers['proxy-authorization'])) {
      near.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    seen.push(`tunnel to ${request.url}`);
    const { hostname, port } = new URL(`http://${request.url}`);
    const far = connect(Number(port), hostname, () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(near).pipe(far);
    });
    far.on('error', () => near.destroy());
    near.on('error', () => far.destroy());
    near.on('close', () => far.destroy());
  });
  return `http://127.0.0.1:${await portOf(server)}`;
}

async function portOf(server: Server): Promise<number> {
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return (server.address() as AddressInfo).port;
}
