import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { Draft } from '../../../src/core/ports/step.ts';
import type { Facts } from '../../../src/core/problem.ts';
import { connect, type Integration } from '../../../src/integrations/aws/index.ts';
import { type FakeAws, startAws } from '../../fakes/aws/server.ts';

let aws: FakeAws;
let integration: Integration;
const pauses: number[] = [];

beforeEach(async () => {
  aws = await startAws();
  integration = open();
  pauses.length = 0;
});
afterEach(async () => {
  integration.close();
  await aws.close();
});

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'a-secret-key' };

function open(changes: Partial<Parameters<typeof connect>[0]> = {}): Integration {
  const config = { target: 'aws-eu', region: 'eu-west-1', credentials, endpoint: aws.url, timeoutMs: 2_000 };
  return connect(
    { ...config, ...changes },
    { clock: { now: () => 1_800_000_030_000 }, pause: async (ms) => void pauses.push(ms) },
  );
}

function draft(
  verb: string,
  locator: Facts,
  more: { args?: Facts; undoes?: Step; bounds?: { min?: number; max?: number } } = {},
): Promise<Draft> {
  const { args = {}, undoes, bounds = {} } = more;
  const target = { integration: 'aws', target: 'aws-eu', locator, bounds, show: [] };
  return integration.planner.draft({
    verb,
    operation: 'op-1',
    service: 'orders',
    target,
    args,
    ...(undoes && { undoes }),
  });
}

async function stepOf(drafting: Promise<Draft>): Promise<Step> {
  const drafted = await drafting;
  if (!drafted.ok) throw new Error(JSON.stringify(drafted.problem));
  const [step] = drafted.steps;
  if (!step) throw new Error('a draft has a step');
  return step;
}

const context = { operation: 'op-1', outputs: {}, startedAt: 0 };

function driverOf(step: Step) {
  const driver = integration.openWriter().steps[step.kind];
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

describe('a cluster', () => {
  const place = { cluster: 'orders' };
  beforeEach(() => {
    aws.account.clusters.push({
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
    aws.account.settles();
    expect(await driver.observe(step, context)).toMatchObject({ state: 'done' });
    expect(aws.account.clusters[0]?.writer).toBe('orders-2');
    expect(aws.asked.filter((each) => each === 'FailoverDBCluster')).toHaveLength(1);
  });

  it('fails over to whom it is told', async () => {
    const step = await stepOf(draft('failover', place, { args: { to: 'orders-3' } }));
    await driverOf(step).applied();
    aws.account.settles();
    expect(aws.account.clusters[0]?.writer).toBe('orders-3');
    expect(await draft('failover', place, { args: { to: 'orders-9' } })).toMatchObject({
      problem: { code: 'AWS_NO_READER', facts: { to: 'orders-9' } },
    });
  });

  it('is left alone while it is not available, and is stale when its writer moved', async () => {
    const step = await stepOf(draft('failover', place));
    const [there] = aws.account.clusters;
    if (!there) throw new Error('there is a cluster');
    there.writer = 'orders-2';
    expect(await driverOf(step).check(step, context)).toMatchObject({
      problem: { code: 'PLAN_STALE', facts: { field: 'writer', observed: 'orders-2' } },
    });
    there.status = 'backing-up';
    expect(await draft('failover', place)).toMatchObject({
      problem: { code: 'AWS_NOT_AVAILABLE', facts: { status: 'backing-up' } },
    });
  });

  it('whose answer is lost is unknown, is believed once it shows, and is asked once', async () => {
    const step = await stepOf(draft('failover', place));
    const driver = driverOf(step);
    aws.loseAnswer('FailoverDBCluster');
    expect(await driver.applied()).toMatchObject({ outcome: 'unknown' });
    expect(await driver.probed()).toBe('yes');
    expect(aws.asked.filter((each) => each === 'FailoverDBCluster')).toHaveLength(1);
  });

  it('that refuses changed nothing', async () => {
    const step = await stepOf(draft('failover', place));
    const [there] = aws.account.clusters;
    if (there) there.status = 'maintenance';
    expect(
      await driverOf(step).apply(step, { ...context, token: '', attempt: 1 }),
    ).toMatchObject({
      outcome: 'refused',
      problem: { code: 'AWS_REFUSED', facts: { why: expect.stringContaining('InvalidDBClusterState') } },
    });
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
    aws.account.instances.push({ ...instance });
    const step = await stepOf(draft('failover', place));
    const driver = driverOf(step);
    expect(await driver.applied()).toEqual({ outcome: 'applied' });
    expect(await driver.probed()).toBe('yes');
    aws.account.settles();
    expect(await driver.observe(step, context)).toMatchObject({ state: 'done' });
    expect(aws.account.instances[0]?.zone).toBe('eu-west-1b');
  });

  it('without one is not', async () => {
    aws.account.instances.push({ ...instance, multiAz: false });
    expect(await draft('failover', place)).toMatchObject({ problem: { code: 'AWS_NOT_MULTI_AZ' } });
    expect(await draft('promote', place)).toMatchObject({ problem: { code: 'AWS_NO_REPLICA' } });
    expect(await draft('failover', { instance: 'nobody' })).toMatchObject({
      problem: { code: 'AWS_REFUSED', facts: { why: expect.stringContaining('DBInstanceNotFound') } },
    });
  });

  it('that is a replica is promoted for good, with the bound of what is lost on the plan', async () => {
    aws.account.instances.push({ ...instance, multiAz: false, source: 'orders-eu', retention: 0 });
    aws.account.lag = 12;
    const drafted = await draft('promote', place);
    expect(drafted).toMatchObject({
      ok: true,
      blast: { source: 'orders-eu', loses: '12 s of writes' },
      warnings: [{ code: 'AWS_PROMOTION_BOUND' }, { code: 'AWS_SPLIT_POSSIBLE' }],
      steps: [{ undo: 'irreversible', guard: 'unguarded' }],
    });
    const step = await stepOf(Promise.resolve(drafted));
    const driver = driverOf(step);
    await driver.applied();
    expect(await driver.probed()).toBe('cannot-know');
    aws.account.settles();
    expect(await driver.probed()).toBe('yes');
    expect(await driver.observe(step, context)).toMatchObject({ state: 'done' });
    expect(aws.account.instances[0]).toMatchObject({ source: '', retention: 1 });
  });

  it('whose lag CloudWatch does not know says so', async () => {
    aws.account.instances.push({ ...instance, source: 'orders-eu' });
    const drafted = await draft('promote', place);
    expect(drafted.ok && drafted.blast['loses']).toContain('not known');
  });
});

describe('a service of ECS', () => {
  const place = { ecs_cluster: 'shop', ecs_service: 'checkout' };
  beforeEach(() => {
    aws.account.services.push({ cluster: 'shop', name: 'checkout', desired: 3, running: 3 });
  });

  it('gets as many tasks as were approved, and gets the others back', async () => {
    const step = await stepOf(draft('scale', place, { args: { replicas: 6 } }));
    const driver = driverOf(step);
    expect(await driver.applied()).toEqual({ outcome: 'applied' });
    expect(await driver.observe(step, context)).toMatchObject({
      state: 'progress',
      progress: { what: 'tasks run: 3 of 6' },
    });
    aws.account.settles();
    expect(await driver.observe(step, context)).toMatchObject({ state: 'done' });
    const back = await stepOf(draft('undo', place, { undoes: step }));
    expect(back.params).toMatchObject({ from: 6, to: 3 });
    const [there] = aws.account.services;
    if (there) there.desired = 5;
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
    expect(await draft('scale', { ...place, ecs_service: 'x' }, { args: { replicas: 3 } })).toMatchObject({
      problem: { code: 'AWS_NO_SERVICE' },
    });
  });
});

describe('a record', () => {
  const place = {
    hosted_zone: 'Z1',
    record: 'API.example.com',
    type: 'CNAME',
    value: 'lb-us.example.com',
    ttl: 60,
  };
  const old = { name: 'api.example.com.', type: 'CNAME', ttl: 300, values: ['lb-eu.example.com'] };

  it('is changed from exactly what was shown, and is done when every name server has it', async () => {
    aws.account.records.push(old, { ...old, name: 'apo.example.com.' });
    const drafted = await draft('repoint', place);
    expect(drafted).toMatchObject({
      ok: true,
      diff: [
        {
          path: 'api.example.com. CNAME',
          from: 'lb-eu.example.com, TTL 300 s',
          to: 'lb-us.example.com, TTL 60 s',
        },
      ],
      warnings: [{ code: 'AWS_RECORD_CACHED', facts: { seconds: 300 } }],
    });
    const step = await stepOf(Promise.resolve(drafted));
    const driver = driverOf(step);
    expect(await driver.applied()).toEqual({ outcome: 'applied', outputs: { change: '/change/C1' } });
    expect(await driver.probed()).toBe('yes');
    const after = { ...context, outputs: { change: '/change/C1' } };
    expect(await driver.observe(step, after)).toMatchObject({
      state: 'progress',
      progress: { what: 'the name servers take it: PENDING' },
    });
    aws.account.synced = true;
    expect(await driver.observe(step, after)).toMatchObject({ state: 'done' });
    expect(aws.account.records).toContainEqual({ ...old, ttl: 60, values: ['lb-us.example.com'] });
    const back = await stepOf(draft('undo', place, { undoes: step }));
    await driverOf(back).applied();
    expect(aws.account.records).toContainEqual(old);
  });

  it('that is not there yet is made, and an alias is an alias', async () => {
    const value = 'alias Z2 lb-us.elb.amazonaws.com.';
    const step = await stepOf(draft('repoint', { ...place, type: 'A', value }));
    expect(step.change).toMatchObject([{ what: 'added', to: value }]);
    await driverOf(step).applied();
    const alias = { zone: 'Z2', dns: 'lb-us.elb.amazonaws.com.', health: false };
    expect(aws.account.records).toEqual([{ name: 'api.example.com.', type: 'A', alias }]);
    expect(await draft('repoint', { ...place, type: 'A', value })).toMatchObject({
      problem: { code: 'AWS_RECORD_ALREADY' },
    });
  });

  it('is never overwritten where somebody was there first', async () => {
    aws.account.records.push(old);
    const step = await stepOf(draft('repoint', place));
    const driver = driverOf(step);
    aws.account.records = [{ ...old, values: ['lb-asia.example.com'] }];
    expect(await driver.apply(step, { ...context, token: '', attempt: 1 })).toEqual({ outcome: 'moved' });
    expect(await driver.check(step, context)).toMatchObject({ problem: { code: 'PLAN_STALE' } });
    expect(await driver.probed()).toBe('no');
    expect(aws.account.records).toMatchObject([{ values: ['lb-asia.example.com'] }]);
  });

  it('waits while another change of the zone is on its way, and gives up in words', async () => {
    aws.account.records.push(old);
    const step = await stepOf(draft('repoint', place));
    aws.account.busy = 2;
    expect(await driverOf(step).applied()).toMatchObject({ outcome: 'applied' });
    expect(pauses).toEqual([1000, 2000]);
    const again = await stepOf(draft('undo', place, { undoes: step }));
    aws.account.busy = 99;
    expect(await driverOf(again).applied()).toMatchObject({
      outcome: 'refused',
      problem: { facts: { why: expect.stringContaining('PriorRequestNotComplete') } },
    });
  });

  it('that is protected says so, and nothing of the batch is done', async () => {
    aws.account.records.push(old);
    const step = await stepOf(draft('repoint', place));
    aws.account.protectedNames.add(old.name);
    expect(await driverOf(step).applied()).toMatchObject({
      outcome: 'refused',
      problem: { code: 'AWS_RECORD_PROTECTED' },
    });
    expect(aws.account.records).toEqual([old]);
  });

  it('with a routing policy, or of another type, is not touched', async () => {
    aws.account.records.push({ ...old, setId: 'blue' }, { ...old, setId: 'green' });
    expect(await draft('repoint', place)).toMatchObject({ problem: { code: 'AWS_RECORD_POLICY' } });
    expect(await draft('repoint', { ...place, type: 'MX' })).toMatchObject({
      problem: { code: 'AWS_RECORD_TYPE' },
    });
    const { value: _, ...nowhere } = place;
    expect(await draft('repoint', nowhere)).toMatchObject({ problem: { code: 'AWS_RECORD_NO_VALUE' } });
  });
});

describe('a topic', () => {
  it('is told once, and what was lost is not said again', async () => {
    const place = { topic: 'arn:aws:sns:eu-west-1:1:oncall' };
    const step = await stepOf(draft('tell', place, { args: { text: 'orders moved to us-east-1' } }));
    expect(step).toMatchObject({ guard: 'unguarded', undo: 'irreversible' });
    const driver = driverOf(step);
    expect(await driver.applied()).toEqual({ outcome: 'applied', outputs: { message: 'm-1' } });
    expect(aws.account.published).toEqual([
      { topic: place.topic, subject: 'Tocsin op-1', message: 'orders moved to us-east-1\n\nop-1' },
    ]);
    expect(await driver.probed()).toBe('cannot-know');
  });
});

describe('the account', () => {
  it('is asked for nothing that changes it while a plan is made', async () => {
    aws.account.services.push({ cluster: 'shop', name: 'checkout', desired: 3, running: 3 });
    await draft('scale', { ecs_cluster: 'shop', ecs_service: 'checkout' }, { args: { replicas: 6 } });
    await draft('failover', { instance: 'x' });
    expect(aws.asked.filter((each) => !/^(Describe|List|Get)/.test(each))).toEqual([]);
  });

  it('refuses wrong credentials without saying them', async () => {
    integration.close();
    integration = open({ credentials: { ...credentials, accessKeyId: 'AKIAOTHER' } });
    const drafted = await draft('failover', { cluster: 'orders' });
    expect(drafted).toMatchObject({ problem: { code: 'AWS_REFUSED' } });
    expect(JSON.stringify(drafted)).not.toContain('a-secret-key');
  });

  it('that does not answer is left alone after five questions; a step asks all the same', async () => {
    aws.account.services.push({ cluster: 'shop', name: 'checkout', desired: 3, running: 3 });
    const place = { ecs_cluster: 'shop', ecs_service: 'checkout' };
    const step = await stepOf(draft('scale', place, { args: { replicas: 6 } }));
    aws.silent = true;
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await draft('scale', place, { args: { replicas: 6 } })).toMatchObject({
        problem: { code: 'AWS_NO_ANSWER' },
      });
    }
    expect(await draft('scale', place, { args: { replicas: 6 } })).toMatchObject({
      problem: { code: 'AWS_RESTS', facts: { failures: 5, seconds: 60 } },
    });
    expect(integration.health()).toBe('down');
    aws.silent = false;
    expect(await driverOf(step).applied()).toEqual({ outcome: 'applied' });
  });

  it('is looked at by the doctor, service by service', async () => {
    const found = await integration.doctor();
    expect(found.map(({ check, problem }) => [check, problem?.code])).toEqual([
      ['rds', undefined],
      ['ecs', undefined],
      ['route 53', undefined],
    ]);
  });

  it('knows what it cannot do', async () => {
    expect(await draft('scale', { cluster: 'orders' })).toMatchObject({
      problem: { code: 'AWS_UNKNOWN_VERB', facts: { verb: 'scale', where: 'cluster orders' } },
    });
    expect(await draft('failover', {})).toMatchObject({ problem: { code: 'AWS_UNKNOWN_VERB' } });
  });
});
