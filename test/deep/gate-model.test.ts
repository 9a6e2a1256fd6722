import { describe, expect, it } from 'vitest';
import { explore } from '../core/operation/model.ts';
import type { Bounds } from '../core/operation/model-moves.ts';
import { ben, cleo, dbaAndSre, dora, eve, type Story, step } from '../core/operation/sample.ts';

const isFull = Boolean(process.env['TOCSIN_FULL']);
const verify = { what: 'ready', withinMs: 60_000 };
const compensation = { verify, onFailure: { compensate: [step('c1', { verify })] } };

const everything = {
  worldMoves: true,
  crashes: true,
  policyChanges: true,
  membersLeave: true,
} as const;

const people: Bounds = {
  story: { rule: { places: dbaAndSre }, plan: { steps: [step('s1', { verify })] } },
  people: isFull ? [ben, cleo, dora] : [ben, cleo, eve],
  ticksMax: 4,
  depthMax: isFull ? 60 : 12,
  may: everything,
};

/** What machines do, after an approval that nobody needs. */
function machines(plan: Story['plan']): Bounds {
  return {
    story: { rule: { places: [] }, plan: plan ?? {} },
    people: [ben],
    ticksMax: 4,
    depthMax: isFull ? 80 : 14,
    may: { worldMoves: true, crashes: true, policyChanges: false, membersLeave: false },
  };
}

const models: readonly (readonly [string, Bounds])[] = [
  ['two groups, one conditional step', people],
  ['an unguarded step', machines({ steps: [step('s1', { verify, guard: 'unguarded' })] })],
  [
    'two steps and a compensation',
    machines({ steps: [step('s1', { verify }), step('s2', compensation)] }),
  ],
  [
    'a critical step, then an unguarded one',
    machines({
      steps: [step('s1', { verify, critical: true }), step('s2', { verify, guard: 'unguarded' })],
    }),
  ],
];

describe('every evening there can be', () => {
  it.each(models)('with %s keeps the promises', (name, bounds) => {
    const found = explore(bounds);
    const { states, turns, depth, whole } = found;
    console.info(JSON.stringify({ model: name, states, turns, depth, whole }));
    expect(found.broken).toEqual([]);
    expect(found.statuses.size).toBeGreaterThan(4);
    if (isFull) expect(whole).toBe(true);
  });
});
