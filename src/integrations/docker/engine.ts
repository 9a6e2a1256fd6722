import { ProblemError, problem } from '../../core/problem.ts';
import { type Call, type Reply, send } from './client.ts';
import { type Container, type DockerConfig, parseContainer } from './schema.ts';

export interface Engine {
  /** The newest version of the API that it speaks, `1.41`. */
  version(): Promise<string>;
  /** Throws DOCKER_NO_CONTAINER, DOCKER_UNREADABLE. */
  inspect(container: string): Promise<Container>;
  /** Throws DOCKER_REFUSED with the engine's own words for every status that is not named. */
  tell(call: Call, ...fine: readonly number[]): Promise<Reply>;
}

/** A question names a version, or it is of one that is no longer served: https://docs.docker.com/reference/api/engine/#versioned-api-and-sdk */
export function engineOf(config: DockerConfig): Engine {
  const { target } = config;

  async function version(): Promise<string> {
    const { status, version: told } = await send(config, { method: 'GET', path: '/_ping' });
    if (status === 200 && /^\d+\.\d+$/.test(told)) return told;
    throw new ProblemError(problem('DOCKER_UNREADABLE', { target, path: '/_ping', status }));
  }

  async function ask(call: Call): Promise<Reply> {
    return send(config, { ...call, path: `/v${await version()}${call.path}` });
  }

  return {
    version,
    async inspect(container) {
      const path = `/containers/${encodeURIComponent(container)}/json`;
      const { status, text } = await ask({ method: 'GET', path });
      if (status === 404) {
        throw new ProblemError(problem('DOCKER_NO_CONTAINER', { target, container }));
      }
      const found = status === 200 ? parseContainer(jsonIn(text)) : undefined;
      if (found) return found;
      throw new ProblemError(problem('DOCKER_UNREADABLE', { target, path, status }));
    },
    async tell(call, ...fine) {
      const reply = await ask(call);
      if (fine.includes(reply.status)) return reply;
      const { status, text } = reply;
      const facts = { target, path: call.path, status, why: wordsIn(text) };
      throw new ProblemError(problem('DOCKER_REFUSED', facts));
    },
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `{"message": "…"}` */
function wordsIn(text: string): string {
  const told = jsonIn(text);
  const message = typeof told === 'object' && told !== null && 'message' in told && told.message;
  return String(message || text)
    .trim()
    .slice(0, 200);
}
