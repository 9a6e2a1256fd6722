import type { Step } from '../../core/operation/plan.ts';
import type { Draft, DraftRequest, Planner } from '../../core/ports/step.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { MongodbConfig } from './schema.ts';
import { awaySeconds, catchUpSeconds, stepDownKind } from './steps/kinds.ts';
import { lateIn, seenIn } from './steps/step-down.ts';
import type { Candidate, Topology } from './topology.ts';

/** Reads; holds nothing it could change a set with. */
export function createPlanner(
  { set }: Pick<MongodbConfig, 'set'>,
  readTopology: () => Promise<Topology>,
): Planner {
  return {
    async draft(request: DraftRequest): Promise<Draft> {
      const { verb, args, target } = request;
      if (verb !== 'failover') return refused(problem('MONGODB_UNKNOWN_VERB', { verb }));
      if (args['mode'] !== undefined) return refused(problem('MONGODB_NO_MODE', {}));
      try {
        const topology = await readTopology();
        const to = String(args['to'] ?? '');
        const because = refusal(topology, { target: target.target, to });
        return because ? refused(because) : drafted(request, topology, set);
      } catch (error) {
        if (error instanceof ProblemError) return refused(error.problem);
        throw error;
      }
    },
  };
}

function refused(because: Problem): Draft {
  return { ok: false, problem: because };
}

function refusal(
  topology: Topology,
  { target, to }: { readonly target: string; readonly to: string },
): Problem | undefined {
  const { primary, candidates, votesWell, votes } = topology;
  if (candidates.length === 0) {
    return problem('MONGODB_NO_CANDIDATE', { target, primary: primary.name });
  }
  // The primary's vote counts as well: it goes on as a secondary.
  if (votesWell * 2 <= votes) return problem('MONGODB_NO_MAJORITY', { target, votesWell, votes });
  const others = candidates.map(({ name }) => name).filter((name) => name !== to);
  if (to !== '' && (others.length > 0 || candidates.length !== 1)) {
    return problem('MONGODB_NOT_TO', { target, to, candidates: nameAll(candidates) });
  }
  const late = lateIn(topology);
  return late && problem('MONGODB_SECONDARIES_LATE', late);
}

function drafted(request: DraftRequest, topology: Topology, set: string): Draft {
  const { target } = request.target;
  const { primary, silent, term } = topology;
  const step = stepOf(request, topology, set);
  return {
    ok: true,
    steps: [step],
    targets: [step.target],
    diff: step.change,
    warnings: warningsOf(topology),
    blast: {
      mongodb: target,
      set,
      primary: primary.name,
      members: `${topology.well} of ${topology.members} are well`,
      term,
      loses: 'nothing acknowledged',
      takes: `writes wait up to ${catchUpSeconds} s, then until the election is over, as a rule within 12 s; up to ${step.verify.withinMs / 1000} s until it is verified`,
      ...(silent.length > 0 && { silent: silent.join(', ') }),
    },
    risk: 'danger',
  };
}

function stepOf(request: DraftRequest, topology: Topology, set: string): Step {
  const { target, locator } = request.target;
  const { primary, candidates, term, well } = topology;
  return {
    id: 's1',
    kind: stepDownKind,
    v: 1,
    target: { id: `mongodb/${target}`, identity: set },
    at: { integration: 'mongodb', target, locator },
    change: [
      {
        path: 'primary',
        what: 'changed',
        from: primary.name,
        to: `the one that the set elects of ${nameAll(candidates)}`,
      },
      { path: primary.name, what: 'changed', from: 'primary', to: 'secondary' },
    ],
    params: { primary: primary.name, term, well },
    preconditions: seenIn(topology),
    postconditions: { primary: candidates.map(({ name }) => name).join(', ') },
    verify: {
      what: 'another member is primary on a later term, as many members are well as before, a majority takes a write',
      withinMs: 60_000,
    },
    guard: 'unguarded',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
}

/** `m2:27017 (0.4 s behind, priority 1)`. */
function nameAll(candidates: readonly Candidate[]): string {
  return candidates
    .map(({ name, lagMs, priority }) => `${name} (${lagMs / 1000} s behind, priority ${priority})`)
    .join(', ');
}

function warningsOf({ primary, candidates, silent }: Topology): readonly Problem[] {
  const { name, priority } = primary;
  const best = Math.max(...candidates.map((each) => each.priority));
  return [
    problem('MONGODB_NOTHING_LOST', { primary: name, seconds: catchUpSeconds }),
    ...(priority > best
      ? [problem('MONGODB_COMES_BACK', { primary: name, priority, best, seconds: awaySeconds })]
      : []),
    ...(silent.length > 0 ? [problem('MONGODB_SILENT', { members: silent.join(', ') })] : []),
  ];
}
