import type { Sha256 } from '../../core/event.ts';
import type { Settings } from '../../core/settings.ts';
import type { LiveJournal, Log } from '../bot-parts.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';
import { createStreamRecord } from '../stream-record.ts';
import { createDenials } from './denials.ts';
import { createLimits, type LimitSettings, type Limits } from './limits.ts';
import { createMeter } from './meter.ts';
import { createTellSecurity, type TellSecurity } from './notices.ts';

/** How the bot looks after itself: what is refused is counted, told and limited. */
export interface Security {
  readonly tell: TellSecurity;
  readonly limits: Limits;
  /** Something was refused at a door (`slack/main`, `console`), by its code. */
  refused(door: string, code: string): void;
  close(): Promise<void>;
}

export interface SecurityCounts {
  refused(door: string, code: string): void;
  denied(code: string): void;
  noticed(kind: string): void;
}

export interface SecurityParts {
  readonly engine: Engine;
  readonly journal: LiveJournal;
  readonly clock: Clock;
  readonly settings: () => Settings;
  readonly sha256: Sha256;
  readonly securityCounts?: SecurityCounts;
  /** None for a bot that nobody speaks to from outside. */
  readonly limits?: LimitSettings;
  readonly log: Log;
}

export function createSecurity(parts: SecurityParts): Security {
  const { engine, journal, clock, log, securityCounts: counts, settings } = parts;
  const raise = createTellSecurity({ ...parts, now: clock.now });
  const tell: TellSecurity = async (notice, telling) => {
    counts?.noticed(notice.kind);
    await raise(notice, telling);
  };
  const meter = createMeter({ clock, record: createStreamRecord(journal), tell, log });
  const denials = createDenials({
    tell,
    counted: (code) => counts?.denied(code),
    requesterOf: (id) => engine.readings.operations.get(id)?.state.asked?.requester.person,
    log,
  });
  journal.onAppended((recorded) => {
    for (const each of recorded) denials.heard(each);
  });

  function refused(door: string, code: string): void {
    counts?.refused(door, code);
    meter.refused(door, code);
  }

  return {
    tell,
    refused,
    limits: parts.limits
      ? createLimits({ limits: parts.limits, settings, now: clock.now, refused })
      : unlimited,
    close: meter.close,
  };
}

const unlimited: Limits = { person: () => undefined, source: () => 0 };
