import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from '@slack/bolt';
import type { Clock } from '../../clock.ts';
import type { HttpRoute } from '../../http-route.ts';
import { payloadSchema, whoseSchema } from './inbound/schema.ts';
import type { SlackProblem } from './problems.ts';

/** An app that Slack calls, by the secret it signs with. */
export interface CalledApp {
  readonly signingSecret: string;
  readonly app: () => Promise<App>;
}

export interface RequestParts {
  readonly apps: readonly CalledApp[];
  readonly clock: Clock;
  readonly refused: (code: SlackProblem) => void;
}

/** Both ways: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const driftMs = 5 * 60_000;
/** Slack sends far less. */
const bodyBytesMax = 1024 * 1024;
const bodyWithinMs = 10_000;
/** As many signatures as can arrive while they are good, and then some. */
const rememberedMax = 100_000;

/**
 * One address for all apps and workspaces: the signature says which app is called, the body which workspace is meant.
 * Nothing unsigned, old, of the future or seen before is looked at.
 */
export function slackRoute({ apps, clock, refused }: RequestParts): HttpRoute {
  const seen = createMemory(clock);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (body === undefined) return refuse(response, 413, 'SLACK_REQUEST_UNREADABLE');
    const signature = header(request, 'x-slack-signature');
    const stamp = header(request, 'x-slack-request-timestamp');
    const called = apps.find(({ signingSecret }) =>
      isSigned(signingSecret, { signature, stamp, body }),
    );
    if (!called) return refuse(response, 401, 'SLACK_SIGNATURE_WRONG');
    if (!(Math.abs(clock.now() - Number(stamp) * 1000) <= driftMs)) {
      return refuse(response, 401, 'SLACK_REQUEST_STALE');
    }
    if (!seen.isNew(signature)) return refuse(response, 401, 'SLACK_REQUEST_REPLAYED');
    const content = contentOf(body.toString('utf8'), header(request, 'content-type'));
    if (content === undefined) return refuse(response, 400, 'SLACK_REQUEST_UNREADABLE');
    const whose = whoseSchema.safeParse(content).data;
    if (whose?.type === 'url_verification')
      return send(response, 200, { challenge: whose.challenge });
    if (whose?.ssl_check !== undefined) return send(response, 200);
    // What was not taken may be sent again, and within the same second it is the same request.
    if (!(await deliver(await called.app(), content, { request, response })))
      seen.forget(signature);
  }

  function refuse(response: ServerResponse, status: number, code: SlackProblem): void {
    refused(code);
    send(response, status, { error: code });
  }

  return { method: 'POST', path: '/slack/events', handle };
}

async function deliver(
  app: App,
  body: Record<string, unknown>,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<boolean> {
  let acknowledged = false;
  const retries = header(request, 'x-slack-retry-num');
  await app.processEvent({
    body,
    async ack(answer) {
      if (acknowledged) return;
      acknowledged = true;
      send(response, 200, typeof answer === 'object' ? answer : undefined);
    },
    ...(retries === '' ? {} : { retryNum: Number(retries) }),
  });
  // It is not on disk: the person sees Slack's own error, and an event comes again.
  if (!acknowledged) send(response, 503);
  return acknowledged;
}

function isSigned(
  secret: string,
  {
    signature,
    stamp,
    body,
  }: { readonly signature: string; readonly stamp: string; readonly body: Buffer },
): boolean {
  const expected = createHmac('sha256', secret).update(`v0:${stamp}:`).update(body).digest();
  const given = Buffer.from(/^v0=([0-9a-f]{64})$/.exec(signature)?.[1] ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A body is JSON, or a form whose field `payload` is, or a form. */
function contentOf(text: string, type: string): Record<string, unknown> | undefined {
  if (!type.startsWith('application/x-www-form-urlencoded')) return parsed(text);
  const fields = Object.fromEntries(new URLSearchParams(text));
  const form = payloadSchema.safeParse(fields);
  return form.success ? parsed(form.data.payload) : fields;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined;
  } catch {
    return undefined;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  request.setTimeout(bodyWithinMs, () => request.destroy());
  for await (const chunk of request) {
    length += chunk.length;
    if (length > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function send(response: ServerResponse, status: number, body?: object): void {
  if (response.headersSent) return;
  const text = body === undefined ? '' : JSON.stringify(body);
  const type = text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...type, 'content-length': Buffer.byteLength(text) }).end(text);
}

/** What has been seen, for as long as it could be sent again. */
function createMemory(clock: Clock) {
  const until = new Map<string, number>();
  return {
    isNew(signature: string): boolean {
      const now = clock.now();
      for (const [old, end] of until) {
        if (end > now && until.size < rememberedMax) break;
        until.delete(old);
      }
      if (until.has(signature)) return false;
      // A request may be stamped by a clock that is ahead, and stays good for as long again.
      until.set(signature, now + 2 * driftMs);
      return true;
    },
    forget: (signature: string) => until.delete(signature),
  };
}
