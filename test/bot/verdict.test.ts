import { describe, expect, it } from 'vitest';
import { verdictNow } from '../../src/bot/verdict.ts';
import type { OperationState } from '../../src/core/operation/operation.ts';
import { openCounter } from '../handlers/desk.ts';

const policies = `
  - { deny: { risk: change, when: { days: [sat, sun], time_zone: UTC } } }
  - { match: { risk: incident }, requesters: [sre], approvals: [] }
  - { match: { risk: change, severity: critical }, requesters: [sre], approvals: [ { count: 1, from: sre }, { count: 1, from: guests } ] }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
`;

const friday = Date.parse('2026-11-27T23:50:00Z');

async function planned() {
  const counter = await openCounter(policies);
  counter.clock.now = friday;
  await counter.says('ana', 'restart checkout env=production');
  const operation = await counter.bot.engine.operation(counter.operation());
  if (!operation?.plan) throw new Error('nothing was planned');
  const now = (more: { at?: number; state?: OperationState } = {}) =>
    verdictNow(more.state ?? operation, {
      settings: counter.bot.desk.settings,
      incidents: counter.bot.desk.openIncidents(),
      at: more.at ?? counter.clock.now,
      evidenceOf: ({ person, surface, account }) =>
        counter.bot.desk.evidenceOf(person, surface, account),
    });
  return { counter, operation, now };
}

describe('the verdict before the first step', () => {
  it('is the one of the request while nothing changed', async () => {
    const { now, operation } = await planned();
    expect(await now()).toEqual({ allowed: true, rule: operation.rule });
  });

  it('knows that Saturday has come', async () => {
    const { now } = await planned();
    expect(await now({ at: friday + 600_000 })).toMatchObject({
      problem: { code: 'POLICY_DENIED' },
    });
  });

  it('knows that it got worse, of a service and environment alone', async () => {
    const { now, counter } = await planned();
    const incident = await counter.incident();
    await counter.says('ana', 'severity critical', { incident });
    expect(await now()).toMatchObject({ rule: { places: [{ from: 'sre' }, { from: 'guests' }] } });
    await counter.says('ana', 'severity info', { incident });
    expect(await now()).toMatchObject({ rule: { places: [{ from: 'sre' }] } });
  });

  it('knows that the requester may ask no more', async () => {
    const { now, operation } = await planned();
    const { asked } = operation;
    if (!asked) throw new Error('nothing was asked');
    const state = {
      ...operation,
      asked: { ...asked, requester: { ...asked.requester, person: 'cleo' } },
    };
    expect(await now({ state })).toMatchObject({ problem: { code: 'NOT_A_REQUESTER' } });
  });

  it('is none where the record does not hold what was judged', async () => {
    const { now, operation } = await planned();
    const { judged: _, ...old } = operation;
    expect(await now({ state: old })).toBeUndefined();
  });
});
