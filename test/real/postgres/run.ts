import { setTimeout as pause } from 'node:timers/promises';
import { compensationsOf, type Step } from '../../../src/core/operation/plan.ts';
import type { StepDriver } from '../../../src/core/ports/step.ts';
import type { Facts } from '../../../src/core/problem.ts';
import { connect, type PostgresConfig } from '../../../src/integrations/postgres/index.ts';

export const request = {
  verb: 'failover',
  operation: 'op-1',
  service: 'checkout',
  target: { integration: 'postgres', target: 'pg-main', locator: {}, bounds: {}, show: [] },
  args: {},
};

export async function drafted(config: PostgresConfig, args: Facts = {}) {
  const draft = await connect(config).planner.draft({ ...request, args });
  if (!draft.ok) throw new Error(JSON.stringify(draft.problem));
  return draft;
}

export interface Ended {
  /** The step that failed, and the code; undefined when all were verified. */
  readonly failed?: { readonly step: string; readonly code: string };
  /** How the compensation ended, where one ran. */
  readonly back?: string;
  readonly outputs: Facts;
}

/**
 * What the loop does with a plan; every verb by a process of its own. `before` each step something may happen; `left` is
 * what the steps before the first one left.
 */
export async function followed(
  config: PostgresConfig,
  steps: readonly Step[],
  before: (step: Step) => Promise<void> | void = () => undefined,
  left: Facts = {},
): Promise<Ended> {
  let outputs = left;
  for (const step of steps) {
    await before(step);
    const code = await done(config, step, outputs, (more) => {
      outputs = { ...outputs, ...more };
    });
    if (code === undefined) continue;
    const [back] = compensationsOf(step);
    const failed = { step: step.id, code };
    if (!back || Object.keys(outputs).length === 0) return { failed, outputs };
    const undone = await done(config, back, outputs, () => undefined);
    return { failed, back: undone ?? 'done', outputs };
  }
  return { outputs };
}

async function done(
  config: PostgresConfig,
  step: Step,
  outputs: Facts,
  keep: (outputs: Facts) => void,
): Promise<string | undefined> {
  const context = { operation: 'op-1', outputs, startedAt: 0 };
  const checked = await driverOf(config, step).check(step, context);
  if (!checked.ok) return checked.problem.code;
  const sent = { ...context, token: checked.token, attempt: 1 };
  const applied = await driverOf(config, step).apply(step, sent);
  if (applied.outcome === 'moved') return 'moved';
  if (applied.outcome !== 'applied') return applied.problem.code;
  keep(applied.outputs ?? {});
  const seen = { ...context, outputs: { ...outputs, ...applied.outputs } };
  const until = Date.now() + 15_000;
  while (Date.now() < until) {
    const observed = await driverOf(config, step).observe(step, seen);
    if (observed.state === 'done') return undefined;
    if (observed.state === 'failed') return observed.problem.code;
    await pause(50);
  }
  return 'VERIFY_TIMED_OUT';
}

export function driverOf(config: PostgresConfig, { kind }: Step): StepDriver {
  const driver = connect(config).openWriter().steps[kind];
  if (!driver) throw new Error(`nobody knows ${kind}`);
  return driver;
}
