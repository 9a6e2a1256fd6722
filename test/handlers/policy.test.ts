import { describe, expect, it } from 'vitest';
import { openCounter } from './desk.ts';

describe('policy', () => {
  it('says what would be needed, from whom, who can give it where, and which rule says so', async () => {
    const counter = await openCounter();
    const said = await counter.says('ana', 'policy rollback worker env=production');
    expect(said).toContain('rollback worker · production');
    expect(said).toContain('approval  1 of sre: Ben (console, slack)');
    expect(said).toMatch(/rule +`tocsin\.yaml:\d+`/);
    expect(counter.news()).toEqual([]);
  });

  it('says what a dangerous plan would need beside', async () => {
    const counter = await openCounter();
    const said = await counter.says('ana', 'policy scale worker env=production');
    expect(said).toContain('If its plan turns out dangerous:');
    expect(said).toContain('approval  1 of guests: Cleo (console)');
  });

  it('leaves out who has no account where an approval counts, and says when they are too few', async () => {
    const counter = await openCounter(`
  - { match: { verb: rollback }, requesters: [sre], surfaces: [slack], approvals: [ { count: 1, from: sre } ] }
  - { match: { verb: restart, risk: change }, requesters: [sre], approvals: [ { count: 1, from: guests } ] }
`);
    const rollback = await counter.says('ana', 'policy rollback worker env=production');
    expect(rollback).toContain('1 of sre: Ben (slack)');
    const restart = await counter.says('cleo', 'policy restart worker env=production');
    expect(restart).toContain('NOT_A_REQUESTER');
  });

  it('says what keeps it from beginning, too', async () => {
    const counter = await openCounter();
    await counter.says('ben', 'freeze worker for=2h reason=audit');
    const said = await counter.says('ana', 'policy rollback worker env=production');
    expect(said).toContain('FROZEN `worker` by Ben');
    expect(await counter.says('ana', 'policy note')).not.toContain('FROZEN');
  });

  it('says how many the rule lets begin', async () => {
    const counter = await openCounter(`
  - { match: { risk: change }, requesters: [sre], approvals: [], quotas: { per_hour: 5, concurrent: 1 } }
`);
    const said = await counter.says('ana', 'policy restart worker env=production');
    expect(said).toContain('at most   5 begin in an hour, 1 at a time');
  });

  it('gives a denial with its code and its rule', async () => {
    const counter = await openCounter(`
  - { deny: { verb: restart } }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
`);
    const said = await counter.says('ana', 'policy restart worker env=production');
    expect(said).toContain('POLICY_DENIED');
    expect(said).toMatch(/\(tocsin\.yaml:\d+\)/);
  });

  it('names the rules that decide in other circumstances', async () => {
    const counter = await openCounter(`
  - { deny: { verb: scale, args: { replicas: { above: 20 } } } }
  - { match: { risk: change, severity: critical }, requesters: [sre], approvals: [] }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
`);
    const said = await counter.says('ana', 'policy scale worker env=production');
    expect(said).toContain('refuses it where replicas is above 20');
    expect(said).toContain('may decide instead where the severity is critical');
    const other = await counter.says('ana', 'policy restart worker env=production');
    expect(other).not.toContain('replicas');
  });
});

describe('policy with arguments', () => {
  const policies = `
  - { deny: { verb: scale, args: { replicas: { above: 20 } } } }
  - { match: { risk: change, args: { replicas: { below: 3 } } }, requesters: [sre], approvals: [] }
  - { match: { risk: change, severity: critical }, requesters: [sre], approvals: [] }
  - { match: { risk: change, group: guests }, requesters: [sre], approvals: [] }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
`;

  it('asks the real question', async () => {
    const counter = await openCounter(policies);
    const many = await counter.says('ana', 'policy scale worker replicas=21 env=production');
    expect(many).toContain('POLICY_DENIED');
    expect(many).toMatch(/\(tocsin\.yaml:\d+\)/);
    expect(many).not.toContain('Other rules');
    const few = await counter.says('ana', 'policy scale worker replicas=2 env=production');
    expect(few).toContain('none: it is approved by being asked');
    const some = await counter.says('ana', 'policy scale worker replicas=20 env=production');
    expect(some).toContain('approval  1 of sre: Ben');
    expect(counter.drafts).toEqual([]);
  });

  it('names of the other rules only those that could decide yet', async () => {
    const counter = await openCounter(policies);
    const some = await counter.says('ana', 'policy scale worker replicas=20 env=production');
    expect(some).toContain('may decide instead where the severity is critical');
    expect(some).not.toContain('replicas is');
    expect(some).not.toContain('whoever asks is in guests');
    const open = await counter.says('ana', 'policy scale worker env=production');
    expect(open).toContain('refuses it where replicas is above 20');
    expect(open).toContain('may decide instead where replicas is below 3');
  });

  it('refuses an argument that the command does not take, or not so', async () => {
    const counter = await openCounter(policies);
    expect(await counter.says('ana', 'policy scale worker replica=2 env=production')).toContain(
      'ARGUMENT_UNKNOWN',
    );
    expect(await counter.says('ana', 'policy scale worker replicas=many env=production')).toContain(
      'ARGUMENT_NOT_A_COUNT',
    );
    expect(await counter.says('ana', 'who worker replicas=2')).toContain('ARGUMENT_UNKNOWN');
  });
});

describe('a rule about arguments', () => {
  const policies = `
  - { deny: { verb: scale, args: { replicas: { above: 20 } } } }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
`;

  it('refuses what is beyond, and looks at no target', async () => {
    const counter = await openCounter(policies);
    expect(await counter.says('ana', 'scale worker 21 env=production')).toContain('POLICY_DENIED');
    expect(counter.drafts).toEqual([]);
    expect(await counter.says('ana', 'scale worker 20 env=production')).toContain('The plan');
  });
});

describe('a rule about severity', () => {
  const policies = `
  - { match: { risk: incident }, requesters: [sre], approvals: [] }
  - { match: { risk: change, severity: critical }, requesters: [sre], approvals: [] }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
`;

  it('makes easier only what somebody else than the requester called critical', async () => {
    const counter = await openCounter(policies);
    const incident = await counter.incident();
    const restart = async () => {
      await counter.says('ana', 'restart checkout env=production', { incident });
      return counter.bot.engine.operation(counter.operation());
    };
    await counter.says('ana', 'severity critical', { incident });
    expect(await restart()).toMatchObject({ status: 'waiting' });
    await counter.says('ben', 'severity critical', { incident });
    expect(await restart()).toMatchObject({
      status: 'approved',
      rule: { severityBy: ['ana', 'ben'] },
      judged: { family: 'change', targets: ['eu-1'], severities: [{ is: 'critical' }] },
    });
  });
});
