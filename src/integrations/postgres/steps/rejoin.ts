import type { Step } from '../../../core/operation/plan.ts';
import type { StepContext, StepDriver } from '../../../core/ports/step.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { oldOf } from '../fencing.ts';
import type { NodeConfig, RejoinConfig } from '../schema.ts';
import { nodeNamed, type Reach, stateOf } from '../topology.ts';
import { applying, checking, watching } from './outcome.ts';

/**
 * The old primary becomes a replica, by the configured command. The new primary is sent CHECKPOINT before it: until then
 * its control file names the old timeline, and `pg_rewind` says that there is nothing to do.
 * https://www.postgresql.org/docs/current/app-pgrewind.html
 */
export function rejoinDriver(reach: Reach): StepDriver {
  return {
    landsWithinMs: (reach.config.rejoin?.timeoutMs ?? 0) + reach.config.catchUpMs,
    check: (step, context) =>
      checking(async () => {
        const { name, address } = newPrimary(reach, context);
        const { role } = await stateOf(reach, nodeNamed(reach, name));
        if (role === 'primary') return { ok: true, token: `${address.host}/${address.port}` };
        const facts = { target: step.target.id, field: name, planned: 'primary', observed: role };
        return { ok: false, problem: problem('PLAN_STALE', facts) };
      }),
    apply: (step, context) =>
      applying(async (sent) => {
        const { rejoin, catchUpMs } = reach.config;
        if (!rejoin)
          throw new ProblemError(problem('PG_REJOIN_FAILED', { exit: 'missing', said: '' }));
        const to = newPrimary(reach, context);
        await reach.connections.admin(
          to.address,
          (session) => session.query('CHECKPOINT'),
          catchUpMs,
        );
        sent();
        const ran = await reach.run({
          argv: rejoinArgv(rejoin, { old: oldOf(reach, step.params), to }),
          env: rejoin.env,
          timeoutMs: rejoin.timeoutMs,
        });
        return { outcome: 'applied', outputs: { rejoin: ran.exit, rejoinSaid: ran.said } };
      }),
    probe: async (step, context) => ((await follows(reach, step, context)) ? 'yes' : 'cannot-know'),
    observe: (step, context) =>
      watching('the old primary follows the new one', async () => {
        const exit = String(context.outputs['rejoin'] ?? '0');
        const said = String(context.outputs['rejoinSaid'] ?? '');
        if (exit !== '0') return problem('PG_REJOIN_FAILED', { exit, said });
        return follows(reach, step, context);
      }),
    undo: () => 'irreversible',
  };
}

/** `{primary_host}` and `{primary_port}` are the new primary's, as other servers reach it. */
export function rejoinArgv(
  { command }: Pick<RejoinConfig, 'command'>,
  { old, to }: { readonly old: NodeConfig; readonly to?: NodeConfig },
): readonly string[] {
  const place = to && (to.replication ?? to.address);
  const words: Readonly<Record<string, string | undefined>> = {
    node: old.name,
    host: old.address.host,
    port: String(old.address.port),
    primary: to?.name,
    primary_host: place?.host,
    primary_port: place && String(place.port),
  };
  return command.map((word) =>
    word.replace(/\{(\w+)\}/g, (whole, key: string) => words[key] ?? whole),
  );
}

async function follows(reach: Reach, step: Step, context: StepContext): Promise<boolean> {
  const old = await stateOf(reach, oldOf(reach, step.params));
  const { timeline } = await stateOf(reach, newPrimary(reach, context));
  return old.role === 'standby' && old.streams && old.timeline === timeline;
}

function newPrimary(reach: Reach, { outputs }: StepContext): NodeConfig {
  return nodeNamed(reach, outputs['candidate']);
}
