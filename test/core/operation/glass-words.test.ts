import { describe, expect, it } from 'vitest';
import { said } from '../../../src/core/operation/decide.ts';
import {
  evolveGlassCount,
  glassDayMs,
  isReviewOpen,
  reviewDueAt,
  reviewers,
  waitsForReview,
} from '../../../src/core/operation/glass.ts';
import type { OperationEvent, OperationState } from '../../../src/core/operation/operation.ts';
import type { AllowRule } from '../../../src/core/operation/policy.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { problem } from '../../../src/core/problem.ts';
import {
  ana,
  ben,
  cleo,
  dbaAndSre,
  dora,
  eve,
  evidence,
  given,
  hashOf,
  minute,
  operationStarted,
  rule,
  type Story,
  shown,
  succeeded,
  T0,
  waiting,
} from './sample.ts';

const hour = 60 * minute;
const glass = { from: ['sre', 'lead'], perDay: 2 } as const;
const story = (more: Partial<AllowRule> = {}): Story => ({
  rule: { places: dbaAndSre, breakGlass: glass, ...more },
});
const lead = evidence('lea', ['lead']);
const broken: OperationEvent = {
  type: 'GlassBroken',
  v: 1,
  breaker: ben,
  hash: hashOf(),
  reason: 'fifteen letters',
  rule: 'tocsin.yaml:41',
  shown,
  told: [],
};

function stateOf(...events: readonly OperationEvent[]): OperationState {
  return given(...events).state();
}

function breaks(
  by: Evidence,
  { of = story(), ...more }: Partial<{ of: Story; reason: string; broken: number }> = {},
) {
  const events = waiting(of);
  const intent = {
    type: 'BreakGlass',
    at: T0 + minute,
    by,
    hash: hashOf(of),
    typed: false,
  } as const;
  const rest = { reason: 'nobody answers at all', shown, told: [], broken: 0, ...more };
  return {
    told: given(...events).when({ ...intent, ...rest }).events,
    facts: said(stateOf(...events)),
  };
}

/** What a refusal says, whole: its words are made of it. */
function refusal(by: Evidence, what: string, because: ReturnType<typeof problem>): OperationEvent {
  const { person, surface } = by;
  return { type: 'RequestRefused', v: 1, person, surface, what, problem: because };
}

describe('whoever may not break the glass is told why', () => {
  const at = 'tocsin.yaml:41';

  it('that the rule has none', () => {
    const { breakGlass: _, ...plain } = story().rule ?? {};
    const { told, facts } = breaks(ben, { of: { rule: plain } });
    expect(told).toEqual([
      refusal(ben, 'break-glass', problem('GLASS_NOT_ALLOWED', { ...facts, rule: at })),
    ]);
  });

  it('which groups may', () => {
    const { told, facts } = breaks(eve);
    const because = problem('GLASS_NOT_YOURS', { ...facts, rule: at, groups: 'sre, lead' });
    expect(told).toEqual([refusal(eve, 'break-glass', because)]);
  });

  it('on which surfaces', () => {
    const by = evidence('ben', ['sre'], 'discord/main');
    const { told, facts } = breaks(by, { of: story({ surfaces: ['slack', 'teams'] }) });
    const where = { surface: 'discord/main', surfaces: 'slack, teams' };
    const because = problem('SURFACE_MAY_NOT_APPROVE', { ...facts, rule: at, ...where });
    expect(told).toEqual([refusal(by, 'break-glass', because)]);
  });

  it('who stands for the severity', () => {
    const { told, facts } = breaks(ben, { of: story({ severityBy: ['ana', 'ben'] }) });
    const because = problem('SEVERITY_BY_APPROVER', { ...facts, rule: at, people: 'ana, ben' });
    expect(told).toEqual([refusal(ben, 'break-glass', because)]);
  });

  it('that a factor is wanted', () => {
    const { told, facts } = breaks(ben, { of: story({ stepUp: true }) });
    expect(told).toEqual([
      refusal(ben, 'break-glass', problem('STEP_UP_REQUIRED', { ...facts, rule: at })),
    ]);
  });

  it('how long a reason is, blanks left out', () => {
    const { told, facts } = breaks(ben, { reason: 'fifteen  letter' });
    const because = problem('GLASS_REASON_SHORT', { ...facts, least: 15 });
    expect(told).toEqual([refusal(ben, 'break-glass', because)]);
    expect(breaks(ben, { reason: 'fifteen letters!' }).told).toMatchObject([
      { type: 'GlassBroken' },
    ]);
    expect(breaks(ben, { reason: 'fifteen letterss' }).told).toMatchObject([
      { type: 'GlassBroken' },
    ]);
  });

  it('how often one person may', () => {
    const { told, facts } = breaks(ben, { broken: 2 });
    const because = problem('GLASS_USED_UP', { ...facts, most: 2, rule: at });
    expect(told).toEqual([refusal(ben, 'break-glass', because)]);
    expect(breaks(ben, { broken: 1 }).told).toMatchObject([{ type: 'GlassBroken' }]);
  });

  it('and one of the named groups is enough', () => {
    expect(breaks(lead).told).toMatchObject([{ type: 'GlassBroken', breaker: lead }]);
  });
});

describe('a review', () => {
  const over = [...waiting(story()), broken, operationStarted(), succeeded];
  const reviews = (by: Evidence, as: 'ok' | 'not-ok' = 'ok', events = over) =>
    given(...events).when({ type: 'ReviewGlass', at: T0 + hour, by, as, comment: '' }).events;
  const reviewed: OperationEvent = {
    type: 'GlassReviewed',
    v: 1,
    person: 'cleo',
    surface: 'console',
    as: 'ok',
    comment: '',
  };

  it('is given by whoever may approve or could have broken it', () => {
    expect(reviews(cleo)).toEqual([reviewed]);
    expect(reviews(lead)).toEqual([{ ...reviewed, person: 'lea' }]);
    expect(reviewers(rule(story().rule))).toEqual(['dba', 'sre', 'lead']);
    expect(reviewers(rule({ places: dbaAndSre }))).toEqual(['dba', 'sre']);
    expect(reviewers(undefined)).toEqual([]);
  });

  it('is refused to others with the groups that may', () => {
    const facts = { ...said(stateOf(...over)), groups: 'dba, sre, lead', rule: 'tocsin.yaml:41' };
    expect(reviews(eve)).toEqual([refusal(eve, 'review', problem('NOT_A_REVIEWER', facts))]);
  });

  it('is closed once: the same again is quiet, anything else is refused', () => {
    const closed = [...over, reviewed];
    const facts = { ...said(stateOf(...over)), person: 'cleo' };
    const because = problem('REVIEW_CLOSED', facts);
    expect(reviews(cleo, 'ok', closed)).toEqual([]);
    expect(reviews(cleo, 'not-ok', closed)).toEqual([refusal(cleo, 'review', because)]);
    expect(reviews(dora, 'ok', closed)).toEqual([refusal(dora, 'review', because)]);
  });

  it('waits for everybody who could close it, until it is closed', () => {
    const state = stateOf(...over);
    expect(isReviewOpen(state)).toBe(true);
    expect([ana, ben, cleo, dora, eve, lead].map((by) => waitsForReview(by, state))).toEqual([
      false,
      false,
      true,
      true,
      false,
      true,
    ]);
    const closed = stateOf(...over, reviewed);
    expect(isReviewOpen(closed)).toBe(false);
    expect(waitsForReview(cleo, closed)).toBe(false);
    expect(isReviewOpen(stateOf(...waiting(story())))).toBe(false);
    expect(waitsForReview(cleo, stateOf(...waiting(story())))).toBe(false);
  });

  it('is due a day after the breaking, and each reminder is kept', () => {
    const state = stateOf(...over);
    const at = state.glass?.at ?? 0;
    expect(state.glass && reviewDueAt(state.glass)).toBe(at + 24 * hour);
    const called = [{ group: 'sre', people: ['ben'] }];
    const first = { type: 'ReviewReminded', v: 1, turn: 1, overdue: false, called } as const;
    const due = given(...over).when({ type: 'RemindReview', at: at + 24 * hour, called }).events;
    expect(due).toEqual([{ ...first, overdue: true }]);
    const early = given(...over).when({ type: 'RemindReview', at: at + 24 * hour - 1, called });
    expect(early.events).toEqual([first]);
    const twice = stateOf(...over, first, { ...first, turn: 2, overdue: true });
    expect(twice.glass?.reminders).toMatchObject([
      { overdue: false, called },
      { overdue: true, called },
    ]);
  });
});

describe('the count of a person', () => {
  it('forgets what is a day old, and counts what was erased and nothing else', () => {
    const counted = { type: 'GlassCounted' };
    const meta = { at: T0 + glassDayMs };
    expect(evolveGlassCount([T0 - 1, T0, T0 + 1], counted, meta)).toEqual([T0 + 1, meta.at]);
    expect(evolveGlassCount([T0 + 1], { type: 'Erased' }, meta)).toEqual([T0 + 1, meta.at]);
    expect(evolveGlassCount([T0 + 1], { type: 'Else' }, meta)).toEqual([T0 + 1]);
  });
});
