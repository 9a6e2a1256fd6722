import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Draft } from '../../../src/core/ports/step.ts';
import type { CronJobSeed } from '../../../src/sandbox/index.ts';
import { checkout, contextOf, createWorld, follow, run, stepOf, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const locator = { namespace: 'shop', cronjob: 'dump' };

function seed(more: Partial<CronJobSeed> = {}): void {
  world.sandbox.seed.cronJob({ namespace: 'shop', name: 'dump', image: 'shop/dump:1', ...more });
}

function asks(): Promise<Draft> {
  const args = { environment: 'production', what: 'database', withinMs: 3_600_000 };
  return world.draft('backup', args, { locator });
}

const jobs = () => world.sandbox.list('jobs', 'shop');

/** Somebody else runs it, as kubectl does. */
async function byHand(name: string): Promise<void> {
  const cronJob = world.sandbox.get('cronjobs', 'shop', 'dump');
  await world.admin('POST', '/apis/batch/v1/namespaces/shop/jobs', {
    metadata: {
      name,
      ownerReferences: [
        {
          ...{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'dump', controller: true },
          uid: cronJob?.metadata.uid,
        },
      ],
    },
    spec: cronJob?.spec.jobTemplate.spec,
  });
}

describe('a run of a CronJob', () => {
  it('is planned with what runs, and is tried without being kept', async () => {
    seed({ job: { activeDeadlineSeconds: 600, backoffLimit: 2 } });
    expect(await asks()).toMatchObject({
      ok: true,
      risk: 'change',
      warnings: [],
      blast: {
        runs: expect.stringContaining('CronJob shop/dump, template '),
        images: 'shop/dump:1',
        schedule: '0 3 * * *',
        tries: 3,
        takes: '10 min at most, then the cluster ends it',
      },
      targets: [{ id: 'backup/checkout/production/database' }],
      steps: [{ guard: 'conditional', verify: { withinMs: 3_600_000 } }],
    });
    expect(jobs()).toEqual([]);
  });

  it('is a Job as kubectl would make it, with our mark, and is done once it is complete', async () => {
    seed();
    const step = stepOf(await asks());
    const ran = await run(world, step);
    expect(await follow(world, step, ran)).toMatchObject({ state: 'done' });
    const [job] = jobs();
    const cronJob = world.sandbox.get('cronjobs', 'shop', 'dump');
    expect(job?.metadata).toMatchObject({
      name: world.cluster.copies.nameOf(step, {
        operation: 'op-1',
        startedAt: ran.applying?.startedAt ?? 0,
      }),
      labels: { app: 'dump' },
      annotations: {
        team: 'payments',
        'cronjob.kubernetes.io/instantiate': 'manual',
        'tocsin.dev/operation': 'op-1/s1/1',
      },
      ownerReferences: [{ kind: 'CronJob', name: 'dump', uid: cronJob?.metadata.uid }],
    });
    expect(job?.status.succeeded).toBe(1);
    expect(ran.applied).toMatchObject({ outputs: { backup: job?.metadata.name } });
  });

  it('that fails says why, and what it said last, with secrets masked', async () => {
    world.sandbox.images.set('shop/dump:1', {
      crash: { afterMs: 200, backoffMs: 1000, backoffMaxMs: 1000, exitCode: 3 },
      logs: ['connecting as password=hunter2hunter2', 'pg_dump: error: no space left'],
    });
    seed({ job: { backoffLimit: 1 } });
    const step = stepOf(await asks());
    const seen = await follow(world, step, await run(world, step));
    expect(seen).toMatchObject({
      state: 'failed',
      problem: {
        code: 'K8S_JOB_FAILED',
        facts: {
          why: 'BackoffLimitExceeded: Job has reached the specified backoff limit',
          said: expect.stringContaining('pg_dump: error: no space left'),
        },
      },
    });
    expect(JSON.stringify(seen)).not.toContain('hunter2');
    expect(jobs()[0]?.status.failed).toBe(2);
  });

  it('that takes longer than the cluster lets it says so', async () => {
    world.sandbox.images.set('shop/dump:1', { endsMs: false });
    seed({ job: { activeDeadlineSeconds: 20 } });
    const step = stepOf(await asks());
    expect(await follow(world, step, await run(world, step))).toMatchObject({
      problem: { facts: { why: expect.stringContaining('DeadlineExceeded') } },
    });
  });

  it('that cannot get its image says so while it waits', async () => {
    seed({ image: 'shop/dump:bad' });
    const step = stepOf(await asks());
    const ran = await run(world, step);
    await world.clock.advanceAsync(5_000);
    const seen = await world.writer.steps[step.kind]?.observe(step, contextOf(world, ran.applying));
    expect(seen).toMatchObject({
      state: 'progress',
      progress: { done: 0, of: 1, what: expect.stringMatching(/1 run; .*ImagePull/) },
    });
  });

  it('that somebody deleted is no backup', async () => {
    seed();
    const step = stepOf(await asks());
    const ran = await run(world, step);
    const [job] = jobs();
    await world.admin('DELETE', `/apis/batch/v1/namespaces/shop/jobs/${job?.metadata.name}`);
    expect(await follow(world, step, ran)).toMatchObject({
      state: 'failed',
      problem: { code: 'K8S_JOB_GONE' },
    });
  });

  it('is refused while another one runs where only one may, also when that begins after the plan', async () => {
    world.sandbox.images.set('shop/dump:1', { endsMs: false });
    seed({ concurrencyPolicy: 'Forbid' });
    const drafted = await asks();
    expect(drafted).toMatchObject({ warnings: [{ code: 'K8S_CRONJOB_MAY_MEET' }] });
    const step = stepOf(drafted);
    await byHand('dump-1');
    expect(await run(world, step)).toMatchObject({ checked: 'K8S_CRONJOB_BUSY' });
    expect(await asks()).toMatchObject({
      problem: { code: 'K8S_CRONJOB_BUSY', facts: { policy: 'Forbid', jobs: 'dump-1' } },
    });
    expect(jobs()).toHaveLength(1);
  });

  it('beside another one is said where several may run, and so is a suspended schedule', async () => {
    world.sandbox.images.set('shop/dump:1', { endsMs: false });
    seed({ suspend: true });
    await byHand('dump-1');
    expect(await asks()).toMatchObject({
      ok: true,
      blast: { schedule: '0 3 * * *, suspended' },
      warnings: [
        { code: 'K8S_CRONJOB_SUSPENDED' },
        { code: 'K8S_CRONJOB_RUNS', facts: { jobs: 'dump-1' } },
      ],
    });
  });

  it('whose name somebody else has taken is refused, and theirs is left alone', async () => {
    seed();
    const step = stepOf(await asks());
    const startedAt = world.clock.now();
    await byHand(world.cluster.copies.nameOf(step, { operation: 'op-1', startedAt }));
    expect((await run(world, step)).applied).toMatchObject({
      outcome: 'refused',
      problem: { code: 'K8S_JOB_NAME_TAKEN' },
    });
    expect(jobs()).toHaveLength(1);
  });

  it('of what is not there, or is no CronJob, is refused', async () => {
    expect(await asks()).toMatchObject({ problem: { code: 'K8S_NOT_FOUND' } });
    expect(await world.draft('backup', {}, { locator: checkout.locator })).toMatchObject({
      problem: { code: 'K8S_JOB_LOCATOR' },
    });
    expect(await world.cluster.copies.survey({ locator: checkout.locator })).toMatchObject({
      ok: false,
      problem: { code: 'K8S_JOB_LOCATOR' },
    });
    seed();
    expect(await world.cluster.copies.survey({ locator })).toEqual({
      ok: true,
      value: { place: 'CronJob shop/dump', program: 'shop/dump:1', schedule: '0 3 * * *' },
    });
  });

  it('has a name that a Job may have, however long that of the CronJob is', async () => {
    const name = `${'d'.repeat(37)}-${'e'.repeat(14)}`;
    seed({ name });
    const args = { environment: 'production', what: 'database' };
    const long = { namespace: 'shop', cronjob: name };
    const step = stepOf(await world.draft('backup', args, { locator: long }));
    expect(await follow(world, step, await run(world, step))).toMatchObject({ state: 'done' });
    expect(jobs()[0]?.metadata.name.length).toBeLessThanOrEqual(63);
  });
});
