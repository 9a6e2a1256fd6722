import type { PostgresConfig } from './config.ts';
import { type Path, sayList, sayPath } from './error.ts';
import type { postgresTarget } from './postgres-schema.ts';
import type { TargetScope } from './targets.ts';

type Written = ReturnType<typeof postgresTarget.parse>['repoint'][number];
type Repoint = PostgresConfig['repoint'][number];

/** What each kind of entry is written with; its first key says which it is. */
const kinds = {
  file: { needs: ['line'], may: ['reload', 'through', 'timeout'] },
  haproxy: { needs: ['backend'], may: ['servers', 'through', 'timeout'] },
} as const;

/** One entry of `repoint:`; undefined when it was refused. */
export function readRepoint(
  written: Written,
  nodes: readonly string[],
  { path, scope }: { readonly path: Path; readonly scope: TargetScope },
): Repoint | undefined {
  const { file, line, reload, haproxy, backend, servers = {}, through, timeout } = written;
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
  if (kind === 'file' && file !== undefined && line !== undefined) {
    return {
      file: scope.absolute(file),
      line,
      timeoutMs: timeout,
      ...(reload && { reload }),
      ...(through && { through }),
    };
  }
  if (haproxy === undefined || backend === undefined) return undefined;
  const all = Object.fromEntries(nodes.map((node) => [node, servers[node] ?? node]));
  return { haproxy, backend, servers: all, ...(through && { through }) };
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
  const [kind, ...more] = (['file', 'haproxy'] as const).filter((each) => given.includes(each));
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
