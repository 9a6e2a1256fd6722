import type { Endpoint } from '../../core/ports/endpoint.ts';
import { problem } from '../../core/problem.ts';

/** What a target says of itself, and no longer waited for than any other endpoint. */
export function targetEndpoint(
  { name, endpoint }: { readonly name: string; readonly endpoint: Endpoint },
  timeoutMs: number,
): Endpoint {
  return {
    async check() {
      const late = Promise.withResolvers<ReturnType<typeof problem>>();
      const timer = setTimeout(
        () => late.resolve(problem('WATCH_TIMEOUT', { address: name, timeoutMs })),
        timeoutMs,
      );
      try {
        return await Promise.race([endpoint.check(), late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
