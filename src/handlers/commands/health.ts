import type { CheckResult } from '../../core/health.ts';
import type { TargetRef } from '../../core/ports/step.ts';
import type { WorkloadReader, WorkloadStatus } from '../../core/ports/workload.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Block, Text } from '../../core/view/card.ts';
import { code, problemBlock, strong, time } from '../../core/view/words.ts';
import { type Asking, isProblem, type ReadCommand, type Reading } from '../command.ts';
import { environmentArgument, serviceArgument } from './arguments.ts';

export const health: ReadCommand = {
  does: 'read',
  name: 'health',
  family: 'ops',
  risk: 'read',
  summary: 'Say how a service is: instances, database, cache and checks.',
  args: [serviceArgument, environmentArgument],
  example: 'health checkout env=production',
  answer,
};

/** What fits a screen; the cluster has the rest. */
const shownMax = 8;

/** What a service stands on, each with when it was asked; what is not configured is not spoken of. */
async function answer(asked: Asking): Promise<Reading | Problem> {
  const { service, environment, desk } = asked;
  const place = { service, environment };
  const others = await Promise.all(
    (['database', 'cache'] as const).map((role) => standingOf(role, asked)),
  );
  const checks = (await desk.checks?.(place)) ?? [];
  const rest = [...others.flat(), ...checkBlocks(checks)];
  const instances = await instancesOf(asked);
  const isOther = targetOf('workload', asked) === undefined;
  if (isProblem(instances) && rest.length === 0) return instances;
  const found = isProblem(instances)
    ? { said: '', blocks: isOther ? [] : [problemBlock(instances, desk.words)] }
    : instances;
  return {
    title: [strong(service), ` · ${environment}${found.said}${checksSaid(checks)}`],
    blocks: [...found.blocks, ...rest],
  };
}

async function instancesOf(
  asked: Asking,
): Promise<{ readonly said: string; readonly blocks: readonly Block[] } | Problem> {
  const workload = workloadOf('health', asked);
  if ('code' in workload) return workload;
  const looked = await workload.reader.status(workload.target);
  if (!looked.ok) return looked.problem;
  const status = looked.value;
  const { ready, desired } = status.replicas;
  return {
    said: ` · ${ready} of ${desired} ready`,
    blocks: [facts(status, asked.desk.now()), ...unhealthy(status), ...events(status)],
  };
}

function targetOf(role: string, { desk, service, environment }: Asking): TargetRef | undefined {
  return desk.settings.catalog.services
    .find(({ name }) => name === service)
    ?.environments.find(({ name }) => name === environment)?.targets[role];
}

/** Who leads and who follows, as it is now; where nobody can say that, how it answered last. */
async function standingOf(role: 'database' | 'cache', asked: Asking): Promise<readonly Block[]> {
  const target = targetOf(role, asked);
  if (!target) return [];
  const { desk } = asked;
  const name = `${target.integration}/${target.target}`;
  const found = await desk.standing?.(target.integration, target.target);
  if (!found) return [{ kind: 'facts', facts: [fact(role, code(name), ' is not connected')] }];
  if (found.problem) return [problemBlock(found.problem, desk.words)];
  const { facts: seen = {}, at, state } = found;
  const told = Object.entries(seen).map(([label, value]) => fact(label, String(value)));
  const how = at === undefined ? ` answered last: ${state}` : `, ${state}`;
  const asOf = at === undefined ? [] : [fact('asked', time(at))];
  return [{ kind: 'facts', facts: [fact(role, code(name), how), ...told, ...asOf] }];
}

function fact(label: string, ...value: Text) {
  return { label, value };
}

function checkBlocks(checks: readonly CheckResult[]): readonly Block[] {
  if (checks.length === 0) return [];
  const items = checks.map(
    ({ name, outcome, said, at }): Text => [
      strong(outcome === 'failed' ? 'FAILS' : outcome === 'passed' ? 'holds' : 'NO DATA'),
      ' ',
      code(name),
      ` · ${said} · `,
      time(at),
    ],
  );
  return [{ kind: 'list', title: 'Checks', items, more: 0 }];
}

function checksSaid(checks: readonly CheckResult[]): string {
  if (checks.length === 0) return '';
  const held = checks.filter(({ outcome }) => outcome === 'passed').length;
  return ` · ${held} of ${checks.length} checks hold`;
}

function facts(status: WorkloadStatus, at: number): Block {
  const { replicas, autoscaled } = status;
  return {
    kind: 'facts',
    facts: [
      { label: 'target', value: [code(status.id)] },
      {
        label: 'instances',
        value: [
          `${replicas.ready} of ${replicas.desired} ready, ${replicas.updated} of this revision`,
        ],
      },
      { label: 'image', value: [status.images.join(', ')] },
      ...(status.revision === undefined
        ? []
        : [{ label: 'revision', value: [String(status.revision)] }]),
      ...(status.paused ? [{ label: 'rollout', value: ['paused'] }] : []),
      ...(autoscaled
        ? [
            {
              label: 'autoscaler',
              value: [`${autoscaled.by} keeps it between ${autoscaled.min} and ${autoscaled.max}`],
            },
          ]
        : []),
      { label: 'asked', value: [time(at)] },
    ],
  };
}

function unhealthy(status: WorkloadStatus): readonly Block[] {
  if (status.unhealthy.length === 0) return [];
  const items = status.unhealthy
    .slice(0, shownMax)
    .map(
      (each): Text => [
        code(each.instance),
        ` ${each.reason}${each.message ? `: ${each.message}` : ''}`,
        each.restarts > 0 ? ` · ${each.restarts} restarts` : '',
        each.last ? ` · last end: ${each.last}` : '',
      ],
    );
  const more = Math.max(0, status.unhealthy.length - shownMax);
  return [{ kind: 'list', title: 'Not healthy', items, more }];
}

function events(status: WorkloadStatus): readonly Block[] {
  const warnings = status.events.filter(({ warning }) => warning);
  if (warnings.length === 0) return [];
  const items = warnings
    .slice(0, shownMax)
    .map(({ at, about, reason, message }): Text => [time(at), ` ${about} ${reason}: ${message}`]);
  const more = Math.max(0, warnings.length - shownMax);
  return [{ kind: 'list', title: 'Warnings', items, more }];
}

/** The workload that was asked about, and who reads it; or that there is none, or nobody. */
export function workloadOf(
  verb: string,
  asked: Asking,
): { readonly target: TargetRef; readonly reader: WorkloadReader } | Problem {
  const { desk, service, environment } = asked;
  const target = targetOf('workload', asked);
  if (!target) {
    return problem('ROLE_NOT_CONFIGURED', { verb, service, environment, role: 'workload' });
  }
  const reader = desk.workload(target.integration, target.target);
  return reader
    ? { target, reader }
    : problem('TARGET_NOT_CONNECTED', { verb, service, target: target.target });
}
