import type { SplitBrain } from '../../core/operation/split-brain.ts';
import type { Draft, DraftRequest, Planner } from '../../core/ports/step.ts';
import { type Facts, type Problem, ProblemError, problem } from '../../core/problem.ts';
import { fenceNote, wordsOf } from './fencing.ts';
import { lastSeen, lossOf } from './loss.ts';
import { mayPromote, mayTurn } from './node.ts';
import type { Shown } from './plan-shown.ts';
import { patienceMs, stepsOf } from './plan-steps.ts';
import { meetWrite, rehearseWrite } from './proof.ts';
import { pointedTo } from './repointing.ts';
import { said } from './schema.ts';
import type { Sightings } from './sightings.ts';
import { nodeNamed, type Reach, type Standby, type Topology } from './topology.ts';

/** Reads; what it rehearses is rolled back. */
export function createPlanner(reach: Reach, known: Known): Planner {
  return {
    async draft(request: DraftRequest): Promise<Draft> {
      if (request.verb !== 'failover') {
        return { ok: false, problem: problem('PG_UNKNOWN_VERB', { verb: request.verb }) };
      }
      try {
        return await draftFailover(reach, await known.look(), { request, known });
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
  };
}

interface Known {
  readonly look: () => Promise<Topology>;
  readonly clock: { now(): number };
  readonly sightings: Pick<Sightings, 'last'>;
}

async function draftFailover(
  reach: Reach,
  topology: Topology,
  { request, known }: { readonly request: DraftRequest; readonly known: Known },
): Promise<Draft> {
  const shown: Shown = {
    reach,
    topology,
    target: { id: `postgres/${reach.config.target}`, identity: topology.system },
    mode: modeOf(topology, request.args['mode']),
    candidates: candidatesOf(reach, topology, request.args['to']),
    to: String(request.args['to'] ?? ''),
    isUnfenced: isUnfenced(reach, topology),
    note: await fenceNote(reach, topology.primary.node),
    followers: await followersOf(reach, topology),
    pointed: await Promise.all(
      reach.config.repoint.map((each) => pointedTo(each, topology.primary.node, 'plan')),
    ),
  };
  await Promise.all([mayBeFenced(reach, shown), mayBePromoted(reach, shown)]);
  const steps = stepsOf(shown);
  const loss = lossOf(shown, lastSeen(topology, known));
  return {
    ok: true,
    steps,
    targets: [shown.target],
    diff: steps.flatMap(({ change }) => change),
    warnings: warningsOf(shown, loss.warning),
    blast: {
      postgres: reach.config.target,
      primary: topology.primary.node.name,
      replicas: topology.candidates.length,
      mode: shown.mode,
      loses: loss.loses,
      takes: `seconds without writes; up to ${patienceMs(steps) / 1000} s until it is verified or taken back`,
    },
    risk: 'danger',
    ...(shown.isUnfenced && { splitBrain: unfenced(shown) }),
  };
}

function unfenced({ topology, reach }: Shown): SplitBrain {
  const because = `${reach.config.target} has no fence; it only gets read-only as its default, and whoever says READ WRITE still writes there`;
  return { old: topology.primary.node.name, because };
}

/** What is not said follows from the primary: one that answers is asked to hand over, one that does not is left behind. */
function modeOf({ primary }: Topology, asked: Facts[string] | undefined): 'planned' | 'forced' {
  if (asked === undefined || asked === '') return primary.state ? 'planned' : 'forced';
  if (asked === 'takeover') throw new ProblemError(problem('PG_NO_TAKEOVER', {}));
  if (asked !== 'planned') return 'forced';
  if (primary.state) return 'planned';
  throw new ProblemError(problem('PG_PRIMARY_SILENT', { primary: primary.node.name }));
}

function candidatesOf(
  reach: Reach,
  topology: Topology,
  to: Facts[string] | undefined,
): readonly Standby[] {
  const { primary, candidates, others, silent } = topology;
  if (to !== undefined && to !== '') {
    const node = nodeNamed(reach, to);
    if (node === primary.node) {
      throw new ProblemError(problem('PG_ALREADY_PRIMARY', { node: node.name }));
    }
    const found = candidates.filter((each) => each.node === node);
    if (found.length > 0) return found;
  }
  if (to === undefined || to === '') {
    if (candidates.length > 0) return candidates;
  }
  const why = [
    ...others.map((each) => `${each.name} is ${each.why}`),
    ...silent.map((name) => `${name} does not answer`),
  ].join('; ');
  const facts = { primary: primary.node.name, why: why || 'no other node is configured' };
  throw new ProblemError(problem('PG_NO_CANDIDATE', facts));
}

/** Without a fence the old primary can be asked to hold still, while it answers. */
function isUnfenced({ config }: Reach, { primary }: Topology): boolean {
  if (config.fence || primary.state) return !config.fence;
  const facts = { target: config.target, primary: primary.node.name };
  throw new ProblemError(problem('PG_NO_FENCE_SILENT', facts));
}

/** Better said before anybody approves than found out with the primary stopped. */
async function mayBeFenced(reach: Reach, { topology: { primary } }: Shown): Promise<void> {
  const { connections } = reach;
  const { node, state } = primary;
  if (state) {
    await rehearse(reach, primary);
    return;
  }
  const met = await meetWrite(connections, node.address);
  if (met.how === 'silent' && !wordsOf(reach, 'status', node)) {
    throw new ProblemError(problem('PG_FENCE_BLIND', { primary: node.name, why: met.why }));
  }
}

async function mayBePromoted({ connections }: Reach, { candidates }: Shown): Promise<void> {
  for (const { node } of candidates) {
    if (await connections.admin(node.address, mayPromote)) continue;
    throw new ProblemError(problem('PG_RIGHT_MISSING', { node: node.name, right: 'pg_promote' }));
  }
}

async function rehearse({ connections }: Reach, { node }: Topology['primary']): Promise<void> {
  try {
    await connections.application(node.address, rehearseWrite);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new ProblemError(problem('PG_PROOF_IMPOSSIBLE', error.problem.facts), { cause: error });
  }
}

/** Whoever follows a name that moves with the primary needs nobody to turn it. */
async function followersOf(reach: Reach, topology: Topology): Promise<readonly string[]> {
  const { node: old } = topology.primary;
  const place = said(old.replication ?? old.address);
  const following = topology.candidates.filter(({ upstream }) => upstream === place);
  const may = await Promise.all(
    following.map(({ node }) => reach.connections.admin(node.address, mayTurn)),
  );
  return following.flatMap(({ node }, index) => (may[index] ? [node.name] : []));
}

function warningsOf(shown: Shown, loss: Problem) {
  const { topology, followers } = shown;
  const left = topology.candidates.filter(
    ({ node }) => !followers.includes(node.name) && node.name !== shown.to,
  );
  return [
    loss,
    ...shown.pointed.flatMap(({ warnings }) => warnings),
    ...(topology.candidates.length > 1 && left.length > 0
      ? [problem('PG_FOLLOW_BY_HAND', { nodes: left.map(({ node }) => node.name).join(', ') })]
      : []),
    ...(shown.reach.config.rejoin
      ? []
      : [problem('PG_REBUILD_BY_HAND', { primary: topology.primary.node.name })]),
    ...topology.silent.map((node) => problem('PG_NODE_SILENT', { node })),
    ...topology.others.map(({ name, why }) => problem('PG_NODE_LEFT_OUT', { node: name, why })),
  ];
}
