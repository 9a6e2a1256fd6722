import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Socket } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { webApi } from '@slack/bolt';
import type { Agent, buildConnector } from 'undici';
import type { Clock } from '../../clock.ts';

export interface Reach {
  readonly proxy?: string | undefined;
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** How this workspace is reached, for calls and for websockets alike. */
export interface Network {
  readonly fetch: webApi.FetchFunction;
  /** The bytes behind an address, with at most so many of them; the reason when there are none. */
  bytes(url: string, request: BytesRequest): Promise<Bytes>;
  /** Connections for one websocket, whose owner destroys them. `opened` is told the socket below, so that it can be watched and ended. */
  agent(opened: (socket: Socket) => void): Agent;
  close(): void;
}

export interface BytesRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly max: number;
}

export interface Bytes {
  readonly status: number;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Nothing was sent: there was no connection to send it on. */
export class NotConnected extends Error {
  constructor(cause: unknown) {
    super(`no connection: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'NotConnected';
  }
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly max: number;
}

interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null; entries(): Iterable<[string, string]> };
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** No answer of the Web API that we ask for is larger. */
const answerBytesMax = 8 * 1024 * 1024;

export async function openNetwork(reach: Reach): Promise<Network> {
  const undici = await import('undici');
  const connect = connector(undici.buildConnector, reach);
  const { timeoutMs, clock } = reach;
  // Our own clock gives up first; these are for a process that was held up.
  const timeouts = { headersTimeout: 2 * timeoutMs, bodyTimeout: 2 * timeoutMs, allowH2: false };
  const open = (how: buildConnector.connector) => new undici.Agent({ connect: how, ...timeouts });
  const calls = open(connect);

  /** One request with its answer, within the time that it may take. */
  async function ask(url: string | URL, { max, ...init }: Request): Promise<Answer> {
    const controller = new AbortController();
    const cancel = clock.after(timeoutMs, () =>
      controller.abort(new Error(`no answer within ${timeoutMs} ms`)),
    );
    try {
      const response = await undici.fetch(url, {
        ...init,
        redirect: 'error',
        signal: controller.signal,
        dispatcher: calls,
      });
      const { status, headers } = response;
      return { status, headers, bytes: await bounded(response.body, max) };
    } finally {
      cancel();
    }
  }

  return {
    async bytes(url, { method, headers, body, max }) {
      const rest = body === undefined ? {} : { body };
      const answer = await ask(url, { method, headers: { ...headers }, ...rest, max });
      const { status, bytes } = answer;
      return { status, type: answer.headers.get('content-type') ?? '', bytes };
    },
    async fetch(url, init) {
      const body = typeof init?.body === 'string' ? init.body : '';
      const headers = { ...init?.headers };
      const answer = await ask(url, { method: 'POST', headers, body, max: answerBytesMax });
      const { status, bytes } = answer;
      return new Response(bytes, { status, headers: Object.fromEntries(answer.headers.entries()) });
    },
    agent: (opened) =>
      open((target, callback) =>
        connect(target, (...[error, socket]) => {
          if (socket) opened(socket);
          if (error) callback(error, null);
          else callback(null, socket);
        }),
      ),
    close() {
      calls.destroy().catch(() => undefined);
    },
  };
}

/** An address that we were handed is called only where Slack itself answers. */
export function isSlacks(url: string, api: string | undefined): boolean {
  const parsed = URL.parse(url);
  if (!parsed) return false;
  if (api !== undefined && parsed.origin === URL.parse(api)?.origin) return true;
  const { hostname, protocol } = parsed;
  const isHost = ['slack.com', 'slack-gov.com', 'slack-files.com'].some(
    (host) => hostname === host || hostname.endsWith(`.${host}`),
  );
  return protocol === 'https:' && isHost;
}

/** A connection to the target, through the proxy when there is one. Every failure says that nothing was sent. */
function connector(
  build: typeof buildConnector,
  { proxy, ca, timeoutMs }: Reach,
): buildConnector.connector {
  const authorities = ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] };
  const direct = build({ allowH2: false, timeout: timeoutMs, ...authorities });
  return (target, callback) => {
    const done: buildConnector.Callback = (...[error, socket]) => {
      if (error) callback(new NotConnected(error), null);
      else callback(null, socket);
    };
    if (proxy === undefined) return direct(target, done);
    tunnel(new URL(proxy), target, { timeoutMs, authorities }).then(
      (socket) => {
        if (target.protocol === 'https:') direct({ ...target, httpSocket: socket }, done);
        else done(null, socket);
      },
      (error: unknown) => done(new NotConnected(error), null),
    );
  };
}

function tunnel(
  proxy: URL,
  { hostname, port, protocol }: buildConnector.Options,
  { timeoutMs, authorities }: { readonly timeoutMs: number; readonly authorities: object },
): Promise<Socket> {
  const path = `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return new Promise((resolve, reject) => {
    const begin = proxy.protocol === 'https:' ? overHttps : overHttp;
    const asked = begin({
      host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path,
      headers: {
        host: path,
        ...(proxy.username === '' ? {} : { 'proxy-authorization': authorization }),
      },
      timeout: timeoutMs,
      agent: false,
      ...authorities,
    });
    asked.once('connect', ({ statusCode }, socket) => {
      socket.setTimeout(0);
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy answered ${statusCode} to CONNECT ${path}`));
    });
    asked.once('timeout', () => asked.destroy(new Error('the proxy did not answer in time')));
    asked.once('error', reject);
    asked.end();
  });
}

async function bounded(
  body: AsyncIterable<Uint8Array> | null,
  max: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > max) throw new RangeError(`the answer is longer than ${max} bytes`);
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}
