import type { ConnectedTarget } from '../bot/bot-parts.ts';
import { systemClock } from '../bot/clock.ts';
import { programs } from '../bot/programs.ts';
import type { Config, HaproxyConfig, PostgresConfig } from '../config.ts';
import type { Integration as Haproxy } from '../integrations/haproxy/index.ts';
import type { RepointConfig } from '../integrations/postgres/schema.ts';
import type { Connected } from './targets.ts';

/** Each PostgreSQL with what it turns its clients by: one integration does not know the other. */
export async function connectPostgreses({
  postgres: configured,
  haproxy,
}: Config['targets']): Promise<Connected> {
  const proxies = await connectHaproxies(haproxy);
  if (configured.length === 0) return proxies.connected;
  const { connect, dumpProblems, problems } = await import('../integrations/postgres/index.ts');
  const targets = configured.map((config): ConnectedTarget => {
    const { username, password, application, fence, rejoin, repoint, ...rest } = config;
    const integration = connect(
      {
        ...rest,
        admin: user(username, password),
        application: user(application.username, application.password),
        ...(fence && { fence: { ...fence, env: revealed(fence.env) } }),
        ...(rejoin && { rejoin: { ...rejoin, env: revealed(rejoin.env) } }),
        repoint: repoint.map((each) => turnedBy(each, proxies.byName)),
      },
      { programs },
    );
    return { name: `postgres/${config.target}`, ...integration };
  });
  return {
    targets: [...proxies.connected.targets, ...targets],
    books: [...proxies.connected.books, problems, dumpProblems],
  };
}

interface Haproxies {
  readonly connected: Connected;
  readonly byName: ReadonlyMap<string, Haproxy>;
}

/** Asked for itself by `tocsin doctor` only; turned by the plans of others. */
async function connectHaproxies(configured: readonly HaproxyConfig[]): Promise<Haproxies> {
  if (configured.length === 0) return { connected: { targets: [], books: [] }, byName: new Map() };
  const { connect, problems } = await import('../integrations/haproxy/index.ts');
  const byName = new Map(
    configured.map((config) => [config.target, connect(config, { clock: systemClock })]),
  );
  const targets = [...byName].map(([name, { health, doctor, close }]) => ({
    name: `haproxy/${name}`,
    health,
    doctor,
    close,
  }));
  return { connected: { targets, books: [problems] }, byName };
}

function turnedBy(
  each: PostgresConfig['repoint'][number],
  proxies: Haproxies['byName'],
): RepointConfig {
  if ('file' in each) return each;
  const { haproxy, backend, servers, through } = each;
  const traffic = proxies.get(haproxy)?.traffic({ backend, servers });
  if (!traffic) throw new Error(`the configuration has a haproxy target ${haproxy}`);
  return { traffic, ...(through && { through }) };
}

export function user(name: string, password: PostgresConfig['password']) {
  return { user: name, ...(password && { password: password.reveal() }) };
}

function revealed(env: NonNullable<PostgresConfig['fence']>['env']) {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.reveal()]));
}
