import { randomBytes } from 'node:crypto';
import {
  counts,
  countsFrom,
  type Factor,
  type FactorKind,
  recoveryCodesCount,
} from '../../core/factor/factor.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { type GivingParts, orProblem } from './giving.ts';
import { factorIdOf, registered, registrationOptions } from './passkeys.ts';
import { qrPicture } from './picture.ts';
import {
  type Enrolment,
  type FactorView,
  type Giving,
  type PasskeyMade,
  type Proof,
  passkeyLabels,
  type Subject,
  type Visitor,
} from './ports.ts';
import { bareCode, drawCodes, sheetOf } from './recovery.ts';
import { attestation, readJson } from './schema.ts';
import type { FactorSecret } from './secrets.ts';
import { drawSecret, totpStep, totpUri } from './totp.ts';
import type { Unlocking } from './unlocking.ts';

export interface EnrolmentParts extends GivingParts {
  readonly giving: Giving;
  readonly unlocking: Unlocking;
  readonly people: () => readonly { readonly id: string; readonly name: string }[];
  /** Whether somebody may confirm factors of others. */
  readonly isIdentityAdmin: (person: string) => Promise<boolean>;
}

export function createEnrolment(parts: EnrolmentParts): Enrolment {
  const { record, giving, unlocking, now, announce } = parts;
  const own = (visitor: Visitor): Subject => ownFactors(visitor, parts);

  async function list(person: string): Promise<readonly FactorView[]> {
    const at = now();
    return (await record.load(person)).factors.map((factor) => viewOf(factor, at));
  }

  return {
    list,
    offer: (visitor) => giving.offer(visitor, own(visitor)),
    async unlock(visitor, by) {
      if (visitor.born === 'chat') return problem('STEP_UP_CHAT_SESSION');
      const shown =
        'operatorCode' in by
          ? await useCode(parts, visitor, by.operatorCode)
          : await unlockBy(parts, visitor, by);
      if (typeof shown !== 'string') return shown;
      unlocking.open(visitor.session, shown, now());
      return undefined;
    },
    isUnlocked: ({ session }) => unlocking.openedBy(session, now()) !== undefined,
    startTotp(visitor) {
      if (locked(visitor)) return problem('FACTORS_LOCKED');
      // Whoever mistyped a code goes on with the entry that their phone has by now.
      const secret = unlocking.secretOf(visitor.session, now()) ?? drawSecret();
      unlocking.keepSecret(visitor.session, secret, now());
      const uri = totpUri(secret, { person: visitor.person, host: parts.party.id });
      return { secret, uri, picture: qrPicture(uri) };
    },
    async finishTotp(visitor, code) {
      const at = now();
      const secret = unlocking.secretOf(visitor.session, at);
      if (locked(visitor) || secret === undefined) return problem('TOTP_NOT_BEGUN');
      const counter = totpStep(secret, code.replaceAll(/\s/g, ''), at);
      if (counter === undefined) return problem('TOTP_CODE_WRONG');
      unlocking.dropSecret(visitor.session);
      const factor = `otp-${randomBytes(8).toString('hex')}`;
      return enrol(
        visitor,
        { factor, kind: 'totp', label: 'authenticator app', counter },
        {
          kind: 'totp',
          secret,
        },
      );
    },
    async startPasskey(visitor) {
      if (locked(visitor)) return problem('FACTORS_LOCKED');
      const known = await credentialsOf(parts, visitor.person);
      const challenge = parts.challenges.make(enrolBound(visitor), now());
      const person = { id: visitor.person, name: visitor.name };
      const options = await registrationOptions(parts.party, person, { challenge, known });
      return { challenge, options: JSON.stringify(options) };
    },
    finishPasskey: (visitor, made) => finishPasskey(visitor, made),
    async renewRecovery(visitor) {
      if (locked(visitor)) return problem('FACTORS_LOCKED');
      const codes = drawCodes();
      const factor = `rec-${randomBytes(8).toString('hex')}`;
      const sheet = await sheetOf(codes, randomBytes(16));
      const enrolling = { factor, kind: 'recovery', label: 'recovery codes', counter: 0 } as const;
      const refused = await enrol(visitor, enrolling, {
        kind: 'recovery',
        salt: sheet.salt,
        hashes: [...sheet.hashes],
      });
      return refused ?? codes;
    },
    async remove(visitor, factor) {
      const shownBy = unlocking.openedBy(visitor.session, now());
      if (visitor.born === 'chat' || shownBy === undefined) return problem('FACTORS_LOCKED');
      const { person, session } = visitor;
      const decided = await record.tell(
        person,
        { type: 'Remove', factor, shownBy, session },
        { cause: causeOf(person, 'removed'), by: person },
      );
      await tidyUp(person, decided.events);
      announce.what(person, decided.events);
      return decided.refused;
    },
    async waiting({ person }) {
      if (!(await parts.isIdentityAdmin(person))) return [];
      const others = parts.people().filter(({ id }) => id !== person);
      const lists = await Promise.all(
        others.map(async ({ id, name }) =>
          (await list(id))
            .filter((factor) => !factor.counts)
            .map((factor) => ({ person: id, name, factor })),
        ),
      );
      return lists.flat();
    },
    mayConfirm: ({ person }) => parts.isIdentityAdmin(person),
    offerConfirm: (visitor, what) =>
      giving.offer(visitor, { purpose: 'confirm', hash: confirmationHash(what, parts.sha256) }),
    confirm: (visitor, what, proof) => confirm(parts, { visitor, what, proof }),
  };

  function locked({ session, born }: Visitor): boolean {
    return born === 'chat' || unlocking.openedBy(session, now()) === undefined;
  }

  async function finishPasskey(visitor: Visitor, made: PasskeyMade): Promise<Problem | undefined> {
    if (locked(visitor)) return problem('FACTORS_LOCKED');
    const { challenge, label } = made;
    if (!parts.challenges.take(challenge, enrolBound(visitor), now())) {
      return problem('STEP_UP_CHALLENGE');
    }
    const response = readJson(made.attestation, attestation);
    const named = passkeyLabels.find((each) => each === label) ?? passkeyLabels[0];
    const result = response && (await registered(parts.party, response, challenge));
    if (result === undefined) return problem('PASSKEY_NOT_TAKEN');
    const { secret, counter } = result;
    const factor = factorIdOf(secret.credential);
    return enrol(visitor, { factor, kind: 'passkey', label: named, counter }, secret);
  }

  /** The secret first: a factor that stands on the record can be proved. One that came to nothing is nobody's. */
  async function enrol(
    visitor: Visitor,
    enrolling: Enrolling,
    secret: FactorSecret,
  ): Promise<Problem | undefined> {
    const { person, session } = visitor;
    const shownBy = unlocking.openedBy(session, now());
    if (shownBy === undefined) return problem('FACTORS_LOCKED');
    const { factors } = await record.load(person);
    const isKnown = factors.some(({ id }) => id === enrolling.factor);
    if (!isKnown) await parts.secrets.set(person, enrolling.factor, secret);
    const decided = await record.tell(
      person,
      { type: 'Enrol', ...enrolling, shownBy, session },
      { cause: causeOf(person, 'enrolled'), by: person },
    );
    await tidyUp(person, decided.events);
    announce.what(person, decided.events);
    return decided.refused;
  }

  /** What was removed can prove nothing any more. */
  async function tidyUp(
    person: string,
    events: readonly { readonly type: string; readonly factor?: string }[],
  ): Promise<void> {
    for (const { type, factor } of events) {
      if (type === 'FactorRemoved' && factor !== undefined) {
        await parts.secrets.delete(person, factor);
      }
    }
  }
}

interface Enrolling {
  readonly factor: string;
  readonly kind: FactorKind;
  readonly label: string;
  readonly counter: number;
}

/** What a second person confirms: this factor of this person. */
export function confirmationHash(
  { person, factor }: { readonly person: string; readonly factor: string },
  sha256: (text: string) => string,
): string {
  return sha256(JSON.stringify(['factor', person, factor]));
}

async function confirm(
  parts: EnrolmentParts,
  {
    visitor,
    what,
    proof,
  }: {
    readonly visitor: Visitor;
    readonly what: { readonly person: string; readonly factor: string };
    readonly proof: Proof;
  },
): Promise<Problem | undefined> {
  const by = visitor.person;
  const isKnown = parts.people().some(({ id }) => id === what.person);
  if (!isKnown || what.person === by || !(await parts.isIdentityAdmin(by))) {
    return problem('FACTOR_NOT_YOURS_TO_CONFIRM');
  }
  const hash = confirmationHash(what, parts.sha256);
  const stepUp = await parts.giving.spend(visitor, { purpose: 'confirm', hash }, proof);
  if ('code' in stepUp) return stepUp;
  const decided = await parts.record.tell(
    what.person,
    { type: 'Confirm', factor: what.factor, of: what.person, by, stepUp },
    { cause: causeOf(what.person, 'confirmed'), by },
  );
  parts.announce.what(what.person, decided.events);
  return decided.refused;
}

async function useCode(
  { record, now, sha256, announce }: EnrolmentParts,
  { person, session }: Visitor,
  code: string,
): Promise<string | Problem> {
  const decided = await record.tell(
    person,
    { type: 'UseCode', at: now(), digest: sha256(bareCode(code)), session },
    { cause: causeOf(person, 'code'), by: person },
  );
  announce.what(person, decided.events);
  return decided.refused ?? 'enrolment-code';
}

async function unlockBy(
  parts: EnrolmentParts,
  visitor: Visitor,
  proof: Proof,
): Promise<string | Problem> {
  const given = await parts.giving.spend(visitor, ownFactors(visitor, parts), proof);
  return 'code' in given ? given : given.credential;
}

/** The list itself is what a factor unlocks. */
function ownFactors({ person }: Visitor, { sha256 }: Pick<EnrolmentParts, 'sha256'>): Subject {
  return { purpose: 'factors', hash: sha256(JSON.stringify(['factors', person])) };
}

function enrolBound({ person, session }: Visitor): readonly string[] {
  return ['enrol', person, session];
}

async function credentialsOf(parts: EnrolmentParts, person: string): Promise<readonly string[]> {
  const { factors } = await parts.record.load(person);
  const passkeys = factors.filter(({ kind }) => kind === 'passkey');
  // One that no key opens any more keeps nobody from enrolling another.
  const secrets = await Promise.all(
    passkeys.map(({ id }) => orProblem(() => parts.secrets.get(person, id))),
  );
  return secrets.flatMap((secret) =>
    secret !== undefined && 'kind' in secret && secret.kind === 'passkey'
      ? [secret.credential]
      : [],
  );
}

/** A form that was sent twice is two deeds, and the second one finds the first. */
function causeOf(person: string, what: string): string {
  return `factor/${person}/${what}/${randomBytes(12).toString('hex')}`;
}

function viewOf(factor: Factor, at: number): FactorView {
  const left =
    factor.kind === 'recovery' ? { left: recoveryCodesCount - factor.usedCodes.length } : {};
  return { ...factor, counts: counts(factor, at), countsFrom: countsFrom(factor), ...left };
}
