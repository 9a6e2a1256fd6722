import type { Unlocked } from '../../core/factor/factor.ts';

/** Sessions in which a person's factors are open for changes, and what is half enrolled in them. Gone with a restart. */
export interface Unlocking {
  open(session: string, by: Unlocked, at: number): void;
  /** By what it was opened; undefined when it is not. */
  openedBy(session: string, at: number): Unlocked | undefined;
  /** The secret of an app that was shown and not yet proved. */
  keepSecret(session: string, secret: string, at: number): void;
  secretOf(session: string, at: number): string | undefined;
  dropSecret(session: string): void;
}

export const unlockedMs = 10 * 60_000;
const sessionsMax = 1000;

interface Open {
  readonly by: Unlocked;
  readonly until: number;
  readonly secret?: string;
}

export function createUnlocking(): Unlocking {
  const sessions = new Map<string, Open>();

  function opened(session: string, at: number): Open | undefined {
    const found = sessions.get(session);
    return found && at < found.until ? found : undefined;
  }

  function forget(at: number): void {
    for (const [session, { until }] of sessions) if (until <= at) sessions.delete(session);
    // Each took an operator's code or a factor: more of them at a time than that are not people.
    for (const session of sessions.keys()) {
      if (sessions.size < sessionsMax) return;
      sessions.delete(session);
    }
  }

  return {
    open(session, by, at) {
      forget(at);
      sessions.set(session, { by, until: at + unlockedMs });
    },
    openedBy: (session, at) => opened(session, at)?.by,
    keepSecret(session, secret, at) {
      const found = opened(session, at);
      if (found) sessions.set(session, { ...found, secret });
    },
    secretOf: (session, at) => opened(session, at)?.secret,
    dropSecret(session) {
      const found = sessions.get(session);
      if (found) sessions.set(session, { by: found.by, until: found.until });
    },
  };
}
