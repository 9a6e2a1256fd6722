import { describe, expect, it } from 'vitest';
import { type Counter, openCounter } from './desk.ts';

describe('what is not there is said, and nothing is planned:', () => {
  it('a service without a database has none to fail over', async () => {
    const counter = await openCounter();
    const line = 'failover checkout database env=production reason=slow';
    expect(await counter.says('ana', line)).toMatch(/no database[\s\S]*ROLE_NOT_CONFIGURED/);
    expectNothing(counter);
  });

  it.each([
    'health checkout env=production',
    'logs checkout env=production',
    'scale checkout 6 env=production reason=slow',
  ])('a target that is configured and not connected, for %s', async (line) => {
    const counter = await openCounter(undefined, { targets: [] });
    const said = await counter.says('ana', line);
    expect(said).toMatch(/The target eu-1 is not connected[\s\S]*TARGET_NOT_CONNECTED/);
    expectNothing(counter);
  });

  it('an alert that no runbook speaks of', async () => {
    const counter = await openCounter();
    const incident = await counter.incident();
    const said = await counter.says('ana', 'runbook', { incident });
    expect(said).toMatch(/No runbook speaks of it is slow[\s\S]*RUNBOOK_NOT_FOUND/);
    expectNothing(counter);
  });
});

describe('what breaks inside', () => {
  it('is said by a code and the kind of the error, and nothing of its words', async () => {
    const page = () => {
      throw new TypeError('no page for token=ghp_0123456789');
    };
    const counter = await openCounter(undefined, { runbooks: { hint: () => undefined, page } });
    const incident = await counter.incident();
    const said = await counter.says('ana', 'runbook', { incident });
    expect(said).toMatch(/TypeError[\s\S]*REQUEST_FAILED/);
    expect(said).not.toContain('ghp_');
    expectNothing(counter);
  });
});

function expectNothing(counter: Counter): void {
  expect(counter.drafts).toEqual([]);
  expect(counter.journalled('OperationAsked')).toEqual([]);
}
