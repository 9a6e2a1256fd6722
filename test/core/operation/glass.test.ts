import { describe, expect, it } from 'vitest';
import type { OperationIntent } from '../../../src/core/operation/decide.ts';
import {
  brokenSince,
  evolveGlassCount,
  type GlassCount,
  glassDayMs,
  isReminderDue,
} from '../../../src/core/operation/glass.ts';
import type { OperationEvent } from '../../../src/core/operation/operation.ts';
import type { AllowRule } from '../../../src/core/operation/policy.ts';
import { strictest, wantsTheSame } from '../../../src/core/operation/strictest.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  ana,
  approvalGiven,
  ben,
  cleo,
  dbaAndSre,
  eve,
  evidence,
  expiresAt,
  given,
  hashOf,
  minute,
  operationApproved,
  operationStarted,
  plan,
  rule,
  type Story,
  shown,
  succeeded,
  T0,
  waiting,
} from './sample.ts';

const hour = 60 * minute;
const why = 'checkout is down, nobody answers';
const danger: Story = {
  plan: { risk: 'danger' },
  rule: { places: dbaAndSre, breakGlass: { from: ['sre'], perDay: 1 } },
};

type Break = Extract<OperationIntent, { readonly type: 'BreakGlass' }>;

function breaks(by: Evidence, more: Partial<Break> = {}): Break {
  const hash = hashOf(danger).slice(0, 10);
  const typed = { hash, typed: true, reason: why, shown, told: [], broken: 0 };
  return { type: 'BreakGlass', at: T0 + minute, by, ...typed, ...more };
}

function broken(by = ana, story = danger): OperationEvent {
  const { where } = rule(story.rule);
  const event = { type: 'GlassBroken', v: 1, breaker: by, hash: hashOf(story) } as const;
  return { ...event, reason: why, rule: where, shown, told: [] };
}

function begins(standing: readonly Evidence[], more: Partial<AllowRule> = {}): OperationIntent {
  const verdict = { allowed: true, rule: rule({ ...danger.rule, ...more }) } as const;
  return { type: 'Begin', at: T0 + 2 * minute, standing, policy: plan().policy, verdict };
}

function codesOf(events: readonly OperationEvent[]): readonly string[] {
  return events.map((event) => ('problem' in event ? event.problem.code : event.type));
}

describe('breaking the glass', () => {
  it('clears a dangerous plan for its own requester, without any approval', () => {
    const then = given(...waiting(danger))
      .when(breaks(ana))
      .then(broken());
    expect(then.state()).toMatchObject({
      status: 'approved',
      approvals: [],
      glass: { reason: why },
    });
  });

  it('clears it for somebody else whom the rule names, and beside approvals that are too few', () => {
    given(...waiting(danger), approvalGiven(cleo, danger))
      .when(breaks(ben))
      .then(broken(ben));
  });

  const whole: readonly (readonly [string, Partial<Break>, Story, string])[] = [
    ['where the rule has none', {}, { rule: { places: dbaAndSre } }, 'GLASS_NOT_ALLOWED'],
    ['by somebody it does not name', { by: eve }, danger, 'GLASS_NOT_YOURS'],
    [
      'where the directory that could name them is silent, and says so',
      {
        by: {
          ...eve,
          unreachable: [
            {
              group: 'sre',
              problem: problem('DIRECTORY_UNREACHABLE', { directory: 'slack/main' }),
            },
          ],
        },
      },
      danger,
      'DIRECTORY_UNREACHABLE',
    ],
    ['with too short a reason', { reason: '   it    burns  ' }, danger, 'GLASS_REASON_SHORT'],
    ['too often within a day', { broken: 1 }, danger, 'GLASS_USED_UP'],
    ['of a plan that expired', { at: expiresAt }, danger, 'PLAN_EXPIRED'],
    ['by the hash of another plan', { hash: '0123456789' }, danger, 'PLAN_HASH_DIFFERS'],
    ['by nine characters', { hash: hashOf(danger).slice(0, 9) }, danger, 'PLAN_HASH_DIFFERS'],
    ['by ten that were not typed', { typed: false }, danger, 'PLAN_HASH_DIFFERS'],
    [
      'on a chat surface that may not approve',
      { by: evidence('ana', ['sre'], 'discord/main') },
      { ...danger, rule: { ...danger.rule, surfaces: ['slack'] } },
      'SURFACE_MAY_NOT_APPROVE',
    ],
    [
      'where whoever breaks it set the severity that lowered what is needed',
      {},
      { ...danger, rule: { ...danger.rule, severityBy: ['ana'] } },
      'SEVERITY_BY_APPROVER',
    ],
  ];

  it.each(whole)('is refused %s', (_, more, story, code) => {
    const intent = breaks(more.by ?? ana, { hash: hashOf(story).slice(0, 10), ...more });
    const { events } = given(...waiting(story)).when(intent);
    expect(codesOf(events)).toEqual([code]);
  });

  it('is refused with what the directory said, and by which rule it is asked', () => {
    const because = problem('DIRECTORY_UNREACHABLE', { directory: 'slack/main', since: '3' });
    const by = { ...eve, unreachable: [{ group: 'sre', problem: because }] };
    expect(given(...waiting(danger)).when(breaks(by)).events).toMatchObject([
      {
        problem: {
          facts: {
            ...{ directory: 'slack/main', since: '3', group: 'sre' },
            ...{ rule: 'tocsin.yaml:41', line: 'scale checkout 6' },
          },
        },
      },
    ]);
  });

  it('takes a second factor where approvals do, for this plan and just now', () => {
    const story: Story = { ...danger, rule: { ...danger.rule, stepUp: true } };
    const hash = hashOf(story);
    const stepUp = { factor: 'passkey', credential: 'k', hash, at: T0 + minute } as const;
    const told = (by: Evidence) =>
      codesOf(given(...waiting(story)).when(breaks(by, { hash })).events);
    expect(told(ana)).toEqual(['STEP_UP_REQUIRED']);
    expect(told({ ...ana, stepUp: { ...stepUp, hash: 'another' } })).toEqual(['STEP_UP_REQUIRED']);
    expect(told({ ...ana, stepUp })).toEqual(['GlassBroken']);
    const without = [...waiting(danger), broken()];
    const begun = given(...without).when(begins([ana], { stepUp: true }));
    expect(codesOf(begun.events)).toEqual(['GLASS_NO_LONGER_COUNTS']);
  });

  it('counts on the console wherever approvals do', () => {
    const story = { ...danger, rule: { ...danger.rule, surfaces: ['slack'] } };
    const { events } = given(...waiting(story)).when(
      breaks(ana, { hash: hashOf(story), typed: false }),
    );
    expect(codesOf(events)).toEqual(['GlassBroken']);
  });

  it('twice by one person is once, and by a second person is refused', () => {
    given(...waiting(danger), broken())
      .when(breaks(ana))
      .then();
    const { events } = given(...waiting(danger), broken()).when(breaks(ben));
    expect(codesOf(events)).toEqual(['OPERATION_NOT_WAITING']);
  });

  it('of what was approved goes over a freeze, and of what has begun is refused', () => {
    const past = [...waiting(danger), approvalGiven(cleo, danger), approvalGiven(ben, danger)];
    const cleared = [...past, operationApproved(danger)];
    given(...cleared)
      .when(breaks(ana))
      .then(broken());
    const { events } = given(...cleared, operationStarted(danger)).when(breaks(ana));
    expect(codesOf(events)).toEqual(['OPERATION_NOT_WAITING']);
  });
});

describe('a plan whose glass was broken', () => {
  it('begins while whoever broke it is still named, then and now', () => {
    given(...waiting(danger), broken())
      .when(begins([ana]))
      .then(operationStarted(danger));
  });

  it('does not begin when they left, when nobody knows them, or when the rule of now has no glass', () => {
    const past = [...waiting(danger), broken()];
    const { breakGlass: _, ...without } = rule(danger.rule);
    const now = { type: 'Begin', at: T0, standing: [ana], policy: plan().policy } as const;
    for (const intent of [
      begins([]),
      begins([evidence('ana', ['dba'])]),
      begins([ana], { breakGlass: { from: ['leads'], perDay: 1 } }),
      { ...now, verdict: { allowed: true, rule: without } } as const,
    ]) {
      expect(codesOf(given(...past).when(intent).events)).toEqual(['GLASS_NO_LONGER_COUNTS']);
    }
  });

  it('does not begin past its expiry, under another policy, against a refusal or while it is halted', () => {
    const past = given(...waiting(danger), broken());
    const begin = begins([ana]);
    if (begin.type !== 'Begin') throw new Error('no begin');
    const denied = problem('POLICY_DENIED', { rule: 'tocsin.yaml:9' });
    const told = (more: Partial<typeof begin>) => codesOf(past.when({ ...begin, ...more }).events);
    expect(told({ at: expiresAt })).toEqual(['OperationExpired']);
    expect(told({ policy: 'policy-2' })).toEqual(['POLICY_CHANGED']);
    expect(told({ verdict: { allowed: false, problem: denied } })).toEqual(['POLICY_DENIED']);
    expect(told({ halt: problem('READ_ONLY') })).toEqual([]);
  });

  it('names both rules, where neither can be said to hold any more', () => {
    const past = [...waiting(danger), broken()];
    const { events } = given(...past).when(begins([], { where: 'tocsin.yaml:52' }));
    expect(events).toMatchObject([
      {
        type: 'OperationStale',
        problem: {
          code: 'GLASS_NO_LONGER_COUNTS',
          facts: { line: 'scale checkout 6', rule: 'tocsin.yaml:41 and tocsin.yaml:52' },
        },
      },
    ]);
  });

  it('is judged by whoever broke it, and not by the others who stand beside', () => {
    const past = [...waiting(danger), approvalGiven(cleo, danger), broken()];
    given(...past)
      .when(begins([cleo, ana]))
      .then(operationStarted(danger));
    expect(codesOf(given(...past).when(begins([ben])).events)).toEqual(['GLASS_NO_LONGER_COUNTS']);
  });

  it('has no review where there is nothing of it on the record', () => {
    const review = { type: 'GlassReviewed', v: 1, person: 'cleo', surface: 'console' } as const;
    const before = given(...waiting(danger)).state();
    const { glass } = given(...waiting(danger), { ...review, as: 'ok', comment: '' }).state();
    expect(before.glass).toBeUndefined();
    expect(glass).toBeUndefined();
  });

  it('begins where too little is known for a verdict of now', () => {
    given(...waiting(danger), broken())
      .when({ type: 'Begin', at: T0 + minute, standing: [ana], policy: plan().policy })
      .then(operationStarted(danger));
  });

  it('waits for a directory that is silent, and is stale for a reason that no answer mends', () => {
    const past = given(...waiting(danger), broken());
    const because = problem('DIRECTORY_UNREACHABLE', { directory: 'slack/main', since: 'x' });
    const silent = { ...ana, memberships: [], unreachable: [{ group: 'sre', problem: because }] };
    const putOff = { type: 'BeginPutOff', v: 1, problem: because } as const;
    past.when(begins([silent])).then(putOff);
    const begin = begins([ana]);
    if (begin.type !== 'Begin') throw new Error('no begin');
    past.when({ ...begin, verdict: { allowed: false, problem: because } }).then(putOff);
    const denied = problem('POLICY_DENIED', { rule: 'tocsin.yaml:9' });
    past
      .when({ ...begin, verdict: { allowed: false, problem: denied } })
      .then({ type: 'OperationStale', v: 1, problem: denied });
    expect(past.when(begins([])).events).toMatchObject([
      { type: 'OperationStale', problem: { code: 'GLASS_NO_LONGER_COUNTS' } },
    ]);
  });

  it('can be declined by an approver and stopped by whoever broke it, and a withdrawn approval changes nothing', () => {
    const past = [...waiting(danger), approvalGiven(cleo, danger), broken(ben)];
    const at = T0 + 2 * minute;
    const hash = hashOf(danger);
    const decline = { type: 'Decline', at, by: cleo, hash, typed: false, reason: 'no' } as const;
    expect(
      given(...past)
        .when(decline)
        .state().status,
    ).toBe('declined');
    const stop = { type: 'Stop', at, by: ben } as const;
    expect(
      given(...past)
        .when(stop)
        .state().status,
    ).toBe('cancelled');
    const withdraw = { type: 'Withdraw', at, by: cleo } as const;
    expect(
      given(...past)
        .when(withdraw)
        .state(),
    ).toMatchObject({ status: 'approved', approvals: [] });
  });
});

describe('the review', () => {
  const done = [...waiting(danger), broken(), operationStarted(danger), succeeded];
  const review = (by: Evidence, as: 'ok' | 'not-ok' = 'ok') =>
    ({ type: 'ReviewGlass', at: T0 + hour, by, as, comment: 'looked at it' }) as const;

  it('is closed by somebody who may approve, once', () => {
    const reviewed: OperationEvent = {
      ...{ type: 'GlassReviewed', v: 1, person: 'cleo', surface: 'console' },
      ...{ as: 'not-ok', comment: 'looked at it' },
    };
    given(...done)
      .when(review(cleo, 'not-ok'))
      .then(reviewed);
    given(...done, reviewed)
      .when(review(cleo, 'not-ok'))
      .then();
    const { events } = given(...done, reviewed).when(review(ben));
    expect(codesOf(events)).toEqual(['REVIEW_CLOSED']);
  });

  it('is refused to whoever asked, to whoever broke it, to strangers, and before the end', () => {
    const byBen = [...waiting(danger), broken(ben), operationStarted(danger), succeeded];
    expect(codesOf(given(...byBen).when(review(ana)).events)).toEqual(['REVIEW_OWN']);
    expect(codesOf(given(...byBen).when(review(ben)).events)).toEqual(['REVIEW_OWN']);
    expect(codesOf(given(...done).when(review(eve)).events)).toEqual(['NOT_A_REVIEWER']);
    const early = given(...waiting(danger), broken()).when(review(cleo));
    expect(codesOf(early.events)).toEqual(['REVIEW_TOO_EARLY']);
    const never = given(...waiting(danger)).when(review(cleo));
    expect(codesOf(never.events)).toEqual(['REVIEW_NOTHING']);
  });

  it('is due of a plan that never ran as well', () => {
    const expired: OperationEvent = { type: 'OperationExpired', v: 1 };
    const { events } = given(...waiting(danger), broken(), expired).when(review(cleo));
    expect(codesOf(events)).toEqual(['GlassReviewed']);
  });

  it('is called for after half a day, when it is due and daily from then on, until it is closed', () => {
    const glass = given(...done).state().glass;
    if (!glass) throw new Error('no glass');
    const reminded: number[] = [];
    let kept = glass;
    for (let at = glass.at; at < glass.at + 80 * hour; at += hour) {
      if (!isReminderDue(kept, at)) continue;
      reminded.push((at - glass.at) / hour);
      kept = { ...kept, reminders: [...kept.reminders, { at, overdue: false, called: [] }] };
    }
    expect(reminded).toEqual([12, 24, 48, 72]);
    const review = { person: 'cleo', surface: 'console', as: 'ok', comment: '', at: 0 } as const;
    expect(isReminderDue({ ...glass, review }, glass.at + 80 * hour)).toBe(false);
  });

  it('says in its reminders when it is late', () => {
    const late = { type: 'RemindReview', at: T0 + 25 * hour, called: [] } as const;
    given(...done)
      .when(late)
      .then({ type: 'ReviewReminded', v: 1, turn: 1, overdue: true, called: [] });
    given(...done)
      .when({ ...late, at: T0 + hour })
      .then();
  });
});

describe('how often', () => {
  it('is counted over 24 hours, an erased breaking too', () => {
    const count = [
      { type: 'GlassCounted', at: T0 },
      { type: 'Erased', at: T0 + hour },
    ].reduce<GlassCount>((state, { type, at }) => evolveGlassCount(state, { type }, { at }), []);
    expect(brokenSince(count, T0 + 2 * hour)).toBe(2);
    expect(brokenSince(count, T0 + glassDayMs)).toBe(1);
    expect(brokenSince(count, T0 + hour + glassDayMs)).toBe(0);
  });
});

describe('of two rules', () => {
  const verdict = (where: string, more: Partial<AllowRule>) =>
    ({ allowed: true, rule: rule({ where, ...more }) }) as const;

  it('the glass is broken by whoever both name, as often as the stricter one says', () => {
    const one = verdict('a:1', { breakGlass: { from: ['sre', 'leads'], perDay: 3 } });
    const other = verdict('a:2', { breakGlass: { from: ['leads'], perDay: 2 } });
    expect(strictest(one, other)).toMatchObject({
      rule: { breakGlass: { from: ['leads'], perDay: 2 } },
    });
    const none = strictest(one, verdict('a:3', {}));
    expect(none.allowed && none.rule.breakGlass).toBeUndefined();
  });

  it('one with a glass does not want the same as one without', () => {
    const glass = verdict('a:1', { breakGlass: { from: ['sre'], perDay: 1 } });
    expect(wantsTheSame(glass, verdict('a:1', {}))).toBe(false);
  });
});
