import { readAddress } from './address.ts';
import type { RedisConfig } from './config.ts';
import { type Path, sayPath } from './error.ts';
import { errorsOf } from './issue.ts';
import { readAuthority } from './kubernetes.ts';
import { redisTarget } from './schema.ts';
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
  const { sentinels, master, username, password, tls, timeout } = parsed.data;
  const { sentinel_username: sentinelUsername, sentinel_password: sentinelPassword } = parsed.data;
  const example = { whose: 'a Sentinel', example: 'sentinel-1.example.com:26379' };
  const places = sentinels.map((each, index) =>
    readAddress(each, { path: [...path, 'sentinels', index], report: scope.report, ...example }),
  );
  if (parsed.data.ca !== undefined && !tls) {
    scope.report.error([...path, 'ca'], {
      what: `${sayPath([...path, 'ca'])} is written without tls`,
      why: 'it would have no effect',
      instead: 'take ca out, or write tls: true',
    });
  }
  const ca = readAuthority(parsed.data, path, scope);
  return {
    target: name,
    sentinels: places.flatMap((place) => place ?? []),
    master,
    timeoutMs: timeout,
    ...(username !== undefined && { username }),
    ...(password && { password }),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword && { sentinelPassword }),
    ...(tls && { tls: ca ?? (true as const) }),
  };
}
