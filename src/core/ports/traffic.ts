import type { Problem } from '../problem.ts';

/**
 * What sends the clients of a database to one of its servers, and can be turned to another: a proxy, a name. Servers go
 * by the names that their target gives them. An integration makes one for another integration; the program hands it over.
 */
export interface Traffic {
  /** As a plan names it, once in a target: `haproxy/edge pg_write`. */
  readonly name: string;
  /** What a turn does, for a plan: `db-1 to maint, its sessions ended; the new primary to ready`. */
  says(from: string): string;
  /** For a plan: kept back while it does not answer. Throws a ProblemError. */
  plan(): Promise<Pointing>;
  /** For a step, always asked. Throws a ProblemError. */
  look(): Promise<Pointing>;
  /** Only `to` from now on, wherever it can be reached; whoever is connected to another is sent away. Harmless when done twice. */
  turn(to: string, sent: () => void): Promise<Turned>;
  /**
   * Where what was turned takes a moment to follow and that can be seen: what it still lacks, for people; '' once clients
   * reach `to` alone. Throws a ProblemError.
   */
  settled?(to: string): Promise<string>;
  /** How long a turn may take, ms. */
  readonly withinMs: number;
}

export interface Pointing {
  /** Place → the servers it sends clients to, in order of their names. A place that does not answer is not in it. */
  readonly at: Readonly<Record<string, readonly string[]>>;
  /** What whoever approves must know. */
  readonly warnings: readonly Problem[];
}

export interface Turned {
  /** Places that were turned, read back. */
  readonly done: readonly string[];
  /** Place → why it was not. */
  readonly left: Readonly<Record<string, string>>;
}

/** As it is shown and compared: `lb-1 to db-1, lb-2 to db-1`. */
export function saidOf({ at }: Pick<Pointing, 'at'>): string {
  return Object.entries(at)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([place, servers]) => `${place} to ${servers.join(' and ') || 'nobody'}`)
    .join(', ');
}
