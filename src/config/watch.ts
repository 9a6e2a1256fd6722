import type { Settings } from '../core/settings.ts';
import type { WatchConfig } from './config.ts';
import type { Path } from './error.ts';
import { readAuthority } from './kubernetes.ts';
import type { Section } from './schema.ts';
import type { TargetScope } from './targets.ts';
import { failoverOf, type Part, readPart, type Watched } from './watched-part.ts';

type Written = Section<'watch'>[string];

/** A line as this build would propose it, or what is wrong with it. */
export type JudgeLine = (
  line: string,
  settings: Settings,
) =>
  | {
      readonly line: string;
      readonly service: string;
      readonly environment: string;
      /** The part of the service that it is about, where it names one. */
      readonly role?: string;
    }
  | { readonly why: string; readonly instead: string };

export interface WatchScope extends Pick<TargetScope, 'report' | 'absolute' | 'files'> {
  readonly settings: Settings;
  readonly judgeLine: JudgeLine | undefined;
  /** False when services were refused in part: what a line may name is then not known. */
  readonly servicesKnown: boolean;
}

/** What is declared to be watched. One that is wrong is reported and left out. */
export function readWatches(written: Section<'watch'>, scope: WatchScope): readonly WatchConfig[] {
  return Object.entries(written).flatMap(([name, each]) => readWatch(name, each, scope) ?? []);
}

function readWatch(name: string, written: Written, scope: WatchScope): WatchConfig | undefined {
  const path: Path = ['watch', name];
  const watched = watchedBy(name, written, scope);
  if (written.timeout >= written.every) {
    scope.report.error([...path, 'timeout'], {
      what: `watch.${name}.timeout is not shorter than every`,
      why: 'one check would still wait while the next is due',
      instead: 'write a shorter timeout, or a longer every',
    });
  }
  // What is proposed for a part that was refused cannot be judged; that one is said already.
  if (!watched && written.propose === undefined) return undefined;
  const meant = meantBy(name, { propose: written.propose, part: watched?.part }, scope);
  if (!watched || !meant) return undefined;
  return {
    name,
    address: watched.address,
    ...meant,
    everyMs: written.every,
    strikes: written.strikes,
    timeoutMs: written.timeout,
    severity: written.severity,
    expiresMs: written.expires,
  };
}

/** One address, or one part of a service. */
function watchedBy(name: string, written: Written, scope: WatchScope): Watched | undefined {
  const { http, tcp, service, role, environment } = written;
  const path: Path = ['watch', name];
  const isPart = service !== undefined || role !== undefined || environment !== undefined;
  const named = [http !== undefined, tcp !== undefined, isPart].filter(Boolean).length;
  if (named !== 1) {
    scope.report.error(path, {
      what: `watch.${name} has ${named === 0 ? 'no address' : 'two addresses'}`,
      why: 'a watch looks at one endpoint',
      instead: 'write http: https://…, tcp: host:port, or service: and role:',
    });
    return undefined;
  }
  refuseBeside(name, written, scope);
  if (isPart) return readPart(name, written, scope);
  if (tcp !== undefined) return { address: { kind: 'tcp', ...tcp } };
  const { status } = written;
  const authority = readAuthority({ ca: written.ca }, path, scope);
  return {
    address: {
      kind: 'http',
      url: http ?? '',
      ...(status !== undefined && { status }),
      ...(authority !== undefined && { ca: authority }),
    },
  };
}

function refuseBeside(name: string, { http, tcp, status, ca }: Written, scope: WatchScope): void {
  for (const [key, value] of Object.entries({ status, ca })) {
    if (http !== undefined || value === undefined) continue;
    scope.report.error(['watch', name, key], {
      what: `watch.${name}.${key} stands beside ${tcp === undefined ? 'service' : 'tcp'}`,
      why: 'it would have no effect',
      instead: `take ${key} out, or write http: https://…`,
    });
  }
  if (tcp?.port === 0) {
    scope.report.error(['watch', name, 'tcp'], {
      what: `watch.${name}.tcp has the port 0`,
      why: 'nothing can be reached there',
      instead: 'write the port that it listens on',
    });
  }
}

/** Service, environment, verb and role as the catalog has them: a watch that could never be asked for is a fault. */
function meantBy(
  name: string,
  { propose, part }: { readonly propose: string | undefined; readonly part: Part | undefined },
  { report, settings, judgeLine, servicesKnown }: WatchScope,
): Pick<WatchConfig, 'line' | 'service' | 'environment'> | undefined {
  const line = propose ?? (part && failoverOf(part));
  const path: Path = ['watch', name, 'propose'];
  if (line === undefined) {
    report.error(path, {
      what: `watch.${name}.propose is missing`,
      why: 'a watch proposes the change that helps',
      instead: 'write what a person would type: failover checkout cache env=production',
    });
    return undefined;
  }
  if (!judgeLine || !servicesKnown) return { line, service: '', environment: '' };
  const judged = judgeLine(line, settings);
  const what = `watch.${name} proposes "${line}"`;
  if ('why' in judged) {
    report.error(path, { what, ...judged });
    return undefined;
  }
  const { role = part?.role, ...meant } = judged;
  if (part && (differs(meant, part) || role !== part.role)) {
    report.error(path, {
      what,
      why: `what is watched is the ${part.role} of ${part.service} in ${part.environment}`,
      instead: `write ${failoverOf(part)}, or leave it out`,
    });
    return undefined;
  }
  return meant;
}

function differs(one: Omit<Part, 'role'>, other: Omit<Part, 'role'>): boolean {
  return one.service !== other.service || one.environment !== other.environment;
}
