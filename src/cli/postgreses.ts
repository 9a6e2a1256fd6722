import type { ConnectedTarget } from '../bot/bot-parts.ts';
import { programs } from '../bot/programs.ts';
import type { Config, PostgresConfig } from '../config.ts';
import type { FenceConfig, RepointConfig } from '../integrations/postgres/schema.ts';
import type { Means } from './means.ts';
import type { Connected } from './targets.ts';

/** Each PostgreSQL with what stops its servers and what turns its clients: one integration does not know the other. */
export async function connectPostgreses(
  configured: Config['targets']['postgres'],
  means: Means,
): Promise<Connected> {
  if (configured.length === 0) return { targets: [], books: [] };
  const { connect, dumpProblems, problems } = await import('../integrations/postgres/index.ts');
  const opened = configured.map((config) => {
    const { username, password, application, fence, rejoin, repoint, scratch, ...rest } = config;
    return {
      scratch,
      config: {
        ...rest,
        admin: user(username, password),
        application: user(application.username, application.password),
        ...(fence && { fence: fencedBy(fence, means) }),
        ...(rejoin && { rejoin: { ...rejoin, env: revealed(rejoin.env) } }),
        repoint: repoint.map((each) => turnedBy(each, means)),
      },
    };
  });
  const targets = opened.map(({ config, scratch: name }): ConnectedTarget => {
    const scratch = opened.find((each) => each.config.target === name)?.config;
    const integration = connect(config, { programs, ...(scratch && { scratch }) });
    return { name: `postgres/${config.target}`, ...integration };
  });
  return { targets, books: [problems, dumpProblems] };
}

function fencedBy(fence: NonNullable<PostgresConfig['fence']>, means: Means): FenceConfig {
  const { timeoutMs } = fence;
  if (fence.by === 'command') {
    const { by: _, ...command } = fence;
    return { ...command, env: revealed(command.env) };
  }
  const each = Object.entries(fence.nodes).map(([node, place]) => [
    node,
    means.fence(fence.target, place, timeoutMs),
  ]);
  return { means: Object.fromEntries(each), timeoutMs };
}

function turnedBy(each: PostgresConfig['repoint'][number], means: Means): RepointConfig {
  if ('file' in each) return each;
  const { through } = each;
  const traffic =
    'haproxy' in each
      ? means.backend(each.haproxy, { backend: each.backend, servers: each.servers })
      : means.service(each.kubernetes, {
          namespace: each.namespace,
          service: each.service,
          label: each.label,
          servers: each.servers,
        });
  return { traffic, ...(through && { through }) };
}

export function user(name: string, password: PostgresConfig['password']) {
  return { user: name, ...(password && { password: password.reveal() }) };
}

function revealed(env: NonNullable<PostgresConfig['rejoin']>['env']) {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.reveal()]));
}
