import type { PostgresConfig } from './config.ts';
import { type Path, sayList, sayPath } from './error.ts';
import type { postgresTarget } from './postgres-schema.ts';
import type { TargetScope } from './targets.ts';

type Written = NonNullable<ReturnType<typeof postgresTarget.parse>['fence']>;
type WrittenNode = NonNullable<Written['nodes']>[string];
type FenceConfig = NonNullable<PostgresConfig['fence']>;

/** `fence:` of a PostgreSQL: by a command, or by what its servers run in. Undefined when it was refused. */
export function readFence(
  written: Written,
  nodes: readonly string[],
  { path, scope }: { readonly path: Path; readonly scope: TargetScope },
): FenceConfig | undefined {
  const { report } = scope;
  const [kind, ...more] = (['command', 'kubernetes', 'docker'] as const).filter(
    (each) => written[each] !== undefined,
  );
  if (kind === undefined || more.length > 0) {
    report.error(path, {
      what: `${sayPath(path)} names ${kind === undefined ? 'no way to stop a server' : sayList([kind, ...more])}`,
      why: 'a server is stopped in one way',
      instead: 'write command, kubernetes or docker',
    });
    return undefined;
  }
  const idle = (kind === 'command' ? (['nodes'] as const) : (['undo', 'status'] as const)).find(
    (key) => written[key] !== undefined,
  );
  if (idle !== undefined) {
    report.error([...path, idle], {
      what: `${sayPath([...path, idle])} is written beside ${kind}`,
      why: 'it would have no effect',
      instead: 'take it out',
    });
    return undefined;
  }
  if (kind === 'command') return byCommand(written, path, scope);
  const each = nodes.map((node) => ({ node, place: placeOf(written, kind, node) }));
  const missing = each.find(({ place }) => place === undefined);
  const stranger = Object.keys(written.nodes ?? {}).find((node) => !nodes.includes(node));
  if (missing || stranger !== undefined) {
    const wrong = missing?.node ?? stranger ?? '';
    report.error([...path, 'nodes', wrong], {
      what: `${sayPath([...path, 'nodes', wrong])} ${missing ? 'does not say what it runs in' : 'is no node'}`,
      why: missing ? 'any node may be the one that is fenced' : `the nodes are ${sayList(nodes)}`,
      instead:
        kind === 'docker'
          ? 'write { container: NAME } for every node'
          : 'write { namespace: NAME, statefulset: NAME } or { namespace: NAME, deployment: NAME } for every node',
    });
    return undefined;
  }
  return {
    by: kind,
    target: written[kind] ?? '',
    timeoutMs: written.timeout,
    nodes: Object.fromEntries(each.flatMap(({ node, place }) => (place ? [[node, place]] : []))),
  };
}

function byCommand(
  { command, undo, status, env, timeout }: Written,
  path: Path,
  { report }: TargetScope,
): FenceConfig | undefined {
  if (command && undo) {
    return { by: 'command', command, undo, env, timeoutMs: timeout, ...(status && { status }) };
  }
  report.error(path, {
    what: `${sayPath(path)} has command and no undo`,
    why: 'a failover that fails would leave the service without a writer',
    instead: 'write undo as well',
  });
  return undefined;
}

/** What a node runs in, whole and nothing else. */
function placeOf(
  { nodes }: Written,
  kind: 'kubernetes' | 'docker',
  node: string,
): FencedPlace | undefined {
  const written = nodes?.[node];
  if (!written) return undefined;
  return kind === 'docker' ? containerIn(written) : workloadIn(written);
}

type FencedPlace = Exclude<FenceConfig, { readonly by: 'command' }>['nodes'][string];

function containerIn({ container, ...others }: WrittenNode): FencedPlace | undefined {
  const isOnly = Object.values(others).every((value) => value === undefined);
  return container !== undefined && isOnly ? { container } : undefined;
}

function workloadIn({
  namespace,
  statefulset,
  deployment,
  container,
}: WrittenNode): FencedPlace | undefined {
  const workload = statefulset ?? deployment;
  const isOne = (statefulset === undefined) !== (deployment === undefined);
  if (namespace === undefined || workload === undefined || !isOne || container !== undefined) {
    return undefined;
  }
  return { namespace, kind: statefulset === undefined ? 'deployment' : 'statefulset', workload };
}
