import { type Breaker, createBreaker } from '../../core/breaker.ts';
import type { Change } from '../../core/ports/changes.ts';
import type { PagedIncident } from '../../core/ports/pager.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Secret } from '../../core/secret.ts';
import { type Clock, codeOf, type NotSent, UNCONNECTED, UNTRUSTED, unsent } from './client.ts';

/**
 * The Events API v2, by an integration key of its own for each way to page: what wakes people must work when the REST
 * API does not. The SDK always sends to the vendor's own host, so that this goes by HTTP.
 * https://developer.pagerduty.com/docs/events-api-v2-overview
 */
export interface EventsApi {
  readonly source: string;
  /** `https://events.pagerduty.com`. */
  readonly eventsUrl: string;
  readonly timeoutMs: number;
  /** Integration keys by the names of the configuration. */
  readonly pages: ReadonlyMap<string, Secret>;
}

export interface Events {
  has(via: string): boolean;
  trigger(via: string, key: string, incident: PagedIncident): Promise<EventSent>;
  follow(via: string, key: string, action: 'acknowledge' | 'resolve'): Promise<EventSent>;
  /** A change of a service, for its recent changes there. Nobody is woken. */
  change(via: string, what: Change): Promise<EventSent>;
  /** Of its own: what wakes people goes on while the other API rests. */
  readonly breaker: Breaker;
}

export type EventSent = { readonly ok: true } | NotSent;

interface Event {
  readonly path: string;
  readonly key: Secret;
  readonly body: object;
}

interface Judged {
  readonly via: string;
  readonly path: string;
  readonly status: number;
  readonly retryAfter: number;
}

const ENQUEUE = '/v2/enqueue';
const SUMMARY_MAX = 1024;
const ANSWER_MAX_BYTES = 64 * 1024;

const SEVERITIES: Readonly<Record<PagedIncident['severity'], string>> = {
  critical: 'critical',
  major: 'error',
  warning: 'warning',
  info: 'info',
  none: 'info',
};

export function createEvents(api: EventsApi, clock: Clock): Events {
  const base = api.eventsUrl.replace(/\/$/, '');
  const limitedUntil = new Map<string, number>();
  const breaker = createBreaker(() => clock.now());

  async function post(via: string, path: string, body: object): Promise<EventSent> {
    const key = api.pages.get(via);
    if (!key)
      return unsent('refused', problem('PAGERDUTY_WAY_UNKNOWN', { source: api.source, via }));
    const limitedMs = (limitedUntil.get(via) ?? 0) - clock.now();
    if (limitedMs > 0) return limited(limitedMs);
    const restMs = breaker.take();
    if (restMs > 0) {
      const facts = { failures: breaker.failures(), seconds: Math.ceil(restMs / 1000) };
      return { ...unsent('wait', say('PAGERDUTY_RESTS', facts)), afterMs: restMs };
    }
    const sent = await request(via, { path, key, body });
    // Whoever refuses is there; so is whoever counts our events.
    if (sent.ok || sent.why === 'refused' || sent.status === 429) breaker.succeeded();
    else breaker.failed();
    return sent;
  }

  async function request(via: string, { path, key, body }: Event): Promise<EventSent> {
    // Loading it takes its time, once; that is not the time that PagerDuty has.
    const { default: axios } = await import('axios');
    const deadline = AbortSignal.timeout(api.timeoutMs);
    try {
      const { status, headers } = await axios.request<unknown>({
        url: `${base}${path}`,
        method: 'POST',
        data: JSON.stringify({ routing_key: key.reveal(), ...body }),
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        signal: deadline,
        timeout: api.timeoutMs,
        maxRedirects: 0,
        maxContentLength: ANSWER_MAX_BYTES,
        responseType: 'text',
        transformResponse: [],
        validateStatus: null,
      });
      return judge({ via, path, status, retryAfter: Number(headers['retry-after']) });
    } catch (error) {
      return failed(error, deadline.aborted);
    }
  }

  /** 202 once it is queued there. What has a key may be sent again: it makes one page of it. A change has none. */
  function judge({ via, path, status, retryAfter }: Judged): EventSent {
    if (status === 202 || status === 200) return { ok: true };
    if (status === 429) {
      const ms = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1000 : 30_000;
      limitedUntil.set(via, clock.now() + ms);
      return limited(ms);
    }
    if (status >= 500) {
      const why = path === ENQUEUE || status === 503 ? 'wait' : 'unknown';
      return { ...unsent(why, say('PAGERDUTY_FAILED', { status })), status };
    }
    const why = 'the integration key or what was sent is wrong';
    return { ...unsent('refused', say('PAGERDUTY_REFUSED', { status, why })), status };
  }

  function limited(ms: number): NotSent {
    const because = say('PAGERDUTY_LIMITED', { seconds: Math.ceil(ms / 1000) });
    return { ...unsent('wait', because), status: 429, afterMs: ms };
  }

  function failed(error: unknown, isLate: boolean): NotSent {
    const code = codeOf(error);
    if (isLate || code === 'ECONNABORTED') {
      return unsent('unknown', say('PAGERDUTY_TIMEOUT', { seconds: api.timeoutMs / 1000 }));
    }
    if (UNTRUSTED.test(code)) return unsent('wait', say('PAGERDUTY_CERTIFICATE', { why: code }));
    const why = UNCONNECTED.has(code) ? 'wait' : 'unknown';
    return unsent(why, say('PAGERDUTY_UNREACHABLE', { why: code }));
  }

  function say(code: string, facts: Readonly<Record<string, string | number>>): Problem {
    return problem(code, { source: api.source, url: base, ...facts });
  }

  return {
    breaker,
    has: (via) => api.pages.has(via),
    trigger: (via, key, incident) =>
      post(via, ENQUEUE, { event_action: 'trigger', dedup_key: key, ...payloadOf(incident) }),
    follow: (via, key, action) => post(via, ENQUEUE, { event_action: action, dedup_key: key }),
    change: (via, { summary, at, details, url }) =>
      post(via, '/v2/change/enqueue', {
        payload: {
          summary: summary.slice(0, SUMMARY_MAX),
          timestamp: new Date(at).toISOString(),
          source: 'tocsin',
          custom_details: details,
        },
        ...(url !== '' && { links: [{ href: url, text: 'Tocsin' }] }),
      }),
  };
}

function payloadOf(incident: PagedIncident) {
  const { id, title, severity, service, environment, source, since, url, labels } = incident;
  const about = [service, title, environment].filter((part) => part !== '').join(' · ');
  return {
    payload: {
      summary: about.slice(0, SUMMARY_MAX),
      source: source === '' ? 'tocsin' : source,
      severity: SEVERITIES[severity],
      timestamp: new Date(since).toISOString(),
      ...(service !== '' && { component: service }),
      ...(environment !== '' && { group: environment }),
      custom_details: { incident: id, ...labels },
    },
    client: 'Tocsin',
    ...(url !== '' && { client_url: url, links: [{ href: url, text: 'Incident in Tocsin' }] }),
  };
}
