import { compensationsOf, type Step } from '../../core/operation/plan.ts';
import { wordsOf } from './fencing.ts';
import { repoints } from './plan-repoints.ts';
import { briefsOf, type Shown, whole } from './plan-shown.ts';
import { said } from './schema.ts';
import {
  chooseKind,
  fenceKind,
  followKind,
  promoteKind,
  rejoinKind,
  releaseKind,
  restrainKind,
  unfenceKind,
} from './steps/kinds.ts';
import { rejoinArgv } from './steps/rejoin.ts';
import { shownOf } from './steps/shown.ts';

export function stepsOf(shown: Shown): readonly Step[] {
  return [
    shown.isUnfenced ? restrain(shown) : fence(shown),
    choose(shown),
    promote(shown),
    ...repoints(shown),
    ...follow(shown),
    ...rejoin(shown),
  ].map((step, index) => ({ ...step, id: `s${index + 1}` }));
}

/** Until there is a writer again: each step up to the promotion has its time, and so has the one that takes back. */
export function patienceMs(steps: readonly Step[]): number {
  const until = steps.filter((step) => compensationsOf(step).length > 0);
  const back = until.flatMap((step) => compensationsOf(step)).slice(0, 1);
  return [...until, ...back].reduce((sum, { verify }) => sum + verify.withinMs, 0);
}

function fence(shown: Shown): Step {
  const { reach, topology, mode } = shown;
  const { node } = topology.primary;
  const command = wordsOf(reach, 'command', node) ?? '';
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
    preconditions: { ...shownOf(topology), ...briefsOf(shown), fence: command },
    postconditions: { fenced: true },
    verify: {
      what: 'a write of the application is refused, over a new connection and an open one',
      withinMs: 30_000,
    },
    onFailure: { compensate: [unfence(shown, 'fence')] },
  };
}

function restrain(shown: Shown): Step {
  const { topology } = shown;
  const { node } = topology.primary;
  return {
    ...whole(shown),
    id: 's1',
    kind: restrainKind,
    change: [
      {
        path: node.name,
        what: 'changed',
        from: 'takes writes',
        to: 'read-only by default, its clients sent away: who says READ WRITE still writes there',
      },
    ],
    preconditions: { ...shownOf(topology), ...briefsOf(shown) },
    postconditions: { readOnly: 'by default' },
    verify: { what: 'a write that does not say READ WRITE is refused', withinMs: 30_000 },
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

function follow(shown: Shown): readonly Step[] {
  const { followers, topology, reach } = shown;
  const names = followers.filter((name) => name !== shown.to).join(', ');
  const isOnlyTheChosen = shown.candidates.length === 1 && shown.candidates[0]?.node.name === names;
  if (names === '' || isOnlyTheChosen) return [];
  const { params, ...rest } = whole(shown);
  return [
    {
      ...rest,
      id: '',
      kind: followKind,
      params: { ...params, follow: names },
      change: [
        {
          path: `primary_conninfo of ${names}, but of the chosen one`,
          what: 'changed',
          from: topology.primary.node.name,
          to: 'the new primary',
        },
      ],
      preconditions: {},
      postconditions: { follows: 'the new primary' },
      verify: { what: 'they stream on its timeline', withinMs: reach.config.catchUpMs },
      onFailure: 'stop',
      critical: false,
    },
  ];
}

function rejoin(shown: Shown): readonly Step[] {
  const { topology, reach } = shown;
  const { rejoin: config } = reach.config;
  const old = topology.primary.node;
  if (!config) return [];
  return [
    {
      ...whole(shown),
      id: '',
      kind: rejoinKind,
      change: [
        {
          path: old.name,
          what: 'changed',
          from: 'fenced',
          to: `replica of the new primary by CHECKPOINT there, then ${rejoinArgv(config, { old }).join(' ')}`,
        },
      ],
      preconditions: {},
      postconditions: { standby: true },
      verify: {
        what: 'it streams from the new primary on its timeline',
        withinMs: config.timeoutMs + reach.config.catchUpMs,
      },
      onFailure: 'stop',
      critical: false,
    },
  ];
}

function unfence(shown: Shown, after: 'fence' | 'promotion'): Step {
  const { reach, topology } = shown;
  const { node } = topology.primary;
  const command = wordsOf(reach, 'undo', node) ?? '';
  const { params, ...rest } = whole(shown);
  return {
    ...rest,
    id: 'c1',
    kind: shown.isUnfenced ? releaseKind : unfenceKind,
    params: { ...params, after },
    change: [
      {
        path: node.name,
        what: 'changed',
        from: shown.isUnfenced ? 'read-only by default' : 'fenced',
        to: `given back${command === '' ? '' : ` by ${command}`}, if no replica was promoted`,
      },
    ],
    preconditions: {},
    postconditions: { fenced: false },
    verify: { what: `${said(node.address)} takes a write of the application`, withinMs: 60_000 },
    onFailure: 'stop',
    critical: false,
  };
}

function primaryOf({ topology }: Shown): string {
  return topology.primary.node.name;
}
