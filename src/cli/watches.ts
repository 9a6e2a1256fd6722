import type { ConnectedTarget } from '../bot/bot-parts.ts';
import type { Watch } from '../bot/loops/watches/index.ts';
import type { Config, WatchConfig } from '../config.ts';
import type { ProblemBook } from '../core/problem.ts';

export interface ConnectedWatches {
  readonly watches: readonly Watch[];
  readonly books: readonly ProblemBook[];
}

/** Nothing is loaded where nothing is watched, and nothing is connected before the first check. */
export async function connectWatches(
  { watch: configured }: Pick<Config, 'watch'>,
  targets: readonly Pick<ConnectedTarget, 'name' | 'endpoint'>[],
): Promise<ConnectedWatches> {
  if (configured.length === 0) return { watches: [], books: [] };
  const { connect, problems, targetEndpoint } = await import('../integrations/endpoint/index.ts');
  const watches = configured.map(
    ({ address, timeoutMs, ...watch }): Watch => ({
      ...watch,
      endpoint:
        address.kind === 'target'
          ? targetEndpoint(servedBy(address, targets, timeoutMs), timeoutMs)
          : connect(address, timeoutMs),
    }),
  );
  return { watches, books: [problems] };
}

function servedBy(
  { integration, target }: Extract<WatchConfig['address'], { readonly kind: 'target' }>,
  targets: Parameters<typeof connectWatches>[1],
  withinMs: number,
) {
  const name = `${integration}/${target}`;
  const endpoint = targets.find((each) => each.name === name)?.endpoint?.(withinMs);
  if (!endpoint) throw new Error(`${name} cannot be watched, and the configuration was accepted`);
  return { name, endpoint };
}
