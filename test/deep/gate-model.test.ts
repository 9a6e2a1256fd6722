import { describe, expect, it } from 'vitest';
import { explore } from '../core/operation/model.ts';
import type { Bounds } from '../core/operation/model-moves.ts';
import { ben, cleo, dbaAndSre, dora, eve, type Story, step } from '../core/operation/sample.ts';

const isFull = Boolean(process.env['TOCSIN_FULL']);
const verify = { what: 'ready', withinMs: isFull ? 180_000 : 60_000 };
const compensation = {
  verify,
  onFailure: { compensate: [step('c1', { verify }), step('c2', { verify, guard: 'unguarded' })] },
} as const;

const everything = {
  worldMoves: true,
  crashes: true,
  policyChanges: true,
  membersLeave: true,
} as const;

/** What people do to a plan that two groups approve; the step itself is short. */
const people: Bounds = {
  story: {
    rule: { places: isFull ? [{ count: 2, from: 'sre' }, ...dbaAndSre.slice(0, 1)] : dbaAndSre },
    plan: { steps: [step('s1', { verify })] },
  },
  people: isFull ? [ben, cleo, dora, eve] : [ben, cleo, eve],
  ticksMax: 4,
  depthMax: 200,
  may: everything,
};

/** What machines do, after an approval that nobody needs. */
function machines(plan: Story['plan']): Bounds {
  return {
    story: { rule: { places: [] }, plan: plan ?? {} },
    people: [ben],
    ticksMax: 3,
    depthMax: 200,
    may: { worldMoves: true, crashes: true, policyChanges: false, membersLeave: false },
  };
}

const models: readonly (readonly [string, Bounds])[] = [
  ['two groups and one conditional step', people],
  ['an unguarded step', machines({ steps: [step('s1', { verify, guard: 'unguarded' })] })],
  [
    'two steps and two compensations',
    machines({ steps: [step('s1', { verify }), step('s2', compensation)] }),
  ],
  [
    'a critical step, then an unguarded one',
    machines({
      steps: [step('s1', { verify, critical: true }), step('s2', { verify, guard: 'unguarded' })],
    }),
  ],
  ...(isFull
    ? [
        [
          'three steps that each take back',
          machines({
            steps: [
              step('s1', { ...compensation, critical: true }),
              step('s2', { ...compensation, guard: 'unguarded' }),
              step('s3', compensation),
            ],
          }),
        ] as const,
      ]
    : []),
];

describe('every evening there can be', () => {
  it.each(models)('with %s keeps the promises', (name, bounds) => {
    const found = explore(bounds);
    const { states, turns, depth, whole } = found;
    console.info(JSON.stringify({ model: name, states, turns, depth, whole }));
    expect(found.broken).toEqual([]);
    expect(found.statuses.size).toBeGreaterThan(4);
    expect(whole).toBe(true);
  });
});
