import { type Problem, problem } from '../../core/problem.ts';
import type { Asking, OperationCommand, Subject } from '../command.ts';
import { operationArgument, reasonArgument, ticketArgument } from './arguments.ts';

export const undo: OperationCommand = {
  does: 'operation',
  name: 'undo',
  family: 'ops',
  risk: 'change',
  summary: 'Plan the way back from an operation, if what it wrote still stands.',
  args: [operationArgument, reasonArgument, ticketArgument],
  example: 'undo op-3f9a2c7d11',
  subject,
};

/** The steps that took effect, last first, each by the integration that did it. */
async function subject({ desk, args }: Asking): Promise<Subject | Problem> {
  const id = String(args['operation']);
  const operation = await desk.operation(id);
  if (!operation?.asked || !operation.plan)
    return problem('OPERATION_NOT_FOUND', { operation: id });
  if (operation.status !== 'done' && operation.status !== 'failed') {
    return problem('NOTHING_TO_UNDO', { operation: id, why: `It is ${operation.status}.` });
  }
  const stands = operation.steps.filter(
    ({ appliedAt, compensation }) => appliedAt > 0 && !compensation,
  );
  const [only, ...others] = stands;
  if (!only)
    return problem('NOTHING_TO_UNDO', { operation: id, why: 'None of its steps took effect.' });
  if (others.length > 0) {
    return problem('NOTHING_TO_UNDO', {
      operation: id,
      why: 'It has several steps; undo each by its own command.',
    });
  }
  if (only.step.undo === 'irreversible') {
    return problem('NOTHING_TO_UNDO', { operation: id, why: 'Its step is irreversible.' });
  }
  const { integration, target: name, locator } = only.step.at;
  const planner = desk.planner(integration, name);
  const configured = desk.settings.catalog.services
    .find((service) => service.name === operation.asked?.service)
    ?.environments.find((environment) => environment.name === operation.asked?.environment);
  const target = Object.values(configured?.targets ?? {}).find(
    (candidate) => candidate.integration === integration && candidate.target === name,
  );
  if (!planner || !target)
    return problem('TARGET_NOT_CONNECTED', {
      verb: 'undo',
      service: operation.asked.service,
      target: name,
    });
  const { service, environment, incident } = operation.asked;
  return {
    service,
    environment,
    incident,
    undoes: id,
    targets: [name],
    draft: (fresh) =>
      planner.draft({
        verb: 'undo',
        operation: fresh,
        service,
        target: { ...target, locator },
        args: {},
        undoes: only.step,
      }),
  };
}
