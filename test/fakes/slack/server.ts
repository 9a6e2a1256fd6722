import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearerOf, bytesOf, fileIn } from './body.ts';
import { type CallRecord, type Door, pass } from './door.ts';
import { download, upload } from './files.ts';
import { parsed, recordOf } from './json.ts';
import type { Platform } from './platform.ts';
import { webApi } from './web-api.ts';
import { webhook } from './webhooks.ts';

/** Listens on a free port of the loopback; every way in that the platform has. */
export async function listen(
  platform: () => Platform,
  record: (call: CallRecord) => void,
): Promise<Server> {
  const server = createServer((request, response) => {
    answer(platform(), { request, response }, record).catch((error: unknown) => {
      // A fault of the fake itself: said where a test sees it, and not played as one of the platform's.
      console.error(error);
      response.writeHead(500).end(String(error));
    });
  });
  server.on('upgrade', (request, socket) => platform().sockets.accept(request, socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

export function addressOf(server: Server): string {
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function answer(
  platform: Platform,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  record: (call: CallRecord) => void,
): Promise<void> {
  pass(platform, response, await doorOf(platform, request), record);
}

async function doorOf(platform: Platform, request: IncomingMessage): Promise<Door> {
  const [, kind = '', id = ''] = new URL(request.url ?? '/', 'http://fake').pathname.split('/');
  const last = (request.url ?? '').split('/').at(-1) ?? '';
  const body = await bytesOf(request);
  const json = () => recordOf(parsed(body.toString('utf8')));
  switch (kind) {
    case 'api':
      return webApi(platform, request, body);
    case 'response':
      return platform.responseUrls.door(platform, last, json());
    case 'services':
      return webhook(platform, last, json());
    case 'upload':
      return upload(platform, id, await fileIn(request, body));
    case 'files-pri':
      return download(platform, id, bearerOf(request));
    default:
      return elsewhere(kind);
  }
}

function elsewhere(kind: string): Door {
  const page =
    kind === 'signin'
      ? { status: 200, body: '<h1>Sign in to your workspace</h1>', outcome: 'ok' }
      : { status: 404, body: '', outcome: 'no_such_page' };
  return { method: kind, team: '', channel: '', args: {}, apply: () => page };
}
