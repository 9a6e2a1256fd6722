import type { Factor, StepUpPurpose } from '../../core/factor/factor.ts';
import type { StepUp } from '../../core/person.ts';
import type { Problem } from '../../core/problem.ts';
import type { SessionBirth } from '../../core/session.ts';
import type { QrPicture } from './picture.ts';

/** Who stands at the page: a person, by the session that signed them in. */
export interface Visitor {
  readonly person: string;
  readonly name: string;
  readonly session: string;
  /** How the session came about. One that a chat platform led to can neither enrol nor give a factor. */
  readonly born: SessionBirth;
}

/** What a factor is given for. */
export interface Subject {
  readonly purpose: Exclude<StepUpPurpose, 'sign-in'>;
  /** SHA-256, hex: of the plan, or of whatever is to be confirmed. The factor is spent on this and nothing else. */
  readonly hash: string;
}

/** What the page of a subject has to hold. */
export interface Offer {
  /** Good once, for five minutes, for this session and this subject. */
  readonly challenge: string;
  /** Options for `navigator.credentials.get`, as JSON; absent where the person has no passkey that counts. */
  readonly passkey?: string;
  /** Whether a code of an app or of the recovery sheet can be given. */
  readonly codes: boolean;
}

export interface Proof {
  readonly challenge: string;
  /** Six digits, or a recovery code; '' where a passkey was used. */
  readonly code: string;
  /** `PublicKeyCredential.toJSON()` as text; '' where a code was typed. */
  readonly assertion: string;
}

export interface FactorView extends Factor {
  readonly counts: boolean;
  readonly countsFrom: number;
  /** Of recovery codes. */
  readonly left?: number;
}

export interface WaitingFactor {
  readonly person: string;
  readonly name: string;
  readonly factor: FactorView;
}

/** Giving a factor: the console's approval page, the confirmation of a factor, and whatever else asks for one. */
export interface Giving {
  offer(visitor: Visitor, subject: Subject): Promise<Offer | Problem>;
  /** Spends one factor on one subject. Wrong ones are counted, right ones are never taken twice. */
  spend(visitor: Visitor, subject: Subject, proof: Proof): Promise<StepUp | Problem>;
}

/** What a person does about their own factors, and an identity admin about somebody else's new ones. */
export interface Enrolment {
  list(person: string): Promise<readonly FactorView[]>;
  /** What unlocks changes for ten minutes: an operator's code, or a factor. */
  offer(visitor: Visitor): Promise<Offer | Problem>;
  unlock(
    visitor: Visitor,
    by: { readonly operatorCode: string } | Proof,
  ): Promise<Problem | undefined>;
  isUnlocked(visitor: Visitor): boolean;
  startTotp(visitor: Visitor): TotpStart | Problem;
  finishTotp(visitor: Visitor, code: string): Promise<Problem | undefined>;
  startPasskey(visitor: Visitor): Promise<PasskeyStart | Problem>;
  finishPasskey(visitor: Visitor, made: PasskeyMade): Promise<Problem | undefined>;
  /** New recovery codes in place of the old ones. They are shown this once. */
  renewRecovery(visitor: Visitor): Promise<readonly string[] | Problem>;
  remove(visitor: Visitor, factor: string): Promise<Problem | undefined>;
  /** New factors of others that this person may confirm; none for who is no identity admin. */
  waiting(visitor: Visitor): Promise<readonly WaitingFactor[]>;
  /** Whether they may confirm what concerns who somebody else is. */
  mayConfirm(visitor: Visitor): Promise<boolean>;
  offerConfirm(
    visitor: Visitor,
    what: { readonly person: string; readonly factor: string },
  ): Promise<Offer | Problem>;
  confirm(
    visitor: Visitor,
    what: { readonly person: string; readonly factor: string },
    proof: Proof,
  ): Promise<Problem | undefined>;
}

export interface TotpStart {
  readonly secret: string;
  readonly uri: string;
  readonly picture: QrPicture;
}

export interface PasskeyStart {
  readonly challenge: string;
  /** Options for `navigator.credentials.create`, as JSON. */
  readonly options: string;
}

export interface PasskeyMade {
  readonly challenge: string;
  readonly attestation: string;
  readonly label: string;
}

/** Signing in without a name: the authenticator says who is there. */
export interface PasskeySignIn {
  offer(): Promise<{ readonly challenge: string; readonly options: string }>;
  signIn(given: {
    readonly challenge: string;
    readonly assertion: string;
  }): Promise<{ readonly person: string; readonly factor: string } | Problem>;
}

export interface StepUps {
  readonly giving: Giving;
  readonly enrolment: Enrolment;
  readonly signIn: PasskeySignIn;
  /** For the host alone: a code that lets the person enrol, once, within ten minutes. */
  makeCode(person: string): Promise<MadeCode | undefined>;
  /** Entries of the keyring under an older key are sealed under the newest. */
  reseal(): Promise<void>;
}

export interface MadeCode {
  readonly code: string;
  readonly name: string;
  readonly expiresAt: number;
}

/** What a passkey may be called: no text of anybody's stands on the record for ever. */
export const passkeyLabels = ['this device', 'security key', 'phone', 'password manager'] as const;
