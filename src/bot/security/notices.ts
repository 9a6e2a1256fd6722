import type { Sha256 } from '../../core/event.ts';
import { type SecurityNotice, securityIntent } from '../../core/incident/security.ts';
import type { Settings } from '../../core/settings.ts';
import type { Engine } from '../engine.ts';

/**
 * Tells those who answer for security: an entry on the incident of its kind, in the place that `security:` names. The
 * cause makes it once. Rejects when the journal takes nothing.
 */
export type TellSecurity = (
  notice: SecurityNotice,
  telling: { readonly cause: string; readonly by: string },
) => Promise<void>;

export function createTellSecurity(options: {
  readonly engine: Pick<Engine, 'receive' | 'readings'>;
  readonly settings: () => Settings;
  readonly now: () => number;
  readonly sha256: Sha256;
}): TellSecurity {
  const { engine, now, sha256 } = options;
  return async (notice, telling) => {
    const intent = securityIntent(notice, {
      settings: options.settings(),
      index: engine.readings.correlation,
      now: now(),
      sha256,
    });
    await engine.receive(intent, telling);
  };
}
