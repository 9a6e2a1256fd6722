import type { Sha256 } from '../core/event.ts';
import { checkKind, checksDigest, checksOf, checksTarget } from '../core/health.ts';
import type { Step } from '../core/operation/plan.ts';
import type { Observed, StepDriver } from '../core/ports/step.ts';
import { problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { ConnectedTarget } from './bot-parts.ts';
import type { Checker } from './checker.ts';

export interface ChecksOptions {
  readonly settings: () => Settings;
  readonly sha256: Sha256;
  readonly checker: Checker;
}

/** The health of a service as a target: a plan looks at it at its end, and nothing can be written to it. */
export function createChecksTarget(options: ChecksOptions): ConnectedTarget {
  return {
    name: `${checksTarget.integration}/${checksTarget.target}`,
    health: () => 'ok',
    doctor: async () => [],
    openWriter: () => ({ steps: { [checkKind]: driverOf(options) }, close: () => undefined }),
    close: () => undefined,
  };
}

function driverOf({ settings, sha256, checker }: ChecksOptions): StepDriver {
  const checksIn = ({ at }: Step) => {
    const { service, environment } = at.locator;
    const of = { service: String(service), environment: String(environment) };
    return checksOf(settings().catalog, of);
  };

  async function observe(step: Step): Promise<Observed> {
    const seen = await checker.look(checksIn(step));
    const open = seen.filter(({ outcome }) => outcome !== 'passed');
    if (open.length === 0) return { state: 'done' };
    const what = open.map(({ name, outcome, said }) =>
      outcome === 'failed' ? `${name}: ${said}` : `${name}: no data (${said})`,
    );
    return { state: 'progress', progress: { done: 0, of: 0, what: what.join('; ') } };
  }

  return {
    async check(step) {
      const planned = String(step.params['digest']);
      const digest = checksDigest(checksIn(step), sha256);
      if (digest === planned) return { ok: true, token: digest };
      const facts = { field: 'health checks', planned, observed: digest };
      return { ok: false, problem: problem('PLAN_STALE', facts) };
    },
    apply: async () => ({ outcome: 'applied' }),
    // Nothing is sent, so nothing can be in doubt.
    probe: async () => 'yes',
    observe,
    undo: () => ({ change: [], params: {} }),
    landsWithinMs: 10_000,
  };
}
