import { setTimeout as wait } from 'node:timers/promises';
import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, ApplyContext, StepDriver } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { oldOf } from '../fencing.ts';
import { behind, type Lsn } from '../lsn.ts';
import type { NodeState } from '../node.ts';
import { admits } from '../proof.ts';
import { type NodeConfig, numberOf, type Row, textOf } from '../schema.ts';
import { furthestFirst, nodeNamed, type Reach, type Standby, stateOf } from '../topology.ts';
import { applying, watching } from './outcome.ts';

/** The shutdown checkpoint is one record of 120 bytes, and a page may begin within it. */
const lastRecordMax = 256;
const lookEveryMs = 50;

/**
 * Which replica takes over, by the rule that was approved: the journal gets the name. It changes nothing; that the
 * promotion has one name to it, whatever happens between, keeps two replicas from being promoted.
 */
export function chooseDriver(reach: Reach): StepDriver {
  const { timeoutMs, catchUpMs } = reach.config;
  return {
    landsWithinMs: catchUpMs + timeoutMs * 4,
    // All that must hold is waited for, and looked at, in `apply`.
    check: async ({ params }) => ({ ok: true, token: String(params['candidates']) }),
    apply: (step, context) => applying(() => choose(reach, step, context)),
    // Nothing is sent to anybody: what was not written down did not happen.
    async probe() {
      return 'no';
    },
    observe: (_, { outputs }) =>
      watching('a replica is chosen', async () => {
        await stateOf(reach, nodeNamed(reach, outputs['candidate']));
        return true;
      }),
    undo: () => 'irreversible',
  };
}

async function choose(reach: Reach, step: Step, context: ApplyContext): Promise<Applied> {
  const { candidate, received, replayedAt } = await caughtUp(reach, step);
  const isPlanned = step.params['mode'] === 'planned';
  if (isPlanned) await hasAll(reach, { step, candidate, before: lsnBefore(context) });
  return {
    outcome: 'applied',
    outputs: { candidate, received, replayedAt, complete: isPlanned },
  };
}

interface Chosen {
  readonly candidate: string;
  readonly received: Lsn;
  readonly replayedAt: number;
}

/** All that the furthest replica has received is in its data. */
async function caughtUp(reach: Reach, step: Step): Promise<Chosen> {
  const triesMax = Math.ceil(reach.config.catchUpMs / lookEveryMs);
  for (let tries = 0; ; tries += 1) {
    const [best] = (await reachable(reach, step)).toSorted(furthestFirst);
    if (!best) throw trouble('PG_NO_CANDIDATE', step, {});
    const { node, received, replayed, replayedAt } = best;
    const isSettled = behind(received, replayed) === 0 && (await isStopped(reach, step, best));
    if (isSettled) {
      const least = String(step.params['received'] ?? '');
      if (behind(least, received) > 0) {
        throw trouble('PG_CANDIDATE_BEHIND', step, { node: node.name, received, least });
      }
      return { candidate: node.name, received, replayedAt };
    }
    if (tries >= triesMax) {
      const bytes = behind(received, replayed);
      throw trouble('PG_REPLAY_LATE', step, { node: node.name, bytes });
    }
    await wait(lookEveryMs);
  }
}

/**
 * Nothing more comes: the stream ended, or the fenced primary still runs and has no more. Where it cannot be asked and
 * the network was cut, the stream seems to stand for a minute; a forced failover does not wait for that.
 */
async function isStopped(
  reach: Reach,
  { params }: Step,
  { node, received }: Standby,
): Promise<boolean> {
  const again = await stateOf(reach, node);
  if (again.received !== received) return false;
  if (!again.streams) return true;
  const old = await stateOf(reach, oldOf(reach, params)).catch(() => undefined);
  return old?.role === 'primary'
    ? behind(old.received, received) === 0
    : params['mode'] === 'forced';
}

/** Those of the shown replicas that answer and may be chosen. */
async function reachable(reach: Reach, step: Step): Promise<readonly Standby[]> {
  const { candidates, to, system, timeline } = step.params;
  const names = to ? [String(to)] : String(candidates).split(', ');
  const looked = await Promise.all(
    names.map(async (name) => {
      const node = nodeNamed(reach, name);
      const [state, isOpen] = await Promise.all([
        stateOf(reach, node).catch(() => undefined),
        admits(reach.connections, node.address),
      ]);
      return state && isOpen && isSame(state) ? [{ node, ...state }] : [];
    }),
  );
  return looked.flat();

  function isSame(state: NodeState): boolean {
    return state.role === 'standby' && state.system === system && state.timeline === timeline;
  }
}

/**
 * That nothing was lost is proven, not hoped for. A fenced primary that still runs says how far it had written. One that
 * was stopped wrote a shutdown checkpoint last, and only when it was stopped cleanly; a restartpoint of the replica
 * shows the last checkpoint it has: only one of a shutdown lies where its own redo begins.
 * https://www.postgresql.org/docs/current/wal-configuration.html
 */
async function hasAll(
  reach: Reach,
  known: { readonly step: Step; readonly candidate: string; readonly before: Lsn },
): Promise<void> {
  const { step, candidate, before } = known;
  const node = nodeNamed(reach, candidate);
  const [old, state, row] = await Promise.all([
    stateOf(reach, oldOf(reach, step.params)).catch(() => undefined),
    stateOf(reach, node),
    lastCheckpoint(reach, node),
  ]);
  const written = old?.role === 'primary' ? old.received : before;
  const missing = behind(written, state.replayed);
  if (missing > 0) throw trouble('PG_CANDIDATE_SHORT', step, { node: candidate, missing });
  if (old?.role === 'primary') return;
  const isClean = row?.['clean'] === true && numberOf(row, 'after') <= lastRecordMax;
  if (isClean) return;
  throw trouble('PG_STOP_UNCLEAN', step, { node: candidate, after: textOf(row, 'after') });
}

function lastCheckpoint(
  { config, connections }: Reach,
  { address }: NodeConfig,
): Promise<Row | undefined> {
  return connections.admin(
    address,
    async (session) => {
      await session.query('CHECKPOINT');
      const [row] = await session.query(
        `SELECT checkpoint_lsn = redo_lsn AS clean,
           pg_wal_lsn_diff(pg_last_wal_replay_lsn(), checkpoint_lsn)::text AS after
         FROM pg_control_checkpoint()`,
      );
      return row;
    },
    config.catchUpMs,
  );
}

function lsnBefore({ outputs }: ApplyContext): Lsn {
  return String(outputs['lsn'] ?? '');
}

function trouble(
  code: string,
  { params }: Step,
  facts: Readonly<Record<string, string | number>>,
): ProblemError {
  const { candidates, primary } = params;
  return new ProblemError(
    problem(code, { primary: String(primary), candidates: String(candidates), ...facts }),
  );
}
