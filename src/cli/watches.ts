import type { Watch } from '../bot/loops/watches/index.ts';
import type { Config } from '../config.ts';
import type { ProblemBook } from '../core/problem.ts';

export interface ConnectedWatches {
  readonly watches: readonly Watch[];
  readonly books: readonly ProblemBook[];
}

/** Nothing is loaded where nothing is watched, and nothing is connected before the first check. */
export async function connectWatches({
  watch: configured,
}: Pick<Config, 'watch'>): Promise<ConnectedWatches> {
  if (configured.length === 0) return { watches: [], books: [] };
  const { connect, problems } = await import('../integrations/endpoint/index.ts');
  const watches = configured.map(
    ({ address, timeoutMs, ...watch }): Watch => ({
      ...watch,
      endpoint: connect(address, timeoutMs),
    }),
  );
  return { watches, books: [problems] };
}
