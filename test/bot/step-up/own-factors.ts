import { TOTP } from 'otpauth';
import type { Offer, Proof, Visitor } from '../../../src/bot/step-up/index.ts';
import { factorWaitMs } from '../../../src/core/factor/factor.ts';
import { type Authenticator, createAuthenticator } from '../../fakes/authenticator.ts';
import type { StepUpStage } from '../../support/step-up-stage.ts';

/** A person at the console, signed in by a link from the host unless said otherwise. */
export function visitor(person: string, more: Partial<Visitor> = {}): Visitor {
  return { person, name: person, session: `session-of-${person}`, born: 'host', ...more };
}

/** Enrols with a code from the host: a passkey and an app, neither of which counts yet. */
export async function enrolAll(stage: StepUpStage, who: Visitor) {
  const { enrolment } = stage.stepUps;
  await unlock(stage, who);
  const passkey = await enrolPasskey(stage, who);
  const start = enrolment.startTotp(who);
  if ('code' in start) throw new Error(start.code);
  const { secret } = start;
  await enrolment.finishTotp(who, totp(secret, stage.clock.now()));
  return { passkey, secret };
}

/** A sheet of recovery codes; its hashes take their time. */
export async function drawSheet(stage: StepUpStage, who: Visitor): Promise<readonly string[]> {
  await unlock(stage, who);
  const codes = await stage.stepUps.enrolment.renewRecovery(who);
  if ('code' in codes) throw new Error(codes.code);
  return codes;
}

/** The same a day later. */
export async function countingFactors(stage: StepUpStage, who: Visitor) {
  const factors = await enrolAll(stage, who);
  await stage.clock.passes(factorWaitMs);
  return factors;
}

export async function unlock({ stepUps }: StepUpStage, who: Visitor): Promise<void> {
  const made = await stepUps.makeCode(who.person);
  const refused = await stepUps.enrolment.unlock(who, { operatorCode: made?.code ?? '' });
  if (refused) throw new Error(refused.code);
}

export async function enrolPasskey(stage: StepUpStage, who: Visitor): Promise<Authenticator> {
  const { enrolment } = stage.stepUps;
  const start = await enrolment.startPasskey(who);
  if ('code' in start) throw new Error(start.code);
  const passkey = createAuthenticator({ origin: stage.url, rpId: 'localhost' });
  const attestation = passkey.register(start.challenge);
  const made = { challenge: start.challenge, attestation, label: 'phone' };
  const refused = await enrolment.finishPasskey(who, made);
  if (refused) throw new Error(refused.code);
  return passkey;
}

export function totp(secret: string, at: number): string {
  return new TOTP({ secret }).generate({ timestamp: at });
}

export function withCode({ challenge }: Pick<Offer, 'challenge'>, code: string): Proof {
  return { challenge, code, assertion: '' };
}

export function withPasskey({ challenge }: Pick<Offer, 'challenge'>, assertion: string): Proof {
  return { challenge, code: '', assertion };
}
