import type { PostgresConfig } from './config.ts';
import { type Path, sayList, sayPath } from './error.ts';
import { named } from './field.ts';
import { haproxyName } from './haproxy-schema.ts';
import { errorsOf } from './issue.ts';
import type { postgresTarget } from './postgres-schema.ts';
import type { TargetScope } from './targets.ts';

type Written = ReturnType<typeof postgresTarget.parse>['repoint'][number];
type Repoint = PostgresConfig['repoint'][number];

/** What each kind of entry is written with; its first key says which it is. */
const kinds = {
  file: { needs: ['line'], may: ['reload', 'through', 'timeout'] },
  haproxy: { needs: ['backend'], may: ['servers', 'through', 'timeout'] },
  kubernetes: { needs: ['namespace', 'service', 'servers'], may: ['label', 'through', 'timeout'] },
} as const;

/** What the pods of a StatefulSet are told apart by: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-name-label */
const podName = 'statefulset.kubernetes.io/pod-name';

/** One entry of `repoint:`; undefined when it was refused. */
export function readRepoint(
  written: Written,
  nodes: readonly string[],
  place: { readonly path: Path; readonly scope: TargetScope },
): Repoint | undefined {
  const { path, scope } = place;
  const { file, line, reload, through, timeout, servers = {} } = written;
  const kind = kindOf(written, path, scope);
  if (kind === undefined) return undefined;
  const stranger = Object.keys(servers).find((node) => !nodes.includes(node));
  if (stranger !== undefined) {
    scope.report.error([...path, 'servers', stranger], {
      what: `${sayPath([...path, 'servers', stranger])} is no node`,
      why: `the nodes are ${sayList(nodes)}`,
      instead: 'write the name of a node first, then its server',
    });
  }
  if (kind === 'haproxy') return backendOf(written, nodes, place);
  if (kind === 'kubernetes') return serviceOf(written, nodes, place);
  if (file === undefined || line === undefined) return undefined;
  return {
    file: scope.absolute(file),
    line,
    timeoutMs: timeout,
    ...(reload && { reload }),
    ...(through && { through }),
  };
}

function backendOf(
  { haproxy, backend, servers = {}, through }: Written,
  nodes: readonly string[],
  { path, scope }: { readonly path: Path; readonly scope: TargetScope },
): Repoint | undefined {
  if (haproxy === undefined || backend === undefined) return undefined;
  const parsed = named(haproxyName).safeParse(servers);
  if (!parsed.success) {
    const where = { document: scope.document, path: [...path, 'servers'] };
    scope.report.add(errorsOf(parsed.error.issues, where));
    return undefined;
  }
  const all = Object.fromEntries(nodes.map((node) => [node, parsed.data[node] ?? node]));
  return { haproxy, backend, servers: all, ...(through && { through }) };
}

/** Any node may become the primary, and each is told from the others by a value of its own. */
function serviceOf(
  { kubernetes, namespace, service, label = podName, servers = {}, through }: Written,
  nodes: readonly string[],
  { path, scope }: { readonly path: Path; readonly scope: TargetScope },
): Repoint | undefined {
  if (kubernetes === undefined || namespace === undefined || service === undefined) {
    return undefined;
  }
  const missing = nodes.find((node) => servers[node] === undefined);
  const twice = nodes.find((node) =>
    nodes.some((other) => other !== node && servers[other] === servers[node]),
  );
  const wrong = missing ?? twice;
  if (wrong !== undefined) {
    const isMissing = missing !== undefined;
    scope.report.error([...path, 'servers'], {
      what: `${sayPath([...path, 'servers'])} ${isMissing ? `does not name ${wrong}` : `has ${servers[wrong]} for more than one node`}`,
      why: isMissing ? 'any node may become the primary' : 'the Service would send clients to both',
      instead: `write the value of ${label} on the pod of every node`,
    });
    return undefined;
  }
  const all = Object.fromEntries(nodes.map((node) => [node, servers[node] ?? node]));
  return { kubernetes, namespace, service, label, servers: all, ...(through && { through }) };
}

/** Says what is missing and what is too much. */
function kindOf(
  written: Written,
  path: Path,
  { report }: TargetScope,
): keyof typeof kinds | undefined {
  const given = Object.entries(written)
    .filter(([, value]) => value !== undefined)
    .map(([key]) => key);
  const [kind, ...more] = (['file', 'haproxy', 'kubernetes'] as const).filter((each) =>
    given.includes(each),
  );
  if (kind === undefined || more.length > 0) {
    report.error(path, {
      what: `${sayPath(path)} names ${kind === undefined ? 'nothing to turn' : sayList([kind, ...more])}`,
      why: 'an entry is one thing that sends clients to the primary',
      instead: `write ${sayList(Object.keys(kinds), 'or')}`,
    });
    return undefined;
  }
  const { needs, may } = kinds[kind];
  const missing = needs.find((key) => !given.includes(key));
  if (missing !== undefined) {
    report.error(path, {
      what: `${sayPath(path)} has ${kind} and no ${missing}`,
      why: 'it does not say where the primary stands',
      instead: `write ${missing} as well`,
    });
    return undefined;
  }
  const known: readonly string[] = [kind, ...needs, ...may];
  const idle = given.find((key) => !known.includes(key));
  if (idle === undefined) return kind;
  report.error([...path, idle], {
    what: `${sayPath([...path, idle])} is written beside ${kind}`,
    why: 'it would have no effect',
    instead: 'take it out',
  });
  return undefined;
}
