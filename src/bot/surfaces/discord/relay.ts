import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Network } from './network.ts';

/**
 * The SDK's websocket knows neither a proxy nor an authority of one's own. Where there is one, it connects to this door
 * on 127.0.0.1 instead, and the door to the gateway: through the proxy, and with TLS of our own. Its path is a secret, so that
 * it serves nobody else on this host.
 */
export interface Relay {
  /** The address under which the gateway at this one is reached. */
  through(gateway: string): string;
  close(): void;
}

/** A gateway that does not shake hands. */
const handshakeMs = 30_000;

export async function openRelay(network: Network): Promise<Relay> {
  const secret = randomBytes(24).toString('base64url');
  const sockets = new Set<Duplex>();
  const server = createServer((_request, response) => {
    response.writeHead(404).end();
  });

  function keep(socket: Duplex): void {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  }

  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    keep(socket);
    socket.on('error', () => socket.destroy());
    const target = targetOf(request, secret);
    if (target === undefined) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    const isPlain = target.protocol === 'http:';
    const begin = isPlain ? overHttp : overHttps;
    const asked = begin(target, {
      headers: { ...forwarded(request), host: target.host },
      agent: isPlain ? network.agents.http : network.agents.https,
      timeout: handshakeMs,
    });
    asked.once('timeout', () => asked.destroy(new Error('no handshake in time')));
    asked.on('error', () => void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    asked.once('response', ({ statusCode }) => {
      socket.end(`HTTP/1.1 ${statusCode ?? 502} Refused\r\n\r\n`);
      asked.destroy();
    });
    asked.once('upgrade', (answer, far, farHead: Buffer) => {
      far.setTimeout(0);
      keep(far);
      far.on('error', () => far.destroy());
      socket.write(headOf(answer));
      if (farHead.length > 0) socket.write(farHead);
      if (head.length > 0) far.write(head);
      far.pipe(socket).pipe(far);
      far.once('close', () => socket.destroy());
      socket.once('close', () => far.destroy());
    });
    asked.end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const { port } = addressOf(server.address());

  return {
    through: (gateway) =>
      `ws://127.0.0.1:${port}/${secret}/${Buffer.from(gateway).toString('base64url')}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** `/secret/gateway?v=10&encoding=json`: the query is the SDK's. */
function targetOf({ url = '' }: IncomingMessage, secret: string): URL | undefined {
  const [, given, name = '', query = ''] = /^\/([^/]+)\/([\w-]+)\/?(\?.*)?$/.exec(url) ?? [];
  if (given !== secret) return undefined;
  const gateway = URL.parse(Buffer.from(name, 'base64url').toString('utf8'));
  if (gateway === null || !/^wss?:$/.test(gateway.protocol)) return undefined;
  const scheme = gateway.protocol === 'ws:' ? 'http' : 'https';
  return new URL(`${scheme}://${gateway.host}${gateway.pathname}${query}`);
}

function forwarded({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) =>
    /^(connection|upgrade|user-agent|sec-websocket-.*)$/.test(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function headOf({ rawHeaders }: IncomingMessage): string {
  const lines = ['HTTP/1.1 101 Switching Protocols'];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (typeof address === 'object' && address) return address;
  throw new Error('the relay does not listen');
}
