import { compensationsOf, type PlanTarget, type Step } from '../../core/operation/plan.ts';
import { argvOf } from './fencing.ts';
import { said } from './schema.ts';
import { chooseKind, fenceKind, promoteKind, unfenceKind } from './steps/kinds.ts';
import { shownOf } from './steps/shown.ts';
import type { Reach, Standby, Topology } from './topology.ts';

/** All that a plan is made of. */
export interface Shown {
  readonly reach: Reach;
  readonly topology: Topology;
  readonly target: PlanTarget;
  readonly mode: 'planned' | 'forced';
  /** Furthest received first; one where it was named. */
  readonly candidates: readonly Standby[];
  /** The replica that was named; empty for the rule. */
  readonly to: string;
}

export function stepsOf(shown: Shown): readonly Step[] {
  return [fence(shown), choose(shown), promote(shown)];
}

/** Each step has its time, and so has the one that takes back. */
export function patienceMs(steps: readonly Step[]): number {
  const back = steps.flatMap((step) => compensationsOf(step)).slice(0, 1);
  return [...steps, ...back].reduce((sum, { verify }) => sum + verify.withinMs, 0);
}

function fence(shown: Shown): Step {
  const { reach, topology, mode } = shown;
  const { node } = topology.primary;
  const command = (argvOf(reach, 'command', node) ?? []).join(' ');
  return {
    ...whole(shown),
    id: 's1',
    kind: fenceKind,
    change: [
      ...(mode === 'planned'
        ? [{ path: node.name, what: 'changed', from: 'as it runs', to: 'CHECKPOINT' } as const]
        : []),
      { path: node.name, what: 'changed', from: 'takes writes', to: `fenced by ${command}` },
    ],
    preconditions: { ...shownOf(topology), fence: command },
    postconditions: { fenced: true },
    verify: {
      what: 'a write of the application is refused, over a new connection and an open one',
      withinMs: 30_000,
    },
    onFailure: { compensate: [unfence(shown, 'fence')] },
  };
}

function choose(shown: Shown): Step {
  const { mode, candidates, to, reach } = shown;
  const names = candidates.map(({ node }) => node.name).join(', ');
  const rule = to === '' ? `of ${names} the reachable one with the highest received LSN` : to;
  const proof = mode === 'planned' ? ', and has all that the old primary wrote' : '';
  return {
    ...whole(shown),
    id: 's2',
    kind: chooseKind,
    change: [{ path: 'primary', what: 'changed', from: primaryOf(shown), to: rule }],
    preconditions: {},
    postconditions: { replayed: 'all that was received' },
    verify: {
      what: `it has replayed all that it received${proof}`,
      withinMs: reach.config.catchUpMs,
    },
    onFailure: { compensate: [unfence(shown, 'fence')] },
  };
}

function promote(shown: Shown): Step {
  const { topology, reach } = shown;
  return {
    ...whole(shown),
    id: 's3',
    kind: promoteKind,
    change: [
      { path: 'role of the chosen replica', what: 'changed', from: 'standby', to: 'primary' },
    ],
    preconditions: {},
    postconditions: { standby: false },
    verify: {
      what: `it is out of recovery, on a timeline above ${topology.timeline}, and takes a write of the application`,
      withinMs: reach.config.catchUpMs + 30_000,
    },
    onFailure: { compensate: [unfence(shown, 'promotion')] },
  };
}

function unfence(shown: Shown, after: 'fence' | 'promotion'): Step {
  const { reach, topology } = shown;
  const { node } = topology.primary;
  const command = (argvOf(reach, 'undo', node) ?? []).join(' ');
  const { params, ...rest } = whole(shown);
  return {
    ...rest,
    id: 'c1',
    kind: unfenceKind,
    params: { ...params, after },
    change: [
      {
        path: node.name,
        what: 'changed',
        from: 'fenced',
        to: `given back by ${command}, if no replica was promoted`,
      },
    ],
    preconditions: {},
    postconditions: { fenced: false },
    verify: { what: `${said(node.address)} takes a write of the application`, withinMs: 60_000 },
    onFailure: 'stop',
    critical: false,
  };
}

/** Nothing stops it between the fence and the new primary: a service that is fenced has no writer. */
function whole({ target, reach, topology, mode, candidates, to }: Shown) {
  return {
    v: 1,
    target,
    at: { integration: 'postgres', target: reach.config.target, locator: {} },
    undo: 'irreversible',
    guard: 'conditional',
    critical: true,
    params: {
      primary: topology.primary.node.name,
      system: topology.system,
      timeline: topology.timeline,
      candidates: candidates
        .map(({ node }) => node.name)
        .sort()
        .join(', '),
      received: candidates[0]?.received ?? '',
      mode,
      ...(to === '' ? {} : { to }),
    },
  } as const;
}

function primaryOf({ topology }: Shown): string {
  return topology.primary.node.name;
}
