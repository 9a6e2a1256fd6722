import { type Problem, problem } from '../../../core/problem.ts';
import { limits } from './limits.ts';

/**
 * Stops calling before Discord stops listening: 10,000 answers of 401, 403 or 429 within ten minutes have the whole
 * address banned. https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
 */
export interface Brake {
  heard(status: number, scope: string): void;
  /** Why nothing is called now. */
  stopped(): Problem | undefined;
}

/** Others may share the address, and whoever comes to mend it needs some calls as well. */
const refusedMax = limits.invalidRequests / 20;
/** A token does not come back by itself; one that was mended elsewhere is taken up within minutes. */
const tokenRestMs = 5 * 60_000;

export function createBrake(now: () => number): Brake {
  let refused: number[] = [];
  let tokenUntil = 0;

  return {
    heard(status, scope) {
      if (status === 401) tokenUntil = now() + tokenRestMs;
      else if (status < 400) tokenUntil = 0;
      const counts = status === 401 || status === 403 || (status === 429 && scope !== 'shared');
      if (counts) refused.push(now());
    },
    stopped() {
      if (tokenUntil > now()) return problem('DISCORD_TOKEN_REFUSED');
      const from = now() - limits.invalidWindowMs;
      refused = refused.filter((at) => at > from);
      return refused.length < refusedMax
        ? undefined
        : problem('DISCORD_CALLS_STOPPED', { count: refused.length });
    },
  };
}
