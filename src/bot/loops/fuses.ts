import type { Blown } from '../../core/operation/fuse.ts';
import { fuseCard } from '../../core/view/fuse.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import type { TellSecurity } from '../security/notices.ts';
import type { Whisperer } from '../whisperer.ts';

export interface FusesLoopOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly tellSecurity: TellSecurity;
  readonly whisper: Whisperer;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface FusesLoop {
  wake(): void;
  close(): Promise<void>;
}

/** A journal that takes nothing: look again this much later. */
const retryMs = 5000;

/** Calls people when the fuse blew: security whatever happens, each of those to call directly while it is news. */
export function createFusesLoop(options: FusesLoopOptions): FusesLoop {
  const { engine, clock, log } = options;
  const beganAt = clock.now();
  const told = new Set<string>();
  let running: Promise<void> | undefined;
  let stop: (() => void) | undefined;
  let again = false;
  let closed = false;

  function wake(): void {
    if (closed) return;
    stop?.();
    stop = undefined;
    again = true;
    running ??= work().finally(() => {
      running = undefined;
      // Woken after the last look, and before anybody could know that it was the last.
      if (again && stop === undefined) wake();
    });
  }

  async function work(): Promise<void> {
    while (again && !closed) {
      again = false;
      for (const blown of engine.halts().blown) {
        if (told.has(blown.operation)) continue;
        try {
          await tell(blown);
        } catch (error) {
          log('a blown fuse was not told', { operation: blown.operation, error });
          stop = clock.after(retryMs, wake);
          return;
        }
      }
    }
  }

  async function tell(blown: Blown): Promise<void> {
    const { operation, operations, called, at } = blown;
    const facts = { operation, count: operations.length, operations: operations.join(', ') };
    await options.tellSecurity(
      { kind: 'fuse-blown', facts },
      { cause: `fuses/${operation}`, by: 'tocsin' },
    );
    told.add(operation);
    // Those of a process before were called by it.
    if (at < beganAt) return;
    for (const person of new Set(called.flatMap(({ people }) => people))) {
      const { on, why } = await options.whisper.tell(person, fuseCard(blown), operation);
      if (on.length === 0) log('nobody could be called directly', { operation, person, why });
    }
  }

  return {
    wake,
    async close() {
      closed = true;
      stop?.();
      await running;
    },
  };
}
