import { decide } from '../../../../src/core/operation/decide.ts';
import {
  evolve,
  initialOperation,
  type OperationState,
} from '../../../../src/core/operation/operation.ts';
import { judge } from '../../../../src/core/operation/policy.ts';
import type { Evidence } from '../../../../src/core/person.ts';
import { op, T0 } from '../sample.ts';
import { movesFrom, type Stage, stageOf, type Thoroughness } from './moves.ts';
import { type Core, expiresAtTick, type Move, type Night, tick, type Witness } from './night.ts';
import { brokenBy, remember } from './witness.ts';

export interface Explored {
  readonly states: number;
  readonly turns: number;
  /** The longest of the shortest ways to a state, in intents. */
  readonly depth: number;
  readonly statuses: ReadonlySet<string>;
  /** Each with the way there; the search ends at the first depth that has any. */
  readonly broken: readonly string[];
}

interface Node {
  readonly operation: OperationState;
  readonly witness: Witness;
  readonly from: Node | undefined;
  readonly by: string;
}

export const realCore: Core = { decide, judge };

/**
 * Every way a plan can go from its request to its end: all states that people, clocks, directories, quotas, halts and a
 * policy that is loaded anew can lead to, each visited once, until there is no new one.
 */
export function exploreNight(
  night: Night,
  {
    core = realCore,
    thorough = 'each',
    intentsMax = Infinity,
  }: {
    readonly core?: Core;
    readonly thorough?: Thoroughness;
    readonly intentsMax?: number;
  } = {},
): Explored {
  const stage = stageOf(core, night, thorough);
  const first: Node = {
    operation: initialOperation(op),
    witness: { ticks: 0, asker: '', approvals: [], isOver: false },
    from: undefined,
    by: 'nothing was asked',
  };
  const seen = new Set([keyOf(first, night)]);
  const statuses = new Set<string>();
  const broken = new Map<string, string>();
  let turns = 0;
  let depth = 0;
  for (
    let layer: readonly Node[] = [first];
    layer.length > 0 && broken.size === 0 && depth < intentsMax;
  ) {
    const next: Node[] = [];
    for (const node of layer) {
      statuses.add(node.operation.status);
      for (const { to, said } of turnsFrom(stage, node, core)) {
        turns += 1;
        for (const each of said) {
          if (!broken.has(each)) broken.set(each, `${each}\n  ${way(to).join('\n  ')}`);
        }
        const key = keyOf(to, night);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(to);
      }
    }
    layer = next;
    if (next.length > 0) depth += 1;
  }
  return { states: seen.size, turns, depth, statuses, broken: [...broken.values()] };
}

function* turnsFrom(
  stage: Stage,
  node: Node,
  core: Core,
): Generator<{ readonly to: Node; readonly said: readonly string[] }> {
  const { operation, witness } = node;
  const isPending = ['asked', 'waiting', 'approved'].includes(operation.status);
  if (isPending && witness.ticks <= expiresAtTick) {
    const later = { ...witness, ticks: witness.ticks + 1 };
    yield { to: { operation, witness: later, from: node, by: 'a minute passes' }, said: [] };
  }
  for (const move of movesFrom(stage, operation, witness)) {
    yield take(stage, { node, move }, core);
  }
}

function take(
  { night }: Stage,
  { node, move }: { readonly node: Node; readonly move: Move },
  core: Core,
) {
  const { operation: before, witness } = node;
  const at = T0 + witness.ticks * tick;
  const events = core.decide(move.intent, before);
  const after = events.reduce((state, event) => evolve(state, event, { at }), before);
  const turn = { night, move, witness, before, events, after, at };
  const to: Node = {
    operation: after,
    witness: events.length === 0 && !isWord(move) ? witness : remember(turn),
    from: node,
    by: move.name,
  };
  return { to, said: events.length === 0 ? [] : brokenBy(turn) };
}

/** What counts as said although the operation keeps quiet about it. */
function isWord({ intent, jump }: Move): boolean {
  return jump !== undefined || ['Withdraw', 'Decline', 'Cancel', 'Expire'].includes(intent.type);
}

/** Two states with one key behave alike: of what is past only what may still matter is kept. */
function keyOf({ operation, witness }: Node, { originals }: Night): string {
  const { status, rule, approvals, glass, steps, asked } = operation;
  const hasBegun = operation.startedAt !== undefined;
  return JSON.stringify([
    status,
    asked?.requester.person,
    originals && asked && groupsOf(asked.requester),
    rule?.where,
    rule?.severityBy,
    operation.plan?.requester,
    approvals.map(({ evidence, at }) => pressKey(evidence, at, operation.hash)).toSorted(),
    glass && pressKey(glass.evidence, glass.at, operation.hash),
    glass?.review?.as,
    steps.map(({ phase, attempt, appliedAt }) => [phase, attempt, appliedAt > 0]),
    operation.stoppedBy !== undefined,
    operation.settledAs,
    operation.endedBy?.person,
    hasBegun ? [] : [witness.ticks, witness.demanded, witness.approvals, witness.isOver],
    witness.glass,
    witness.original,
  ]);
}

function pressKey({ person, surface, stepUp }: Evidence, at: number, hash = ''): string {
  const factor = stepUp === undefined ? 'none' : `${stepUp.hash === hash} ${stepUp.at - at}`;
  return `${person} ${surface} ${factor}`;
}

function groupsOf({ memberships }: Evidence): readonly string[] {
  return memberships.map(({ group }) => group);
}

function way(node: Node): readonly string[] {
  const steps: string[] = [];
  for (let each: Node | undefined = node; each; each = each.from) {
    steps.unshift(`${each.by} → ${each.operation.status}`);
  }
  return steps;
}
