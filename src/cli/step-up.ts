import { hash } from 'node:crypto';
import type { Bot } from '../bot/bot.ts';
import type { Log } from '../bot/bot-parts.ts';
import { systemClock } from '../bot/clock.ts';
import { deliverTo } from '../bot/delivery.ts';
import type { HostHandler } from '../bot/host-door.ts';
import type { StepUps } from '../bot/step-up/index.ts';
import { type RelyingParty, relyingParty } from '../bot/step-up/party.ts';
import { isMember } from '../core/person.ts';
import type { Journal } from '../core/ports/journal.ts';
import type { Surface } from '../core/ports/surface.ts';
import { ProblemError, problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import { sealKeyring } from '../journal/index.ts';

export interface StepUpParts {
  readonly journal: Journal;
  readonly settings: Settings;
  readonly consoleUrl: string | undefined;
  /** Revealed, the newest first; none: there are no second factors. */
  readonly keyringKeys: readonly string[];
  readonly bot: Bot;
  /** Chat surfaces, once they are connected. */
  readonly surfaces: () => readonly Surface[];
  readonly log: Log;
}

/** Whom authenticators know the console as; undefined where second factors are not configured. */
export function partyOf({
  keyringKeys,
  consoleUrl,
}: Pick<StepUpParts, 'keyringKeys' | 'consoleUrl'>): RelyingParty | undefined {
  return keyringKeys.length === 0 || consoleUrl === undefined
    ? undefined
    : relyingParty(consoleUrl);
}

/** Second factors, where they are configured: the libraries are loaded only then. */
export async function openStepUps(parts: StepUpParts): Promise<StepUps | undefined> {
  const { journal, settings, keyringKeys, bot, log } = parts;
  const party = partyOf(parts);
  if (party === undefined) return undefined;
  const { createAnnounce, createStepUps } = await import('../bot/step-up/index.ts');
  const now = systemClock.now;
  const stepUps = createStepUps({
    journal,
    keyring: sealKeyring(journal.keyring, keyringKeys),
    party,
    people: () => settings.people,
    isIdentityAdmin: async (person) => {
      const evidence = await bot.desk.evidenceOf(person, 'console', person);
      return (settings.identityAdmins ?? []).some((group) => isMember(evidence, group));
    },
    announce: createAnnounce({
      people: () => settings.people,
      surfaces: () => parts.surfaces().map(({ name }) => name),
      deliver: (name, whisper) => deliverTo(parts.surfaces(), systemClock)(name, whisper),
      tellSecurity: bot.security.tell,
      now,
      log,
    }),
    now,
    sha256: (text) => hash('sha256', text),
  });
  stepUps.reseal().catch((error: unknown) => log('the keyring cannot be opened', { error }));
  return stepUps;
}

/** What the host asks about factors, by the name it is asked under at the host door. */
export function stepUpHostHandlers(
  stepUps: StepUps | undefined,
): Readonly<Record<string, HostHandler>> {
  return {
    async enrol({ person = '' }) {
      if (stepUps === undefined) throw new ProblemError(problem('STEP_UP_OFF'));
      const made = await stepUps.makeCode(person);
      if (made === undefined) {
        throw new ProblemError(problem('HOST_DOOR_PERSON_UNKNOWN', { person }));
      }
      return { code: made.code, person: made.name, expiresAt: made.expiresAt };
    },
  };
}
