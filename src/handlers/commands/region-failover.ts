import type { ServiceEnvironment } from '../../core/catalog.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Draft, Planner, TargetRef } from '../../core/ports/step.ts';
import { type Facts, type Problem, problem } from '../../core/problem.ts';
import type { Asking, OperationCommand, Subject } from '../command.ts';
import { isProblem } from '../command.ts';
import { argumentsOf } from '../judgement.ts';
import {
  acceptArgument,
  anotherArgument,
  environmentArgument,
  reasonArgument,
  serviceArgument,
  ticketArgument,
} from './arguments.ts';
import { inOrder, type Part } from './in-order.ts';
import { environmentOf } from './subject.ts';

/** Another environment of the service takes over: enough instances, its own database, then the traffic, then people are told. */
export const regionFailover: OperationCommand = {
  does: 'operation',
  name: 'region-failover',
  family: 'danger',
  risk: 'danger',
  summary: 'Let another environment take over what a region served.',
  args: [
    serviceArgument,
    {
      name: 'to',
      kind: 'word',
      required: true,
      named: true,
      summary: 'Environment of the service that takes over.',
    },
    {
      name: 'replicas',
      kind: 'count',
      required: false,
      named: true,
      summary: 'How many instances it is to have; as many as it has when absent.',
    },
    acceptArgument,
    environmentArgument,
    reasonArgument,
    ticketArgument,
    anotherArgument,
  ],
  example: 'region-failover checkout env=production to=production-us replicas=6',
  subject,
};

async function subject(asked: Asking): Promise<Subject | Problem> {
  const { desk, service, environment: from } = asked;
  const to = String(asked.args['to']);
  const ends = endsOf(asked, { from, to });
  if (isProblem(ends)) return ends;
  const { there } = ends;
  const verb = 'region-failover';
  const missing = (role: string) =>
    problem('ROLE_NOT_CONFIGURED', { verb, service, environment: to, role });
  if (!there.targets['traffic']) return missing('traffic');
  const replicas = asked.args['replicas'];
  if (replicas !== undefined && !there.targets['workload']) return missing('workload');
  const told = {
    text: `${service}: ${from} failed over to ${to}. ${asked.args['reason'] ?? ''}`.trim(),
  };
  const wanted: readonly Wanted[] = [
    ...(replicas === undefined ? [] : [{ role: 'workload', verb: 'scale', args: { replicas } }]),
    { role: 'database', verb: 'promote', args: {} },
    { role: 'traffic', verb: 'repoint', args: {} },
    { role: 'notice', verb: 'tell', args: told },
  ];
  const drafting: Drafting[] = [];
  for (const each of wanted) {
    const target = there.targets[each.role];
    if (!target) continue;
    const planner = desk.planner(target.integration, target.target);
    if (!planner) return problem('TARGET_NOT_CONNECTED', { verb, service, target: target.target });
    drafting.push({ ...each, target, planner });
  }
  return {
    service,
    environment: to,
    incident: asked.incident?.opened.incident ?? '',
    undoes: '',
    targets: [...new Set(drafting.map(({ target }) => target.target))],
    draft: async (operation) => {
      const parts = await Promise.all(drafting.map((each) => partOf(each, { asked, operation })));
      return inOrder(parts, {
        blast: { from, to, ...objectiveOf(ends.here, asked) },
        warnings: warningsOf(there, asked),
      });
    },
  };
}

interface Wanted {
  readonly role: string;
  readonly verb: string;
  readonly args: Facts;
}

interface Drafting extends Wanted {
  readonly target: TargetRef;
  readonly planner: Planner;
}

interface Ends {
  readonly here: ServiceEnvironment;
  readonly there: ServiceEnvironment;
}

function endsOf(asked: Asking, { from, to }: { from: string; to: string }): Ends | Problem {
  const here = environmentOf(asked, from);
  const there = environmentOf(asked, to);
  const { service } = asked;
  if (from === to) return problem('REGION_SAME', { service, environment: to });
  if (here && there) return { here, there };
  const known = asked.desk.settings.catalog.services
    .find(({ name }) => name === service)
    ?.environments.map(({ name }) => name)
    .filter((name) => name !== from);
  return problem('REGION_UNKNOWN', { service, to, known: known?.join(', ') || 'none' });
}

async function partOf(
  { role, verb, args, target, planner }: Drafting,
  { asked, operation }: { readonly asked: Asking; readonly operation: string },
): Promise<Part> {
  const given = { ...argumentsOf(asked), ...args };
  const { to: _, ...others } = given;
  const request = { verb, operation, service: asked.service, target, args: others };
  const draft: Draft = await planner.draft(request);
  return { name: role, draft };
}

/** The clock of the objective runs from the incident's begin; without an incident from the request. */
function objectiveOf(
  { objectives }: ServiceEnvironment,
  { incident, at }: Pick<Asking, 'incident' | 'at'>,
): Facts {
  if (!objectives) return {};
  const { rtoMs, rpoMs } = objectives;
  const until = new Date((incident?.openedAt ?? at) + rtoMs).toISOString();
  return {
    objective: `served again within ${formatDuration(rtoMs)}, until ${until.slice(0, 10)} ${until.slice(11, 16)} UTC; at most ${formatDuration(rpoMs)} of writes lost`,
  };
}

/** What stands beside the steps and is not done by them. */
function warningsOf({ name, targets }: ServiceEnvironment, { args }: Asking): readonly Problem[] {
  return [
    ...(targets['workload'] && args['replicas'] === undefined
      ? [problem('REGION_NOT_SCALED', { to: name })]
      : []),
    ...(targets['database'] ? [] : [problem('REGION_WITHOUT_DATABASE', { to: name })]),
  ];
}
