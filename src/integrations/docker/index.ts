import { createQuestions } from '../../core/breaker.ts';
import type { Fence } from '../../core/ports/fence.ts';
import type { Finding } from '../../core/ports/target.ts';
import { ProblemError } from '../../core/problem.ts';
import { engineOf } from './engine.ts';
import { containerFence } from './fence.ts';
import type { DockerConfig } from './schema.ts';

export { problems } from './problems.ts';
export type { DockerConfig } from './schema.ts';

export interface Integration {
  /** Keeps one container from running, for whoever promotes another server. */
  fence(container: string, withinMs: number): Fence;
  health(): 'ok' | 'degraded' | 'down';
  doctor(): Promise<readonly Finding[]>;
  close(): void;
}

/** One Docker Engine. Nothing is connected before the first question, and no connection is kept. */
export function connect(
  config: DockerConfig,
  { clock }: { readonly clock: { now(): number } },
): Integration {
  const engine = engineOf(config);
  const questions = createQuestions({
    target: config.target,
    rests: 'DOCKER_RESTS',
    now: () => clock.now(),
    isAway: (error) => error instanceof ProblemError && error.problem.code === 'DOCKER_UNREACHABLE',
  });
  const fenced = new Set<string>();
  return {
    fence(container, withinMs) {
      fenced.add(container);
      const { target } = config;
      return containerFence(engine, { target, container, withinMs }, (look) => questions.ask(look));
    },
    health: questions.health,
    async doctor() {
      const api = await looked('api', async () => ({ version: await engine.version() }));
      if (api.problem) return [api];
      const each = [...fenced].map((container) =>
        looked('container', async () => {
          const { isRunning, restart } = await engine.inspect(container);
          return { container, running: isRunning, restart: restart.name };
        }),
      );
      return [api, ...(await Promise.all(each))];
    },
    close() {},
  };
}

async function looked(check: string, look: () => Promise<Finding['facts']>): Promise<Finding> {
  try {
    return { check, facts: await look() };
  } catch (error) {
    if (error instanceof ProblemError) return { check, facts: {}, problem: error.problem };
    throw error;
  }
}
