import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../src/core/operation/plan.ts';
import type { Applied, ApplyContext, Observed, StepDriver } from '../../src/core/ports/step.ts';
import type { Facts } from '../../src/core/problem.ts';

/** A world in which one step has been planned and nothing has happened yet. */
export interface StepWorld {
  readonly step: Step;
  readonly operation: string;
  /** What the steps before it left. */
  readonly outputs?: Facts;
  now(): number;
  /** A driver as a process started anew has it: nothing is remembered. */
  driver(): StepDriver;
  /** How many writes of this step took effect, counted by the target and not by us. */
  effects(): number;
  /** Lets time pass in the target. */
  pass(ms: number): Promise<void>;
  /** The next write takes effect; its answer is lost. */
  loseAnswer(): void;
  /** The next write vanishes on its way; nobody is told. */
  loseRequest(): void;
  /** The next write takes effect only this long after we gave up on it. */
  delayEffect(ms: number): void;
  /** The next write is refused because the target is busy. */
  refuse(): void;
  /** The target moves on in a way that no plan speaks of: a status, a heartbeat. */
  stir(): Promise<void>;
  /** Whatever could move on is shown: nothing stirs. */
  readonly isStill?: boolean;
  /** A target that is busy is tried again, as one that moved. */
  readonly isPatient?: boolean;
  /** Somebody changes a field that was shown. */
  spoil(): Promise<void>;
  /** Somebody writes over it and takes our traces away. */
  cover(): Promise<void>;
  close(): Promise<void>;
}

const turnsMax = 60;

/**
 * What every kind of step keeps, whatever happens between any two of its verbs: it takes effect at most once, `no` is
 * never said of a write that landed or can still land, and `yes` never of one that did not.
 */
export function stepContract(name: string, create: () => Promise<StepWorld>): void {
  describe(`a step of kind ${name}`, () => {
    let world: StepWorld;
    let startedAt = 0;
    beforeEach(async () => {
      world = await create();
      startedAt = world.now();
    });
    afterEach(() => world.close());

    const context = (token = '', attempt = 1): ApplyContext => ({
      operation: world.operation,
      outputs: world.outputs ?? {},
      startedAt,
      token,
      attempt,
    });

    async function check(): Promise<string> {
      const checked = await world.driver().check(world.step, context());
      if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
      return checked.token;
    }
    function apply(token: string, attempt = 1): Promise<Applied> {
      return world.driver().apply(world.step, context(token, attempt));
    }
    function probe(token: string, attempt = 1): Promise<string> {
      return world.driver().probe(world.step, context(token, attempt));
    }
    async function observe(): Promise<Observed> {
      let seen: Observed = { state: 'progress', progress: { done: 0, of: 0, what: '' } };
      for (let turn = 0; turn < turnsMax && seen.state === 'progress'; turn += 1) {
        await world.pass(1_000);
        // Each look by another process: a crash while it is verified changes nothing.
        seen = await world.driver().observe(world.step, context());
      }
      return seen;
    }

    /** A step that only follows from those before it has nothing of its own that was shown. */
    function isShown(): boolean {
      return Object.keys(world.step.preconditions).length > 0;
    }

    it('is checked, applied once, believed and followed to its end', async () => {
      const token = await check();
      expect((await apply(token)).outcome).toBe('applied');
      expect(await probe(token)).toBe('yes');
      expect((await observe()).state).toBe('done');
      expect(world.effects()).toBe(1);
    });

    it('changes nothing by being checked', async () => {
      await check();
      await world.pass(60_000);
      expect(world.effects()).toBe(0);
    });

    it('is refused when a shown field changed since the plan', async () => {
      if (!isShown()) return;
      await world.spoil();
      const checked = await world.driver().check(world.step, context());
      expect(checked).toMatchObject({ ok: false, problem: { code: 'PLAN_STALE' } });
      expect(world.effects()).toBe(0);
    });

    it('does not land when a shown field changes between check and write', async () => {
      if (!isShown()) return;
      const token = await check();
      await world.spoil();
      expect((await apply(token)).outcome).toBe('moved');
      expect(world.effects()).toBe(0);
    });

    it('asks to be checked again when the target only moved on', async () => {
      const token = await check();
      await world.stir();
      const { outcome } = await apply(token);
      if (world.step.guard === 'unguarded' || world.isStill) {
        // It is begun once, so what no plan speaks of must not end it.
        expect(outcome).toBe('applied');
        expect(world.effects()).toBe(1);
        return;
      }
      expect(outcome).toBe('moved');
      expect((await apply(await check(), 2)).outcome).toBe('applied');
      expect(world.effects()).toBe(1);
    });

    it('says refused, and nothing changed, when the target is busy', async () => {
      const token = await check();
      world.refuse();
      expect((await apply(token)).outcome).toBe(world.isPatient ? 'moved' : 'refused');
      expect(world.effects()).toBe(0);
      expect(await probe(token)).not.toBe('yes');
    });

    it('crash after the check: nothing happened, and it can be run', async () => {
      const token = await check();
      expect(await probe(token)).not.toBe('yes');
      expect((await apply(await check(), 2)).outcome).toBe('applied');
      expect(world.effects()).toBe(1);
    });

    it('crash between intent and write, then the target moves on: no is said and is true', async () => {
      const token = await check();
      await world.stir();
      const said = await probe(token);
      expect(said).not.toBe('yes');
      if (said === 'no') await nothingLandsOf(token);
    });

    it('crash after the write: it is believed, and a second write with the same token has no effect', async () => {
      const token = await check();
      world.loseAnswer();
      expect((await apply(token)).outcome).toBe('unknown');
      expect(await probe(token)).toBe('yes');
      await apply(token);
      expect(world.effects()).toBe(1);
      expect((await observe()).state).toBe('done');
    });

    it('crash after the write: a whole new run finds it done and writes nothing', async () => {
      const token = await check();
      world.loseAnswer();
      await apply(token);
      await world.pass(30_000);
      expect((await world.driver().check(world.step, context())).ok).toBe(false);
      expect(world.effects()).toBe(1);
    });

    it('crash after the write, then somebody covers our traces: no is never said', async () => {
      const token = await check();
      world.loseAnswer();
      await apply(token);
      await world.cover();
      expect(await probe(token)).not.toBe('no');
      await world.pass(30_000);
      expect(await probe(token)).not.toBe('no');
    });

    it('a request that vanished is never believed to have landed', async () => {
      const token = await check();
      world.loseRequest();
      expect((await apply(token)).outcome).toBe('unknown');
      expect(await probe(token)).not.toBe('yes');
      await world.pass(world.driver().landsWithinMs);
      expect(await probe(token)).not.toBe('yes');
      expect(world.effects()).toBe(0);
    });

    it('a write that lands 10 s after we gave up: no is not said before, yes is said after', async () => {
      const token = await check();
      world.delayEffect(10_000);
      expect((await apply(token)).outcome).toBe('unknown');
      expect(await probe(token)).toBe('cannot-know');
      await world.pass(9_000);
      expect(await probe(token)).not.toBe('yes');
      await world.pass(2_000);
      expect(await probe(token)).toBe('yes');
      expect(world.effects()).toBe(1);
    });

    it('a write that lands late while another attempt runs: only one of them does', async () => {
      const token = await check();
      world.delayEffect(10_000);
      await apply(token);
      const again = await check().catch(() => undefined);
      if (again !== undefined) await apply(again, 2);
      await world.pass(20_000);
      expect(world.effects()).toBe(1);
    });

    it('a late write after the target moved on: if no is said, it does not land', async () => {
      const token = await check();
      world.delayEffect(10_000);
      await apply(token);
      await world.stir();
      const said = await probe(token);
      expect(said).not.toBe('yes');
      await world.pass(20_000);
      if (said === 'no') expect(world.effects()).toBe(0);
    });

    it('does not fail while the target cannot be seen', async () => {
      const token = await check();
      expect((await apply(token)).outcome).toBe('applied');
      world.loseRequest();
      world.loseRequest();
      const seen = await world.driver().observe(world.step, context());
      expect(seen.state).not.toBe('failed');
    });

    it('takes itself back, or says that nothing can', async () => {
      expect((await apply(await check())).outcome).toBe('applied');
      expect((await observe()).state).toBe('done');
      const undo = world.driver().undo(world.step, context());
      if (undo === 'irreversible') {
        expect(world.step.undo).toBe('irreversible');
        return;
      }
      const { step } = world;
      const back = {
        ...step,
        ...undo,
        preconditions: step.postconditions,
        postconditions: step.preconditions,
      };
      const driver = world.driver();
      const other = { ...context(), operation: `${world.operation}-undo` };
      const checked = await driver.check(back, other);
      if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
      const applied = await driver.apply(back, { ...other, token: checked.token });
      expect(applied.outcome).toBe('applied');
      await world.pass(30_000);
      // What the plan was made for stands there again.
      expect((await world.driver().check(step, { ...other, operation: 'op-again' })).ok).toBe(true);
    });

    it('is not taken back when it is no longer what stands there', async () => {
      expect((await apply(await check())).outcome).toBe('applied');
      await world.cover();
      const undo = world.driver().undo(world.step, context());
      if (undo === 'irreversible') return;
      const back = { ...world.step, ...undo, preconditions: world.step.postconditions };
      const checked = await world.driver().check(back, { ...context(), operation: 'op-undo' });
      expect(checked).toMatchObject({ ok: false, problem: { code: 'PLAN_STALE' } });
    });

    async function nothingLandsOf(token: string): Promise<void> {
      expect((await apply(token)).outcome).not.toBe('applied');
      await world.pass(world.driver().landsWithinMs);
      expect(world.effects()).toBe(0);
    }
  });
}
