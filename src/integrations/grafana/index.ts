import { Buffer } from 'node:buffer';
import { type Breaker, createBreaker } from '../../core/breaker.ts';
import type { Outbound } from '../../core/ports/outbound.ts';
import type { Panels } from '../../core/ports/panels.ts';
import type { Looked } from '../../core/ports/workload.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Secret } from '../../core/secret.ts';
import { type Asked, askedOf } from './address.ts';

export { problems } from './problems.ts';

export interface GrafanaApi {
  /** `grafana/main`: named in every problem. */
  readonly source: string;
  /** Base address, as people open it. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly bearer?: Secret;
  readonly basic?: { readonly username: string; readonly password: Secret };
}

export interface GrafanaDeps {
  readonly clock: { now(): number };
  /** For pictures that need no account: it fetches from the hosts of the configuration and from nowhere else. */
  readonly outbound: Outbound;
}

export interface Integration {
  readonly panels: Panels;
  breaker(): ReturnType<Breaker['state']>;
  close(): void;
}

/** What chats show in one piece; a panel of 1000 pixels has a tenth of it. */
export const PICTURE_MAX_BYTES = 2 * 1024 * 1024;
/** Drawing takes a browser over there. */
const DRAWN_WITHIN_MS = 20_000;
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

/** Pictures of one Grafana. Nothing is loaded or connected before the first of them. */
export function connect(api: GrafanaApi, { clock, outbound }: GrafanaDeps): Integration {
  const breaker = createBreaker(() => clock.now());
  const closing = new AbortController();
  const base = api.url.replace(/\/$/, '');
  const { host } = new URL(base);

  async function ask(asked: Asked): Promise<Looked<Uint8Array>> {
    const restMs = breaker.take();
    if (restMs > 0) {
      const facts = { failures: breaker.failures(), seconds: Math.ceil(restMs / 1000) };
      return no(say('GRAFANA_RESTS', facts));
    }
    const looked = asked.isDrawn ? await drawn(asked.path) : await stored(asked.path);
    // One that refuses is there: what it was asked for is not.
    if (looked.ok || !away.has(looked.problem.code)) breaker.succeeded();
    else breaker.failed();
    if (!looked.ok) return looked;
    return PNG.equals(looked.value.subarray(0, PNG.length))
      ? looked
      : no(say('GRAFANA_NO_PICTURE'));
  }

  async function stored(path: string): Promise<Looked<Uint8Array>> {
    const bounds = { bytesMax: PICTURE_MAX_BYTES, timeoutMs: api.timeoutMs, type: 'image/' };
    const answer = await outbound.get(`${base}${path}`, bounds);
    return answer.ok ? { ok: true, value: answer.bytes } : no(answer.problem);
  }

  async function drawn(path: string): Promise<Looked<Uint8Array>> {
    const timeout = Math.max(api.timeoutMs, DRAWN_WITHIN_MS);
    const deadline = AbortSignal.timeout(timeout);
    const authorization = authorizationOf(api);
    try {
      const { default: axios } = await import('axios');
      const { status, data, headers } = await axios.request<ArrayBuffer>({
        url: `${base}${path}`,
        method: 'GET',
        headers: { accept: 'image/png', ...(authorization && { authorization }) },
        signal: AbortSignal.any([deadline, closing.signal]),
        timeout,
        maxRedirects: 0,
        maxContentLength: PICTURE_MAX_BYTES,
        responseType: 'arraybuffer',
        validateStatus: null,
      });
      if (status >= 500) return no(say('GRAFANA_FAILED', { status }));
      if (status !== 200) return no(say('GRAFANA_REFUSED', { status }));
      const isImage = String(headers['content-type'] ?? '').startsWith('image/');
      return isImage ? { ok: true, value: new Uint8Array(data) } : no(say('GRAFANA_NO_PICTURE'));
    } catch (error) {
      if (deadline.aborted) return no(say('GRAFANA_TIMEOUT', { seconds: timeout / 1000 }));
      const isLarge = error instanceof Error && error.message.startsWith('maxContentLength');
      if (isLarge) return no(say('GRAFANA_TOO_LARGE', { bytes: PICTURE_MAX_BYTES }));
      return no(say('GRAFANA_UNREACHABLE', { why: codeOf(error) }));
    }
  }

  function say(code: string, facts: Readonly<Record<string, string | number>> = {}): Problem {
    return problem(code, { source: api.source, host, ...facts });
  }

  return {
    panels: {
      source: api.source,
      knows: (alert) => askedOf(base, alert) !== undefined,
      async picture(alert, window) {
        const asked = askedOf(base, alert, window);
        return asked ? ask(asked) : no(say('GRAFANA_NO_PICTURE'));
      },
    },
    breaker: breaker.state,
    close: () => closing.abort(),
  };
}

const away: ReadonlySet<string> = new Set([
  'GRAFANA_FAILED',
  'GRAFANA_TIMEOUT',
  'GRAFANA_UNREACHABLE',
  'OUTBOUND_FAILED',
  'OUTBOUND_NO_ADDRESS',
]);

function no(because: Problem): Extract<Looked<Uint8Array>, { readonly ok: false }> {
  return { ok: false, problem: because };
}

function authorizationOf({ bearer, basic }: GrafanaApi): string | undefined {
  if (bearer) return `Bearer ${bearer.reveal()}`;
  if (!basic) return undefined;
  const words = `${basic.username}:${basic.password.reveal()}`;
  return `Basic ${Buffer.from(words).toString('base64')}`;
}

/** The name of the failure; its message may quote a header. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'no reason given';
}
