import type { Bounds } from './model-moves.ts';
import { ben, cleo, dbaAndSre, dora, eve, type Story, step } from './sample.ts';

export type NamedModel = readonly [string, Bounds];

/** Small enough for a minute, or whole: four people beside the requester, three steps that each take back. */
export function modelsOf({ isFull }: { readonly isFull: boolean }): readonly NamedModel[] {
  const verify = { what: 'ready', withinMs: isFull ? 180_000 : 60_000 };
  const compensation = {
    verify,
    onFailure: { compensate: [step('c1', { verify }), step('c2', { verify, guard: 'unguarded' })] },
  } as const;
  const small: readonly NamedModel[] = [
    ['two groups and one conditional step', people({ isFull, verify })],
    ['two groups with a second factor each', people({ isFull: false, verify, stepUp: true })],
    ['an unguarded step', machines([step('s1', { verify, guard: 'unguarded' })])],
    [
      'two steps and two compensations',
      machines([step('s1', { verify }), step('s2', compensation)]),
    ],
    [
      'a critical step, then an unguarded one',
      machines([
        step('s1', { verify, critical: true }),
        step('s2', { verify, guard: 'unguarded' }),
      ]),
    ],
  ];
  if (!isFull) return small;
  const steps = [
    step('s1', { ...compensation, critical: true }),
    step('s2', { ...compensation, guard: 'unguarded' }),
    step('s3', compensation),
  ];
  return [...small, ['three steps that each take back', machines(steps)]];
}

/** What people do to a plan that two groups approve; the step itself is short. */
function people({
  isFull,
  verify,
  stepUp,
}: {
  readonly stepUp?: true;
  readonly isFull: boolean;
  readonly verify: { readonly what: string; readonly withinMs: number };
}): Bounds {
  return {
    story: {
      rule: {
        ...(stepUp && { stepUp }),
        places: isFull ? [{ count: 2, from: 'sre' }, ...dbaAndSre.slice(0, 1)] : dbaAndSre,
      },
      plan: { steps: [step('s1', { verify })] },
    },
    people: isFull ? [ben, cleo, dora, eve] : [ben, cleo, eve],
    ticksMax: 4,
    depthMax: 200,
    may: { worldMoves: true, crashes: true, policyChanges: true, membersLeave: true },
  };
}

/** What machines do, after an approval that nobody needs. */
function machines(steps: NonNullable<NonNullable<Story['plan']>['steps']>): Bounds {
  return {
    story: { rule: { places: [] }, plan: { steps } },
    people: [ben],
    ticksMax: 3,
    depthMax: 200,
    may: { worldMoves: true, crashes: true, policyChanges: false, membersLeave: false },
  };
}
