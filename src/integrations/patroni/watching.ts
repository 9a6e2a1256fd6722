import type { Endpoint } from '../../core/ports/endpoint.ts';
import { problem } from '../../core/problem.ts';
import { createClient } from './client.ts';
import type { PatroniConfig } from './schema.ts';
import { problemIn, readView } from './view.ts';

/** Whether the cluster has one leader that runs and says so itself. */
export function watchLeader(config: PatroniConfig, withinMs: number): Endpoint {
  const timeoutMs = Math.max(1, Math.min(config.timeoutMs, Math.floor(withinMs * 0.45)));
  const asking = { ...config, timeoutMs };
  const client = createClient(asking);
  return {
    async check() {
      try {
        const { leader, isLeaderWell, primaries } = await readView({ config: asking, client });
        const { target } = config;
        if (primaries.length > 1) {
          return problem('PATRONI_SPLIT', { target, primaries: primaries.join(', ') });
        }
        if (isLeaderWell) return undefined;
        const told = leader ? `${leader.name}, which is ${leader.state || 'silent'}` : 'nobody';
        return problem('PATRONI_LEADER_AWAY', { target, told });
      } catch (error) {
        return problemIn(error);
      }
    },
  };
}
