import type { Step } from '../../../core/operation/plan.ts';
import type {
  Applied,
  ApplyContext,
  Checked,
  Observed,
  StepDriver,
} from '../../../core/ports/step.ts';
import { type Facts, ProblemError, problem } from '../../../core/problem.ts';
import { isReplicaOf } from '../replication.ts';
import { addressOf } from '../schema.ts';
import { type NodesReach, type Pair, readServers } from '../servers.ts';
import { member } from '../topology.ts';
import { newMaster, proveWrite, refusedOr, watched } from './master.ts';
import { claimOf } from './pause.ts';

/** How long the master may hold writes back while the replica catches up; then it goes on as before. */
export const handOverMs = 10_000;

/**
 * The master's own FAILOVER: it holds writes back, waits until the replica has everything, and only then lets it lead.
 * https://redis.io/docs/latest/commands/failover/
 */
export function handOverDriver(reach: NodesReach): StepDriver {
  return {
    landsWithinMs: reach.config.timeoutMs * 4 + handOverMs,
    check: (step, context) => check(reach, step, claimOf(context)),
    apply: (step, context) => apply(reach, step, context),
    async probe(step) {
      const found = await newMaster(reach, step).catch(() => undefined);
      return found === undefined ? 'cannot-know' : 'yes';
    },
    observe: (step) => observe(reach, step),
    undo: () => 'irreversible',
  };
}

async function check(reach: NodesReach, step: Step, claim: string): Promise<Checked> {
  try {
    const pair = await readServers(reach);
    const moved = differenceIn(step, pair);
    const target = step.target.id;
    if (moved) return { ok: false, problem: problem('PLAN_STALE', { target, ...moved }) };
    const claimed = await reach.connections.server(pair.master.address, (server) =>
      server.call('EXISTS', claim),
    );
    if (claimed === 1) return { ok: false, problem: problem('REDIS_CLAIMED', { target }) };
    const able = namesIn(step);
    const chosen = pair.replicas.find(({ name }) => able.includes(name));
    return { ok: true, token: chosen?.name ?? '' };
  } catch (error) {
    return refusedOr(error);
  }
}

async function apply(reach: NodesReach, step: Step, context: ApplyContext): Promise<Applied> {
  const claim = claimOf(context);
  const chosen = addressOf(context.token);
  let isSent = false;
  try {
    const pair = await readServers(reach);
    if (differenceIn(step, pair) || !chosen) return { outcome: 'moved' };
    return await reach.connections.server(pair.master.address, async (master) => {
      if ((await master.call('SET', claim, '1', 'NX', 'EX', '3600')) !== 'OK') {
        return { outcome: 'moved' };
      }
      const { host, port } = chosen;
      isSent = true;
      try {
        await master.call('FAILOVER', 'TO', host, String(port), 'TIMEOUT', String(handOverMs));
      } catch (error) {
        if (error instanceof ProblemError && error.problem.code === 'REDIS_REFUSED') {
          isSent = false;
          await master.call('DEL', claim);
        }
        throw error;
      }
      return { outcome: 'applied', outputs: { candidate: context.token } };
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { outcome: isSent ? 'unknown' : 'refused', problem: error.problem };
  }
}

async function observe(reach: NodesReach, step: Step): Promise<Observed> {
  const address = addressOf(step.params['master']);
  const old = address && (await member(reach, address).catch(() => undefined));
  // It gave up waiting for the replica, and takes writes again.
  if (old?.role === 'master' && old.failover === 'no-failover') {
    const facts = { master: old.name, seconds: handOverMs / 1000 };
    return { state: 'failed', problem: problem('REDIS_HAND_OVER_GIVEN_UP', facts) };
  }
  return watched('the replica leads and the old master follows it', async () => {
    const promoted = await newMaster(reach, step);
    if (!promoted || !old || !isReplicaOf(old, promoted.address) || !old.linked) return false;
    await reach.connections.server(promoted.address, proveWrite);
    return true;
  });
}

function differenceIn(step: Step, { master, replicas }: Pair): Facts | undefined {
  const planned = namesIn(step);
  const able = replicas.flatMap(({ name }) => (planned.includes(name) ? [name] : [])).sort();
  const seen: Facts = { master: master.name, runId: master.runId, candidates: able.join(', ') };
  for (const [field, shown] of Object.entries(step.preconditions)) {
    if (seen[field] !== shown) return { field, planned: shown, observed: seen[field] ?? '' };
  }
  return undefined;
}

function namesIn({ params }: Step): readonly string[] {
  return String(params['candidates']).split(', ');
}
