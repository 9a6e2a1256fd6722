import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import type { Duplex } from 'node:stream';

const read = (name: string) =>
  readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');

/** The authority of the certificate below: it signs itself. */
export const authority = read('server.pem');

export interface Detour {
  readonly port: number;
  close(): Promise<void>;
}

/** What listens at `url`, over TLS with a certificate that no machine knows; it names itself as its gateway. */
export async function behindTls(url: string): Promise<Detour> {
  const { port: behind, host } = new URL(url);
  const server = createTlsServer({ key: read('server-key.pem'), cert: authority });
  server.on('request', (asked: IncomingMessage, answer: ServerResponse) => {
    const { method, url: path, headers } = asked;
    const onward = request({ port: behind, host: '127.0.0.1', method, path, headers }, (got) => {
      const chunks: Buffer[] = [];
      got.on('data', (chunk: Buffer) => chunks.push(chunk));
      got.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const body = text.replaceAll(`ws://${host}`, `wss://127.0.0.1:${portOf(server)}`);
        answer.writeHead(got.statusCode ?? 500, {
          ...got.headers,
          'content-length': Buffer.byteLength(body),
        });
        answer.end(body);
      });
    });
    asked.pipe(onward);
  });
  server.on('upgrade', (asked: IncomingMessage, socket: Duplex, head: Buffer) => {
    const onward = connect(Number(behind), '127.0.0.1', () => {
      const lines = Array.from({ length: asked.rawHeaders.length / 2 }, (_, index) => {
        return `${asked.rawHeaders[2 * index]}: ${asked.rawHeaders[2 * index + 1]}`;
      });
      onward.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return listening(server);
}

export interface ProxyDetour extends Detour {
  /** Every target that was asked for, oldest first. */
  readonly tunnels: readonly string[];
  /** What of it was refused for a missing password. */
  readonly refused: () => number;
}

/** A CONNECT proxy that wants a name and a password. */
export async function connectProxy(credentials: string): Promise<ProxyDetour> {
  const tunnels: string[] = [];
  let refused = 0;
  const server = createServer((_asked, answer) => answer.writeHead(405).end());
  const wanted = `Basic ${Buffer.from(credentials).toString('base64')}`;
  server.on('connect', ({ url = '', headers }: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (headers['proxy-authorization'] !== wanted) {
      refused += 1;
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nConnection: close\r\n\r\n');
      return;
    }
    tunnels.push(url);
    const [host = '', port = ''] = url.split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.once('close', () => onward.destroy());
  });
  return { ...(await listening(server)), tunnels, refused: () => refused };
}

async function listening(server: Server): Promise<Detour> {
  const sockets = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address() as AddressInfo;
  return address.port;
}
