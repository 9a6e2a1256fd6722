import { randomBytes } from 'node:crypto';
import { isPending, said } from '../../core/operation/decide.ts';
import { problem } from '../../core/problem.ts';
import type { Settings } from '../../core/settings.ts';
import type { BotParts } from '../bot-parts.ts';
import { liveOperations } from '../desk.ts';
import type { Engine } from '../engine.ts';
import type { TellSecurity } from '../security/notices.ts';
import { createIdentities, type Identities } from './index.ts';
import { type IdentityRecord, openIdentityRecord } from './record.ts';

/** People as everything else in the bot sees them: with the accounts that are theirs now, whatever the file says. */
export async function openPeople(
  given: BotParts,
): Promise<{ readonly parts: BotParts; readonly record: IdentityRecord }> {
  const configured = () => given.settings().people;
  const record = await openIdentityRecord({ journal: given.journal, configured });
  let last: { readonly from: Settings; readonly settings: Settings } | undefined;
  function settings(): Settings {
    const from = given.settings();
    const people = record.people(from.people);
    if (last?.from !== from || last.settings.people !== people) {
      last = { from, settings: { ...from, people } };
    }
    return last.settings;
  }
  return { parts: { ...given, settings }, record };
}

export interface BotIdentities extends Identities {
  /** What was approved by people whom the configuration names no more is asked again. */
  sweep(): Promise<void>;
}

export function createBotIdentities(
  given: BotParts,
  deps: {
    readonly record: IdentityRecord;
    readonly engine: Engine;
    readonly tellSecurity: TellSecurity;
  },
): BotIdentities {
  const { clock, log } = given;
  const { engine, tellSecurity } = deps;

  /** Their approvals count no more: what waits for others is asked again, what has begun goes on. */
  async function revoke(isLost: (person: string) => boolean, cause: string): Promise<void> {
    for (const operation of liveOperations(engine).filter(isPending)) {
      for (const { evidence } of operation.approvals) {
        const { person } = evidence;
        if (!isLost(person)) continue;
        const because = problem('APPROVER_LEFT', { ...said(operation), person });
        await engine.tellOperation(
          operation.id,
          { type: 'RevokeApproval', person, because },
          { cause: `${cause}/${operation.id}/${person}`, by: 'tocsin' },
        );
      }
    }
  }

  const identities = createIdentities({
    ...deps,
    settings: given.settings,
    hasFactors: given.hasFactors === true,
    now: clock.now,
    sha256: given.sha256,
    random: randomBytes,
    announce: { tellSecurity, now: clock.now, log },
    async lost(person, cause) {
      await revoke((each) => each === person, cause);
      await given.endSessions?.(person);
    },
  });
  return {
    ...identities,
    sweep() {
      const known = new Set(given.settings().people.map(({ id }) => id));
      return revoke((person) => !known.has(person), `identity/gone/${engine.readings.position}`);
    },
  };
}
