import { readFile } from 'node:fs/promises';

export interface Replay {
  readonly files: readonly string[];
  readonly to: string;
  /** Sent as bearer token when set; a recorded credential never is. */
  readonly bearer: string | undefined;
  readonly timeoutMs: number;
}

export interface Replayed {
  /** Every body was answered 2xx. */
  readonly ok: boolean;
  /** One per file: `alert.json: 200`. */
  readonly lines: readonly string[];
}

interface Recorded {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends recorded webhook bodies, one after another and in the order given. A file holds a body as it came, or
 * `{ "headers": { … }, "body": … }` where a signature travels in a header.
 */
export async function replay(asked: Replay): Promise<Replayed> {
  const lines: string[] = [];
  let ok = true;
  for (const file of asked.files) {
    const answer = await send(file, asked);
    ok &&= answer.ok;
    lines.push(`${file}: ${answer.said}`);
  }
  return { ok, lines };
}

async function send(file: string, asked: Replay): Promise<{ ok: boolean; said: string }> {
  let recorded: Recorded;
  try {
    recorded = parse(await readFile(file, 'utf8'));
  } catch (error) {
    return { ok: false, said: `not sent, it cannot be read (${reasonOf(error)})` };
  }
  const { timeoutMs, to, bearer } = asked;
  try {
    const response = await fetch(to, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...recorded.headers,
        ...(bearer && { authorization: `Bearer ${bearer}` }),
      },
      body: recorded.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const why = response.ok ? '' : ` ${text.replaceAll(/\s+/g, ' ').slice(0, 200)}`;
    return { ok: response.ok, said: `${response.status}${why}`.trim() };
  } catch (error) {
    return { ok: false, said: `no answer from ${to} (${reasonOf(error)})` };
  }
}

/** Headers that belong to the connection the body was recorded on, and credentials. */
const ofTheConnection = [
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'transfer-encoding',
];

function parse(text: string): Recorded {
  const read = readEnvelope(text);
  if (!read) return { headers: {}, body: text };
  const headers = Object.entries(read.headers).filter(
    ([name, value]) => typeof value === 'string' && !ofTheConnection.includes(name.toLowerCase()),
  );
  return {
    headers: Object.fromEntries(
      headers.map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    body: typeof read.body === 'string' ? read.body : JSON.stringify(read.body),
  };
}

function readEnvelope(text: string): { headers: object; body: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('headers' in value) || !('body' in value)) {
    return undefined;
  }
  const { headers, body } = value;
  return typeof headers === 'object' && headers !== null ? { headers, body } : undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it took too long';
  const { cause } = error;
  const inner = cause instanceof Error ? cause : error;
  return 'code' in inner ? String(inner.code) : inner.message;
}
