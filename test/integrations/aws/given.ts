import { afterEach, beforeEach } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { Draft } from '../../../src/core/ports/step.ts';
import type { Facts } from '../../../src/core/problem.ts';
import { connect } from '../../../src/integrations/aws/index.ts';
import { type FakeAws, startAws } from '../../fakes/aws/server.ts';

/** An account of its own for each test, and the integration that operates it. */
export const there: { aws: FakeAws; integration: ReturnType<typeof connect> } = Object.create(null);
export const pauses: number[] = [];

/** Said once in each file: files may share this module. */
export function eachHasItsAccount(): void {
  beforeEach(async () => {
    there.aws = await startAws();
    there.integration = open();
    pauses.length = 0;
  });
  afterEach(async () => {
    there.integration.close();
    await there.aws.close();
  });
}

export const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'a-secret-key' };

export function open(
  changes: Partial<Parameters<typeof connect>[0]> = {},
): ReturnType<typeof connect> {
  const { url: endpoint } = there.aws;
  const config = { target: 'aws-eu', region: 'eu-west-1', credentials, endpoint, timeoutMs: 2_000 };
  return connect(
    { ...config, ...changes },
    { clock: { now: () => 1_800_000_030_000 }, pause: async (ms) => void pauses.push(ms) },
  );
}

export function draft(
  verb: string,
  locator: Facts,
  more: { args?: Facts; undoes?: Step; bounds?: { min?: number; max?: number } } = {},
): Promise<Draft> {
  const { args = {}, undoes, bounds = {} } = more;
  const target = { integration: 'aws', target: 'aws-eu', locator, bounds, show: [] };
  return there.integration.planner.draft({
    verb,
    operation: 'op-1',
    service: 'orders',
    target,
    args,
    ...(undoes && { undoes }),
  });
}

export async function stepOf(drafting: Promise<Draft>): Promise<Step> {
  const drafted = await drafting;
  if (!drafted.ok) throw new Error(JSON.stringify(drafted.problem));
  const [step] = drafted.steps;
  if (!step) throw new Error('a draft has a step');
  return step;
}

export const context = { operation: 'op-1', outputs: {}, startedAt: 0 };

export function driverOf(step: Step) {
  const driver = there.integration.openWriter().steps[step.kind];
  if (!driver) throw new Error(`${step.kind} is registered`);
  return {
    ...driver,
    async applied() {
      const checked = await driver.check(step, context);
      if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
      return driver.apply(step, { ...context, token: checked.token, attempt: 1 });
    },
    probed: () => driver.probe(step, { ...context, token: '', attempt: 1 }),
  };
}
