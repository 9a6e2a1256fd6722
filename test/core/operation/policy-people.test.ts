import { describe, expect, it } from 'vitest';
import {
  denial,
  isWanted,
  judge,
  type PolicyQuestion,
  type PolicyRule,
} from '../../../src/core/operation/policy.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { problem } from '../../../src/core/problem.ts';
import { ana, dbaAndSre, evidence, rule, T0 } from './sample.ts';

const question: PolicyQuestion = {
  verb: 'scale',
  family: 'workload',
  risk: 'change',
  service: 'checkout',
  environment: 'production',
  requester: ana,
  onCall: 'primary',
  targets: ['eu-1'],
  args: {},
  reason: 'the queue grows',
  severities: [],
  at: T0,
};
const asked = { verb: 'scale', service: 'checkout', environment: 'production' };

/** Of somebody in these groups, and of whose other groups nobody knows. */
function silent(groups: readonly string[], ...unknown: readonly string[]): Evidence {
  const because = problem('DIRECTORY_UNREACHABLE', { directory: 'slack', since: '03:00' });
  return {
    ...evidence('ana', groups),
    unreachable: unknown.map((group) => ({ group, problem: because })),
  };
}

function policyOf(...rules: readonly PolicyRule[]) {
  return { rules, digest: 'd', localTime: () => ({ day: 'fri', minute: 0 }) as const };
}

function unreachable(group: string, where: string) {
  const facts = { directory: 'slack', since: '03:00', ...asked, group, rule: where };
  return problem('DIRECTORY_UNREACHABLE', facts);
}

describe('a group that nobody can be asked for', () => {
  const onCall = rule({ where: 'on call', match: { onCall: true }, places: [] });
  const guests: PolicyRule = { kind: 'deny', where: 'guests', match: { group: ['guests'] } };
  const policy = policyOf(guests, onCall, rule());

  it('is a no where a rule that denies may hold', () => {
    const verdict = judge(policy, { ...question, requester: silent(['sre'], 'guests') });
    expect(verdict).toEqual({ allowed: false, problem: unreachable('guests', 'guests') });
  });

  it('changes nothing where another group, or another rule, denies it for certain', () => {
    const outside: PolicyRule = {
      kind: 'deny',
      where: 'outside',
      match: { group: ['guests', 'contractors'] },
    };
    const known = judge(policyOf(outside, rule()), {
      ...question,
      requester: silent(['sre', 'guests'], 'contractors'),
    });
    expect(known).toMatchObject({ problem: { code: 'POLICY_DENIED', facts: { rule: 'outside' } } });
    const night: PolicyRule = { kind: 'deny', where: 'scale', match: { verb: ['scale'] } };
    const later = judge(policyOf(guests, night, rule()), {
      ...question,
      requester: silent(['sre'], 'guests'),
    });
    expect(later).toMatchObject({ problem: { code: 'POLICY_DENIED', facts: { rule: 'scale' } } });
  });

  it('is a no where the first rule that may match hangs on it', () => {
    const verdict = judge(policy, { ...question, requester: silent(['sre'], 'primary') });
    expect(verdict).toEqual({ allowed: false, problem: unreachable('primary', 'on call') });
  });

  it('is a no where it decides who may ask', () => {
    const verdict = judge(policyOf(rule()), { ...question, requester: silent([], 'sre') });
    expect(verdict).toEqual({ allowed: false, problem: unreachable('sre', 'tocsin.yaml:41') });
  });

  it('is nothing where no rule speaks of it', () => {
    const verdict = judge(policy, { ...question, requester: silent(['sre'], 'dba') });
    expect(verdict).toMatchObject({ allowed: true, rule: { where: 'tocsin.yaml:41' } });
  });

  it('is not the reason where the person is known to be in another one that may ask', () => {
    const either = policyOf(rule({ requesters: ['sre', 'dba'] }));
    const verdict = judge(either, { ...question, requester: silent(['sre'], 'dba') });
    expect(verdict.allowed).toBe(true);
  });
});

describe('a ticket', () => {
  const policy = policyOf(
    rule({
      tickets: [
        ['OPS-*', 'INC-*'],
        ['*-1', 'OPS-*'],
      ],
    }),
  );
  const refusal = (given: string, wanted = 'OPS-* or INC-*') => ({
    allowed: false,
    problem: problem('TICKET_REQUIRED', { ...asked, rule: 'tocsin.yaml:41', wanted, given }),
  });

  it('is asked for by the first list that it does not fit', () => {
    expect(judge(policy, question)).toEqual(refusal('none was named'));
    expect(judge(policy, { ...question, ticket: 'X-1' })).toEqual(refusal('X-1 is none'));
    const second = judge(policy, { ...question, ticket: 'INC-2' });
    expect(second).toEqual(refusal('INC-2 is none', '*-1 or OPS-*'));
    expect(judge(policy, { ...question, ticket: 'OPS-7' }).allowed).toBe(true);
  });

  it('is asked for of a change and of danger, and of nothing that makes no plan', () => {
    const places = policyOf(rule({ tickets: [['OPS-*']], places: dbaAndSre }));
    const allowed = (risk: PolicyQuestion['risk']) => judge(places, { ...question, risk }).allowed;
    expect(allowed('change')).toBe(false);
    expect(allowed('danger')).toBe(false);
    expect(allowed('read')).toBe(true);
    expect(allowed('incident')).toBe(true);
  });

  it('is taken as given where only what would be needed is asked', () => {
    expect(judge(policy, { ...question, hypothetical: true }).allowed).toBe(true);
  });
});

describe('what forbids a gate', () => {
  const deny = (match: PolicyRule['match']): PolicyRule => ({ kind: 'deny', where: 'no', match });
  const approve = { ...question, verb: 'approve' };
  const refused = problem('POLICY_DENIED', { ...asked, verb: 'approve', rule: 'no' });

  it('is a rule that denies its verb, and no other', () => {
    expect(denial(policyOf(deny({ verb: ['approve'] })), approve)).toEqual(refused);
    expect(denial(policyOf(deny({ verb: ['scale'] })), approve)).toBeUndefined();
    expect(denial(policyOf(deny({})), approve)).toBeUndefined();
    expect(denial(policyOf(rule({ match: { verb: ['approve'] } })), approve)).toBeUndefined();
  });

  it('holds for whom and where it says', () => {
    const guests = policyOf(deny({ verb: ['approve'], group: ['guests'] }));
    expect(denial(guests, approve)).toBeUndefined();
    expect(denial(guests, { ...approve, requester: evidence('eve', ['guests']) })).toEqual(refused);
    const unknown = denial(guests, { ...approve, requester: silent([], 'guests') });
    expect(unknown).toEqual(
      problem('DIRECTORY_UNREACHABLE', {
        directory: 'slack',
        since: '03:00',
        ...asked,
        verb: 'approve',
        group: 'guests',
        rule: 'no',
      }),
    );
  });

  it('holds when one of the incidents is as bad as it says', () => {
    const critical = policyOf(deny({ verb: ['approve'], severity: ['critical'] }));
    const said = (is: 'critical' | 'info') => ({ is, alerts: [], by: [] });
    expect(denial(critical, approve)).toBeUndefined();
    expect(denial(critical, { ...approve, severities: [said('info')] })).toBeUndefined();
    const both = [said('info'), said('critical')];
    expect(denial(critical, { ...approve, severities: both })).toEqual(refused);
  });
});

describe('whether a reason or a ticket is asked for', () => {
  const wanted = (what: 'reason' | 'ticket', ...rules: readonly PolicyRule[]) =>
    isWanted(policyOf(...rules), question, what);
  const reason = rule({ reasonRequired: true });
  const ticket = rule({ tickets: [['OPS-*']] });

  it('is said by the first rule about it', () => {
    expect(wanted('reason', reason)).toBe(true);
    expect(wanted('reason', ticket, reason)).toBe(false);
    expect(wanted('ticket', ticket)).toBe(true);
    expect(wanted('ticket', reason, ticket)).toBe(false);
    expect(wanted('reason')).toBe(false);
  });

  it('is said by a later one too where the first holds for some only', () => {
    const some = rule({ match: { onCall: true } });
    expect(wanted('reason', some, reason)).toBe(true);
    expect(wanted('ticket', some, ticket)).toBe(true);
  });

  it('is not said by rules about something else, or that deny', () => {
    expect(wanted('reason', rule({ match: { verb: ['restart'] }, reasonRequired: true }))).toBe(
      false,
    );
    expect(wanted('reason', { kind: 'deny', where: 'no', match: {} }, reason)).toBe(true);
  });

  it('is a matter of plans where it is a ticket', () => {
    const read = { ...question, risk: 'read' } as const;
    expect(isWanted(policyOf(ticket), read, 'ticket')).toBe(false);
    expect(isWanted(policyOf(ticket), { ...read, risk: 'danger' }, 'ticket')).toBe(true);
  });
});
