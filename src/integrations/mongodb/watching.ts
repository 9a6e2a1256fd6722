import type { Endpoint } from '../../core/ports/endpoint.ts';
import { ProblemError } from '../../core/problem.ts';
import { createConnections } from './connection.ts';
import type { MongodbConfig } from './schema.ts';
import { readTopology } from './topology.ts';

/** Whether the set has one primary that takes writes and answers. */
export function watchPrimary(config: MongodbConfig, withinMs: number): Endpoint {
  const timeoutMs = Math.max(1, Math.min(config.timeoutMs, Math.floor(withinMs * 0.3)));
  const asking = { ...config, timeoutMs };
  const connections = createConnections(asking);
  return {
    async check() {
      try {
        await readTopology({ config: asking, connections });
        return undefined;
      } catch (error) {
        if (error instanceof ProblemError) return error.problem;
        throw error;
      }
    },
  };
}
