// The listener: reads a request, lets a fault strike, asks the API, writes the answer.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type ApiAnswer, type ApiParts, fieldManagerOf, handle, isDryRun } from './api.ts';
import type { SandboxClock } from './clock.ts';
import type { FaultAct, Faults } from './faults.ts';
import type { JsonObject } from './json.ts';
import type { Ledger, SeenRequest } from './ledger.ts';
import { authenticate, type SandboxUser } from './rbac.ts';
import { StatusError, tooLarge } from './status.ts';
import { isWatch, serveWatch } from './watch.ts';

export type HttpParts = ApiParts & {
  clock: SandboxClock;
  users: Iterable<SandboxUser>;
  faults: Faults;
  ledger: Ledger;
  metrics(): string;
};

export type Listening = { url: string; port: number; close(): Promise<void> };

export type ListenOptions = {
  host: string;
  port: number;
  tls?: { key: string; cert: string } | undefined;
};

export async function listen(parts: HttpParts, options: ListenOptions): Promise<Listening> {
  const { host, tls } = options;
  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    serve(parts, request, response).catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      send(response, { code: 500, body: `sandbox fault: ${message}\n` });
    });
  }
  const server: Server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** https://kubernetes.io/docs/reference/using-api/ : the server reads at most 3 MiB of a body. */
const bodyLimit = 3 * 1024 * 1024;

async function serve(
  parts: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const body = await readBody(request);
  if (body === undefined) return send(response, errorAnswer(tooLarge()));
  if (url.pathname === '/metrics') return send(response, { code: 200, body: parts.metrics() });
  const user = authenticate(parts.users, request.headers.authorization);
  const seen = note(parts, request, { url, user });
  const act = parts.faults.take(seen);
  if (act) seen.fault = act.kind;
  const asked = {
    method: seen.method,
    path: url.pathname,
    query: url.searchParams,
    contentType: seen.contentType,
    userAgent: request.headers['user-agent'] ?? '',
    body,
    user,
  };
  function apply(): ApiAnswer {
    const answer = handle(parts, asked);
    if (answer.write) parts.ledger.writes.push({ at: parts.clock.now(), ...answer.write });
    return answer;
  }
  function reply(answer: ApiAnswer, headers: Record<string, string> = {}): void {
    seen.code = answer.code;
    send(response, answer, headers);
  }
  if (act) strike(act, { clock: parts.clock, request, response, apply, reply });
  else if (isWatch(asked)) serveWatch(parts, asked, response);
  else reply(apply());
}

type Struck = {
  clock: SandboxClock;
  request: IncomingMessage;
  response: ServerResponse;
  apply(): ApiAnswer;
  reply(answer: ApiAnswer, headers?: Record<string, string>): void;
};

function strike(act: FaultAct, { clock, request, response, apply, reply }: Struck): void {
  switch (act.kind) {
    case 'delay': {
      const answer = apply();
      clock.setTimeout(() => reply(answer), act.ms);
      return;
    }
    case 'drop-response':
      apply();
      return;
    case 'reset-after':
      apply();
      request.socket.destroy();
      return;
    case 'reset':
      request.socket.destroy();
      return;
    case 'hang':
      return;
    case 'apply-late': {
      const late = () => clock.setTimeout(apply, act.ms);
      if (act.from === 'arrival') late();
      else response.once('close', late);
      return;
    }
    case 'answer': {
      if (act.applied) apply();
      const headers: Record<string, string> =
        act.retryAfterS === undefined ? {} : { 'retry-after': String(act.retryAfterS) };
      reply(errorAnswer(failure(act)), headers);
    }
  }
}

function failure(act: Extract<FaultAct, { kind: 'answer' }>): StatusError {
  const [reason, message] = wording[act.code] ?? ['Unknown', `the server answered ${act.code}`];
  const details: JsonObject =
    act.retryAfterS === undefined ? {} : { retryAfterSeconds: act.retryAfterS };
  return new StatusError({ code: act.code, reason, message: act.message ?? message, details });
}

const wording: Record<number, [reason: string, message: string]> = {
  401: ['Unauthorized', 'Unauthorized'],
  409: [
    'Conflict',
    'the object has been modified; please apply your changes to the latest version and try again',
  ],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  500: ['InternalError', 'Internal error occurred: etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'Timeout: request did not complete within the allotted timeout'],
};

function note(
  parts: HttpParts,
  request: IncomingMessage,
  { url, user }: { url: URL; user: SandboxUser | undefined },
): SeenRequest {
  const query = url.searchParams;
  const userAgent = request.headers['user-agent'] ?? '';
  const [contentType = ''] = (request.headers['content-type'] ?? '').split(';');
  const seen: SeenRequest = {
    at: parts.clock.now(),
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.search,
    user: user?.name ?? '',
    fieldManager: fieldManagerOf({ query, userAgent }),
    dryRun: isDryRun(query),
    contentType: contentType.trim(),
  };
  parts.ledger.see(seen);
  return seen;
}

function errorAnswer(error: StatusError): ApiAnswer {
  return { code: error.code, body: error.body() };
}

function send(
  response: ServerResponse,
  { code, body }: ApiAnswer,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(code, {
    'content-type': type,
    'cache-control': 'no-cache, private',
    ...headers,
  });
  response.end(text);
}

/** Undefined when it is larger than the server would read. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= bodyLimit) chunks.push(bytes);
  }
  return size > bodyLimit ? undefined : Buffer.concat(chunks).toString('utf8');
}
