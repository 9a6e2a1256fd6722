import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../src/core/operation/plan.ts';
import type {
  ApplyContext,
  Draft,
  Observed,
  StepDriver,
  TargetRef,
} from '../../src/core/ports/step.ts';
import type { Looked } from '../../src/core/ports/workload.ts';
import type { Integration, Writer } from '../../src/integrations/kubernetes/index.ts';

/** A cluster to which the integration is connected: emulated, or a real one. */
export interface WorkloadCluster {
  readonly cluster: Integration;
  readonly writer: Writer;
  readonly target: TargetRef;
  readonly images: { readonly good: string; readonly other: string; readonly unpullable: string };
  now(): number;
  /** Creates or changes the workload, as a pipeline does. */
  deploy(change: WorkloadChange): Promise<void>;
  /** The workload as it stands, read with every right. */
  live(): Promise<Raw>;
  /** Takes the workload away and all that is its. */
  clear(): Promise<void>;
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

export interface WorkloadChange {
  readonly image: string;
  readonly replicas?: number;
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly podSpec?: Readonly<Record<string, unknown>>;
}

export interface Raw {
  readonly metadata: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resourceVersion: string;
  };
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly metadata: Readonly<Record<string, unknown>>;
      readonly spec: Readonly<Record<string, unknown>>;
    };
  };
}

/** What scale, restart, rollback and looking do on any cluster. */
export function workloadContract(
  name: string,
  create: () => Promise<WorkloadCluster>,
  timeout: number,
): void {
  describe(`a workload on ${name}`, { timeout }, () => {
    let there: WorkloadCluster;
    let operations = 0;
    beforeAll(async () => {
      there = await create();
    }, timeout);
    afterAll(() => there.close(), timeout);
    beforeEach(async () => {
      await there.clear();
      await there.deploy({ image: there.images.good });
      await settled();
    }, timeout);

    function draft(verb: string, args = {}, undoes?: Step): Promise<Draft> {
      operations += 1;
      const request = { verb, operation: `op-${operations}`, service: 'contract', args };
      const more = undoes === undefined ? {} : { undoes };
      return there.cluster.planner.draft({ ...request, target: there.target, ...more });
    }

    async function settled(): Promise<void> {
      for (let turn = 0; turn < 120; turn += 1) {
        await there.pass(500);
        const { replicas } = seen(await there.cluster.readers.workload.status(there.target));
        if (replicas.available === replicas.desired && replicas.updated === replicas.desired)
          return;
      }
      throw new Error('the workload did not become available');
    }

    /** Checks, writes and follows: how it ended. */
    async function run(step: Step): Promise<Observed> {
      const driver = driverFor(step);
      const context = { operation: `op-${operations}`, outputs: {}, startedAt: there.now() };
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        const checked = await driver.check(step, context);
        if (!checked.ok) return { state: 'failed', problem: checked.problem };
        const applying: ApplyContext = { ...context, token: checked.token, attempt };
        const applied = await driver.apply(step, applying);
        if (applied.outcome === 'moved') continue;
        if (applied.outcome !== 'applied') return { state: 'failed', problem: applied.problem };
        expect(await driver.probe(step, applying)).toBe('yes');
        return follow(driver, step, { ...applying, outputs: applied.outputs ?? {} });
      }
      throw new Error('moved five times');
    }

    async function follow(
      driver: StepDriver,
      step: Step,
      context: ApplyContext,
    ): Promise<Observed> {
      for (let turn = 0; turn < 200; turn += 1) {
        await there.pass(500);
        const observed = await driver.observe(step, context);
        if (observed.state !== 'progress') return observed;
      }
      throw new Error('no end to see');
    }

    function driverFor(step: Step): StepDriver {
      const driver = there.writer.steps[step.kind];
      if (!driver) throw new Error(step.kind);
      return driver;
    }

    it('is told as it is', async () => {
      const status = seen(await there.cluster.readers.workload.status(there.target));
      expect(status).toMatchObject({
        replicas: { desired: 2, ready: 2, updated: 2, available: 2 },
        images: [there.images.good],
        revision: 1,
        paused: false,
        unhealthy: [],
      });
      expect(status.conditions.map(({ type }) => type).sort()).toEqual([
        'Available',
        'Progressing',
      ]);
    });

    it('is rolled back to the template before, whole', async () => {
      const before = await there.live();
      await there.deploy({
        image: there.images.other,
        podLabels: { tier: 'experimental' },
        podSpec: { volumes: [{ name: 'cache', emptyDir: {} }], terminationGracePeriodSeconds: 1 },
      });
      await settled();
      const step = only(await draft('rollback'));
      expect(await run(step)).toMatchObject({ state: 'done' });
      const after = await there.live();
      expect(after.spec).toEqual(before.spec);
      expect(after.metadata.annotations?.['tocsin.dev/operation']).toBe(`op-${operations}/s1/1`);
    });

    it('comes back by the undo of it', async () => {
      await there.deploy({ image: there.images.other });
      await settled();
      const before = await there.live();
      const step = only(await draft('rollback'));
      await run(step);
      expect(await run(only(await draft('undo', {}, step)))).toMatchObject({ state: 'done' });
      expect((await there.live()).spec).toEqual(before.spec);
    });

    it('simulates and changes nothing by it', async () => {
      const before = await there.live();
      for (const [verb, args] of [
        ['restart', {}],
        ['scale', { replicas: 3 }],
      ] as const) {
        const planned = await draft(verb, args);
        expect(planned.ok && planned.warnings).toEqual([]);
        expect(planned.ok && planned.diff).toHaveLength(1);
      }
      expect((await there.live()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    });

    it('scales up and down', async () => {
      expect(await run(only(await draft('scale', { replicas: 3 })))).toMatchObject({
        state: 'done',
      });
      expect(await run(only(await draft('scale', { replicas: 1 })))).toMatchObject({
        state: 'done',
      });
      expect((await there.live()).spec.replicas).toBe(1);
    });

    it('restarts', async () => {
      const step = only(await draft('restart'));
      expect(await run(step)).toMatchObject({ state: 'done' });
      const { annotations } = (await there.live()).spec.template.metadata;
      expect(annotations).toEqual({
        'kubectl.kubernetes.io/restartedAt': step.params['restartedAt'],
      });
    });

    it('says which image cannot be pulled', async () => {
      const bad = there.images.unpullable;
      await there.deploy({ image: bad });
      await there.deploy({ image: there.images.good });
      await settled();
      expect(await run(only(await draft('rollback')))).toMatchObject({
        state: 'failed',
        problem: { code: 'K8S_IMAGE_PULL', facts: { image: bad } },
      });
    });

    it('makes a plan stale when its template changes, and not when its status does', async () => {
      await there.deploy({ image: there.images.other });
      const step = only(await draft('rollback'));
      await settled();
      const driver = driverFor(step);
      const context = { operation: 'op-x', outputs: {}, startedAt: there.now() };
      expect((await driver.check(step, context)).ok).toBe(true);
      await there.deploy({ image: there.images.other, podLabels: { again: 'yes' } });
      expect(await driver.check(step, context)).toMatchObject({
        ok: false,
        problem: { code: 'PLAN_STALE', facts: { field: 'template' } },
      });
    });

    it('refuses a write with the state of before, and says no of it', async () => {
      const step = only(await draft('scale', { replicas: 3 }));
      const driver = driverFor(step);
      const context = { operation: 'op-x', outputs: {}, startedAt: there.now() };
      const checked = await driver.check(step, context);
      if (!checked.ok) throw new Error(checked.problem.code);
      await there.deploy({ image: there.images.other });
      const applied = await driver.apply(step, { ...context, token: checked.token, attempt: 1 });
      expect(applied.outcome).toBe('moved');
      expect((await there.live()).spec.replicas).toBe(2);
    });

    it('has a history that names what runs', async () => {
      await there.deploy({ image: there.images.other });
      await settled();
      const history = seen(await there.cluster.readers.workload.history(there.target));
      expect(history.map(({ number, current }) => [number, current])).toEqual([
        [2, true],
        [1, false],
      ]);
    });

    it('that is not there is named with what is near', async () => {
      const { locator } = there.target;
      const name = String(locator['deployment']);
      const target = { ...there.target, locator: { ...locator, deployment: `${name}x` } };
      expect(await there.cluster.readers.workload.status(target)).toMatchObject({
        ok: false,
        problem: { code: 'K8S_NOT_FOUND', facts: { near: name } },
      });
    });
  });
}

function seen<T>(looked: Looked<T>): T {
  if (!looked.ok) throw new Error(JSON.stringify(looked.problem));
  return looked.value;
}

function only(draft: Draft): Step {
  if (!draft.ok) throw new Error(JSON.stringify(draft.problem));
  const [step] = draft.steps;
  if (!step) throw new Error('no step');
  return step;
}
