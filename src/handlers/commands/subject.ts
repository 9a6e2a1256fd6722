import type { ServiceEnvironment } from '../../core/catalog.ts';
import { everything, ownTarget } from '../../core/operation/halt.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Asking, Subject } from '../command.ts';
import { argumentsOf } from '../judgement.ts';

/** To lift a halt: our own record is what is written to. */
export function liftedBy(
  verb: 'unfreeze' | 'read-only',
  { desk, args, incident }: Asking,
): Subject | Problem {
  const scope = verb === 'unfreeze' ? String(args['scope']) : everything;
  const planner = desk.planner(ownTarget.integration, ownTarget.target);
  const kind = verb === 'unfreeze' ? 'freeze' : verb;
  if (!planner) return problem('FREEZE_NOT_FOUND', { what: kind });
  const service = scope === everything ? '' : scope;
  const target = { ...ownTarget, locator: { kind, scope }, bounds: {}, show: [] };
  return {
    service,
    environment: '',
    incident: incident?.opened.incident ?? '',
    undoes: '',
    targets: [],
    draft: (operation) => planner.draft({ verb, operation, service, target, args: {} }),
  };
}

/** Of the service that is asked about. */
export function environmentOf(
  { desk, service }: Pick<Asking, 'desk' | 'service'>,
  environment: string,
): ServiceEnvironment | undefined {
  return desk.settings.catalog.services
    .find(({ name }) => name === service)
    ?.environments.find(({ name }) => name === environment);
}

/** A verb whose steps are drafted by the integration that holds the service's target of a role. */
export async function draftedBy(
  role: string,
  verb: string,
  asked: Asking,
): Promise<Subject | Problem> {
  const { desk, service, environment } = asked;
  const target = environmentOf(asked, environment)?.targets[role];
  if (!target) return problem('ROLE_NOT_CONFIGURED', { verb, service, environment, role });
  const planner = desk.planner(target.integration, target.target);
  if (!planner) {
    return problem('TARGET_NOT_CONNECTED', { verb, service, target: target.target });
  }
  const args = argumentsOf(asked);
  return {
    service,
    environment,
    incident: asked.incident?.opened.incident ?? '',
    undoes: '',
    targets: [target.target],
    draft: (operation) => planner.draft({ verb, operation, service, target, args }),
  };
}
