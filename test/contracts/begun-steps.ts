import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../src/core/operation/plan.ts';
import type { ApplyContext, Observed, StepDriver } from '../../src/core/ports/step.ts';
import type { Facts } from '../../src/core/problem.ts';
import { eventually } from '../support/eventually.ts';

/** A world in which one step has been planned whose work is begun, goes on by itself, and may be begun twice. */
export interface BegunWorld {
  readonly step: Step;
  readonly operation: string;
  /** A driver as a process started anew has it; whoever had one before is dead. */
  driver(): StepDriver;
  /** How often there is what it is for. */
  results(): number;
  /** What lies around of it that is not whole. */
  leftovers(): number;
  /** From now on it cannot be done. Absent where nothing could be in its way. */
  breaks?(): void;
  /** Its work is one call: there is nothing to be stopped. */
  readonly isShort?: boolean;
  close(): void;
}

/**
 * What every such kind keeps, whichever process begins it and whichever follows it: there is one result in the end, or none and
 * nothing half-done, and it says which.
 */
export function begunContract(name: string, create: () => Promise<BegunWorld>): void {
  describe(`a step of kind ${name}`, () => {
    let world: BegunWorld;
    beforeEach(async () => {
      world = await create();
    });
    afterEach(() => world.close());

    const context = (token = '', outputs: Facts = {}): ApplyContext => ({
      operation: world.operation,
      outputs,
      startedAt: 86_400_000,
      token,
      attempt: 1,
    });

    async function checked(driver: StepDriver): Promise<string> {
      const answer = await driver.check(world.step, context());
      if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
      return answer.token;
    }

    async function begun(driver: StepDriver): Promise<{ token: string; outputs: Facts }> {
      const token = await checked(driver);
      const applied = await driver.apply(world.step, context(token));
      if (applied.outcome !== 'applied') throw new Error(JSON.stringify(applied));
      return { token, outputs: applied.outputs ?? {} };
    }

    /** Looked at until there is an end; without its token, as the loop does. */
    function ended(driver: StepDriver, outputs: Facts, stopped = false): Promise<Observed> {
      const { operation, startedAt } = context();
      const now = { operation, startedAt, outputs, ...(stopped && { stopped: true as const }) };
      return eventually('it ends', async () => {
        const seen = await driver.observe(world.step, now);
        return seen.state === 'progress' ? undefined : seen;
      });
    }

    it('is checked, begun, followed to its end, and there is one result', async () => {
      const driver = world.driver();
      const { outputs } = await begun(driver);
      expect(await ended(driver, outputs)).toMatchObject({ state: 'done' });
      expect(world.results()).toBe(1);
    });

    it('changes nothing by being checked, and crash before it was begun: nothing happened', async () => {
      const token = await checked(world.driver());
      expect(world.results()).toBe(0);
      expect(await world.driver().probe(world.step, context(token))).not.toBe('yes');
      const driver = world.driver();
      const { outputs } = await begun(driver);
      expect((await ended(driver, outputs)).state).toBe('done');
      expect(world.results()).toBe(1);
    });

    it('crash once it was begun: another process brings it to its end, and there is one result', async () => {
      const { outputs } = await begun(world.driver());
      expect((await ended(world.driver(), outputs)).state).toBe('done');
      expect(world.results()).toBe(1);
    });

    it('crash before anybody knows that it was begun: it is believed, or begun anew, and there is one result', async () => {
      const { token } = await begun(world.driver());
      const next = world.driver();
      const probed = await next.probe(world.step, context(token));
      const { outputs } = probed === 'yes' ? { outputs: {} } : await begun(next);
      expect((await ended(next, outputs)).state).toBe('done');
      expect(world.results()).toBe(1);
    });

    it('crash at its end: another process finds it done, and does nothing twice', async () => {
      const driver = world.driver();
      const { outputs } = await begun(driver);
      await ended(driver, outputs);
      for (const _ of [1, 2]) {
        expect((await ended(world.driver(), outputs)).state).toBe('done');
        expect(world.results()).toBe(1);
      }
    });

    it('that cannot be done says so, and leaves nothing half-done', async () => {
      if (!world.breaks) return;
      const driver = world.driver();
      const token = await checked(driver);
      world.breaks();
      await driver.apply(world.step, context(token));
      const seen = await ended(driver, {});
      expect(seen).toMatchObject({ state: 'failed', problem: { code: expect.any(String) } });
      expect([world.results(), world.leftovers()]).toEqual([0, 0]);
    });

    it('that somebody stops ends, in whatever process it goes on, and leaves nothing half-done', async () => {
      if (world.isShort) return;
      const { outputs } = await begun(world.driver());
      const seen = await ended(world.driver(), outputs, true);
      if (seen.state === 'done') {
        expect(world.results()).toBe(1);
        return;
      }
      expect(seen).toMatchObject({ state: 'failed', problem: { code: 'BACKUP_STOPPED' } });
      expect(world.results() + world.leftovers()).toBe(0);
    });

    it('says that nothing takes it back', () => {
      expect(world.step.undo).toBe('irreversible');
      expect(world.driver().undo(world.step, context())).toBe('irreversible');
    });
  });
}
