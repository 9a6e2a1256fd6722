import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bytesOf } from './body.ts';
import { giveFile, takeUpload } from './files.ts';
import { type Json, parsed, recordOf } from './json.ts';
import type { Platform } from './platform.ts';
import { answerCall, type CallRecord } from './web-api.ts';
import { answerWebhook } from './webhooks.ts';

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

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(
  platform: Platform,
  exchange: Exchange,
  record: (call: CallRecord) => void,
): Promise<void> {
  const { request, response } = exchange;
  const path = new URL(request.url ?? '/', 'http://fake').pathname;
  if (path.startsWith('/api/')) return answerCall(platform, exchange, record);
  if (path.startsWith('/response/')) return answerResponseUrl(platform, exchange);
  if (path.startsWith('/services/')) return answerIncoming(platform, exchange);
  if (path.startsWith('/upload/')) return takeUpload(platform, exchange);
  if (path.startsWith('/files-pri/')) return giveFile(platform, exchange);
  if (path === '/signin') {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<h1>Sign in to your workspace</h1>');
    return;
  }
  response.writeHead(404).end();
}

async function answerIncoming(platform: Platform, { request, response }: Exchange): Promise<void> {
  const hook = platform.webhooks.get((request.url ?? '').split('/').at(-1) ?? '');
  answerWebhook(platform, { hook, body: await jsonIn(request), response });
}

async function jsonIn(request: IncomingMessage): Promise<Json> {
  return recordOf(parsed((await bytesOf(request)).toString('utf8')));
}

async function answerResponseUrl(
  platform: Platform,
  { request, response }: Exchange,
): Promise<void> {
  const secret = (request.url ?? '').split('/').at(-1) ?? '';
  const { status, body: text } = platform.responseUrls.answer(
    platform,
    secret,
    await jsonIn(request),
  );
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
