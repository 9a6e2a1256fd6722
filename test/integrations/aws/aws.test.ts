import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../../src/integrations/aws/index.ts';
import {
  context,
  credentials,
  draft,
  driverOf,
  eachHasItsAccount,
  open,
  stepOf,
  there,
} from './given.ts';

eachHasItsAccount();

describe('a cluster', () => {
  const place = { cluster: 'orders' };
  beforeEach(() => {
    there.aws.account.clusters.push({
      name: 'orders',
      status: 'available',
      writer: 'orders-1',
      members: ['orders-1', 'orders-2', 'orders-3'],
    });
  });

  it('fails over once, to another instance, and is done when that writes', async () => {
    const drafted = await draft('failover', place);
    expect(drafted).toMatchObject({
      ok: true,
      risk: 'danger',
      warnings: [{ code: 'AWS_CLUSTER_LOSES_NOTHING' }],
      blast: { writer: 'orders-1', readers: 2, loses: 'nothing acknowledged' },
    });
    const step = await stepOf(Promise.resolve(drafted));
    const driver = driverOf(step);
    expect(await driver.applied()).toEqual({ outcome: 'applied' });
    expect(await driver.probed()).toBe('yes');
    expect(await driver.observe(step, context)).toMatchObject({ state: 'progress' });
    there.aws.account.settles();
    expect(await driver.observe(step, context)).toMatchObject({ state: 'done' });
    expect(there.aws.account.clusters[0]?.writer).toBe('orders-2');
    expect(there.aws.asked.filter((each) => each === 'FailoverDBCluster')).toHaveLength(1);
  });

  it('fails over to whom it is told', async () => {
    const step = await stepOf(draft('failover', place, { args: { to: 'orders-3' } }));
    await driverOf(step).applied();
    there.aws.account.settles();
    expect(there.aws.account.clusters[0]?.writer).toBe('orders-3');
    expect(await draft('failover', place, { args: { to: 'orders-9' } })).toMatchObject({
      problem: { code: 'AWS_NO_READER', facts: { to: 'orders-9' } },
    });
  });

  it('is left alone while it is not available, and is stale when its writer moved', async () => {
    const step = await stepOf(draft('failover', place));
    const [found] = there.aws.account.clusters;
    if (!found) throw new Error('there is a cluster');
    found.writer = 'orders-2';
    expect(await driverOf(step).check(step, context)).toMatchObject({
      problem: { code: 'PLAN_STALE', facts: { field: 'writer', observed: 'orders-2' } },
    });
    found.status = 'backing-up';
    expect(await draft('failover', place)).toMatchObject({
      problem: { code: 'AWS_NOT_AVAILABLE', facts: { status: 'backing-up' } },
    });
  });

  it('whose answer is lost is unknown, is believed once it shows, and is asked once', async () => {
    const step = await stepOf(draft('failover', place));
    const driver = driverOf(step);
    there.aws.loseAnswer('FailoverDBCluster');
    expect(await driver.applied()).toMatchObject({ outcome: 'unknown' });
    expect(await driver.probed()).toBe('yes');
    expect(there.aws.asked.filter((each) => each === 'FailoverDBCluster')).toHaveLength(1);
  });

  it('that refuses changed nothing', async () => {
    const step = await stepOf(draft('failover', place));
    there.aws.next({ kind: 'refused' });
    expect(await driverOf(step).applied()).toMatchObject({
      outcome: 'refused',
      problem: { code: 'AWS_THROTTLED', facts: { what: 'FailoverDBCluster' } },
    });
    expect(there.aws.account.clusters[0]?.writer).toBe('orders-1');
  });
});

describe('an instance', () => {
  const place = { instance: 'orders-db' };
  const instance = {
    name: 'orders-db',
    status: 'available',
    multiAz: true,
    zone: 'eu-west-1a',
    secondaryZone: 'eu-west-1b',
    source: '',
    retention: 7,
  };

  it('with a standby is rebooted into the other zone', async () => {
    there.aws.account.instances.push({ ...instance });
    const drafted = await draft('failover', place);
    expect(drafted).toMatchObject({ warnings: [{ code: 'AWS_STANDBY_LOSES_NOTHING' }] });
    const step = await stepOf(Promise.resolve(drafted));
    const driver = driverOf(step);
    expect(await driver.applied()).toEqual({ outcome: 'applied' });
    expect(await driver.probed()).toBe('yes');
    there.aws.account.settles();
    expect(await driver.observe(step, context)).toMatchObject({ state: 'done' });
    expect(there.aws.account.instances[0]?.zone).toBe('eu-west-1b');
  });

  it('without one is not', async () => {
    there.aws.account.instances.push({ ...instance, multiAz: false });
    expect(await draft('failover', place)).toMatchObject({ problem: { code: 'AWS_NOT_MULTI_AZ' } });
    expect(await draft('promote', place)).toMatchObject({ problem: { code: 'AWS_NO_REPLICA' } });
    expect(await draft('failover', { instance: 'nobody' })).toMatchObject({
      problem: {
        code: 'AWS_REFUSED',
        facts: { why: expect.stringContaining('DBInstanceNotFound') },
      },
    });
  });

  it('that is a replica is promoted for good, with the bound of what is lost on the plan', async () => {
    there.aws.account.instances.push({
      ...instance,
      multiAz: false,
      source: 'orders-eu',
      retention: 0,
    });
    there.aws.account.lag = 12;
    const drafted = await draft('promote', place);
    expect(drafted).toMatchObject({
      ok: true,
      blast: { source: 'orders-eu', loses: '12 s of writes' },
      warnings: [{ code: 'AWS_PROMOTION_BOUND' }],
      splitBrain: { old: 'orders-eu' },
      steps: [{ undo: 'irreversible', guard: 'unguarded' }],
    });
    const step = await stepOf(Promise.resolve(drafted));
    const driver = driverOf(step);
    await driver.applied();
    expect(await driver.probed()).toBe('cannot-know');
    there.aws.account.settles();
    expect(await driver.probed()).toBe('yes');
    expect(await driver.observe(step, context)).toMatchObject({ state: 'done' });
    expect(there.aws.account.instances[0]).toMatchObject({ source: '', retention: 1 });
  });

  it('whose lag CloudWatch does not know says so', async () => {
    there.aws.account.instances.push({ ...instance, source: 'orders-eu' });
    const drafted = await draft('promote', place);
    expect(drafted.ok && drafted.blast['loses']).toContain('not known');
  });
});

describe('a service of ECS', () => {
  const place = { ecs_cluster: 'shop', ecs_service: 'checkout' };
  beforeEach(() => {
    there.aws.account.services.push({ cluster: 'shop', name: 'checkout', desired: 3, running: 3 });
  });

  it('gets as many tasks as were approved, and gets the others back', async () => {
    const step = await stepOf(draft('scale', place, { args: { replicas: 6 } }));
    const driver = driverOf(step);
    expect(await driver.applied()).toEqual({ outcome: 'applied' });
    expect(await driver.observe(step, context)).toMatchObject({
      state: 'progress',
      progress: { what: 'tasks run: 3 of 6' },
    });
    there.aws.account.settles();
    expect(await driver.observe(step, context)).toMatchObject({ state: 'done' });
    const back = await stepOf(draft('undo', place, { undoes: step }));
    expect(back.params).toMatchObject({ from: 6, to: 3 });
    const [found] = there.aws.account.services;
    if (found) found.desired = 5;
    expect(await draft('undo', place, { undoes: step })).toMatchObject({
      problem: { code: 'AWS_UNDO_MOVED', facts: { wrote: 6, observed: 5 } },
    });
  });

  it('stays inside its bounds; none at all is danger', async () => {
    const bounds = { min: 2, max: 4 };
    expect(await draft('scale', place, { args: { replicas: 5 }, bounds })).toMatchObject({
      problem: { code: 'AWS_OUT_OF_BOUNDS' },
    });
    expect(await draft('scale', place, { args: { replicas: 0 } })).toMatchObject({
      risk: 'danger',
      warnings: [{ code: 'AWS_COUNT_ZERO' }],
    });
    expect(await draft('scale', place, { args: { replicas: 3 } })).toMatchObject({
      problem: { code: 'AWS_COUNT_ALREADY' },
    });
    expect(
      await draft('scale', { ...place, ecs_service: 'x' }, { args: { replicas: 3 } }),
    ).toMatchObject({
      problem: { code: 'AWS_NO_SERVICE' },
    });
  });
});

describe('the account', () => {
  it('is asked for nothing that changes it while a plan is made', async () => {
    there.aws.account.services.push({ cluster: 'shop', name: 'checkout', desired: 3, running: 3 });
    await draft(
      'scale',
      { ecs_cluster: 'shop', ecs_service: 'checkout' },
      { args: { replicas: 6 } },
    );
    await draft('failover', { instance: 'x' });
    expect(there.aws.asked.filter((each) => !/^(Describe|List|Get)/.test(each))).toEqual([]);
  });

  it('refuses wrong credentials without saying them', async () => {
    there.integration.close();
    there.integration = open({ credentials: { ...credentials, accessKeyId: 'AKIAOTHER' } });
    const drafted = await draft('failover', { cluster: 'orders' });
    expect(drafted).toMatchObject({ problem: { code: 'AWS_REFUSED' } });
    expect(JSON.stringify(drafted)).not.toContain('a-secret-key');
  });

  it('that nobody has credentials for is asked nothing, and a step that was to be sent is refused', async () => {
    there.aws.account.services.push({ cluster: 'shop', name: 'checkout', desired: 3, running: 3 });
    const place = { ecs_cluster: 'shop', ecs_service: 'checkout' };
    const step = await stepOf(draft('scale', place, { args: { replicas: 6 } }));
    const checked = await driverOf(step).check(step, context);
    there.integration.close();
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { url: endpoint } = there.aws;
    const config = { target: 'aws-eu', region: 'eu-west-1', endpoint, timeoutMs: 2_000 };
    there.integration = connect(config);
    const before = there.aws.asked.length;
    const lack = { code: 'AWS_NO_CREDENTIALS', facts: { target: 'aws-eu' } };
    expect(await draft('failover', { cluster: 'orders' })).toMatchObject({ problem: lack });
    const applied = await driverOf(step).apply(step, {
      ...{ ...context, attempt: 1 },
      token: checked.ok ? checked.token : '',
    });
    expect(applied).toMatchObject({ outcome: 'refused', problem: lack });
    expect(there.aws.asked.length).toBe(before);
  });

  it('that does not answer is left alone after five questions; a step asks all the same', async () => {
    there.aws.account.services.push({ cluster: 'shop', name: 'checkout', desired: 3, running: 3 });
    const place = { ecs_cluster: 'shop', ecs_service: 'checkout' };
    const step = await stepOf(draft('scale', place, { args: { replicas: 6 } }));
    there.aws.silent = true;
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await draft('scale', place, { args: { replicas: 6 } })).toMatchObject({
        problem: { code: 'AWS_NO_ANSWER' },
      });
    }
    expect(await draft('scale', place, { args: { replicas: 6 } })).toMatchObject({
      problem: { code: 'AWS_RESTS', facts: { failures: 5, seconds: 60 } },
    });
    expect(there.integration.health()).toBe('down');
    there.aws.silent = false;
    expect(await driverOf(step).applied()).toEqual({ outcome: 'applied' });
  });

  it('is looked at by the doctor, service by service', async () => {
    const found = await there.integration.doctor();
    expect(found.map(({ check, problem }) => [check, problem?.code])).toEqual([
      ['rds', undefined],
      ['ecs', undefined],
      ['route 53', undefined],
    ]);
  });

  it('takes no word that would have no effect', async () => {
    const args = { mode: 'forced' };
    expect(await draft('failover', { cluster: 'orders' }, { args })).toMatchObject({
      problem: { code: 'AWS_NO_MODE' },
    });
  });

  it('knows what it cannot do', async () => {
    expect(await draft('scale', { cluster: 'orders' })).toMatchObject({
      problem: { code: 'AWS_UNKNOWN_VERB', facts: { verb: 'scale', where: 'cluster orders' } },
    });
    expect(await draft('failover', {})).toMatchObject({ problem: { code: 'AWS_UNKNOWN_VERB' } });
  });
});
