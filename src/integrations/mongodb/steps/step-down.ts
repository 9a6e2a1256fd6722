import type { Step } from '../../../core/operation/plan.ts';
import type {
  Applied,
  ApplyContext,
  Checked,
  Observed,
  StepDriver,
} from '../../../core/ports/step.ts';
import { type Facts, ProblemError, problem } from '../../../core/problem.ts';
import { type Reach, readTopology, type Topology } from '../topology.ts';
import { awaySeconds, catchUpSeconds } from './kinds.ts';

/**
 * The primary is told once, by its own address. It refuses by itself where no electable secondary has everything in
 * time, and where it is no primary any more.
 * https://www.mongodb.com/docs/manual/reference/command/replSetStepDown/
 */
export function stepDownDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs: reach.config.timeoutMs + catchUpSeconds * 1000,
    check: (step) => check(reach, step),
    apply: (step, context) => apply(reach, step, context),
    async probe(step, { token }) {
      try {
        const { primary, term } = await readTopology(reach);
        const isOver = primary.name !== step.params['primary'] && term > termIn(token);
        return isOver ? 'yes' : 'cannot-know';
      } catch (error) {
        if (error instanceof ProblemError) return 'cannot-know';
        throw error;
      }
    },
    observe: (step) => observe(reach, step),
    undo: () => 'irreversible',
  };
}

async function check(reach: Reach, step: Step): Promise<Checked> {
  try {
    const topology = await readTopology(reach);
    const difference = differenceIn(step, topology);
    if (difference) return { ok: false, problem: problem('PLAN_STALE', difference) };
    const late = lateIn(topology);
    if (late !== undefined)
      return { ok: false, problem: problem('MONGODB_SECONDARIES_LATE', late) };
    return { ok: true, token: tokenOf(topology) };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problem: error.problem };
    throw error;
  }
}

async function apply(reach: Reach, step: Step, { token }: ApplyContext): Promise<Applied> {
  let isSent = false;
  try {
    const topology = await readTopology(reach);
    if (tokenOf(topology) !== token || differenceIn(step, topology)) return { outcome: 'moved' };
    await reach.connections.member(
      topology.primary.address,
      (member) => {
        isSent = true;
        return member.command({
          replSetStepDown: awaySeconds,
          secondaryCatchUpPeriodSecs: catchUpSeconds,
          force: false,
        });
      },
      catchUpSeconds * 1000,
    );
    return { outcome: 'applied' };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const isLost = isSent && error.problem.code !== 'MONGODB_REFUSED';
    return { outcome: isLost ? 'unknown' : 'refused', problem: error.problem };
  }
}

const stages = 3;

/** Another one is primary; as many are well as before, the old one among them; a majority takes a write. */
async function observe(reach: Reach, step: Step): Promise<Observed> {
  const waiting = (done: number, what: string): Observed => ({
    state: 'progress',
    progress: { done, of: stages, what },
  });
  try {
    const topology = await readTopology(reach);
    const old = String(step.params['primary']);
    const { primary, term } = topology;
    if (primary.name === old) {
      if (term <= Number(step.params['term'])) return waiting(0, `${old} steps down`);
      return { state: 'failed', problem: problem('MONGODB_SAME_PRIMARY', { primary: old, term }) };
    }
    if (topology.well < Number(step.params['well'])) return waiting(1, `${old} follows`);
    await reach.connections.member(primary.address, (member) =>
      member.command({
        appendOplogNote: 1,
        data: { tocsin: 'proof of a write' },
        writeConcern: { w: 'majority', wtimeout: reach.config.timeoutMs },
      }),
    );
    return {
      state: 'done',
      progress: { done: stages, of: stages, what: `${primary.name} is primary and takes writes` },
    };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return waiting(0, 'another member becomes primary');
  }
}

/** What was shown, as it is now. Lag moves all the time: it is held against its bound instead. */
export function seenIn({ primary, candidates }: Topology): Facts {
  return { primary: primary.name, candidates: candidates.map(({ name }) => name).join(', ') };
}

function differenceIn(step: Step, topology: Topology): Facts | undefined {
  const seen = seenIn(topology);
  for (const [field, planned] of Object.entries(step.preconditions)) {
    if (seen[field] !== planned) return { field, planned, observed: seen[field] ?? '' };
  }
  return undefined;
}

/** Where nobody could have caught up in time, the primary is not even asked: its writes would wait for nothing. */
export function lateIn({ candidates }: Topology): Facts | undefined {
  const least = Math.min(...candidates.map(({ lagMs }) => lagMs));
  return least <= catchUpSeconds * 1000
    ? undefined
    : { seconds: Math.round(least / 1000), bound: catchUpSeconds };
}

function tokenOf({ primary, term }: Topology): string {
  return `${term}/${primary.name}`;
}

function termIn(token: string): number {
  return Number.parseInt(token, 10);
}
