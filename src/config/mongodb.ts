import { readAddress } from './address.ts';
import type { MongodbConfig } from './config.ts';
import { type Path, sayPath } from './error.ts';
import { errorsOf } from './issue.ts';
import { readAuthority } from './kubernetes.ts';
import { mongodbTarget } from './schema.ts';
import type { TargetScope } from './targets.ts';

/** `targets.<name>.mongodb`. Undefined when it was refused. */
export function readMongodbTarget(
  name: string,
  written: unknown,
  scope: TargetScope,
): MongodbConfig | undefined {
  const path: Path = ['targets', name, 'mongodb'];
  const parsed = mongodbTarget.safeParse(written);
  if (!parsed.success) {
    scope.report.add(errorsOf(parsed.error.issues, { document: scope.document, path }));
    return undefined;
  }
  const { set, members, username, password, auth_source, tls, timeout } = parsed.data;
  const { programs, scratch } = parsed.data;
  refuseIdle(parsed.data, path, scope);
  refuseItself(parsed.data, path, scope);
  const example = { whose: 'a member', example: 'db-1.example.com:27017' };
  const places = members.map((each, index) =>
    readAddress(each, { path: [...path, 'members', index], report: scope.report, ...example }),
  );
  const ca = readAuthority(parsed.data, path, scope);
  return {
    target: name,
    set,
    members: places.flatMap((place) => place ?? []),
    authSource: auth_source,
    timeoutMs: timeout,
    ...(username !== undefined && { username }),
    ...(password && { password }),
    ...(tls && { tls: ca ?? (true as const) }),
    ...(programs !== undefined && { programs: scope.absolute(programs) }),
    ...(scratch !== undefined && { scratch }),
  };
}

/** A copy is never tried on the set that it is of. */
function refuseItself(
  { scratch }: (typeof mongodbTarget)['_output'],
  path: Path,
  { report }: TargetScope,
): void {
  if (scratch === undefined || scratch !== path[1]) return;
  report.error([...path, 'scratch'], {
    what: `${sayPath([...path, 'scratch'])} is the target itself`,
    why: 'copies are tried where nobody is served',
    instead: 'name another mongodb target, or take it out',
  });
}

/** What would have no effect, or only half of one. */
function refuseIdle(
  { ca, tls, username, password }: (typeof mongodbTarget)['_output'],
  path: Path,
  { report }: TargetScope,
): void {
  if (ca !== undefined && !tls) {
    report.error([...path, 'ca'], {
      what: `${sayPath([...path, 'ca'])} is written without tls`,
      why: 'it would have no effect',
      instead: 'take ca out, or write tls: true',
    });
  }
  if ((username === undefined) !== (password === undefined)) {
    const [there, missing] = password ? ['password', 'username'] : ['username', 'password'];
    report.error([...path, there], {
      what: `${sayPath([...path, there])} is written without ${missing}`,
      why: 'a login is both',
      instead: `write ${missing} as well, or take ${there} out`,
    });
  }
}
