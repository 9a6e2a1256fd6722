import type { Change, Step } from '../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../core/ports/step.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { Clients } from './clients.ts';
import { refused } from './database.ts';
import { countKind } from './steps/kinds.ts';

export interface EcsService {
  readonly arn: string;
  readonly status: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
}

export interface EcsPlace {
  readonly cluster: string;
  readonly service: string;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
export async function readService(
  clients: Clients,
  { cluster, service }: EcsPlace,
): Promise<EcsService> {
  const { services: [found] = [] } = await clients.ecs('DescribeServices', (ecs, sdk) =>
    ecs.send(new sdk.DescribeServicesCommand({ cluster, services: [service] })),
  );
  if (found === undefined || found.status === 'INACTIVE') {
    throw new ProblemError(problem('AWS_NO_SERVICE', { cluster, service }));
  }
  return {
    arn: found.serviceArn ?? '',
    status: found.status ?? '',
    desired: found.desiredCount ?? 0,
    running: found.runningCount ?? 0,
    pending: found.pendingCount ?? 0,
  };
}

export async function draftScale(
  request: DraftRequest,
  clients: Clients,
  place: EcsPlace,
): Promise<Draft> {
  const { min, max } = request.target.bounds;
  const to = Number(request.args['replicas']);
  if ((min !== undefined && to < min) || (max !== undefined && to > max)) {
    const facts = { service: place.service, to, min: min ?? 0, max: max ?? 'any number' };
    return refused('AWS_OUT_OF_BOUNDS', facts);
  }
  return draftCount(request, { clients, place, to });
}

/** Back to what it was, if nobody has changed it since. */
export async function draftCountBack(
  request: DraftRequest,
  clients: Clients,
  place: EcsPlace,
): Promise<Draft> {
  const { undoes } = request;
  const wrote = Number(undoes?.params['to']);
  const { desired } = await readService(clients, place);
  if (desired !== wrote) {
    return refused('AWS_UNDO_MOVED', { what: place.service, wrote, observed: desired });
  }
  return draftCount(request, { clients, place, to: Number(undoes?.params['from']) });
}

async function draftCount(
  request: DraftRequest,
  {
    clients,
    place,
    to,
  }: { readonly clients: Clients; readonly place: EcsPlace; readonly to: number },
): Promise<Draft> {
  const { cluster, service } = place;
  const found = await readService(clients, place);
  if (found.desired === to) return refused('AWS_COUNT_ALREADY', { service, to });
  const { target, locator } = request.target;
  const named = { id: `aws/${target}/service/${cluster}/${service}`, identity: found.arn };
  const change = countChange(found.desired, to);
  const step: Step = {
    id: 's1',
    kind: countKind,
    v: 1,
    target: named,
    at: { integration: 'aws', target, locator },
    change,
    params: { cluster, service, from: found.desired, to },
    preconditions: { status: 'ACTIVE', desired: found.desired },
    postconditions: { status: 'ACTIVE', desired: to },
    verify: { what: 'as many tasks run', withinMs: 600_000 },
    guard: 'unguarded',
    undo: {
      change: countChange(to, found.desired),
      params: { cluster, service, from: to, to: found.desired },
    },
    onFailure: 'stop',
    critical: false,
  };
  return {
    ok: true,
    steps: [step],
    targets: [named],
    diff: change,
    warnings: to === 0 ? [problem('AWS_COUNT_ZERO', { service })] : [],
    blast: {
      'ecs cluster': cluster,
      'ecs service': service,
      running: found.running,
      desired: found.desired,
    },
    risk: to === 0 ? 'danger' : 'change',
  };
}

function countChange(from: number, to: number): readonly Change[] {
  return [{ path: 'desired count', what: 'changed', from: String(from), to: String(to) }];
}
