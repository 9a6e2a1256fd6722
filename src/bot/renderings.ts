import type { Actor } from '../handlers/dispatch.ts';

/** Which renderings were made for whom, lately: in memory alone, so that a restart only asks for one more look. */
export interface Renderings {
  opened(actor: Actor, digest: string): void;
  wasOpened(actor: Actor, digest: string): boolean;
}

/** As long as Discord takes an answer to a press; a modal of Slack is not looked at longer. */
const countsForMs = 15 * 60_000;
const keptMax = 2000;

export function createRenderings(now: () => number): Renderings {
  const openedAt = new Map<string, number>();
  const nameOf = ({ surface, account }: Actor, digest: string) => `${surface} ${account} ${digest}`;
  return {
    opened(actor, digest) {
      const name = nameOf(actor, digest);
      // The newest stand last.
      openedAt.delete(name);
      openedAt.set(name, now());
      const oldest = openedAt.size > keptMax ? openedAt.keys().next().value : undefined;
      if (oldest !== undefined) openedAt.delete(oldest);
    },
    wasOpened(actor, digest) {
      const at = openedAt.get(nameOf(actor, digest));
      return at !== undefined && now() - at <= countsForMs;
    },
  };
}
