import { readAddress } from './address.ts';
import type { Place, RedisConfig } from './config.ts';
import { type Path, sayList, sayPath } from './error.ts';
import { errorsOf } from './issue.ts';
import { readAuthority } from './kubernetes.ts';
import { redisTarget } from './redis-schema.ts';
import type { TargetScope } from './targets.ts';

/** `targets.<name>.redis`. Undefined when it was refused. */
export function readRedisTarget(
  name: string,
  written: unknown,
  scope: TargetScope,
): RedisConfig | undefined {
  const path: Path = ['targets', name, 'redis'];
  const parsed = redisTarget.safeParse(written);
  if (!parsed.success) {
    scope.report.add(errorsOf(parsed.error.issues, { document: scope.document, path }));
    return undefined;
  }
  const { username, password, read, tls, timeout } = parsed.data;
  const { sentinel_username: sentinelUsername, sentinel_password: sentinelPassword } = parsed.data;
  const kind = readKind(parsed.data, path, scope);
  if (parsed.data.ca !== undefined && !tls) {
    scope.report.error([...path, 'ca'], {
      what: `${sayPath([...path, 'ca'])} is written without tls`,
      why: 'it would have no effect',
      instead: 'take ca out, or write tls: true',
    });
  }
  const ca = readAuthority(parsed.data, path, scope);
  if (!kind) return undefined;
  return {
    ...kind,
    target: name,
    timeoutMs: timeout,
    ...(read && { read: credentialOf(read) }),
    ...(username !== undefined && { username }),
    ...(password && { password }),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword && { sentinelPassword }),
    ...(tls && { tls: ca ?? (true as const) }),
  };
}

type Written = (typeof redisTarget)['_output'];
type Kind =
  | { kind: 'sentinels'; sentinels: readonly Place[]; master: string }
  | { kind: 'cluster' | 'servers'; nodes: readonly Place[] };

/** What looks after it. Exactly one of three, and a master's name where it is Sentinels. */
function readKind(written: Written, path: Path, scope: TargetScope): Kind | undefined {
  const { master } = written;
  const [first, ...more] = (['sentinels', 'cluster', 'servers'] as const).filter(
    (key) => written[key] !== undefined,
  );
  if (first === undefined || more.length > 0) {
    scope.report.error(path, {
      what: `${sayPath(path)} has ${first === undefined ? 'no servers' : sayList([first, ...more])}`,
      why: 'a Redis is looked after by Sentinels, as a cluster, or by nobody',
      instead: 'write one of sentinels (with master), cluster and servers',
    });
    return undefined;
  }
  const places = (written[first] ?? []).flatMap(
    (each, index) =>
      readAddress(each, {
        path: [...path, first, index],
        report: scope.report,
        whose: first === 'sentinels' ? 'a Sentinel' : 'a server',
        example:
          first === 'sentinels' ? 'sentinel-1.example.com:26379' : 'redis-1.example.com:6379',
      }) ?? [],
  );
  if (first !== 'sentinels') {
    refuseIdle(written, first, { path, scope });
    return { kind: first, nodes: places };
  }
  if (master !== undefined) return { kind: first, sentinels: places, master };
  scope.report.error(path, {
    what: `${sayPath(path)} has sentinels without master`,
    why: 'Sentinels know a master by its name',
    instead: 'write the name of SENTINEL MASTERS as master',
  });
  return undefined;
}

function refuseIdle(
  written: Written,
  kind: string,
  { path, scope }: { readonly path: Path; readonly scope: TargetScope },
): void {
  for (const key of ['master', 'sentinel_username', 'sentinel_password'] as const) {
    if (written[key] === undefined) continue;
    scope.report.error([...path, key], {
      what: `${sayPath([...path, key])} is written beside ${kind}`,
      why: 'it is of Sentinels, and would have no effect',
      instead: 'take it out',
    });
  }
}

function credentialOf({ username, password }: NonNullable<Written['read']>) {
  return { ...(username !== undefined && { username }), ...(password && { password }) };
}
