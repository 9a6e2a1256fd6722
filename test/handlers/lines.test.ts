import { beforeEach, describe, expect, it } from 'vitest';
import { type Counter, openCounter } from './desk.ts';

let counter: Counter;
beforeEach(async () => {
  counter = await openCounter();
});

describe('a line that cannot be understood', () => {
  it.each([
    ['', 'LINE_EMPTY', ''],
    ['frobnicate', 'VERB_UNKNOWN', '`help` lists'],
    ['rolback worker', 'VERB_UNKNOWN_NEAR', 'rollback'],
    ['note "half a quote', 'LINE_QUOTE_OPEN', ''],
    [`note ${'x'.repeat(2000)}`, 'LINE_TOO_LONG', '2000'],
    ['restart nosuch env=production', 'SERVICE_UNKNOWN', 'checkout'],
    ['restart chekout env=production', 'SERVICE_UNKNOWN_NEAR', 'checkout'],
    ['restart', 'ARGUMENT_MISSING', 'restart <service>'],
    ['restart checkout', 'ENVIRONMENT_REQUIRED', 'env=staging'],
    ['restart checkout env=prod', 'ENVIRONMENT_UNKNOWN', 'staging, production'],
    ['restart checkout now', 'ARGUMENT_EXTRA', 'now'],
    ['restart checkout enf=production', 'ARGUMENT_UNKNOWN', 'env'],
    ['restart checkout env=production env=staging', 'ARGUMENT_TWICE', 'env'],
    ['scale checkout many env=production', 'ARGUMENT_NOT_A_COUNT', 'many'],
    ['scale checkout -1 env=production', 'ARGUMENT_NOT_A_COUNT', '-1'],
    ['scale checkout env=production', 'ARGUMENT_MISSING', 'replicas'],
    ['severity terrible', 'ARGUMENT_NOT_A_CHOICE', 'critical'],
    ['assign dan', 'PERSON_UNKNOWN', 'ana'],
    ['approve 41 7f3a9c21b0', 'NOT_AN_OPERATION', '41'],
    ['stop op-0123456789', 'OPERATION_NOT_FOUND', 'op-0123456789'],
    ['undo op-0123456789', 'OPERATION_NOT_FOUND', 'op-0123456789'],
    ['ack incident=inc-nope', 'INCIDENT_NOT_FOUND', 'inc-nope'],
    ['ack', 'INCIDENT_REQUIRED', 'ack'],
  ])('%j is answered with %s, and nothing is on the record', async (line, code, hint) => {
    const answer = await counter.says('ana', line);
    expect(answer).toContain(code);
    expect(answer).toContain(hint);
    expect(answer).not.toMatch(/\{[a-z]+\}/i);
    expect(counter.news()).toEqual([]);
    expect(counter.drafts).toEqual([]);
  });

  it('is taken all the same when a phone made its quotes and dashes pretty', async () => {
    expect(await counter.says('ana', 'restart worker env=production reason=“it hangs”')).toContain(
      'The plan is ready',
    );
    expect(counter.told('OperationAsked')).toMatchObject({ reason: 'it hangs' });
  });
});

describe('a stranger', () => {
  it('is answered, and nothing of it is on the record', async () => {
    for (const line of ['restart worker env=production', 'ack', 'logs worker']) {
      expect(await counter.says('mallory', line)).toContain('PERSON_NOT_BOUND');
    }
    expect(counter.news()).toEqual([]);
  });
});
