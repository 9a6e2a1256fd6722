import { describe, expect, it } from 'vitest';
import { decide, type OperationIntent } from '../../../src/core/operation/decide.ts';
import { lockedTargets, lockWrites } from '../../../src/core/operation/locks.ts';
import {
  evolve,
  initialOperation,
  type OperationEvent,
  type OperationState,
} from '../../../src/core/operation/operation.ts';
import {
  evolveTarget,
  initialTarget,
  type TargetEvent,
} from '../../../src/core/operation/target.ts';
import { applied, approved, ben, intended, succeeded, T0, verified } from './sample.ts';

/**
 * Two operations on the same two targets. Each turn reads, decides and appends with the versions it read; between any
 * two of these the other may run. Every order there is is played.
 */
describe('two operations on one target, in every order of their turns', () => {
  const orders = allOrders(8);

  it('never run at the same time, and the second begins when the first has ended', () => {
    const firstToEnd = new Set<string>();
    let refusals = 0;
    for (const order of orders) {
      const world = new World();
      const turns = { a: operationTurns(world, 'a'), b: operationTurns(world, 'b') };
      for (const name of order) {
        turns[name].next();
        expect(world.running().length).toBeLessThanOrEqual(1);
      }
      // Whatever was left undone ends when both go on in turn.
      for (let round = 0; round < 40 && world.ended.length < 2; round += 1) {
        turns[round % 2 === 0 ? 'a' : 'b'].next();
        expect(world.running().length).toBeLessThanOrEqual(1);
      }
      expect(world.ended.toSorted()).toEqual(['a', 'b']);
      expect(world.holders()).toEqual([]);
      firstToEnd.add(world.ended[0] ?? '');
      refusals += world.conflicts;
    }
    expect(orders.length).toBe(256);
    expect([...firstToEnd].toSorted()).toEqual(['a', 'b']);
    // Had no append met another's, the orders would not have been interesting.
    expect(refusals).toBeGreaterThan(0);
  });
});

type Name = 'a' | 'b';

/** Reads, decides, appends: one `yield` wherever the real loop awaits. */
function* operationTurns(world: World, name: Name): Generator<undefined> {
  while (world.operation(name).status === 'approved') {
    const before = world.read(name);
    yield;
    const targets = before.targets.map((id) => world.readTarget(id));
    yield;
    const begin: OperationIntent = {
      type: 'Begin',
      at: T0 + 1000,
      standing: [ben],
      policy: 'policy-1',
    };
    world.append(name, before, decide(begin, before.state), targets);
    yield;
  }
  const after = world.read(name);
  const targets = after.targets.map((id) => world.readTarget(id));
  yield;
  const work = [intended(), applied(), verified(), succeeded];
  expect(world.append(name, after, work, targets)).toBe(true);
  world.ended.push(name);
}

interface ReadOperation {
  readonly state: OperationState;
  readonly version: number;
  readonly targets: readonly string[];
}

interface ReadTarget {
  readonly id: string;
  readonly version: number;
  readonly state: ReturnType<typeof initialTarget>;
}

class World {
  readonly ended: Name[] = [];
  conflicts = 0;
  readonly #operations = new Map<Name, readonly OperationEvent[]>();
  readonly #targets = new Map<string, readonly TargetEvent[]>();

  constructor() {
    const targets = ['postgres/pg-main', 'haproxy/edge'].map((id) => ({ id, identity: id }));
    const events = approved({ plan: { targets } });
    this.#operations.set('a', events).set('b', events);
  }

  operation(name: Name): OperationState {
    const events = this.#operations.get(name) ?? [];
    return events.reduce(
      (state, event) => evolve(state, event, { at: T0 }),
      initialOperation(name),
    );
  }

  read(name: Name): ReadOperation {
    const state = this.operation(name);
    const version = this.#operations.get(name)?.length ?? 0;
    return { state, version, targets: lockedTargets(state) };
  }

  readTarget(id: string): ReadTarget {
    const events = this.#targets.get(id) ?? [];
    const state = events.reduce(
      (before, event) => evolveTarget(before, event, { at: T0 }),
      initialTarget(id),
    );
    return { id, version: events.length, state };
  }

  /** All streams or none, each at the version that was read: also those that get no event. */
  append(
    name: Name,
    read: ReadOperation,
    events: readonly OperationEvent[],
    targets: readonly ReadTarget[],
  ): boolean {
    const after = events.reduce((state, event) => evolve(state, event, { at: T0 }), read.state);
    const states = targets.map(({ state }) => state);
    const locks = lockWrites({ before: read.state, after }, events, states);
    if (!locks.ok) return false;
    const isCurrent =
      this.read(name).version === read.version &&
      locks.writes.every(({ target }) => {
        const known = targets.find(({ id }) => id === target);
        return known?.version === (this.#targets.get(target)?.length ?? 0);
      });
    if (!isCurrent) {
      this.conflicts += 1;
      return false;
    }
    this.#operations.set(name, [...(this.#operations.get(name) ?? []), ...events]);
    for (const write of locks.writes) {
      const before = this.#targets.get(write.target) ?? [];
      this.#targets.set(write.target, [...before, ...write.events]);
    }
    return true;
  }

  running(): readonly Name[] {
    return (['a', 'b'] as const).filter((name) => this.operation(name).status === 'running');
  }

  holders(): readonly string[] {
    return [...this.#targets.keys()].flatMap((id) => this.readTarget(id).state.heldBy ?? []);
  }
}

function allOrders(length: number): readonly (readonly Name[])[] {
  if (length === 0) return [[]];
  return allOrders(length - 1).flatMap((order) => [
    [...order, 'a' as const],
    [...order, 'b' as const],
  ]);
}
