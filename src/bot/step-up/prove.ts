import type { Proved } from '../../core/factor/decide.ts';
import type { Factor, Factors } from '../../core/factor/factor.ts';
import type { RelyingParty } from './party.ts';
import { asserted, factorIdOf } from './passkeys.ts';
import type { Proof } from './ports.ts';
import { codeOf, looksLikeRecovery } from './recovery.ts';
import { assertion, readJson } from './schema.ts';
import type { FactorSecrets } from './secrets.ts';
import { totpStep } from './totp.ts';

export interface Proving {
  readonly person: string;
  readonly state: Factors;
  readonly secrets: FactorSecrets;
  readonly party: RelyingParty;
  readonly at: number;
}

/** Which factor a proof is of, and its count; undefined for one that is of none. Whether it may count is not asked here. */
export async function proved(proof: Proof, proving: Proving): Promise<Proved | undefined> {
  if (proof.assertion !== '') return provedByPasskey(proof, proving);
  const code = proof.code.trim();
  return looksLikeRecovery(code)
    ? provedByRecovery(code, proving)
    : provedByTotp(code.replaceAll(/\s/g, ''), proving);
}

async function provedByPasskey(proof: Proof, proving: Proving): Promise<Proved | undefined> {
  const response = readJson(proof.assertion, assertion);
  const id = response && factorIdOf(response.id);
  const factor = proving.state.factors.find((each) => each.id === id && each.kind === 'passkey');
  if (response === undefined || factor === undefined) return undefined;
  const secret = await proving.secrets.get(proving.person, factor.id);
  if (secret?.kind !== 'passkey' || secret.credential !== response.id) return undefined;
  const counter = await asserted(proving.party, response, { challenge: proof.challenge, secret });
  return counter === undefined ? undefined : { kind: 'passkey', factor: factor.id, counter };
}

/** All of them are tried; one whose code is fresh goes before one where it was used. */
async function provedByTotp(code: string, proving: Proving): Promise<Proved | undefined> {
  const found: { readonly factor: Factor; readonly counter: number }[] = [];
  for (const factor of ofKind(proving, 'totp')) {
    const secret = await proving.secrets.get(proving.person, factor.id);
    const counter = secret?.kind === 'totp' ? totpStep(secret.secret, code, proving.at) : undefined;
    if (counter !== undefined) found.push({ factor, counter });
  }
  const best = found.find(({ factor, counter }) => counter > factor.counter) ?? found[0];
  return best && { kind: 'totp', factor: best.factor.id, counter: best.counter };
}

async function provedByRecovery(code: string, proving: Proving): Promise<Proved | undefined> {
  for (const { id } of ofKind(proving, 'recovery')) {
    const secret = await proving.secrets.get(proving.person, id);
    const index = secret?.kind === 'recovery' ? await codeOf(secret, code) : undefined;
    if (index !== undefined) return { kind: 'recovery', factor: id, code: index };
  }
  return undefined;
}

function ofKind({ state }: Proving, kind: Factor['kind']): readonly Factor[] {
  return state.factors.filter((factor) => factor.kind === kind);
}
