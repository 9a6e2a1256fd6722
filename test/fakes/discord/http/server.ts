import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isJson } from '../json.ts';
import type { Answer, Call, Method } from '../method.ts';
import { plainRefusal, Refusal, refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import { parseMultipart, type UploadedFile } from './multipart.ts';
import type { Fault, Outage } from './outage.ts';
import type { Rates } from './rates.ts';
import { createRouter, type Route } from './router.ts';

/** One request as it came and was answered, for a test to look back on. */
export interface Request {
  readonly at: number;
  readonly verb: string;
  /** As the official OpenAPI writes it, `/channels/{channel_id}/messages`. */
  readonly route: string;
  readonly path: string;
  readonly body: unknown;
  readonly files: readonly UploadedFile[];
  /** Undefined while it waits for its answer, or when none was given. */
  status: number | undefined;
  /** Discord's own code of a refusal. */
  code: number | undefined;
}

export interface HttpServer {
  readonly server: Server;
  readonly requests: readonly Request[];
}

export interface ServerParts {
  readonly world: World;
  readonly methods: readonly Method[];
  readonly rates: Rates;
  readonly outage: Outage;
  /** Looks at every request of a known route before it is judged. */
  readonly watch: (request: Request) => void;
}

/** https://discord.com/developers/docs/reference#uploading-files */
const largestBody = 25 * 1024 * 1024;
const largestFile = 10 * 1024 * 1024;

export function createHttpServer(parts: ServerParts): HttpServer {
  const { world, rates, outage } = parts;
  const route = createRouter(parts.methods);
  const requests: Request[] = [];

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      response.destroy();
      // A client that hung up is no news; anything else is a bug of the fake, and the run must see it.
      if (incoming.complete) throw error;
    });
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://discord');
    if (url.pathname.startsWith('/attachments/')) return sendFile(url, response);
    const received = await receive(incoming);
    const path = url.pathname.replace(/^\/api\/v10(?=\/)/, '');
    const found = path === url.pathname ? undefined : route(incoming.method ?? 'GET', path);
    const request: Request = {
      at: world.clock.now(),
      verb: incoming.method ?? 'GET',
      route: typeof found === 'object' ? found.method.path : path,
      path,
      body: received.body,
      files: received.files,
      status: undefined,
      code: undefined,
    };
    requests.push(request);
    const go = () => conclude(request, () => judge(found, { incoming, received, url, request }));
    const fault = outage.next(request);
    if (!fault) send(response, go());
    else if (fault.kind === 'rate limited' || fault.kind === 'server error') {
      send(
        response,
        conclude(request, () => refuseBy(fault)),
      );
    } else suffer(fault, go, response);
  }

  function judge(found: Route | 'wrong verb' | undefined, asked: Asked): Sent {
    if (!found) throw plainRefusal(404, 'Not Found');
    if (found === 'wrong verb') throw plainRefusal(405, 'Method Not Allowed');
    const { method, params } = found;
    const { files: sent, tooLarge } = asked.received;
    if (tooLarge || sent.some(({ bytes }) => bytes.length > largestFile)) throw refusal(40005);
    const { authorization } = asked.incoming.headers;
    if (method.auth === 'bot' && authorization !== `Bot ${world.token}`) {
      throw plainRefusal(401, 'Unauthorized');
    }
    const taken = rates.take(method, params);
    if (taken.retryAfterS !== undefined) throw rateLimited(taken.retryAfterS, taken);
    if (asked.received.broken) throw refusal(50109);
    const { body, files } = asked.received;
    parts.watch(asked.request);
    const call: Call = { world, params, query: asked.url.searchParams, body, files };
    return withHeaders(taken.headers, () => method.answer(call));
  }

  /** The answer that is sent, and what is remembered of it. */
  function conclude(request: Request, work: () => Sent): Sent {
    const sent = refusing(work);
    request.status = sent.answer.status;
    const { body } = sent.answer;
    request.code = isJson(body) && typeof body['code'] === 'number' ? body['code'] : undefined;
    if (isInvalid(sent)) rates.invalid();
    return sent;
  }

  /** What the client gets of a call that goes wrong, and what is done nevertheless. */
  function suffer(fault: Fault, go: () => Sent, response: ServerResponse): void {
    if (fault.kind === 'answer lost') go();
    if (fault.kind === 'reset' || fault.kind === 'answer lost') response.socket?.resetAndDestroy();
    if (fault.kind === 'late') world.clock.after(fault.ms, go);
    if (fault.kind === 'slow') world.clock.after(fault.ms, () => send(response, go()));
  }

  function sendFile(url: URL, response: ServerResponse): void {
    const file = world.attachments.get(url.pathname.split('/')[3] ?? '');
    const ends = Number.parseInt(url.searchParams.get('ex') ?? '0', 16) * 1_000;
    const signed = file !== undefined && url.searchParams.get('hm') === file.id;
    if (!file || !signed || ends < world.clock.now()) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('This content is no longer available.');
      return;
    }
    response.setHeader('content-type', file.contentType ?? 'application/octet-stream');
    response.end(file.bytes);
  }

  return { server, requests };
}

interface Asked {
  readonly incoming: IncomingMessage;
  readonly received: Received;
  readonly url: URL;
  readonly request: Request;
}

interface Sent {
  readonly answer: Answer;
  readonly headers: Readonly<Record<string, string>>;
}

interface Received {
  readonly body: unknown;
  readonly files: readonly UploadedFile[];
  readonly broken: boolean;
  readonly tooLarge: boolean;
}

async function receive(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= largestBody) chunks.push(bytes);
  }
  if (size > largestBody) return { body: undefined, files: [], broken: false, tooLarge: true };
  if (size === 0) return { body: undefined, files: [], broken: false, tooLarge: false };
  const bytes = Buffer.concat(chunks);
  const type = incoming.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return { ...parsed(bytes.toString()), files: [] };
  const form = await parseMultipart(bytes, type);
  if (!form) return { body: undefined, files: [], broken: true, tooLarge: false };
  return { ...parsed(form.fields.get('payload_json') ?? '{}'), files: form.files };
}

function parsed(text: string): Omit<Received, 'files'> {
  try {
    return { body: JSON.parse(text), broken: false, tooLarge: false };
  } catch {
    return { body: undefined, broken: true, tooLarge: false };
  }
}

/** Limits that others share are not held against the bot. */
function isInvalid({ answer, headers }: Sent): boolean {
  return [401, 403, 429].includes(answer.status) && headers['x-ratelimit-scope'] !== 'shared';
}

function refusing(work: () => Sent): Sent {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { answer: { status: error.status, body: error.body }, headers: error.headers };
  }
}

/** The limits stand in the headers of refusals too. */
function withHeaders(headers: Readonly<Record<string, string>>, work: () => Answer): Sent {
  const sent = refusing(() => ({ answer: work(), headers: {} }));
  return { ...sent, headers: { ...headers, ...sent.headers } };
}

function rateLimited(retryAfterS: number, limit: Limit): Refusal {
  const shared = limit.headers['x-ratelimit-scope'] === 'shared';
  const message = shared ? 'The resource is being rate limited.' : 'You are being rate limited.';
  const body = { message, retry_after: retryAfterS, global: limit.global };
  const wait = { 'retry-after': String(Math.ceil(retryAfterS)) };
  return new Refusal(429, body, { ...wait, ...limit.headers });
}

interface Limit {
  readonly global: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

function refuseBy(fault: Extract<Fault, { kind: 'rate limited' | 'server error' }>): never {
  if (fault.kind === 'server error') {
    throw new Refusal(fault.status ?? 500, { message: 'Internal Server Error', code: 0 });
  }
  const scope = fault.scope ?? 'user';
  const global = scope === 'global';
  const headers = {
    'x-ratelimit-scope': scope,
    ...(global ? { 'x-ratelimit-global': 'true' } : {}),
  };
  throw rateLimited(fault.retryAfterS ?? 1, { global, headers });
}

function send(response: ServerResponse, { answer, headers }: Sent): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = answer.status;
  if (answer.status === 204 || answer.body === undefined) return void response.end();
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer.body));
}
