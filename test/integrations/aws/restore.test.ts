import { beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { Observed } from '../../../src/core/ports/step.ts';
import type { Facts } from '../../../src/core/problem.ts';
import type { FakeInstance } from '../../fakes/aws/account.ts';
import type { FakeSnapshot } from '../../fakes/aws/snapshots.ts';
import { context, draft, driverOf, eachHasItsAccount, there } from './given.ts';

eachHasItsAccount();

const now = 1_800_000_030_000;
const hour = 3_600_000;
const orders: FakeInstance = {
  ...{ name: 'orders', status: 'available', multiAz: true, zone: 'eu-west-1a' },
  ...{ secondaryZone: 'eu-west-1b', source: '', retention: 7, encrypted: true },
  class: 'db.r6g.2xlarge',
  subnets: 'shop',
  groups: ['sg-1', 'sg-2'],
  parameters: 'shop-pg15',
  options: 'shop-options',
  port: 6432,
  isProtected: true,
  storage: 'gp3',
  iam: true,
  logs: ['postgresql', 'upgrade'],
  tags: { team: 'payments' },
  latest: now - 300_000,
};
const snapshot: FakeSnapshot = {
  ...{ kind: 'instance', name: 'tocsin-orders-1', of: 'orders', status: 'available' },
  ...{ percent: 100, type: 'manual', at: now - 2 * hour, gibibytes: 100, encrypted: true },
  tags: {},
};
const place = { instance: 'orders' };

const asks = (more: Facts = {}, locator: Facts = place) =>
  draft('restore', locator, {
    args: {
      ...{ environment: 'production', what: 'database', withinMs: hour },
      ...{ from: 'tocsin-orders-1', name: 'orders' },
      ...more,
    },
  });

async function stepsOf(drafting: ReturnType<typeof asks>): Promise<readonly Step[]> {
  const drafted = await drafting;
  if (!drafted.ok) throw new Error(JSON.stringify(drafted.problem));
  return drafted.steps;
}

async function done(step: Step): Promise<Observed> {
  const driver = driverOf(step);
  expect(await driver.applied()).toMatchObject({ outcome: 'applied' });
  let seen: Observed = await driver.observe(step, context);
  expect(seen.state).toBe('progress');
  for (let turn = 0; turn < 5 && seen.state === 'progress'; turn += 1) {
    there.aws.account.settles();
    seen = await driver.observe(step, context);
  }
  return seen;
}

const sends = () => there.aws.asked.filter((each) => !/^(Describe|List|Get)/.test(each));
const named = (name: string) => there.aws.account.instances.find((each) => each.name === name);

describe('an instance is restored', () => {
  beforeEach(() => {
    there.aws.account.instances.push({ ...orders });
    there.aws.account.snapshots.push({ ...snapshot });
  });

  it('into a new one, which takes its name last, with everything that RDS would forget', async () => {
    const drafted = await asks();
    expect(drafted).toMatchObject({
      risk: 'danger',
      warnings: [{ code: 'AWS_RESTORE_LOSES' }, { code: 'AWS_RESTORE_ENDPOINT' }],
      blast: {
        restores: 'snapshot tocsin-orders-1, 2 h old',
        into: 'instance orders-restored-1, a new one',
        settings:
          'db.r6g.2xlarge · subnets shop · sg-1, sg-2 · parameters shop-pg15 · options shop-options · Multi-AZ',
        keeps: 'what is in use now, as orders-before-1',
      },
      targets: [
        { id: 'backup/orders/production/database' },
        { id: 'aws/aws-eu/instance/orders', identity: 'db-ORDERS' },
      ],
    });
    expect(sends()).toEqual([]);
    const steps = await stepsOf(Promise.resolve(drafted));
    expect(steps.map(({ id, kind, critical }) => [id, kind, critical])).toEqual([
      ['s1', 'aws.create-snapshot', false],
      ['s2', 'aws.restore-database', false],
      ['s3', 'aws.rename-database', true],
      ['s4', 'aws.put-in-use', false],
    ]);
    for (const step of steps) expect((await done(step)).state).toBe('done');
    expect(sends()).toEqual([
      'CreateDBSnapshot',
      'RestoreDBInstanceFromDBSnapshot',
      'ModifyDBInstance',
      'ModifyDBInstance',
    ]);
    const { name, secondaryZone, zone, latest, encrypted, ...kept } = orders;
    expect(named('orders')).toMatchObject({
      ...kept,
      resource: 'db-MADE1',
      tags: { team: 'payments', 'tocsin:operation': 'op-1' },
    });
    expect(named('orders-before-1')).toMatchObject({ class: 'db.r6g.2xlarge' });
    expect(there.aws.account.snapshots).toHaveLength(2);
  });

  it('and stays beside where the names are to stay', async () => {
    const drafted = await asks({ swap: 'no' });
    expect(drafted).toMatchObject({
      blast: { keeps: 'orders in use, as it is', interrupts: 'nobody' },
    });
    const steps = await stepsOf(Promise.resolve(drafted));
    expect(steps.map(({ kind }) => kind)).toEqual(['aws.create-snapshot', 'aws.restore-database']);
  });

  it('to a moment that RDS reaches, and to no other', async () => {
    const at = new Date(now - hour).toISOString();
    const [, made] = await stepsOf(asks({ at }));
    if (!made) throw new Error('it is restored');
    expect((await done(made)).state).toBe('done');
    expect(sends()).toEqual(['RestoreDBInstanceToPointInTime']);
    expect(named('orders-restored-1')).toMatchObject({
      class: 'db.r6g.2xlarge',
      groups: ['sg-1', 'sg-2'],
    });
    const latest = await asks({ at: 'latest' });
    expect(latest.ok && latest.blast['restores']).toContain('5 min old');
    for (const wrong of ['yesterday', new Date(now).toISOString(), '2020-01-01T00:00:00Z']) {
      expect(await asks({ at: wrong })).toMatchObject({
        problem: { code: 'AWS_MOMENT_OUT', facts: { at: wrong } },
      });
    }
    Object.assign(named('orders') ?? {}, { latest: undefined });
    expect(await asks({ at: 'latest' })).toMatchObject({
      problem: { code: 'AWS_MOMENT_OUT', facts: { reach: 'no moment' } },
    });
  });

  it('only from what is there, whole, and of this database', async () => {
    const { snapshots } = there.aws.account;
    snapshots.push(
      { ...snapshot, name: 'half', status: 'creating' },
      { ...snapshot, name: 'other', of: 'carts' },
      {
        ...{ ...snapshot, name: 'of-its-old-name', of: 'orders-before-0' },
        tags: { 'tocsin:backup': 'orders/production/database' },
      },
    );
    expect(await asks({ from: 'nothing' })).toMatchObject({ problem: { code: 'BACKUP_UNKNOWN' } });
    expect(await asks({ from: 'other' })).toMatchObject({ problem: { code: 'BACKUP_UNKNOWN' } });
    expect(await asks({ from: 'half' })).toMatchObject({
      problem: { code: 'AWS_SNAPSHOT_NOT_WHOLE', facts: { status: 'creating' } },
    });
    expect((await asks({ from: 'of-its-old-name' })).ok).toBe(true);
  });

  it('only with its name typed, beside it, and while it is available', async () => {
    expect(await asks({ name: 'order' })).toMatchObject({
      problem: {
        code: 'RESTORE_NAME_NOT_TYPED',
        facts: { line: expect.stringContaining('from=tocsin-orders-1') },
      },
    });
    expect(await asks({ in: 'place' })).toMatchObject({ problem: { code: 'AWS_NOT_IN_PLACE' } });
    Object.assign(named('orders') ?? {}, { status: 'modifying' });
    expect(await asks()).toMatchObject({ problem: { code: 'AWS_NOT_AVAILABLE' } });
  });

  it('not from settings that nobody has seen', async () => {
    const [, made] = await stepsOf(asks());
    if (!made) throw new Error('it is restored');
    Object.assign(named('orders') ?? {}, { groups: ['sg-open'] });
    expect(await driverOf(made).check(made, context)).toMatchObject({
      problem: { code: 'PLAN_STALE', facts: { field: 'settings' } },
    });
  });

  it('and says so where it comes to nothing', async () => {
    const [, made] = await stepsOf(asks());
    if (!made) throw new Error('it is restored');
    const driver = driverOf(made);
    await driver.applied();
    Object.assign(named('orders-restored-1') ?? {}, { status: 'incompatible-parameters' });
    expect(await driver.observe(made, context)).toMatchObject({
      state: 'failed',
      problem: { code: 'AWS_RESTORE_FAILED', facts: { name: 'orders-restored-1' } },
    });
    expect(named('orders')?.status).toBe('available');
  });

  it('and gets its name back where the new one cannot take it', async () => {
    const steps = await stepsOf(asks());
    for (const step of steps.slice(0, 3)) expect((await done(step)).state).toBe('done');
    const use = steps[3];
    if (!use || use.onFailure === 'stop') throw new Error('it has a way back');
    // Somebody makes one of that name in between.
    there.aws.account.instances.push({ ...orders, resource: 'db-STRANGER' });
    expect(await driverOf(use).check(use, context)).toMatchObject({
      problem: { code: 'PLAN_STALE', facts: { observed: 'taken' } },
    });
    there.aws.account.instances.pop();
    const [back] = use.onFailure.compensate;
    if (!back) throw new Error('it has a way back');
    expect((await done(back)).state).toBe('done');
    expect(named('orders')).toMatchObject({ groups: ['sg-1', 'sg-2'], isProtected: true });
    // Where the name never changed there is nothing to take back.
    expect(await driverOf(back).check(back, context)).toMatchObject({ ours: true });
  });

  it('with replicas that stay behind says so', async () => {
    Object.assign(named('orders') ?? {}, { replicas: ['orders-r1'] });
    const drafted = await asks();
    expect(drafted.ok && drafted.warnings.map(({ code }) => code)).toContain('AWS_REPLICAS_STAY');
  });
});

describe('a cluster is restored', () => {
  const member = { ...orders, options: 'default:aurora', isProtected: false };

  beforeEach(() => {
    const { account } = there.aws;
    account.clusters.push({
      ...{ name: 'orders', status: 'available', writer: 'orders-1' },
      members: ['orders-2', 'orders-1'],
      ...{ subnets: 'shop', groups: ['sg-1'], parameters: 'shop-aurora', port: 5432 },
      ...{ latest: now - 60_000, earliest: now - 48 * hour, capacity: [0.5, 16] },
    });
    account.instances.push(
      { ...member, name: 'orders-1', class: 'db.r6g.xlarge', parameters: 'writer-pg' },
      { ...member, name: 'orders-2', class: 'db.r6g.large', parameters: 'reader-pg' },
    );
    account.snapshots.push({ ...snapshot, kind: 'cluster' });
  });

  it('with as many instances as it has, of their classes, the writer first', async () => {
    const steps = await stepsOf(asks({}, { cluster: 'orders' }));
    expect(steps.map(({ kind }) => kind)).toEqual([
      'aws.create-snapshot',
      'aws.restore-database',
      'aws.add-member',
      'aws.add-member',
      'aws.rename-database',
      'aws.put-in-use',
    ]);
    for (const step of steps) expect((await done(step)).state).toBe('done');
    const { account } = there.aws;
    expect(account.clusters.find(({ name }) => name === 'orders')).toMatchObject({
      resource: 'cluster-MADE1',
      writer: 'orders-restored-1-1',
      members: ['orders-restored-1-1', 'orders-restored-1-2'],
      ...{ subnets: 'shop', groups: ['sg-1'], parameters: 'shop-aurora', capacity: [0.5, 16] },
    });
    expect(named('orders-restored-1-1')).toMatchObject({
      class: 'db.r6g.xlarge',
      parameters: 'writer-pg',
    });
    expect(named('orders-restored-1-2')).toMatchObject({
      class: 'db.r6g.large',
      parameters: 'reader-pg',
    });
    expect(account.clusters.map(({ name }) => name)).toContain('orders-before-1');
  });

  it('to a moment, from the earliest that RDS says', async () => {
    const at = new Date(now - hour).toISOString();
    const [, made] = await stepsOf(asks({ at }, { cluster: 'orders' }));
    if (!made) throw new Error('it is restored');
    expect((await done(made)).state).toBe('done');
    expect(sends()).toEqual(['RestoreDBClusterToPointInTime']);
    const early = new Date(now - 49 * hour).toISOString();
    expect(await asks({ at: early }, { cluster: 'orders' })).toMatchObject({
      problem: { code: 'AWS_MOMENT_OUT' },
    });
  });
});
