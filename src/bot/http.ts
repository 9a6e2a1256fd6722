import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Problem, ProblemError, problem } from '../core/problem.ts';
import { type FoundRoute, type HttpRoute, routeFinder } from './http-route.ts';

export interface HttpListenerOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly routes: readonly HttpRoute[];
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface HttpListener {
  /** `http://127.0.0.1:8080`: where it really listens. */
  readonly url: string;
  /** Takes no new connection; requests under way may finish. */
  close(): Promise<void>;
}

/** A client that is slower than this with its head is not a webhook sender but an attack or a ghost. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const connectionsMax = 2000;
/** On shutdown: what has not arrived whole by then was not answered either, and its sender repeats it. */
const arrivalMs = 1000;

/** One listener: mounts the routes it is given and knows nothing of them. */
export async function listen(options: HttpListenerOptions): Promise<HttpListener> {
  const find = routeFinder(options.routes);
  const underWay = new Set<ServerResponse>();
  const server = createServer(
    { headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs },
    (request, response) => {
      underWay.add(response);
      response.once('close', () => underWay.delete(response));
      serve(find, request, response).catch((error: unknown) => {
        options.log('request failed', { listener: options.name, error });
        if (response.headersSent) response.destroy();
        else
          answer(response, 500, {
            error: 'The request ended in a fault of Tocsin itself; the log has the details.',
          });
      });
    },
  );
  server.maxConnections = connectionsMax;
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const { name: listener, host, port } = options;
      const facts = { listener, address: `${host}:${port}`, reason: error.code ?? error.message };
      reject(new ProblemError(problem('LISTENER_NOT_OPENED', facts), { cause: error }));
    });
    server.listen(options.port, options.host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
  return { url: urlOf(server), close: () => closed(server, underWay) };
}

async function serve(
  find: (method: string, pathname: string) => FoundRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const pathname = pathOf(request.url ?? '/');
  const found = find(request.method ?? 'GET', pathname);
  if (found.kind === 'found') return found.route.handle(request, response, found.params);
  if (found.kind === 'none')
    return answer(response, 404, { error: `Nothing is served at ${pathname}.` });
  response.setHeader('allow', found.allow.join(', '));
  return answer(response, 405, { error: `${pathname} takes ${found.allow.join(', ')}.` });
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, headersOf(text));
  response.end(text);
}

export function headersOf(text: string): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}

/** For machines that send to us: the code, and a sentence a person can act on. */
export function answerProblem(
  response: ServerResponse,
  status: number,
  what: Problem,
  sentence: string,
): void {
  answer(response, status, { code: what.code, error: sentence });
}

export type Body =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly why: 'too-large' | 'cut' };

/** The whole body, or nothing: past the limit it is not even read. */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Body> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limitBytes) return Promise.resolve({ ok: false, why: 'too-large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limitBytes) {
        request.pause();
        resolve({ ok: false, why: 'too-large' });
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve({ ok: true, bytes: only && chunks.length === 1 ? only : Buffer.concat(chunks) });
    });
    request.on('error', () => resolve({ ok: false, why: 'cut' }));
    request.on('close', () => resolve({ ok: false, why: 'cut' }));
  });
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no address');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

/** A connection that is kept for a next request would hold the shutdown for as long as it is kept. */
async function closed(server: Server, underWay: ReadonlySet<ServerResponse>): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const response of underWay) {
    if (!response.headersSent) response.setHeader('connection', 'close');
    else response.once('finish', () => response.req.socket.end());
  }
  server.closeIdleConnections();
  const cut = setInterval(() => {
    for (const { req } of underWay) if (!req.complete) req.socket.destroy();
    if (underWay.size === 0) server.closeAllConnections();
  }, arrivalMs);
  await ended;
  clearInterval(cut);
}
