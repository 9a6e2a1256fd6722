import type { Settings } from '../core/settings.ts';
import type { WatchConfig } from './config.ts';
import type { Path } from './error.ts';
import { readAuthority } from './kubernetes.ts';
import type { Section } from './schema.ts';
import type { TargetScope } from './targets.ts';

type Written = Section<'watch'>[string];

/** A line as this build would propose it, or what is wrong with it. */
export type JudgeLine = (
  line: string,
  settings: Settings,
) =>
  | { readonly line: string; readonly service: string; readonly environment: string }
  | { readonly why: string; readonly instead: string };

interface Scope extends Pick<TargetScope, 'report' | 'absolute' | 'files'> {
  readonly settings: Settings;
  readonly judgeLine: JudgeLine | undefined;
  /** False when services were refused in part: what a line may name is then not known. */
  readonly servicesKnown: boolean;
}

/** What is declared to be watched. One that is wrong is reported and left out. */
export function readWatches(written: Section<'watch'>, scope: Scope): readonly WatchConfig[] {
  return Object.entries(written).flatMap(([name, each]) => readWatch(name, each, scope) ?? []);
}

function readWatch(name: string, written: Written, scope: Scope): WatchConfig | undefined {
  const path: Path = ['watch', name];
  const address = addressOf(name, written, scope);
  if (written.timeout >= written.every) {
    scope.report.error([...path, 'timeout'], {
      what: `watch.${name}.timeout is not shorter than every`,
      why: 'one check would still wait while the next is due',
      instead: 'write a shorter timeout, or a longer every',
    });
  }
  const meant = meantBy(name, written, scope);
  if (!address || !meant) return undefined;
  return {
    name,
    address,
    ...meant,
    everyMs: written.every,
    strikes: written.strikes,
    timeoutMs: written.timeout,
    severity: written.severity,
    expiresMs: written.expires,
  };
}

function addressOf(
  name: string,
  { http, tcp, status, ca }: Written,
  scope: Scope,
): WatchConfig['address'] | undefined {
  const path: Path = ['watch', name];
  if ((http === undefined) === (tcp === undefined)) {
    scope.report.error(path, {
      what: `watch.${name} has ${http === undefined ? 'no address' : 'two addresses'}`,
      why: 'a watch looks at one endpoint',
      instead: 'write http: https://… or tcp: host:port',
    });
    return undefined;
  }
  for (const [key, value] of Object.entries({ status, ca })) {
    if (tcp === undefined || value === undefined) continue;
    scope.report.error([...path, key], {
      what: `watch.${name}.${key} stands beside tcp`,
      why: 'it would have no effect',
      instead: `take ${key} out, or write http: https://…`,
    });
  }
  if (tcp?.port === 0) {
    scope.report.error([...path, 'tcp'], {
      what: `watch.${name}.tcp has the port 0`,
      why: 'nothing can be reached there',
      instead: 'write the port that it listens on',
    });
  }
  if (tcp !== undefined) return { kind: 'tcp', ...tcp };
  const authority = readAuthority({ ca }, path, scope);
  return {
    kind: 'http',
    url: http ?? '',
    ...(status !== undefined && { status }),
    ...(authority !== undefined && { ca: authority }),
  };
}

/** Service, environment, verb and role as the catalog has them: a watch that could never be asked for is a fault. */
function meantBy(
  name: string,
  { propose }: Written,
  { report, settings, judgeLine, servicesKnown }: Scope,
): Pick<WatchConfig, 'line' | 'service' | 'environment'> | undefined {
  if (!judgeLine || !servicesKnown) return { line: propose, service: '', environment: '' };
  const judged = judgeLine(propose, settings);
  if ('line' in judged) return judged;
  report.error(['watch', name, 'propose'], {
    what: `watch.${name} proposes "${propose}"`,
    ...judged,
  });
  return undefined;
}
