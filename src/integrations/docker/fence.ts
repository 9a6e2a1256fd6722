import type { Fence, Said } from '../../core/ports/fence.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { Engine } from './engine.ts';
import { readPolicy, sayPolicy } from './schema.ts';

export interface FencedContainer {
  readonly target: string;
  readonly container: string;
  /** How long it may take to stop; then it is killed. */
  readonly withinMs: number;
}

/** What takes a PostgreSQL down in order, whatever the image says: https://www.postgresql.org/docs/current/server-shutdown.html */
const stopSignal = 'SIGINT';
/** The engine's own answer comes a little after that. */
const answerMs = 5_000;

/**
 * Stops a container for good: first nobody starts it again, not even the engine when it comes up, then it is stopped. A
 * container that is only stopped comes back with the engine where its policy is `always`.
 * https://docs.docker.com/engine/containers/start-containers-automatically/
 */
export function containerFence(
  engine: Engine,
  { target, container, withinMs }: FencedContainer,
  ask: <T>(look: () => Promise<T>) => Promise<T>,
): Fence {
  const place = `/containers/${encodeURIComponent(container)}`;
  const named = `container ${container} of docker/${target}`;

  function update(name: string, retries: number) {
    const body = { RestartPolicy: { Name: name, MaximumRetryCount: retries } };
    return engine.tell({ method: 'POST', path: `${place}/update`, body }, 200);
  }

  async function holds(): Promise<Said> {
    const { isRunning, restart } = await engine.inspect(container);
    if (isRunning) return { exit: '1', said: `${named} runs` };
    return restart.name === 'no'
      ? done
      : { exit: '1', said: `${named} is started again by ${sayPolicy(restart)}` };
  }

  return {
    raises: `${named} stopped, restart no`,
    lifts: `${named} started, restart as it was`,
    async plan() {
      const { restart, isRemoved, keeper } = await ask(() => engine.inspect(container));
      const why = isRemoved
        ? 'it is deleted when it stops (--rm)'
        : keeper && `${keeper} would start another one`;
      if (why === '') return sayPolicy(restart);
      throw new ProblemError(problem('DOCKER_NO_FENCE', { target, container, why }));
    },
    raise: () =>
      telling(async (sent) => {
        sent();
        await update('no', 0);
        const seconds = Math.max(1, Math.floor(withinMs / 1000));
        const path = `${place}/stop?t=${seconds}&signal=${stopSignal}`;
        const patience = withinMs + answerMs;
        // 304: it was stopped before.
        await engine.tell({ method: 'POST', path, withinMs: patience }, 204, 304);
        return holds();
      }),
    lift: (note) =>
      telling(async (sent) => {
        const { name, retries } = readPolicy(note) ?? { name: 'no', retries: 0 };
        sent();
        await update(name, retries);
        await engine.tell({ method: 'POST', path: `${place}/start` }, 204, 304);
        return done;
      }),
    holds: () => telling(() => holds()),
  };
}

const done: Said = { exit: '0', said: '' };

/** What was refused before anything was sent began nothing. */
async function telling(task: (sent: () => void) => Promise<Said>): Promise<Said> {
  let isSent = false;
  try {
    return await task(() => {
      isSent = true;
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code, facts } = error.problem;
    const said = `${code}: ${facts['why'] ?? facts['container'] ?? ''}`.slice(0, 200);
    return { exit: isSent ? 'failed' : 'missing', said };
  }
}
