import { decide, type OperationIntent } from '../../../src/core/operation/decide.ts';
import {
  anythingApplied,
  evolve,
  initialOperation,
  type OperationState,
  type StepState,
  terminal,
} from '../../../src/core/operation/operation.ts';
import { currentStep } from '../../../src/core/operation/step-decide.ts';
import { brokenBy } from './invariants.ts';
import { type Bounds, type Move, movesFrom, type Node, tick, type World } from './model-moves.ts';
import { ana, hashOf, op, plan, rule, T0 } from './sample.ts';

export interface Explored {
  readonly states: number;
  readonly turns: number;
  readonly depth: number;
  /** True when nothing was left to visit. */
  readonly whole: boolean;
  readonly statuses: ReadonlyMap<string, number>;
  /** Each with the way there. */
  readonly broken: readonly string[];
}

/**
 * Every evening there can be, not some: all states of one operation that people, the clock, crashes and a moving world
 * can lead to, each visited once. The world is modelled too (a write is under way, landed or lost), so that what the
 * operation claims can be compared with what is true.
 */
export function explore(bounds: Bounds): Explored {
  const first = start();
  const seen = new Set([keyOf(first)]);
  const statuses = new Map<string, number>();
  const broken: string[] = [];
  let turns = 0;
  let whole = true;
  let layer: readonly Node[] = [first];
  let depth = 0;
  while (layer.length > 0 && broken.length === 0) {
    const next: Node[] = [];
    for (const node of layer) {
      const { status } = node.operation;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (depth === bounds.depthMax) {
        whole = false;
        continue;
      }
      for (const move of movesFrom(node, bounds)) {
        turns += 1;
        const { to, said } = take(node, move);
        if (said.length > 0) broken.push(`${said.join(', ')}\n  ${way(to).join('\n  ')}`);
        const key = keyOf(to);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(to);
      }
    }
    layer = next;
    if (next.length > 0) depth += 1;
  }
  return { states: seen.size, turns, depth, whole, statuses, broken };

  function start(): Node {
    const world: World = {
      ticks: 0,
      worldMoved: false,
      policyChanged: false,
      left: [],
      effects: {},
      write: 'none',
      crashed: false,
    };
    const asked = apply(initialOperation(op), asking, T0);
    const planning: OperationIntent = {
      type: 'Plan',
      plan: { ...plan(bounds.story.plan), expiresAt: T0 + 3 * tick },
      hash: hashOf(bounds.story),
      rule: rule(bounds.story.rule),
    };
    const operation = apply(asked, planning, T0);
    return { operation, world, from: undefined, by: 'planned', depth: 0 };
  }
}

function take(node: Node, move: Move): { readonly to: Node; readonly said: readonly string[] } {
  const at = T0 + node.world.ticks * tick;
  const before = node.operation;
  const events = move.intent ? decide(move.intent, before) : [];
  const after = events.reduce((state, event) => evolve(state, event, { at }), before);
  const isIntended = events.some(({ type }) => type === 'StepIntended');
  const world: World = {
    ...node.world,
    ...move.world,
    ...(isIntended ? { write: 'unsent', crashed: false } : {}),
  };
  const to = { operation: after, world, from: node, by: move.name, depth: node.depth + 1 };
  const turn = move.intent ? brokenBy({ intent: move.intent, before, events, after, at }) : [];
  return { to, said: [...turn, ...lies(to)] };
}

/** What the operation claims against what really happened. */
function lies({ operation, world }: Node): readonly string[] {
  const said: string[] = [];
  const happened = Object.values(world.effects).reduce((sum, count) => sum + count, 0);
  for (const { step } of operation.steps) {
    const count = world.effects[step.id] ?? 0;
    if (count > 1) said.push(`${step.id} took effect ${count} times`);
  }
  const isOver = terminal.has(operation.status) && operation.settledAs === undefined;
  if (isOver && world.write === 'under way') said.push('over while a write is under way');
  if (isOver && happened > 0 && !anythingApplied(operation)) {
    said.push(`${operation.status} denies an effect`);
  }
  const claimed = operation.steps.filter(({ appliedAt }) => appliedAt > 0);
  for (const { step } of claimed) {
    if (!world.effects[step.id]) said.push(`${step.id} is claimed and never took effect`);
  }
  if (operation.status === 'done' && operation.settledAs === undefined) {
    const missing = operation.steps.filter(({ step }) => !world.effects[step.id]);
    if (missing.length > 0) said.push('done without all effects');
  }
  return said;
}

/**
 * Two states with one key behave alike: what is past is dropped, times are seen from now, and what only decides about a
 * beginning is dropped once it has begun.
 */
function keyOf({ operation, world }: Node): string {
  const hasBegun = operation.startedAt !== undefined;
  const current = currentStep(operation);
  const steps = operation.steps.map((step) => {
    const effect = world.effects[step.step.id] ?? 0;
    const past = [step.step.id, step.phase, step.appliedAt > 0, effect];
    return step === current ? [...past, ...timesOf(step, world.ticks)] : past;
  });
  const people = operation.approvals.map(({ evidence: { person } }) => person).toSorted();
  const open = hasBegun
    ? []
    : [people, world.ticks, world.policyChanged, world.left.toSorted(), operation.hash];
  return JSON.stringify([
    operation.status,
    steps,
    open,
    operation.stoppedBy !== undefined,
    operation.compensating,
    operation.settledAs,
    operation.endedBy?.person,
    world.worldMoved,
    current ? world.write : '',
    world.crashed,
  ]);
}

function timesOf(step: StepState, ticks: number): readonly (number | undefined)[] {
  const now = T0 + ticks * tick;
  const left = Math.max(0, step.landsBefore - now);
  const since = (from: number) => Math.min(step.step.verify.withinMs, now - from);
  return [step.attempt, left, since(step.intendedAt), since(step.appliedAt), step.progress?.done];
}

function way(node: Node): readonly string[] {
  const steps: string[] = [];
  for (let each: Node | undefined = node; each; each = each.from) {
    steps.unshift(`${each.by} → ${each.operation.status}`);
  }
  return steps;
}

function apply(state: OperationState, intent: OperationIntent, at: number): OperationState {
  return decide(intent, state).reduce((before, event) => evolve(before, event, { at }), state);
}

export const asking: OperationIntent = {
  type: 'Ask',
  verb: 'scale',
  line: 'scale checkout 6',
  service: 'checkout',
  environment: 'production',
  incident: '',
  requester: ana,
  reason: '',
  undoes: '',
};
