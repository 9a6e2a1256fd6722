import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localTime } from '../../../src/config/zones.ts';
import { fullOf, type LimitState } from '../../../src/core/operation/limit.ts';
import { allSeatsFilled } from '../../../src/core/operation/places.ts';
import {
  type AllowRule,
  judge,
  type PolicyQuestion,
  type PolicyRule,
} from '../../../src/core/operation/policy.ts';
import { operationProblems } from '../../../src/core/operation/problem-text.ts';
import { strictest } from '../../../src/core/operation/strictest.ts';
import { fitsTicket } from '../../../src/core/operation/ticket.ts';
import { evidence, rule, T0 } from './sample.ts';

/*
 * What satisfies the stricter of two rules satisfies both: joining rules makes nothing easier, whatever they say. And the
 * policy answers every question with a rule or with words, and never by falling over.
 */

const groups = ['sre', 'dba', 'support'] as const;
const some = fc.uniqueArray(fc.constantFrom(...groups));
const tickets = ['OPS-*', 'INC-*', 'OPS-1', 'DEV-*'] as const;

function optional<T>(
  name: keyof AllowRule,
  value: fc.Arbitrary<T>,
): fc.Arbitrary<Partial<AllowRule>> {
  return fc
    .option(value, { nil: undefined })
    .map((given) => (given === undefined ? {} : { [name]: given }));
}

/** A rule with any of what a rule may say. */
function ruleNamed(where: string): fc.Arbitrary<AllowRule> {
  return fc
    .tuple(
      fc.record({
        requesters: some,
        reasonRequired: fc.boolean(),
        expiresMs: fc.integer({ min: 60_000, max: 3_600_000 }),
        places: fc.array(
          fc.record({ count: fc.integer({ min: 1, max: 3 }), from: fc.constantFrom(...groups) }),
          { maxLength: 3 },
        ),
      }),
      optional('surfaces', fc.uniqueArray(fc.constantFrom('slack', 'console', 'discord'))),
      optional('stepUp', fc.constant(true)),
      optional(
        'tickets',
        fc.array(fc.uniqueArray(fc.constantFrom(...tickets), { minLength: 1 }), {
          minLength: 1,
          maxLength: 1,
        }),
      ),
      optional('tell', fc.uniqueArray(fc.constantFrom(...groups), { minLength: 1 })),
      optional(
        'undo',
        fc.record({ withinMs: fc.integer({ min: 1, max: 100 }), danger: fc.boolean() }),
      ),
      optional(
        'limits',
        fc
          .record({
            perHour: fc.integer({ min: 1, max: 3 }),
            concurrent: fc.integer({ min: 1, max: 3 }),
          })
          .map((limit) => [{ rule: where, where, ...limit }]),
      ),
    )
    .map(([own, ...more]) => rule({ where, ...own, ...Object.assign({}, ...more) }));
}

const two = fc.tuple(ruleNamed('a'), ruleNamed('b'));
const approvers = fc.array(
  fc
    .tuple(fc.constantFrom('ben', 'cleo', 'dora', 'emil', 'fay', 'gus'), some)
    .map(([person, of]) => evidence(person, of)),
  { maxLength: 6 },
);
const state: fc.Arbitrary<LimitState> = fc.array(
  fc.record({
    operation: fc.constantFrom('op-1', 'op-2', 'op-3'),
    at: fc.constantFrom(T0, T0 - 1, T0 - 3_600_000),
    over: fc.boolean(),
  }),
  { maxLength: 4 },
);

function joinedOf(one: AllowRule, other: AllowRule): AllowRule {
  const verdict = strictest({ allowed: true, rule: one }, { allowed: true, rule: other });
  if (!verdict.allowed) throw new Error('two that allow became a refusal');
  return verdict.rule;
}

describe('the stricter of two rules', () => {
  it('asks for no fewer people, and lets nobody ask or approve whom one of them does not', () => {
    fc.assert(
      fc.property(two, approvers, ([one, other], people) => {
        const both = joinedOf(one, other);
        for (const each of [one, other]) {
          if (allSeatsFilled(both.places, people)) {
            expect(allSeatsFilled(each.places, people)).toBe(true);
          }
          expect(each.requesters).toEqual(expect.arrayContaining([...both.requesters]));
          if (each.surfaces)
            expect(each.surfaces).toEqual(
              expect.arrayContaining([...(both.surfaces ?? ['absent'])]),
            );
        }
      }),
    );
  });

  it('asks for the reason, the ticket and the second factor that either does, and waits no longer', () => {
    fc.assert(
      fc.property(
        two,
        fc.constantFrom('', 'OPS-1', 'OPS-2', 'INC-1', 'DEV-1'),
        ([one, other], ticket) => {
          const both = joinedOf(one, other);
          const fits = ({ tickets: lists = [] }: AllowRule) =>
            lists.every((list) => list.some((pattern) => fitsTicket(pattern, ticket)));
          expect(fits(both)).toBe(fits(one) && fits(other));
          expect(both.reasonRequired).toBe(one.reasonRequired || other.reasonRequired);
          expect(both.stepUp === true).toBe(one.stepUp === true || other.stepUp === true);
          expect(both.expiresMs).toBe(Math.min(one.expiresMs, other.expiresMs));
        },
      ),
    );
  });

  it('is full when either is, and tells whom either does', () => {
    fc.assert(
      fc.property(two, state, state, ([one, other], ofOne, ofOther) => {
        const runs = (name: string) => (name === 'a' ? ofOne : ofOther);
        const isFull = ({ limits = [] }: AllowRule) =>
          fullOf(limits, { at: T0, runs }) !== undefined;
        const both = joinedOf(one, other);
        expect(isFull(both)).toBe(isFull(one) || isFull(other));
        const all = new Set([...(one.tell ?? []), ...(other.tell ?? [])]);
        expect(new Set(both.tell ?? [])).toEqual(all);
      }),
    );
  });

  it('promises an undo only where both do, and no longer than either', () => {
    fc.assert(
      fc.property(two, ([one, other]) => {
        const { undo } = joinedOf(one, other);
        expect(undo !== undefined).toBe(one.undo !== undefined && other.undo !== undefined);
        for (const each of [one.undo, other.undo]) {
          if (!undo || !each) continue;
          expect(undo.withinMs).toBeLessThanOrEqual(each.withinMs);
          if (undo.danger) expect(each.danger).toBe(true);
        }
      }),
    );
  });

  it('is the same whichever comes first', () => {
    fc.assert(
      fc.property(two, approvers, ([one, other], people) => {
        const [there, back] = [joinedOf(one, other), joinedOf(other, one)];
        expect(allSeatsFilled(there.places, people)).toBe(allSeatsFilled(back.places, people));
        expect(there.undo).toEqual(back.undo);
        expect(new Set(there.requesters)).toEqual(new Set(back.requesters));
      }),
    );
  });
});

describe('the policy', () => {
  const rules: fc.Arbitrary<readonly PolicyRule[]> = fc.array(
    fc.oneof(
      ruleNamed('a'),
      ruleNamed('b').map((each): PolicyRule => ({ ...each, match: { severity: ['critical'] } })),
      fc.constant<PolicyRule>({
        kind: 'deny',
        where: 'd',
        match: { args: { replicas: { above: 20 } } },
      }),
    ),
    { maxLength: 4 },
  );
  const word = fc.oneof(fc.string(), fc.constantFrom('scale', 'OPS-1', 'toString', '__proto__'));
  const question: fc.Arbitrary<PolicyQuestion> = fc.record({
    verb: word,
    family: word,
    risk: fc.constantFrom('read', 'incident', 'change', 'danger'),
    service: word,
    environment: word,
    reason: word,
    ticket: word,
    requester: some.map((of) => evidence('ana', of)),
    targets: fc.array(word, { maxLength: 2 }),
    args: fc.dictionary(word, fc.oneof(word, fc.integer(), fc.double())),
    severities: fc.array(
      fc.record({
        is: fc.constantFrom('critical', 'info'),
        alerts: fc.array(fc.constantFrom('critical', 'info'), { maxLength: 2 }),
        by: fc.array(fc.constantFrom('ana', 'ben'), { maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
    at: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  });

  it('answers every question with a rule or with a code that has words', () => {
    fc.assert(
      fc.property(rules, question, (all, asked) => {
        const verdict = judge({ rules: all, digest: 'd', localTime }, asked);
        const isAnswer = verdict.allowed
          ? verdict.rule.kind === 'allow'
          : Object.hasOwn(operationProblems, verdict.problem.code);
        expect(isAnswer).toBe(true);
        // What is dangerous has two places to fill, whatever the rules say.
        if (verdict.allowed && asked.risk === 'danger') {
          expect(verdict.rule.places.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
