import { beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { Facts } from '../../../src/core/problem.ts';
import type { FakeSnapshot } from '../../fakes/aws/snapshots.ts';
import { context, draft, driverOf, eachHasItsAccount, stepOf, there } from './given.ts';

eachHasItsAccount();

const instance = {
  name: 'orders',
  status: 'available',
  multiAz: true,
  zone: 'eu-west-1a',
  secondaryZone: 'eu-west-1b',
  source: '',
  retention: 7,
  gibibytes: 100,
  encrypted: true,
};
const place = { instance: 'orders' };
const args = { environment: 'production', what: 'database', withinMs: 3_600_000 };
const name = 'tocsin-orders-19700101t000000z-1';

const asks = (locator: Facts = place) => draft('backup', locator, { args });
const sends = () => there.aws.asked.filter((each) => /^(Create|Delete)/.test(each));

function other(changes: Partial<FakeSnapshot> = {}): FakeSnapshot {
  return {
    kind: 'instance',
    name: 'rds:orders-2026-11-26-03-05',
    of: 'orders',
    status: 'available',
    percent: 100,
    type: 'automated',
    at: 1_700_000_000_000,
    gibibytes: 100,
    encrypted: true,
    tags: {},
    ...changes,
  };
}

describe('a snapshot of an instance', () => {
  beforeEach(() => void there.aws.account.instances.push({ ...instance }));

  it('is planned with what it is of, how large it may be, and what is there already', async () => {
    there.aws.account.snapshots.push(other());
    expect(await asks()).toMatchObject({
      ok: true,
      risk: 'change',
      warnings: [],
      blast: {
        copies: 'instance orders (postgres)',
        size: '100 GiB at most',
        'there already':
          '1 snapshots, 1 of them by RDS itself; the newest is rds:orders-2026-11-26-03-05',
        takes: 'minutes as a rule, 1 h at most',
      },
      targets: [{ id: 'backup/orders/production/database', identity: 'db-ORDERS' }],
      steps: [{ guard: 'conditional', undo: 'irreversible', verify: { withinMs: 3_600_000 } }],
    });
    expect(sends()).toEqual([]);
  });

  it('is followed in percent, and is done when RDS says that it is available', async () => {
    const step = await stepOf(asks());
    const driver = driverOf(step);
    expect(await driver.applied()).toEqual({ outcome: 'applied', outputs: { backup: name } });
    const seen: unknown[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const { progress, state } = { progress: undefined, ...(await driver.observe(step, context)) };
      seen.push([state, progress]);
      there.aws.account.settles();
    }
    const at = (done: number, status: string) => ({
      done,
      of: 100,
      what: `% · RDS copies: ${status}`,
    });
    expect(seen).toEqual([
      ['progress', at(0, 'creating')],
      ['progress', at(45, 'creating')],
      ['done', at(100, 'available')],
    ]);
    expect(there.aws.account.snapshots).toMatchObject([
      {
        name,
        tags: { 'tocsin:operation': 'op-1', 'tocsin:backup': 'orders/production/database' },
      },
    ]);
    const { copies } = there.integration;
    expect(copies.nameOf(step, context)).toBe(name);
    expect(await copies.list?.({ locator: place })).toEqual([
      {
        name,
        bytes: 107_374_182_400,
        at: 1_800_000_000_000,
        status: 'available',
        isWhole: true,
        isEncrypted: true,
        by: 'tocsin',
      },
    ]);
  });

  it('whose answer is lost is found by its name and not asked for again', async () => {
    const step = await stepOf(asks());
    const driver = driverOf(step);
    there.aws.loseAnswer('CreateDBSnapshot');
    expect(await driver.applied()).toMatchObject({ outcome: 'unknown' });
    expect(await driver.probed()).toBe('yes');
    expect(await driver.check(step, context)).toMatchObject({
      ok: false,
      ours: true,
      problem: { code: 'AWS_BEGUN_ALREADY', facts: { operation: 'op-1' } },
    });
    expect(there.aws.account.snapshots).toHaveLength(1);
  });

  it('that RDS has already under that name is ours only where it carries the operation', async () => {
    const step = await stepOf(asks());
    const driver = driverOf(step);
    const { account } = there.aws;
    const checked = await driver.check(step, context);
    const token = checked.ok ? checked.token : '';
    account.snapshots.push(other({ name, type: 'manual', tags: { 'tocsin:operation': 'op-1' } }));
    const again = { ...context, token, attempt: 2 };
    expect(await driver.apply(step, again)).toEqual({ outcome: 'applied' });
    account.snapshots.splice(0, 1, other({ name, type: 'manual' }));
    expect(await driver.apply(step, again)).toMatchObject({
      outcome: 'refused',
      problem: { code: 'AWS_REFUSED', facts: { why: expect.stringContaining('AlreadyExists') } },
    });
    expect(account.snapshots).toHaveLength(1);
  });

  it('that comes to nothing says so', async () => {
    const step = await stepOf(asks());
    const driver = driverOf(step);
    await driver.applied();
    Object.assign(there.aws.account.snapshots[0] ?? {}, { status: 'failed' });
    expect(await driver.observe(step, context)).toMatchObject({
      state: 'failed',
      problem: { code: 'AWS_SNAPSHOT_FAILED', facts: { snapshot: name, status: 'failed' } },
    });
  });

  it('beyond the quota is refused in words of its own, and nothing is changed', async () => {
    const { snapshots } = there.aws.account;
    for (let count = 0; count < 100; count += 1) {
      snapshots.push(other({ name: `by-hand-${count}`, type: 'manual' }));
    }
    const step = await stepOf(asks());
    expect(await driverOf(step).applied()).toMatchObject({
      outcome: 'refused',
      problem: { code: 'AWS_QUOTA', facts: { what: 'CreateDBSnapshot' } },
    });
    expect(snapshots).toHaveLength(100);
    // All pages of them are read.
    expect(await there.integration.copies.list?.({ locator: place })).toHaveLength(100);
  });

  it('of one that is alone or not encrypted says what that means; of one that is busy none is taken', async () => {
    const [found] = there.aws.account.instances;
    Object.assign(found ?? {}, { multiAz: false, encrypted: false });
    expect(await asks()).toMatchObject({
      warnings: [{ code: 'BACKUP_NOT_ENCRYPTED' }, { code: 'AWS_SNAPSHOT_STALLS' }],
    });
    expect(await there.integration.copies.survey({ locator: place })).toEqual({
      ok: true,
      value: {
        ...{ place: 'instance orders', program: 'RDS, postgres', bytes: 107_374_182_400 },
        ...{ encrypted: false, snapshots: 0 },
      },
    });
    Object.assign(found ?? {}, { status: 'backing-up' });
    const busy = { code: 'AWS_NOT_AVAILABLE', facts: { name: 'orders', status: 'backing-up' } };
    expect(await asks()).toMatchObject({ ok: false, problem: busy });
    expect(await there.integration.copies.survey({ locator: place })).toEqual({
      ok: false,
      problem: busy,
    });
  });

  it('is called so that RDS takes the name, however long the database is called', async () => {
    const long = `${'a'.repeat(36)}-${'b'.repeat(26)}`;
    there.aws.account.instances.push({ ...instance, name: long });
    const step = await stepOf(asks({ instance: long }));
    await driverOf(step).applied();
    const [taken] = there.aws.account.snapshots;
    expect(taken?.name).toBe(`tocsin-${'a'.repeat(36)}-19700101t000000z-1`);
  });
});

describe('snapshots that are kept', () => {
  beforeEach(() => void there.aws.account.instances.push({ ...instance }));
  const wanted = { locator: place };

  it('are told apart by who took them, and are found by their name whatever it is', async () => {
    there.aws.account.snapshots.push(
      other(),
      other({ name: 'before-upgrade', type: 'manual', at: 1_700_000_100_000 }),
      other({ name: 'elsewhere', of: 'carts', type: 'manual' }),
    );
    const { copies } = there.integration;
    const listed = await copies.list?.(wanted);
    expect(listed?.map((copy) => [copy.name, copy.by])).toEqual([
      ['before-upgrade', 'somebody'],
      ['rds:orders-2026-11-26-03-05', 'the target'],
    ]);
    expect(await copies.find?.(wanted, 'rds:orders-2026-11-26-03-05')).toMatchObject({
      by: 'the target',
    });
    expect(await copies.find?.(wanted, 'elsewhere')).toMatchObject({ name: 'elsewhere' });
    expect(await copies.find?.(wanted, 'nowhere')).toBeUndefined();
  });

  it('are removed only where they are ours, and once is enough', async () => {
    const { snapshots } = there.aws.account;
    const tags = { 'tocsin:operation': 'op-0' };
    snapshots.push(
      other({ name: 'by-hand', type: 'manual' }),
      other({ name, type: 'manual', tags }),
    );
    const { copies } = there.integration;
    await copies.remove?.(wanted, name);
    await copies.remove?.(wanted, name);
    expect(snapshots.map((each) => each.name)).toEqual(['by-hand']);
    await expect(copies.remove?.(wanted, 'by-hand')).rejects.toMatchObject({
      problem: { code: 'AWS_SNAPSHOT_NOT_OURS', facts: { snapshot: 'by-hand' } },
    });
    expect(snapshots).toHaveLength(1);
  });
});

describe('a snapshot of a cluster', () => {
  const cluster = {
    name: 'orders',
    status: 'available',
    writer: 'orders-1',
    members: ['orders-1'],
  };

  it('is taken, listed and removed as one of an instance is', async () => {
    const { account } = there.aws;
    account.clusters.push({ ...cluster, encrypted: true });
    const drafted = await asks({ cluster: 'orders' });
    expect(drafted).toMatchObject({ ok: true, blast: { size: 'what its volume holds' } });
    const step: Step = await stepOf(Promise.resolve(drafted));
    const driver = driverOf(step);
    await driver.applied();
    expect(account.clusters[0]?.status).toBe('backing-up');
    account.settles();
    account.settles();
    expect(await driver.observe(step, context)).toMatchObject({ state: 'done' });
    const wanted = { locator: { cluster: 'orders' } };
    const { copies } = there.integration;
    expect(await copies.list?.(wanted)).toMatchObject([{ name, isWhole: true, isEncrypted: true }]);
    await copies.remove?.(wanted, name);
    expect(account.snapshots).toEqual([]);
    expect(sends()).toEqual(['CreateDBClusterSnapshot', 'DeleteDBClusterSnapshot']);
  });
});
