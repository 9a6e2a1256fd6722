import type { OperationState } from '../../core/operation/operation.ts';
import type { Step } from '../../core/operation/plan.ts';
import { standingSteps } from '../../core/operation/undo.ts';
import type { Draft, Planner, TargetRef } from '../../core/ports/step.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { type Asking, isProblem, type OperationCommand, type Subject } from '../command.ts';
import type { Desk } from '../desk.ts';
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
  const why = hindrance(operation);
  if (why !== undefined) return problem('NOTHING_TO_UNDO', { operation: id, why });
  const { service, environment, incident } = operation.asked;
  const ways: Way[] = [];
  for (const { step } of standingSteps(operation)) {
    const way = wayOf(step, { service, environment, desk });
    if (isProblem(way)) return way;
    ways.push(way);
  }
  return {
    service,
    environment,
    incident,
    undoes: id,
    targets: [...new Set(ways.map(({ target }) => target.target))],
    draft: (fresh) => draftAll(ways, fresh, service),
  };
}

function hindrance(operation: OperationState): string | undefined {
  const { status, compensated } = operation;
  if (status !== 'done' && status !== 'failed') return `It is ${status}.`;
  if (compensated) return 'What it did was taken back already.';
  const steps = standingSteps(operation).map(({ step }) => step);
  if (steps.length === 0) return 'None of its steps took effect.';
  const final = steps.filter(({ undo }) => undo === 'irreversible').map((step) => step.id);
  if (final.length > 0) return `What ${final.join(', ')} did cannot be taken back.`;
  // Each way back is drafted on the world as it is, and not as another one leaves it.
  const targets = steps.map(({ target }) => target.id);
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  return twice === undefined
    ? undefined
    : `Two of its steps changed ${twice}; set what is to be there by the command for it.`;
}

interface Way {
  readonly planner: Planner;
  readonly target: TargetRef;
  readonly undoes: Step;
}

function wayOf(
  step: Step,
  {
    service,
    environment,
    desk,
  }: { readonly service: string; readonly environment: string; readonly desk: Desk },
): Way | Problem {
  const { integration, target: name, locator } = step.at;
  const planner = desk.planner(integration, name);
  const configured = desk.settings.catalog.services
    .find((each) => each.name === service)
    ?.environments.find((each) => each.name === environment);
  const target =
    sourceOf(step) ??
    Object.values(configured?.targets ?? {}).find(
      (candidate) => candidate.integration === integration && candidate.target === name,
    );
  return planner && target
    ? { planner, target: { ...target, locator }, undoes: step }
    : problem('TARGET_NOT_CONNECTED', { verb: 'undo', service, target: name });
}

/** A source of alerts is the target of no service: what was done there is undone there. */
function sourceOf({ at }: Step): TargetRef | undefined {
  const isSource = at.locator['source'] === `${at.integration}/${at.target}`;
  return isSource ? { ...at, bounds: {}, show: [] } : undefined;
}

/** One plan of all of them, or the first refusal: half a way back is not what was asked for. */
async function draftAll(ways: readonly Way[], operation: string, service: string): Promise<Draft> {
  const drafts: Extract<Draft, { readonly ok: true }>[] = [];
  for (const { planner, target, undoes } of ways) {
    const draft = await planner.draft({
      verb: 'undo',
      operation,
      service,
      target,
      args: {},
      undoes,
    });
    if (!draft.ok) return draft;
    drafts.push(draft);
  }
  const [only, ...others] = drafts;
  if (only && others.length === 0) return only;
  return {
    ok: true,
    steps: drafts
      .flatMap(({ steps }) => steps)
      .map((step, index) => ({ ...step, id: `s${index + 1}` })),
    targets: drafts.flatMap(({ targets }) => targets),
    diff: drafts.flatMap(({ diff }) => diff),
    warnings: drafts.flatMap(({ warnings }) => warnings),
    blast: Object.assign({}, ...drafts.map(({ blast }) => blast)),
    risk: drafts.some(({ risk }) => risk === 'danger') ? 'danger' : 'change',
  };
}
