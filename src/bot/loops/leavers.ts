import type { Person } from '../../core/person.ts';
import type { Clock } from '../clock.ts';
import type { ServedDirectory } from '../rosters.ts';

export interface LeaversLoopOptions {
  readonly clock: Clock;
  /** As the configuration binds them, and as they are. */
  readonly people: () => readonly Person[];
  readonly directories: () => readonly ServedDirectory[];
  readonly left: (kind: string, account: string) => Promise<void>;
  readonly back: (kind: string, account: string) => Promise<void>;
  readonly everyMs: number;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface LeaversLoop {
  start(): void;
  close(): Promise<void>;
}

/** Between two questions, so that whoever decides something has the rest of what the platform allows. */
const betweenMs = 2_000;

/** Asks every platform, account by account, who is a member no more: whoever has left is nobody here, at once. */
export function createLeaversLoop(options: LeaversLoopOptions): LeaversLoop {
  const { clock } = options;
  let cancel = (): void => undefined;
  let closed = false;

  async function turn(): Promise<void> {
    for (const { kind, account } of accountsOf(options.people())) {
      const directory = options
        .directories()
        .find(({ name, isOf }) => name.startsWith(`${kind}/`) && isOf?.(account));
      if (!directory?.standing) continue;
      if (closed) return;
      const standing = await directory.standing(account).catch(() => 'unknown');
      if (standing === 'left') await options.left(kind, account);
      if (standing === 'member') await options.back(kind, account);
      await new Promise<void>((resolve) => clock.after(betweenMs, resolve));
    }
  }

  function run(): void {
    turn()
      .catch((error: unknown) => options.log('leavers were not looked for', { error }))
      .finally(() => {
        if (!closed) cancel = clock.after(options.everyMs, run);
      });
  }

  return {
    start: run,
    /** Nothing is waited for: what is under way only reads. */
    async close() {
      closed = true;
      cancel();
    },
  };
}

function accountsOf(people: readonly Person[]) {
  const all = people.flatMap(({ accounts }) =>
    Object.entries(accounts).flatMap(([kind, each]) => each.map((account) => ({ kind, account }))),
  );
  return [...new Map(all.map((each) => [`${each.kind} ${each.account}`, each])).values()];
}
