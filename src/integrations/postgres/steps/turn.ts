import type { Step } from '../../../core/operation/plan.ts';
import type { Applied, ApplyContext, StepContext, StepDriver } from '../../../core/ports/step.ts';
import { type Pointing, saidOf } from '../../../core/ports/traffic.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { oldOf } from '../fencing.ts';
import { meetWrite } from '../proof.ts';
import { isFile, type TrafficRepoint } from '../schema.ts';
import { nodeNamed, type Reach } from '../topology.ts';
import { applying, checking, watching } from './outcome.ts';

/**
 * Turns what another integration holds: a proxy's servers, a name. Each place stands at the old primary, half-way at
 * nobody, or at the new one; the turn may be done twice. Anything else was done by somebody else.
 */
export function turnDriver(reach: Reach): StepDriver {
  const times = reach.config.repoint.map((each) => (isFile(each) ? 0 : each.traffic.withinMs));
  return {
    landsWithinMs: Math.max(0, ...times) + 5_000,
    check: (step, context) =>
      checking(async () => {
        const { pointing, state } = await looked(reach, step, context);
        const facts = { target: step.target.id, field: String(step.params['traffic']) };
        const planned = String(step.params['shown']);
        const moved = problem('PLAN_STALE', { ...facts, planned, observed: saidOf(pointing) });
        if (state === 'other') return { ok: false, problem: moved };
        return state === 'turned'
          ? { ok: false, ours: true, problem: moved }
          : { ok: true, token: saidOf(pointing) };
      }),
    apply: (step, context) => applying((sent) => apply(reach, { step, context, sent })),
    // Commands are answered at once: what has not turned it does not come. Clients have no writer, so it is told again.
    async probe(step, context) {
      const { state } = await looked(reach, step, context);
      return state === 'turned' ? 'yes' : state === 'shown' ? 'no' : 'cannot-know';
    },
    observe: (step, context) =>
      watching('a write of the application reaches the new primary', async () => {
        const { config, state } = await looked(reach, step, context);
        const left = String(context.outputs[`${step.id}-left`] ?? '');
        if (left !== '') {
          const turned = String(context.outputs[`${step.id}-turned`] ?? '') || 'none';
          return problem('PG_TRAFFIC_PART', { traffic: config.traffic.name, turned, left });
        }
        if (state !== 'turned') return false;
        const promoted = nodeNamed(reach, context.outputs['candidate']);
        const lacks = (await config.traffic.settled?.(promoted.name)) ?? '';
        if (lacks !== '') return lacks;
        const through = config.through ?? promoted.address;
        return (await meetWrite(reach.connections, through)).how === 'taken';
      }),
    undo: () => 'irreversible',
  };
}

async function apply(
  reach: Reach,
  {
    step,
    context,
    sent,
  }: { readonly step: Step; readonly context: ApplyContext; readonly sent: () => void },
): Promise<Applied> {
  const { config, pointing, state, places } = await looked(reach, step, context);
  if (state === 'other' || saidOf(pointing) !== context.token) return { outcome: 'moved' };
  const { name } = nodeNamed(reach, context.outputs['candidate']);
  const { done, left } = await config.traffic.turn(name, sent);
  // What was silent when the plan was made is turned where it can be, and its plan said that it may not.
  const failed = Object.entries(left).filter(([place]) => places.includes(place));
  const said = failed.map(([place, why]) => `${place}: ${why}`).join('; ');
  return {
    outcome: 'applied',
    outputs: { [`${step.id}-turned`]: done.join(', '), [`${step.id}-left`]: said },
  };
}

interface Looked {
  readonly config: TrafficRepoint;
  readonly pointing: Pointing;
  /** Those that were shown. */
  readonly places: readonly string[];
  readonly state: 'shown' | 'turned' | 'other';
}

async function looked(reach: Reach, { params }: Step, { outputs }: StepContext): Promise<Looked> {
  const traffic = String(params['traffic']);
  const config = reach.config.repoint.find(
    (each): each is TrafficRepoint => !isFile(each) && each.traffic.name === traffic,
  );
  if (!config) {
    const facts = { traffic, turned: 'none', left: 'it is no longer configured' };
    throw new ProblemError(problem('PG_TRAFFIC_PART', facts));
  }
  const from = oldOf(reach, params).name;
  const to = nodeNamed(reach, outputs['candidate']).name;
  const places = String(params['places']).split(', ');
  const pointing = await config.traffic.look();
  const states = places.map((place) => stateOf(pointing.at[place]));
  const state = states.every((each) => each === 'turned')
    ? 'turned'
    : states.includes('other')
      ? 'other'
      : 'shown';
  return { config, pointing, places, state };

  function stateOf(servers: readonly string[] | undefined): Looked['state'] {
    // One that is silent now is told all the same, and named when it does not hear.
    const [first, ...more] = servers ?? [];
    if (more.length > 0) return 'other';
    if (first === to) return 'turned';
    return first === undefined || first === from ? 'shown' : 'other';
  }
}
