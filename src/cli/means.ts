import { systemClock } from '../bot/clock.ts';
import type { Config, DockerConfig, HaproxyConfig, PostgresConfig } from '../config.ts';
import type { Fence } from '../core/ports/fence.ts';
import type { Traffic } from '../core/ports/traffic.ts';
import type { Integration as Docker } from '../integrations/docker/index.ts';
import type { BackendPlace, Integration as Haproxy } from '../integrations/haproxy/index.ts';
import type { Integration as Kubernetes, ServicePlace } from '../integrations/kubernetes/index.ts';
import type { Connected } from './targets.ts';

/** What plans of one integration need of another one, by the name of its target. */
export interface Means {
  backend(target: string, place: BackendPlace): Traffic;
  service(target: string, place: ServicePlace): Traffic;
  fence(target: string, place: FencedPlace, withinMs: number): Fence;
}

type FencedPlace = Exclude<
  NonNullable<PostgresConfig['fence']>,
  { readonly by: 'command' }
>['nodes'][string];

/** Targets that `tocsin doctor` alone asks for themselves, and what is handed on of them and of the clusters. */
export async function connectMeans(
  { haproxy, docker }: Pick<Config['targets'], 'haproxy' | 'docker'>,
  clusters: ReadonlyMap<string, Pick<Kubernetes, 'fence' | 'traffic'>>,
): Promise<{ readonly connected: Connected; readonly means: Means }> {
  const [proxies, engines] = await Promise.all([connectHaproxies(haproxy), connectEngines(docker)]);
  return {
    connected: {
      targets: [...proxies.connected.targets, ...engines.connected.targets],
      books: [...proxies.connected.books, ...engines.connected.books],
    },
    means: {
      backend: (target, place) => known(proxies.byName, target).traffic(place),
      service: (target, place) => known(clusters, target).traffic(place),
      fence(target, place, withinMs) {
        if ('container' in place) {
          return known(engines.byName, target).fence(place.container, withinMs);
        }
        const { namespace, kind, workload: name } = place;
        return known(clusters, target).fence({ locator: { namespace, kind, name }, withinMs });
      },
    },
  };
}

function known<T>(targets: ReadonlyMap<string, T>, name: string): T {
  const found = targets.get(name);
  if (found) return found;
  throw new Error(`the configuration was accepted, and has no such target ${name}`);
}

interface Named<T> {
  readonly connected: Connected;
  readonly byName: ReadonlyMap<string, T>;
}

async function connectHaproxies(configured: readonly HaproxyConfig[]): Promise<Named<Haproxy>> {
  if (configured.length === 0) return { connected: { targets: [], books: [] }, byName: new Map() };
  const { connect, problems } = await import('../integrations/haproxy/index.ts');
  const made = configured.map(
    (config) => [config.target, connect(config, { clock: systemClock })] as const,
  );
  const targets = made.map(([name, { health, doctor, close }]) => {
    return { name: `haproxy/${name}`, health, doctor, close };
  });
  return { connected: { targets, books: [problems] }, byName: new Map(made) };
}

async function connectEngines(configured: readonly DockerConfig[]): Promise<Named<Docker>> {
  if (configured.length === 0) return { connected: { targets: [], books: [] }, byName: new Map() };
  const { connect, problems } = await import('../integrations/docker/index.ts');
  const made = configured.map(
    (config) => [config.target, connect(config, { clock: systemClock })] as const,
  );
  const targets = made.map(([name, { health, doctor, close }]) => {
    return { name: `docker/${name}`, health, doctor, close };
  });
  return { connected: { targets, books: [problems] }, byName: new Map(made) };
}
