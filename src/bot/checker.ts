import { connect } from 'node:net';
import { type CheckResult, checkName, type HealthCheck, judgeSamples } from '../core/health.ts';
import type { TelemetryReader } from '../core/ports/telemetry.ts';
import type { Clock } from './clock.ts';
import { createOutbound } from './outbound-guard.ts';

/** Looks whether what the configuration says of a service's health holds now. Never rejects, changes nothing. */
export interface Checker {
  look(checks: readonly HealthCheck[]): Promise<readonly CheckResult[]>;
}

export interface CheckerOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: (integration: string, target: string) => TelemetryReader | undefined;
  /** Of one check. */
  readonly timeoutMs?: number;
}

type Seen = Pick<CheckResult, 'outcome' | 'said'>;

const patienceMs = 5_000;
/** What is said before the end of a page is enough. */
const bytesMax = 64 * 1024;

/**
 * The addresses are those of the configuration and of nobody else, so private networks are meant; where clouds hand out
 * credentials never is. A redirect is an answer other than 200. What a page says is read to a bound and forgotten.
 */
export function createChecker(options: CheckerOptions): Checker {
  const { clock, telemetry, timeoutMs = patienceMs } = options;

  async function one(check: HealthCheck): Promise<CheckResult> {
    const seen = await lookAt(check).catch(
      (error: unknown): Seen => ({ outcome: 'no data', said: wordOf(error) }),
    );
    return { name: checkName(check), at: clock.now(), ...seen };
  }

  function lookAt(check: HealthCheck): Promise<Seen> {
    switch (check.kind) {
      case 'http':
        return overHttp(check.url, timeoutMs);
      case 'tcp':
        return overTcp(check, timeoutMs);
      case 'promql':
        return measured(check);
      default:
        return check satisfies never;
    }
  }

  async function measured(check: Extract<HealthCheck, { kind: 'promql' }>): Promise<Seen> {
    const reader = telemetry('prometheus', check.measuredBy);
    if (!reader) return { outcome: 'no data', said: `${check.measuredBy} is not connected` };
    const looked = await reader.instant(check.expression, clock.now());
    if (!looked.ok) return { outcome: 'no data', said: looked.problem.code };
    return judgeSamples(check, looked.value);
  }

  return { look: (checks) => Promise.all(checks.map(one)) };
}

async function overHttp(url: string, timeoutMs: number): Promise<Seen> {
  const answer = await createOutbound({ allowed: [url] }).get(url, {
    bytesMax,
    timeoutMs,
    type: '',
  });
  if (answer.ok) return { outcome: 'passed', said: 'it answered 200' };
  const { code, facts } = answer.problem;
  // A long page answered 200 as well.
  if (code === 'OUTBOUND_TOO_LARGE') return { outcome: 'passed', said: 'it answered 200' };
  if (code === 'OUTBOUND_STATUS')
    return { outcome: 'failed', said: `it answered ${facts['status']}` };
  return { outcome: 'failed', said: unansweredWords[code] ?? code };
}

const unansweredWords: Readonly<Record<string, string>> = {
  OUTBOUND_FAILED: 'it did not answer whole and in time',
  OUTBOUND_NO_ADDRESS: 'nobody knows its name',
};

function overTcp(
  { host, port }: Extract<HealthCheck, { kind: 'tcp' }>,
  timeoutMs: number,
): Promise<Seen> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (seen: Seen) => {
      socket.destroy();
      resolve(seen);
    };
    socket.once('connect', () => end({ outcome: 'passed', said: 'it took a connection' }));
    socket.once('timeout', () => end({ outcome: 'failed', said: 'it did not answer in time' }));
    socket.once('error', (error) => end({ outcome: 'failed', said: wordOf(error) }));
  });
}

/** The name of a failure; its message may quote more. */
function wordOf(error: unknown): string {
  return error instanceof Error && 'code' in error
    ? String(error.code)
    : 'it could not be looked at';
}
