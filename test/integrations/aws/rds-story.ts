import { expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { Observed } from '../../../src/core/ports/step.ts';
import type { Facts } from '../../../src/core/problem.ts';
import { connect } from '../../../src/integrations/aws/index.ts';

/** An account in which an instance of this name is available. */
export interface Account {
  readonly config: Parameters<typeof connect>[0];
  readonly instance: string;
  /** Lets time pass in it. */
  pass(): Promise<void>;
}

const turnsMax = 600;

/** What a snapshot and a restore come to, told of whatever speaks as AWS does. */
export function tellRdsStory(open: () => Promise<Account>): void {
  it('takes a snapshot, lists it, restores it beside with the settings of the old one, and removes it', async () => {
    const { config, instance, pass } = await open();
    const aws = connect(config);
    const locator = { instance };
    const context = { operation: `op-${instance}`, outputs: {}, startedAt: Date.now() };
    const writer = aws.openWriter();

    async function draft(verb: string, args: Facts): Promise<readonly Step[]> {
      const drafted = await aws.planner.draft({
        ...{ verb, operation: context.operation, service: 'orders' },
        target: { integration: 'aws', target: config.target, locator, bounds: {}, show: [] },
        args: { environment: 'test', what: 'database', ...args },
      });
      if (!drafted.ok) throw new Error(JSON.stringify(drafted.problem));
      return drafted.steps;
    }

    async function done(step: Step): Promise<void> {
      const driver = writer.steps[step.kind];
      const checked = await driver?.check(step, context);
      if (!driver || !checked?.ok) throw new Error(JSON.stringify(checked));
      const applied = await driver.apply(step, { ...context, token: checked.token, attempt: 1 });
      expect(applied).toMatchObject({ outcome: 'applied' });
      let seen: Observed = await driver.observe(step, context);
      for (let turn = 0; turn < turnsMax && seen.state === 'progress'; turn += 1) {
        await pass();
        seen = await driver.observe(step, context);
      }
      expect(seen).toMatchObject({ state: 'done' });
    }

    const [taken] = await draft('backup', {});
    if (!taken) throw new Error('it is planned');
    await done(taken);
    const name = aws.copies.nameOf(taken, context);
    const listed = await aws.copies.list?.({ locator });
    expect(listed).toMatchObject([{ name, status: 'available', by: 'tocsin' }]);

    const steps = await draft('restore', { from: name, name: instance, swap: 'no' });
    const made = steps.find(({ kind }) => kind === 'aws.restore-database');
    if (!made) throw new Error('it is planned');
    await done(made);
    // Nothing is begun twice: what carries the operation is there.
    expect(await writer.steps[made.kind]?.check(made, context)).toMatchObject({ ours: true });

    await aws.copies.remove?.({ locator }, name);
    expect(await aws.copies.find?.({ locator }, name)).toBeUndefined();
    writer.close();
    aws.close();
  });
}
