import type { Finding } from '../../core/ports/target.ts';
import type { RangeWanted, TelemetryReader } from '../../core/ports/telemetry.ts';
import type { Looked } from '../../core/ports/workload.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { type Clock, createClient, type PrometheusApi } from './client.ts';
import { EXPRESSION_MAX, expressionIn, measureOf } from './expression.ts';
import { parseRanged, parseSampled, parseVersion } from './schema.ts';

export type { PrometheusApi } from './client.ts';
export { problems } from './problems.ts';

export interface Integration {
  readonly readers: { readonly telemetry: TelemetryReader };
  health(): 'ok' | 'degraded' | 'down';
  /** What `tocsin doctor` says of it; changes nothing. */
  doctor(): Promise<readonly Finding[]>;
  close(): void;
}

/** One thing that was looked at: well, or the problem with it. */
/** One Prometheus, or what speaks its HTTP API. Nothing is loaded or connected before the first question. */
export function connect(api: PrometheusApi, { clock }: { readonly clock: Clock }): Integration {
  const client = createClient(api, clock);

  async function look<T extends object>(
    path: string,
    parameters: Readonly<Record<string, string>>,
    read: (answer: unknown) => T | string,
  ): Promise<Looked<T>> {
    try {
      const value = read(await client.ask(path, parameters));
      if (typeof value !== 'string') return { ok: true, value };
      const facts = { target: api.target, url: new URL(api.url).origin, why: value };
      return { ok: false, problem: problem('PROMETHEUS_UNREADABLE', facts) };
    } catch (error) {
      if (error instanceof ProblemError) return { ok: false, problem: error.problem };
      throw error;
    }
  }

  /** Over there a question ends a little before we stop waiting, so that it says why and does not go on for nobody. */
  const timeout = `${Math.max(1, Math.floor(api.timeoutMs * 0.9))}ms`;

  const telemetry: TelemetryReader = {
    measureOf(address) {
      const expression = expressionIn(address);
      return expression === undefined ? undefined : measureOf(expression);
    },
    measure: (expression) => measureOf(expression),
    async instant(query, at) {
      const long = tooLong(query, api);
      if (long) return { ok: false, problem: long };
      return look('/api/v1/query', { query, time: seconds(at), timeout }, parseSampled);
    },
    async range(wanted) {
      const { query } = wanted;
      const long = tooLong(query, api);
      if (long) return { ok: false, problem: long };
      const steps = onSteps(wanted);
      const parameters = {
        query,
        start: seconds(steps.from),
        end: seconds(steps.to),
        step: seconds(steps.stepMs),
        timeout,
      };
      return look('/api/v1/query_range', parameters, (answer) => parseRanged(answer, steps));
    },
  };

  async function doctor(): Promise<readonly Finding[]> {
    const path = '/api/v1/status/buildinfo';
    const asked = await look('/api/v1/query', { query: '1', timeout }, parseSampled);
    if (!asked.ok) return [{ check: 'api', facts: {}, problem: asked.problem }];
    // Not every system that speaks the API has it.
    const built = await look(path, {}, (answer) => ({ version: parseVersion(answer) }));
    const version = built.ok ? built.value.version : '';
    return [{ check: 'api', facts: version === '' ? {} : { version } }];
  }

  return { readers: { telemetry }, health: client.health, doctor, close: client.close };
}

/** https://github.com/prometheus/prometheus/blob/main/web/api/v1/api.go refuses more than 11,000 points of a series. */
const POINTS_MAX = 11_000;

/** Whole steps, never more of them than a Prometheus takes. */
function onSteps({ query: _, from, to, stepMs }: RangeWanted): Omit<RangeWanted, 'query'> {
  const least = Math.ceil((to - from) / (POINTS_MAX - 1));
  return { from, to, stepMs: Math.max(1, stepMs, least) };
}

function tooLong(query: string, { target, url }: PrometheusApi): Problem | undefined {
  if (query.length <= EXPRESSION_MAX) return undefined;
  const why = `it has ${query.length} characters, and ${EXPRESSION_MAX} are the most that are asked`;
  return problem('PROMETHEUS_QUERY_REFUSED', { target, url: new URL(url).origin, why });
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
