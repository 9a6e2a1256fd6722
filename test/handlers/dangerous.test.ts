import { beforeEach, describe, expect, it } from 'vitest';
import { type Counter, openCounter } from './desk.ts';

let counter: Counter;
beforeEach(async () => {
  counter = await openCounter();
});

describe('a dangerous plan', () => {
  const line = 'scale worker 0 env=production reason=maintenance';

  it('is approved on a card that was opened for the press, and on no older one', async () => {
    await counter.says('ana', line);
    const operation = counter.operation();
    counter.news();
    const old = { surface: 'slack/main', digest: 'a'.repeat(64), fresh: false };
    expect(await counter.presses('ben', 'approve', operation, old)).toContain(
      'APPROVE_NEEDS_FRESH',
    );
    expect(counter.news()).toEqual(['RequestRefused']);
    const opened = { ...old, digest: 'b'.repeat(64), fresh: true };
    await counter.presses('ben', 'approve', operation, opened);
    expect(counter.news()).toEqual(['ApprovalGiven']);
    expect(counter.told('ApprovalGiven')?.['shown']).toEqual({
      digest: 'b'.repeat(64),
      surface: 'slack/main',
    });
    await counter.presses('cleo', 'approve', operation);
    expect(counter.news()).toEqual(['ApprovalGiven', 'OperationApproved']);
  });

  it('is declined from any card, and approved by typing its hash', async () => {
    await counter.says('ana', line);
    const first = counter.operation();
    await counter.presses('ben', 'decline', first, { surface: 'slack/main', fresh: false });
    expect(counter.told('OperationDeclined')).toMatchObject({ person: 'ben' });
    await counter.says('ana', line);
    const hash = String(counter.told('OperationPlanned')?.['hash']);
    counter.news();
    await counter.says('ben', `approve ${counter.operation()} ${hash.slice(0, 10)}`);
    await counter.says('cleo', `approve ${counter.operation()} ${hash.slice(0, 10)}`);
    expect(counter.news()).toEqual(['ApprovalGiven', 'ApprovalGiven', 'OperationApproved']);
  });
});
