import type { TargetRef } from '../../core/ports/step.ts';
import type { WorkloadReader, WorkloadStatus } from '../../core/ports/workload.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Block, Text } from '../../core/view/card.ts';
import { code, strong, time } from '../../core/view/words.ts';
import type { Asking, ReadCommand, Reading } from '../command.ts';
import { environmentArgument, serviceArgument } from './arguments.ts';

export const health: ReadCommand = {
  does: 'read',
  name: 'health',
  family: 'ops',
  risk: 'read',
  summary: 'Say how the instances of a service are.',
  args: [serviceArgument, environmentArgument],
  example: 'health checkout env=production',
  answer,
};

/** What fits a screen; the cluster has the rest. */
const shownMax = 8;

async function answer(asked: Asking): Promise<Reading | Problem> {
  const { service, environment } = asked;
  const workload = workloadOf('health', asked);
  if ('code' in workload) return workload;
  const looked = await workload.reader.status(workload.target);
  if (!looked.ok) return looked.problem;
  const status = looked.value;
  return {
    title: [
      strong(service),
      ` · ${environment} · ${status.replicas.ready} of ${status.replicas.desired} ready`,
    ],
    blocks: [facts(status), ...unhealthy(status), ...events(status)],
  };
}

function facts(status: WorkloadStatus): Block {
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

/** The configured workload of the service that was asked about. */
/** The workload that was asked about, and who reads it; or that there is none, or nobody. */
export function workloadOf(
  verb: string,
  { desk, service, environment }: Asking,
): { readonly target: TargetRef; readonly reader: WorkloadReader } | Problem {
  const target = desk.settings.catalog.services
    .find(({ name }) => name === service)
    ?.environments.find(({ name }) => name === environment)?.targets['workload'];
  if (!target) {
    return problem('ROLE_NOT_CONFIGURED', { verb, service, environment, role: 'workload' });
  }
  const reader = desk.workload(target.integration, target.target);
  return reader
    ? { target, reader }
    : problem('TARGET_NOT_CONNECTED', { verb, service, target: target.target });
}
