import type { PatroniConfig } from './config.ts';
import type { PatroniLogin } from './copied-config.ts';
import { type Path, sayPath } from './error.ts';
import { errorsOf } from './issue.ts';
import { readAuthority } from './kubernetes.ts';
import { patroniTarget } from './schema.ts';
import type { TargetScope } from './targets.ts';

/** `targets.<name>.patroni`. Undefined when it was refused. */
export function readPatroniTarget(
  name: string,
  written: unknown,
  scope: TargetScope,
): PatroniConfig | undefined {
  const path: Path = ['targets', name, 'patroni'];
  const parsed = patroniTarget.safeParse(written);
  if (!parsed.success) {
    scope.report.add(errorsOf(parsed.error.issues, { document: scope.document, path }));
    return undefined;
  }
  const { endpoints, basic, key, timeout, change_timeout } = parsed.data;
  refuseIdle(parsed.data, path, scope);
  const ca = readAuthority(parsed.data, path, scope);
  const login = readLogin(parsed.data.postgres, [...path, 'postgres'], scope);
  const certificate = readAuthority({ ca: parsed.data.certificate }, path, scope);
  return {
    target: name,
    endpoints: [...new Set(endpoints)],
    timeoutMs: timeout,
    actionTimeoutMs: change_timeout,
    ...(basic && { basic }),
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { certificate }),
    ...(key && { key }),
    ...(login && { postgres: login }),
  };
}

function readLogin(
  written: (typeof patroniTarget)['_output']['postgres'],
  path: Path,
  scope: TargetScope,
): PatroniLogin | undefined {
  if (!written) return undefined;
  const { username, password, database, tls, programs } = written;
  if (written.ca !== undefined && !tls) {
    scope.report.error([...path, 'ca'], {
      what: `${sayPath([...path, 'ca'])} is written without tls`,
      why: 'it would have no effect',
      instead: 'take ca out, or write tls: true',
    });
  }
  const ca = readAuthority(written, path, scope);
  return {
    username,
    database,
    ...(password && { password }),
    ...(tls && { tls: ca ?? (true as const) }),
    ...(programs !== undefined && { programs: scope.absolute(programs) }),
  };
}

/** What would have no effect, or only half of one. */
function refuseIdle(
  written: (typeof patroniTarget)['_output'],
  path: Path,
  { report }: TargetScope,
): void {
  const { endpoints, ca, certificate, key } = written;
  if ((certificate === undefined) !== (key === undefined)) {
    const [there, missing] = key ? ['key', 'certificate'] : ['certificate', 'key'];
    report.error([...path, there], {
      what: `${sayPath([...path, there])} is written without ${missing}`,
      why: 'a certificate is shown with its key',
      instead: `write ${missing} as well, or take ${there} out`,
    });
  }
  const isClear = endpoints.every((endpoint) => !endpoint.startsWith('https:'));
  const idle = ca !== undefined ? 'ca' : certificate === undefined ? undefined : 'certificate';
  if (!isClear || idle === undefined) return;
  report.error([...path, idle], {
    what: `${sayPath([...path, idle])} is written for endpoints in the clear`,
    why: 'it would have no effect',
    instead: 'write https: endpoints, or take it out',
  });
}
