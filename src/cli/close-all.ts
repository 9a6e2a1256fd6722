import type { Logger } from 'pino';

/** One after the other. What cannot be closed must not keep the journal from its last checkpoint. */
export async function closeAll(
  all: readonly ({ close(): Promise<void> } | undefined)[],
  log: Logger,
): Promise<void> {
  for (const each of all) {
    try {
      await each?.close();
    } catch (error) {
      log.error({ error }, 'closing failed');
    }
  }
}
