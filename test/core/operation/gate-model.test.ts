import { describe, expect, it } from 'vitest';
import { explore } from './model.ts';
import type { Bounds } from './model-moves.ts';
import { ben, cleo, dbaAndSre, eve, step } from './sample.ts';

const everything = {
  worldMoves: true,
  crashes: true,
  policyChanges: true,
  membersLeave: true,
} as const;

const small: Bounds = {
  story: { rule: { places: dbaAndSre } },
  people: [ben, cleo, eve],
  ticksMax: 3,
  depthMax: 9,
  may: everything,
};

describe('every short evening', () => {
  it('of a plan that two groups approve keeps the promises of the gate', () => {
    const { broken, states, statuses } = explore(small);
    expect(broken).toEqual([]);
    expect(states).toBeGreaterThan(1000);
    expect([...statuses.keys()]).toEqual(
      expect.arrayContaining(['running', 'declined', 'cancelled', 'expired', 'stale']),
    );
  });

  it('of a plan that wants a second factor of each of them never begins without', () => {
    const { broken, statuses } = explore({
      ...small,
      story: { rule: { places: dbaAndSre, stepUp: true } },
      may: { ...everything, worldMoves: false, policyChanges: false },
    });
    expect(broken).toEqual([]);
    expect([...statuses.keys()]).toContain('running');
  });

  it('of a step without a guard claims nothing that did not happen', () => {
    const story = { rule: { places: [] }, plan: { steps: [step('s1', { guard: 'unguarded' })] } };
    const { broken, statuses } = explore({
      ...small,
      story,
      people: [ben],
      depthMax: 12,
      may: { ...everything, membersLeave: false, policyChanges: false },
    });
    expect(broken).toEqual([]);
    expect([...statuses.keys()]).toEqual(expect.arrayContaining(['unknown', 'failed', 'done']));
  });
});
