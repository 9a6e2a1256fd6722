import type { Ownership } from '../core/ports/journal.ts';

/** One process owns the embedded journal, so every claim is granted; the token grows with each start. */
export function embeddedOwnership(token = 1): Ownership {
  return { claim: async (partition) => ({ partition, token }) };
}
