import { accountsFor } from '../../core/group.ts';
import type { DirectoryQuery } from '../../core/ports/directory.ts';
import type { Settings } from '../../core/settings.ts';
import type { Clock } from '../clock.ts';
import type { Rosters } from '../rosters.ts';

export interface DirectoriesLoopOptions {
  readonly clock: Clock;
  readonly settings: () => Settings;
  readonly rosters: Rosters;
  readonly everyMs: number;
}

export interface DirectoriesLoop {
  start(): void;
  close(): Promise<void>;
}

/** Between accounts that are asked after one by one: whoever decides something has the rest of what is allowed. */
const betweenMs = 2_000;

/**
 * Asks every directory that fills a group, one after the other, so that it is known whom to mention and who could approve
 * before anybody needs it. What is decided asks for itself.
 */
export function createDirectoriesLoop(options: DirectoriesLoopOptions): DirectoriesLoop {
  const { clock, settings, rosters, everyMs } = options;
  let cancel = (): void => undefined;
  let closed = false;

  async function turn(): Promise<void> {
    const { groups, people } = settings();
    for (const query of groups.flatMap(({ directories }) => directories)) {
      const accounts = accountsFor(query, people);
      if (accounts.length > 0) await refresh(query, rosters.parts(query, accounts));
    }
  }

  async function refresh(
    query: DirectoryQuery,
    parts: readonly (readonly string[])[],
  ): Promise<void> {
    for (const [index, part] of parts.entries()) {
      if (index > 0) await new Promise<void>((resolve) => clock.after(betweenMs, resolve));
      if (closed || (await rosters.refresh(query, part)) !== undefined) return;
    }
  }

  function run(): void {
    void turn().finally(() => {
      if (!closed) cancel = clock.after(everyMs, run);
    });
  }

  return {
    start() {
      if (settings().groups.some(({ directories }) => directories.length > 0)) run();
    },
    /** Nothing is waited for: what is under way only reads. */
    async close() {
      closed = true;
      cancel();
    },
  };
}
