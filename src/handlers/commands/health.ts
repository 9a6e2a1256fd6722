import { type Problem, problem } from '../../core/problem.ts';
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

async function answer(asked: Asking): Promise<Reading | Problem> {
  const { desk, service, environment } = asked;
  const target = workloadOf(asked);
  const reader = target && desk.workload(target.integration, target.target);
  if (!target || !reader) {
    return problem('ROLE_NOT_CONFIGURED', {
      verb: 'health',
      service,
      environment,
      role: 'workload',
    });
  }
  const status = await reader.status(target);
  const facts = [
    { label: 'instances', value: [`${status.ready} of ${status.desired} ready`] },
    { label: 'running', value: [status.images.join(', ')] },
    { label: 'revision', value: [status.revision] },
  ];
  const unhealthy = status.unhealthy.slice(0, 10);
  return {
    title: [`${service} · ${environment}`],
    blocks: [
      { kind: 'facts', facts },
      ...(unhealthy.length > 0
        ? [
            {
              kind: 'list' as const,
              title: 'Not healthy',
              items: unhealthy.map(({ name, reason }) => [`${name}: ${reason}`]),
              more: status.unhealthy.length - unhealthy.length,
            },
          ]
        : []),
    ],
  };
}

/** The configured workload of the service that was asked about. */
export function workloadOf({ desk, service, environment }: Asking) {
  return desk.settings.catalog.services
    .find(({ name }) => name === service)
    ?.environments.find(({ name }) => name === environment)?.targets['workload'];
}
