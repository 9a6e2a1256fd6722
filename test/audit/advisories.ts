import { spawnSync } from 'node:child_process';
import type { Exception } from './exceptions.ts';

export type Audited =
  | { readonly asked: true; readonly found: readonly string[] }
  /** The registry does not answer such questions, or is not there. */
  | { readonly asked: false; readonly why: string };

const withinMs = 60_000;

/** Asks the registry which advisories there are against what ships. */
export function askRegistry(exceptions: readonly Exception[], today: string): Audited {
  const run = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    encoding: 'utf8',
    timeout: withinMs,
    maxBuffer: 64 * 1024 * 1024,
  });
  return readAudit(run.stdout ?? '', exceptions, today);
}

/**
 * High and critical ones that no exception names. What npm answers: `vulnerabilities` by package, each with what it is found
 * `via`: an advisory, or the name of another package. https://docs.npmjs.com/cli/v11/commands/npm-audit
 */
export function readAudit(text: string, exceptions: readonly Exception[], today: string): Audited {
  const report = parsed(text);
  if (report === undefined) return { asked: false, why: 'npm did not answer' };
  const { vulnerabilities, message } = report;
  if (typeof vulnerabilities !== 'object' || vulnerabilities === null) {
    return { asked: false, why: typeof message === 'string' ? message : 'npm says nothing of it' };
  }
  const standing = new Set(exceptions.filter(({ until }) => today < until).map(({ of }) => of));
  const advisories = Object.values(vulnerabilities).flatMap((one): readonly unknown[] =>
    typeof one === 'object' && one !== null && 'via' in one && Array.isArray(one.via)
      ? one.via
      : [],
  );
  const found = advisories.flatMap((advisory) => {
    if (typeof advisory !== 'object' || advisory === null) return [];
    const fields = new Map<string, unknown>(Object.entries(advisory));
    if (!grave.has(fields.get('severity'))) return [];
    const id =
      String(fields.get('url') ?? '')
        .split('/')
        .at(-1) ?? '';
    if (standing.has(id)) return [];
    return [`${fields.get('name')}: ${id} ${fields.get('severity')}: ${fields.get('title')}`];
  });
  return { asked: true, found: [...new Set(found)] };
}

const grave: ReadonlySet<unknown> = new Set(['high', 'critical']);

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
