import { enrolmentCodeMs } from '../../core/factor/factor.ts';
import type { Keyring } from '../../core/ports/journal.ts';
import type { Announce } from './announce.ts';
import { createChallenges } from './challenges.ts';
import { createEnrolment } from './enrolment.ts';
import { createGiving } from './giving.ts';
import type { RelyingParty } from './party.ts';
import type { StepUps } from './ports.ts';
import { createFactorRecord, type FactorRecord } from './record.ts';
import { bareCode, drawCode } from './recovery.ts';
import { openFactorSecrets } from './secrets.ts';
import { createPasskeySignIn } from './sign-in.ts';
import { createUnlocking } from './unlocking.ts';

export { createAnnounce } from './announce.ts';
export { relyingParty } from './party.ts';
export type * from './ports.ts';
export { stepUpProblems } from './problems.ts';

export interface StepUpsOptions {
  readonly journal: Parameters<typeof createFactorRecord>[0];
  /** Sealed: what lies in it is as good as the factors themselves. */
  readonly keyring: Keyring;
  readonly party: RelyingParty;
  readonly people: () => readonly { readonly id: string; readonly name: string }[];
  readonly isIdentityAdmin: (person: string) => Promise<boolean>;
  readonly announce: Announce;
  readonly now: () => number;
  readonly sha256: (text: string) => string;
}

/** 31^16: 79 bits, typed once. */
const enrolmentCodeGroups = 4;

/**
 * Second factors: passkeys, codes of an app, recovery codes. What is given is spent on one thing, named by its hash. Whoever
 * wants a person to stand for something with a factor calls `giving` with that hash, from a page of the console.
 */
export function createStepUps(options: StepUpsOptions): StepUps {
  const record = createFactorRecord(options.journal);
  const secrets = openFactorSecrets(options.keyring);
  const parts = { ...options, record, secrets, challenges: createChallenges() };
  const giving = createGiving(parts);
  return {
    giving,
    enrolment: createEnrolment({ ...parts, giving, unlocking: createUnlocking() }),
    // Of their own: what strangers send to the sign-in page uses up nothing that an approval needs.
    signIn: createPasskeySignIn({ ...parts, challenges: createChallenges() }),
    makeCode: (person) => makeCode(options, record, person),
    async reseal() {
      for (const { id } of options.people()) {
        for (const factor of (await record.load(id)).factors) await secrets.get(id, factor.id);
      }
    },
  };
}

async function makeCode(
  { people, sha256, announce, now }: StepUpsOptions,
  record: FactorRecord,
  person: string,
) {
  const found = people().find(({ id }) => id === person);
  if (found === undefined) return undefined;
  const code = drawCode(enrolmentCodeGroups);
  const digest = sha256(bareCode(code));
  const { events } = await record.tell(
    person,
    { type: 'MakeCode', digest },
    { cause: `factor/${person}/code/${digest.slice(0, 32)}`, by: 'host' },
  );
  announce.what(person, events);
  return { code, name: found.name, expiresAt: now() + enrolmentCodeMs };
}
