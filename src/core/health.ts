import type { Catalog } from './catalog.ts';
import type { Sha256 } from './event.ts';
import { canonical } from './operation/hash.ts';
import type { Step } from './operation/plan.ts';
import type { Sampled } from './ports/telemetry.ts';

/** What the configuration says must hold while a service is well. */
export type HealthCheck =
  /** Answers 200. */
  | { readonly kind: 'http'; readonly url: string }
  /** Every series stands below, or above, the number. */
  | {
      readonly kind: 'promql';
      readonly expression: string;
      readonly side: 'below' | 'above';
      readonly bound: number;
      /** Who is asked, of those under `targets:`. */
      readonly measuredBy: string;
    }
  /** Takes connections. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** `no data`: nothing was measured, or nobody could be asked what was. It is no pass. */
export interface CheckResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'no data';
  /** What was seen: `0.013`, `it answered 503`. */
  readonly said: string;
  /** When it was looked, ms. */
  readonly at: number;
}

/** So many in one environment. */
export const CHECKS_MAX = 10;
/** So long after the last step they may need to come true. */
export const VERIFY_WITHIN_MS = 2 * 60_000;
export const checksTarget = { integration: 'tocsin', target: 'checks' } as const;
export const checkKind = 'tocsin.check-health';

export function checksOf(
  { services }: Catalog,
  of: { readonly service: string; readonly environment: string },
): readonly HealthCheck[] {
  return (
    services
      .find(({ name }) => name === of.service)
      ?.environments.find(({ name }) => name === of.environment)?.health ?? []
  );
}

/** As people read it. What stands behind the `?` of an address may be a secret, and is not shown. */
export function checkName(check: HealthCheck): string {
  switch (check.kind) {
    case 'http': {
      const { origin, pathname, search } = new URL(check.url);
      return `${origin}${pathname}${search === '' ? '' : '?…'} answers 200`;
    }
    case 'promql':
      return `${check.expression} is ${check.side} ${check.bound}`;
    case 'tcp':
      return `${check.host}:${check.port} takes connections`;
    default:
      return check satisfies never;
  }
}

/** One series on the wrong side is enough to fail; one that is no number is not measured. */
export function judgeSamples(
  { side, bound }: Extract<HealthCheck, { readonly kind: 'promql' }>,
  sampled: Sampled,
): Pick<CheckResult, 'outcome' | 'said'> {
  if (sampled.kind === 'no data' || sampled.samples.length === 0) {
    return { outcome: 'no data', said: 'nothing was measured' };
  }
  const values = sampled.samples.map(({ value }) => value);
  const holds = (value: number) => (side === 'below' ? value < bound : value > bound);
  const wrong = values.filter((value) => Number.isFinite(value) && !holds(value));
  const [worst = 0] = wrong.toSorted((one, other) =>
    side === 'below' ? other - one : one - other,
  );
  if (wrong.length > 0) return { outcome: 'failed', said: saidOf(worst, wrong.length, sampled.of) };
  if (values.some((value) => !Number.isFinite(value))) {
    return { outcome: 'no data', said: 'what was measured is no number' };
  }
  // Those that were not given were not looked at.
  if (sampled.of > values.length) {
    return { outcome: 'no data', said: `${sampled.of} series are too many to look at` };
  }
  const nearest = side === 'below' ? Math.max(...values) : Math.min(...values);
  return { outcome: 'passed', said: saidOf(nearest, values.length, sampled.of) };
}

function saidOf(value: number, count: number, of: number): string {
  const number = String(Number(value.toPrecision(4)));
  return of === 1 ? number : `${number}, ${count} of ${of} series`;
}

/**
 * The last step of a plan: it changes nothing, and the operation has not succeeded before all checks hold. The hash covers
 * which checks these are; another configuration meanwhile makes the plan stale.
 */
export function verificationStep(
  { id, target }: Pick<Step, 'id' | 'target'>,
  of: { readonly service: string; readonly environment: string },
  how: { readonly checks: readonly HealthCheck[]; readonly sha256: Sha256 },
): Step {
  const { checks, sha256 } = how;
  return {
    id,
    kind: checkKind,
    v: 1,
    target,
    at: { ...checksTarget, locator: of },
    change: [],
    params: { checks: checks.length, digest: checksDigest(checks, sha256) },
    preconditions: {},
    postconditions: { healthy: true },
    verify: { what: checks.map(checkName).join('; '), withinMs: VERIFY_WITHIN_MS },
    guard: 'conditional',
    undo: { change: [], params: {} },
    onFailure: 'stop',
    critical: false,
  };
}

export function checksDigest(checks: readonly HealthCheck[], sha256: Sha256): string {
  // A hash knows whole numbers only.
  const written = checks.map((check) =>
    check.kind === 'promql' ? { ...check, bound: String(check.bound) } : check,
  );
  return sha256(canonical(written));
}

/** A step that looks and writes nothing has nothing to take back. */
export function isLook({ kind }: Pick<Step, 'kind'>): boolean {
  return kind === checkKind;
}
