import type { PostgresConfig } from './config.ts';
import { type Path, sayPath } from './error.ts';
import { readFence } from './fence.ts';
import { errorsOf } from './issue.ts';
import { readAuthority } from './kubernetes.ts';
import { postgresTarget } from './postgres-schema.ts';
import { readRepoint } from './repoint.ts';
import type { TargetScope } from './targets.ts';

/** `targets.<name>.postgres`. Undefined when it was refused. */
export function readPostgresTarget(
  name: string,
  written: unknown,
  scope: TargetScope,
): PostgresConfig | undefined {
  const path: Path = ['targets', name, 'postgres'];
  const parsed = postgresTarget.safeParse(written);
  if (!parsed.success) {
    scope.report.add(errorsOf(parsed.error.issues, { document: scope.document, path }));
    return undefined;
  }
  const { nodes, database, username, password, application, fence, tls, timeout } = parsed.data;
  const { rejoin } = parsed.data;
  if (Object.keys(nodes).length === 0) {
    scope.report.error([...path, 'nodes'], {
      what: `${sayPath([...path, 'nodes'])} names no server`,
      why: 'there is nothing to look at',
      instead: 'write the primary and its replicas',
    });
  }
  if (Object.keys(nodes).length === 1) {
    const here = sayPath([...path, 'nodes']);
    scope.report.warn([...path, 'nodes'], `${here} names one server: nobody could take over`);
  }
  if (parsed.data.ca !== undefined && !tls) {
    scope.report.error([...path, 'ca'], {
      what: `${sayPath([...path, 'ca'])} is written without tls`,
      why: 'it would have no effect',
      instead: 'take ca out, or write tls: true',
    });
  }
  if (parsed.data.scratch === name) {
    scope.report.error([...path, 'scratch'], {
      what: `${sayPath([...path, 'scratch'])} is the target itself`,
      why: 'copies are tried where nobody is served',
      instead: 'name another postgres target, or take it out',
    });
  }
  const where = { path: [...path, 'fence'], scope };
  const fenced = fence && readFence(fence, Object.keys(nodes), where);
  const ca = readAuthority(parsed.data, path, scope);
  return {
    target: name,
    nodes: Object.entries(nodes).map(([node, { address, replication, clients }]) => ({
      name: node,
      address,
      ...(replication && { replication }),
      ...(clients && { clients }),
    })),
    database,
    username,
    ...(password && { password }),
    application: {
      username: application.username,
      ...(application.password && { password: application.password }),
    },
    ...(fenced && { fence: fenced }),
    ...(rejoin && {
      rejoin: { command: rejoin.command, env: rejoin.env, timeoutMs: rejoin.timeout },
    }),
    ...(tls && { tls: ca ?? (true as const) }),
    ...(parsed.data.programs !== undefined && {
      programs: scope.absolute(parsed.data.programs),
    }),
    ...(parsed.data.scratch !== undefined && { scratch: parsed.data.scratch }),
    timeoutMs: timeout,
    catchUpMs: parsed.data.catch_up,
    repoint: parsed.data.repoint.flatMap((each, index) => {
      const where = { path: [...path, 'repoint', index], scope };
      return readRepoint(each, Object.keys(nodes), where) ?? [];
    }),
  };
}
