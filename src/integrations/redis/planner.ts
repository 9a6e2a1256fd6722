import { compensationsOf, type PlanTarget, type Step } from '../../core/operation/plan.ts';
import type { Draft, DraftRequest, Planner } from '../../core/ports/step.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { RedisConfig } from './schema.ts';
import { demoteKind, releaseKind, switchKind } from './steps/kinds.ts';
import { pauseMs } from './steps/pause.ts';
import type { Topology } from './topology.ts';

/** Reads; holds nothing it could change a server with. */
export function createPlanner(
  { master }: Pick<RedisConfig, 'master'>,
  topology: () => Promise<Topology>,
): Planner {
  return {
    async draft(request: DraftRequest): Promise<Draft> {
      if (request.verb !== 'failover') {
        return { ok: false, problem: problem('REDIS_UNKNOWN_VERB', { verb: request.verb }) };
      }
      const argument = ['to', 'mode'].find((name) => request.args[name] !== undefined);
      if (argument !== undefined) {
        return { ok: false, problem: problem('REDIS_NO_ARGUMENT', { argument }) };
      }
      try {
        return draftFailover(request, await topology(), master);
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
  };
}

function draftFailover(request: DraftRequest, topology: Topology, name: string): Draft {
  const { target } = request.target;
  const { master, replicas } = topology;
  if (replicas.length === 0) {
    return { ok: false, problem: problem('REDIS_NO_REPLICA', { target, master: master.name }) };
  }
  const behind = Math.max(...replicas.map(({ offset }) => Math.max(0, master.offset - offset)));
  const named = { id: `redis/${target}`, identity: name };
  const candidates = replicas.map((each) => each.name).join(', ');
  const steps = stepsOf({ request, topology, named, candidates });
  return {
    ok: true,
    steps,
    targets: [named],
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
      takes: `seconds without writes, ${pauseMs / 1000} s at most; up to ${patienceMs(steps) / 1000} s until it is verified or taken back`,
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

interface Drafted {
  readonly request: DraftRequest;
  readonly topology: Topology;
  readonly named: PlanTarget;
  readonly candidates: string;
}

function stepsOf({ request, topology: { master }, named, candidates }: Drafted): readonly Step[] {
  const { target, locator } = request.target;
  const whole = {
    v: 1,
    target: named,
    at: { integration: 'redis', target, locator },
    undo: 'irreversible',
    guard: 'unguarded',
  } as const;
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
          to: `paused, ${pauseMs / 1000} s at most`,
        },
        {
          path: 'master',
          what: 'changed',
          from: master.name,
          to: `the one the Sentinels choose of ${candidates}: highest priority, then furthest received`,
        },
      ],
      params,
      preconditions: { master: master.name, runId: master.runId, candidates },
      postconditions: { master: candidates },
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
