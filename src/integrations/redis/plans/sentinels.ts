import { compensationsOf, type Step } from '../../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../../core/ports/step.ts';
import { type Problem, problem } from '../../../core/problem.ts';
import { demoteKind, releaseKind, switchKind } from '../steps/kinds.ts';
import { pauseMs } from '../steps/pause.ts';
import type { Topology } from '../topology.ts';
import { wholeOf } from './base.ts';

/** Claim, pause and switch in one step that binds the next: between them nothing may stop us. */
export function draftFailover(
  request: DraftRequest,
  topology: Topology,
  { name, to }: { readonly name: string; readonly to: string },
): Draft {
  const { target } = request.target;
  const { master, replicas } = topology;
  if (replicas.length === 0) {
    return { ok: false, problem: problem('REDIS_NO_REPLICA', { target, master: master.name }) };
  }
  const refused = to === '' ? undefined : whyNot(topology, { target, to });
  if (refused) return { ok: false, problem: refused };
  const behind = Math.max(...replicas.map(({ offset }) => Math.max(0, master.offset - offset)));
  const candidates = replicas.map((each) => each.name).join(', ');
  const whole = wholeOf(request, name);
  const steps = stepsOf(whole, { topology, candidates, to });
  return {
    ok: true,
    steps,
    targets: [whole.target],
    diff: steps.flatMap(({ change }) => change),
    warnings: [
      problem('REDIS_LOSS_BOUND', { bytes: behind, seconds: pauseMs / 1000, master: master.name }),
      ...(topology.unanswered === 0
        ? []
        : [problem('REDIS_SENTINEL_SILENT', { count: topology.unanswered })]),
    ],
    blast: {
      redis: target,
      master: master.name,
      replicas: replicas.length,
      loses: `nothing acknowledged; at most ${behind} bytes if it fails half-way`,
      takes: `seconds without writes; up to ${patienceMs(steps) / 1000} s until it is verified or taken back`,
      quorum: topology.quorum,
    },
    risk: 'danger',
  };
}

/** Each step has its time, and so has the one that takes back. */
function patienceMs(steps: readonly Step[]): number {
  const back = steps.flatMap((step) => compensationsOf(step)).slice(0, 1);
  return [...steps, ...back].reduce((sum, { verify }) => sum + verify.withinMs, 0);
}

/**
 * Sentinels take the lowest replica-priority first: a replica can be named where its own is below all others.
 * https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#replica-selection-and-priority
 */
function whyNot(
  { replicas }: Topology,
  { target, to }: { readonly target: string; readonly to: string },
): Problem | undefined {
  const named = replicas.find((each) => each.name === to);
  const known = replicas.map((each) => each.name).join(', ');
  if (!named) return problem('REDIS_NOT_TO', { target, to, why: known });
  const rivals = replicas.filter((each) => each !== named && each.priority <= named.priority);
  if (rivals.length === 0) return undefined;
  const others = rivals.map((each) => each.name).join(', ');
  return problem('REDIS_SENTINELS_CHOOSE', { target, to, others, priority: named.priority });
}

interface Drafted {
  readonly topology: Topology;
  readonly candidates: string;
  readonly to: string;
}

function stepsOf(
  whole: ReturnType<typeof wholeOf>,
  { topology: { master }, candidates, to }: Drafted,
): readonly Step[] {
  const params = { master: master.name, candidates };
  const release: Step = {
    ...whole,
    id: 'c1',
    kind: releaseKind,
    change: [{ path: 'writes', what: 'changed', from: 'paused', to: 'open at the one master' }],
    params,
    preconditions: {},
    postconditions: { paused: false },
    verify: { what: 'writes are open', withinMs: 60_000 },
    onFailure: 'stop',
    critical: false,
  };
  const compensate = { compensate: [release] };
  return [
    {
      ...whole,
      id: 's1',
      kind: switchKind,
      change: [
        {
          path: 'writes',
          what: 'changed',
          from: 'open',
          to: `paused until the old master follows, and ${pauseMs / 1000} s at most once Tocsin is silent`,
        },
        {
          path: 'master',
          what: 'changed',
          from: master.name,
          to:
            to ||
            `the one the Sentinels choose of ${candidates}: lowest replica-priority, then furthest received`,
        },
      ],
      params,
      preconditions: {
        master: master.name,
        runId: master.runId,
        candidates,
        ...(to !== '' && { first: to }),
      },
      postconditions: { master: to || candidates },
      verify: { what: 'one of them answers ROLE master and takes a write', withinMs: 20_000 },
      onFailure: compensate,
      critical: true,
    },
    {
      ...whole,
      id: 's2',
      kind: demoteKind,
      change: [
        { path: master.name, what: 'changed', from: 'master', to: 'replica of the new master' },
        { path: `clients of ${master.name}`, what: 'removed', from: 'connected' },
        { path: 'writes', what: 'changed', from: 'paused', to: 'open at the new master' },
      ],
      params,
      preconditions: {},
      postconditions: { role: 'slave' },
      verify: { what: 'it follows, and every Sentinel names the new master', withinMs: 60_000 },
      onFailure: compensate,
      critical: false,
    },
  ];
}
