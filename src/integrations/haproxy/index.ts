import { createQuestions } from '../../core/breaker.ts';
import type { Finding } from '../../core/ports/target.ts';
import type { Traffic } from '../../core/ports/traffic.ts';
import { type Problem, ProblemError } from '../../core/problem.ts';
import { firstLine, tell } from './client.ts';
import type { BackendPlace, HaproxyConfig, Instance } from './schema.ts';
import { backendTraffic } from './traffic.ts';

export { problems } from './problems.ts';
export type { BackendPlace, HaproxyConfig } from './schema.ts';

export interface Integration {
  /** One backend, for whoever turns its clients. */
  traffic(place: BackendPlace): Traffic;
  health(): 'ok' | 'degraded' | 'down';
  doctor(): Promise<readonly Finding[]>;
  close(): void;
}

/** One HAProxy or several. Nothing is connected before the first question, and no connection is kept. */
export function connect(
  config: HaproxyConfig,
  { clock }: { readonly clock: { now(): number } },
): Integration {
  const questions = createQuestions({
    target: config.target,
    rests: 'HAPROXY_RESTS',
    now: () => clock.now(),
    isAway: (error) => error instanceof ProblemError && error.problem.code === 'HAPROXY_ALL_SILENT',
  });
  let isWhole = true;
  return {
    traffic: (place) => backendTraffic(config, place, (look) => questions.ask(look)),
    health: () => (questions.health() === 'ok' && !isWhole ? 'degraded' : questions.health()),
    async doctor() {
      const found = await Promise.all(config.instances.map((each) => examined(config, each)));
      isWhole = found.every(({ problem: each }) => each === undefined);
      return found;
    },
    close() {},
  };
}

async function examined({ timeoutMs }: HaproxyConfig, instance: Instance): Promise<Finding> {
  const facts = { instance: instance.name };
  const finding = (problem?: Problem, version = ''): Finding => ({
    check: 'runtime API',
    facts: version === '' ? facts : { ...facts, version },
    ...(problem && { problem }),
  });
  try {
    const info = await tell(instance, 'show info', timeoutMs);
    const [, version = ''] = /^Version: (\S+)/m.exec(info) ?? [];
    const level = await levelOf(instance, timeoutMs);
    if (level === 'admin') return finding(undefined, version);
    const why = `this socket has level ${level}`;
    return finding({
      code: 'HAPROXY_REFUSED',
      facts: { ...facts, command: 'set server', why },
    });
  } catch (error) {
    if (error instanceof ProblemError) return finding(error.problem);
    throw error;
  }
}

/** https://docs.haproxy.org/2.6/management.html#9.3-show%20cli%20level */
async function levelOf(instance: Instance, timeoutMs: number): Promise<string> {
  return firstLine(await tell(instance, 'show cli level', timeoutMs));
}
