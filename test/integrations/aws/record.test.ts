import { describe, expect, it } from 'vitest';
import { context, draft, driverOf, eachHasItsAccount, pauses, stepOf, there } from './given.ts';

eachHasItsAccount();

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
    there.aws.account.records.push(old, { ...old, name: 'apo.example.com.' });
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
    expect(await driver.applied()).toEqual({
      outcome: 'applied',
      outputs: { change: '/change/C1' },
    });
    expect(await driver.probed()).toBe('yes');
    const after = { ...context, outputs: { change: '/change/C1' } };
    expect(await driver.observe(step, after)).toMatchObject({
      state: 'progress',
      progress: { what: 'the name servers take it: PENDING' },
    });
    there.aws.account.synced = true;
    expect(await driver.observe(step, after)).toMatchObject({ state: 'done' });
    expect(there.aws.account.records).toContainEqual({
      ...old,
      ttl: 60,
      values: ['lb-us.example.com'],
    });
    const back = await stepOf(draft('undo', place, { undoes: step }));
    await driverOf(back).applied();
    expect(there.aws.account.records).toContainEqual(old);
  });

  it('that is not there yet is made, and an alias is an alias', async () => {
    const value = 'alias Z2 lb-us.elb.amazonaws.com.';
    const step = await stepOf(draft('repoint', { ...place, type: 'A', value }));
    expect(step.change).toMatchObject([{ what: 'added', to: value }]);
    await driverOf(step).applied();
    const alias = { zone: 'Z2', dns: 'lb-us.elb.amazonaws.com.', health: false };
    expect(there.aws.account.records).toEqual([{ name: 'api.example.com.', type: 'A', alias }]);
    expect(await draft('repoint', { ...place, type: 'A', value })).toMatchObject({
      problem: { code: 'AWS_RECORD_ALREADY' },
    });
  });

  it('is never overwritten where somebody was there first', async () => {
    there.aws.account.records.push(old);
    const step = await stepOf(draft('repoint', place));
    const driver = driverOf(step);
    there.aws.account.records = [{ ...old, values: ['lb-asia.example.com'] }];
    expect(await driver.apply(step, { ...context, token: '', attempt: 1 })).toEqual({
      outcome: 'moved',
    });
    expect(await driver.check(step, context)).toMatchObject({ problem: { code: 'PLAN_STALE' } });
    expect(await driver.probed()).toBe('cannot-know');
    expect(there.aws.account.records).toMatchObject([{ values: ['lb-asia.example.com'] }]);
  });

  it('waits while another change of the zone is on its way, and gives up in words', async () => {
    there.aws.account.records.push(old);
    const step = await stepOf(draft('repoint', place));
    there.aws.account.busy = 2;
    expect(await driverOf(step).applied()).toMatchObject({ outcome: 'applied' });
    expect(pauses).toEqual([1000, 2000]);
    const again = await stepOf(draft('undo', place, { undoes: step }));
    there.aws.account.busy = 99;
    expect(await driverOf(again).applied()).toMatchObject({
      outcome: 'refused',
      problem: { facts: { why: expect.stringContaining('PriorRequestNotComplete') } },
    });
  });

  it('that is protected says so, and nothing of the batch is done', async () => {
    there.aws.account.records.push(old);
    const step = await stepOf(draft('repoint', place));
    there.aws.account.protectedNames.add(old.name);
    expect(await driverOf(step).applied()).toMatchObject({
      outcome: 'refused',
      problem: { code: 'AWS_RECORD_PROTECTED' },
    });
    expect(there.aws.account.records).toEqual([old]);
  });

  it('with a routing policy, or of another type, is not touched', async () => {
    there.aws.account.records.push({ ...old, setId: 'blue' }, { ...old, setId: 'green' });
    expect(await draft('repoint', place)).toMatchObject({ problem: { code: 'AWS_RECORD_POLICY' } });
    expect(await draft('repoint', { ...place, type: 'MX' })).toMatchObject({
      problem: { code: 'AWS_RECORD_TYPE' },
    });
    const { value: _, ...nowhere } = place;
    expect(await draft('repoint', nowhere)).toMatchObject({
      problem: { code: 'AWS_RECORD_NO_VALUE' },
    });
  });
});

describe('a topic', () => {
  it('is told once, and what was lost is not said again', async () => {
    const place = { topic: 'arn:aws:sns:eu-west-1:1:oncall' };
    const step = await stepOf(
      draft('tell', place, { args: { text: 'orders moved to us-east-1' } }),
    );
    expect(step).toMatchObject({ guard: 'unguarded', undo: 'irreversible' });
    const driver = driverOf(step);
    expect(await driver.applied()).toEqual({ outcome: 'applied', outputs: { message: 'm-1' } });
    expect(there.aws.account.published).toEqual([
      { topic: place.topic, subject: 'Tocsin op-1', message: 'orders moved to us-east-1\n\nop-1' },
    ]);
    expect(await driver.probed()).toBe('cannot-know');
  });
});
