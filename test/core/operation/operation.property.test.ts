import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type OperationIntent } from '../../../src/core/operation/decide.ts';
import {
  evolve,
  initialOperation,
  type OperationEvent,
  type OperationState,
} from '../../../src/core/operation/operation.ts';
import type { Plan } from '../../../src/core/operation/plan.ts';
import type { AllowRule } from '../../../src/core/operation/policy.ts';
import { currentStep } from '../../../src/core/operation/step-decide.ts';
import type { Evidence } from '../../../src/core/person.ts';
import { problem } from '../../../src/core/problem.ts';
import { brokenBy } from './invariants.ts';
import { asking } from './model.ts';
import {
  ana,
  ben,
  cleo,
  crash,
  dbaAndSre,
  dora,
  eve,
  evidence,
  expiresAt,
  hashOf,
  minute,
  op,
  plan,
  rule,
  type Story,
  shown,
  step,
  storiesByStatus,
  T0,
} from './sample.ts';

/** A number picks one of the moves that make sense now, so that random evenings get deep. */
interface Choice {
  readonly pick: number;
  readonly wait: number;
}

interface Evening {
  readonly turns: readonly { readonly intent: OperationIntent; readonly at: number }[];
  readonly events: readonly OperationEvent[];
  readonly state: OperationState;
  readonly broken: readonly string[];
}

const runs = process.env['TOCSIN_FULL'] ? 20_000 : 800;

describe('any evening of four people and a loop', () => {
  it('keeps every promise of the gate', () => {
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(stories, choices, (story, picks) => {
        const evening = play(story, picks);
        ends.set(evening.state.status, (ends.get(evening.state.status) ?? 0) + 1);
        expect(evening.broken).toEqual([]);
      }),
      { numRuns: runs },
    );
    // A generator that never gets anywhere would make the promise cheap.
    const reached = ['done', 'failed', 'unknown', 'stale', 'declined', 'cancelled', 'expired'];
    expect(reached.filter((status) => !ends.has(status))).toEqual([]);
  });

  it('says nothing new when the same thing is said twice', () => {
    fc.assert(
      fc.property(stories, choices, (story, picks) => {
        let state = initialOperation(op);
        for (const { intent, at } of play(story, picks).turns) {
          state = evolved(state, decide(intent, state), at);
          const again = decide(intent, state).filter(({ type }) => type !== 'RequestRefused');
          expect(again).toEqual([]);
        }
      }),
      { numRuns: runs / 5 },
    );
  });

  it('is decided by nothing but its arguments, and written as plain data', () => {
    fc.assert(
      fc.property(stories, choices, (story, picks) => {
        let state = initialOperation(op);
        for (const { intent, at } of play(story, picks).turns) {
          const events = decide(intent, frozen(state));
          expect(decide(intent, state)).toEqual(events);
          expect(JSON.parse(JSON.stringify(events))).toStrictEqual(events);
          state = evolved(state, events, at);
        }
      }),
      { numRuns: runs / 5 },
    );
  });

  it('evolves to the same state after a restart', () => {
    fc.assert(
      fc.property(stories, choices, (story, picks) => {
        const { events, state } = play(story, picks);
        const read = JSON.parse(JSON.stringify(events)) as readonly OperationEvent[];
        expect(evolved(initialOperation(op), read, T0).status).toBe(state.status);
        const erased = read.map((event) => ({ type: 'Erased', v: 1, was: event.type }) as const);
        const nothing = erased.reduce(
          (before, event) => evolve(before, event, { at: T0 }),
          initialOperation(op),
        );
        expect(nothing).toEqual(initialOperation(op));
      }),
      { numRuns: runs / 5 },
    );
  });
});

describe('evolve', () => {
  it('takes any events in any order without throwing', () => {
    const all = Object.values(storiesByStatus).flat();
    const odd = fc.oneof(
      fc.constantFrom(...all),
      fc.record({ type: fc.string(), v: fc.nat() }) as unknown as fc.Arbitrary<OperationEvent>,
      fc.constant({ type: 'Erased', v: 1, was: 'OperationPlanned' } as unknown as OperationEvent),
    );
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 40 }), choices, (events, picks) => {
        const state = evolved(initialOperation(op), events, T0);
        expect(state.id).toBe(op);
        for (const { pick, wait } of picks.slice(0, 5)) {
          const intents = movesFrom(state, T0 + wait, {});
          const intent = intents[pick % intents.length];
          if (intent) expect(Array.isArray(decide(intent, state))).toBe(true);
        }
      }),
    );
  });
});

const choices: fc.Arbitrary<readonly Choice[]> = fc.array(
  fc.record({
    pick: fc.nat(),
    wait: fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 1, max: 1000 }) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 5 * minute }) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 * minute }) },
    ),
  }),
  { minLength: 10, maxLength: 60, size: 'max' },
);

const compensation = { onFailure: { compensate: [step('c1'), step('c2')] } };
const plans: readonly Partial<Plan>[] = [
  {},
  { steps: [step('s1', { guard: 'unguarded' })] },
  { steps: [step('s1', compensation)] },
  { steps: [step('s1'), step('s2', compensation)] },
  { steps: [step('s1', { critical: true }), step('s2', { guard: 'unguarded' }), step('s3')] },
  { steps: [step('s1', { onFailure: { compensate: [] } })] },
];
const rules: readonly Partial<AllowRule>[] = [
  {},
  { places: dbaAndSre },
  { places: [{ count: 2, from: 'sre' }] },
  { places: [] },
  { places: dbaAndSre, surfaces: ['console'] },
];
const stories: fc.Arbitrary<Story> = fc.record({
  plan: fc.constantFrom(...plans),
  rule: fc.constantFrom(...rules),
});

function play(story: Story, picks: readonly Choice[]): Evening {
  let state = initialOperation(op);
  let at = T0;
  const events: OperationEvent[] = [];
  const broken: string[] = [];
  const turns: { readonly intent: OperationIntent; readonly at: number }[] = [];
  for (const { pick, wait } of picks) {
    at += wait;
    const intents = movesFrom(state, at, story);
    const intent = intents[pick % intents.length];
    if (!intent) continue;
    const decided = decide(intent, state);
    const next = evolved(state, decided, at);
    broken.push(...brokenBy({ intent, before: state, events: decided, after: next, at }));
    turns.push({ intent, at });
    events.push(...decided);
    state = next;
  }
  return { turns, events, state, broken };
}

function evolved(
  state: OperationState,
  events: readonly OperationEvent[],
  at: number,
): OperationState {
  return events.reduce((before, event) => evolve(before, event, { at }), state);
}

const people: readonly Evidence[] = [ana, ben, cleo, dora, eve];
const onSlack = evidence('dora', ['sre', 'dba'], 'slack/main');

/** Everything that could be said now. What leads on stands there more than once. */
function movesFrom(state: OperationState, at: number, story: Story): readonly OperationIntent[] {
  const hash = state.hash ?? hashOf(story);
  const approvals = [...people, onSlack].map(
    (by): OperationIntent => ({ type: 'Approve', at, by, hash, typed: false, shown }),
  );
  const begin = { type: 'Begin', at, standing: people, policy: 'policy-1' } as const;
  const always: readonly OperationIntent[] = [
    { type: 'Approve', at, by: ben, hash: another, typed: false, shown },
    { type: 'Approve', at, by: cleo, hash: hash.slice(0, 10), typed: true, shown },
    { type: 'Approve', at, by: cleo, hash: hash.slice(0, 9), typed: true, shown },
    ...[ana, ben, eve].flatMap((by): readonly OperationIntent[] => [
      { type: 'Decline', at, by, hash, typed: false, reason: '' },
      { type: 'Cancel', at, by },
      { type: 'Stop', at, by },
    ]),
    { type: 'Settle', at, by: ana, as: 'done', reason: '' },
    { type: 'Settle', at, by: ben, as: 'not-done', reason: '' },
    { type: 'Expire', at },
    { type: 'GiveUpPlanning', problem: problem('PLAN_INTERRUPTED', { line: 'scale checkout 6' }) },
    { ...begin, standing: [ben] },
    { ...begin, policy: 'policy-2' },
  ];
  const onward: readonly OperationIntent[] = [
    ...(state.status === 'none' ? repeated(asking, 60) : []),
    ...(state.status === 'asked' ? repeated(planning(story), 60) : []),
    ...(state.status === 'waiting' ? [...approvals, ...approvals, ...approvals] : []),
    ...(state.status === 'approved' ? repeated(begin, 30) : []),
    ...reports(state, at),
  ];
  const withdrawals = people.map((by): OperationIntent => ({ type: 'Withdraw', at, by }));
  return [...always, ...(at < expiresAt ? withdrawals.slice(1, 3) : []), ...onward];
}

const another = hashOf({ plan: { nonce: 'other' } });

function planning(story: Story): OperationIntent {
  return { type: 'Plan', plan: plan(story.plan), hash: hashOf(story), rule: rule(story.rule) };
}

function reports(state: OperationState, at: number): readonly OperationIntent[] {
  const current = currentStep(state);
  if (!current || state.startedAt === undefined) return [];
  const id = current.step.id;
  const fine = { ok: true, token: 'rv' } as const;
  const moved = {
    ok: false,
    problem: problem('PLAN_STALE', { field: 'replicas', planned: 3, observed: 5 }),
  } as const;
  const gone = { ok: false, problem: problem('K8S_UNREACHABLE') } as const;
  const checks = [fine, fine, fine, fine, moved, gone].map(
    (checked): OperationIntent => ({
      type: 'ReportCheck',
      at,
      step: id,
      checked,
      landsWithinMs: 30_000,
    }),
  );
  const applies = [
    { outcome: 'applied' },
    { outcome: 'applied' },
    { outcome: 'moved' },
    { outcome: 'refused', problem: crash },
    { outcome: 'unknown', problem: crash },
  ] as const;
  const probes = [
    ['yes', undefined],
    ['no', undefined],
    ['cannot-know', undefined],
    ['cannot-know', fine],
    ['cannot-know', moved],
    ['cannot-know', gone],
  ] as const;
  const half = { done: 1, of: 2, what: 'pods ready' };
  const seen = [
    { state: 'progress', progress: half },
    { state: 'done' },
    { state: 'done' },
    { state: 'failed', problem: crash },
  ] as const;
  const all: readonly OperationIntent[] = [
    ...checks,
    ...applies.map((applied): OperationIntent => ({ type: 'ReportApply', at, step: id, applied })),
    ...probes.map(
      ([probed, checked]): OperationIntent => ({
        type: 'ReportProbe',
        at,
        step: id,
        probed,
        ...(checked ? { checked } : {}),
      }),
    ),
    ...seen.map((observed): OperationIntent => ({ type: 'ReportObserve', at, step: id, observed })),
  ];
  return [...all, ...all, ...all, { type: 'ReportNoDriver', step: id }];
}

function repeated<T>(item: T, times: number): readonly T[] {
  return Array.from({ length: times }, () => item);
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}
