import { createHash } from 'node:crypto';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { RelyingParty } from './party.ts';
import type { Assertion, Attestation } from './schema.ts';
import type { PasskeySecret } from './secrets.ts';

/** EdDSA, ES256 and RS256, which every authenticator has one of: https://www.iana.org/assignments/cose/cose.xhtml#algorithms */
const algorithms = [-8, -7, -257];

/** How long a browser waits for a touch. */
const touchMs = 120_000;

/**
 * Opaque and the same for each passkey of a person, so that an authenticator replaces its own and a sign-in without a
 * name finds whose it is. https://www.w3.org/TR/webauthn-3/#user-handle
 */
export function userHandle(person: string): string {
  return createHash('sha256').update(`tocsin passkey\n${person}`).digest('base64url');
}

/** The id of the factor: of the credential, and short enough to be read out. */
export function factorIdOf(credential: string): string {
  return `pk-${createHash('sha256').update(credential).digest('hex').slice(0, 16)}`;
}

export async function registrationOptions(
  party: RelyingParty,
  person: { readonly id: string; readonly name: string },
  { challenge, known }: { readonly challenge: string; readonly known: readonly string[] },
): Promise<object> {
  return generateRegistrationOptions({
    rpName: 'Tocsin',
    rpID: party.id,
    userName: person.id,
    userDisplayName: person.name,
    userID: bytesOf(userHandle(person.id)),
    challenge: bytesOf(challenge),
    timeout: touchMs,
    attestationType: 'none',
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: known.map((id) => ({ id })),
    // Found without a name, so that it signs in; and never without a finger, a face or a PIN.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/** `known`: credentials that may answer; none where the authenticator is to say who is there. */
export async function assertionOptions(
  party: RelyingParty,
  { challenge, known }: { readonly challenge: string; readonly known: readonly PasskeySecret[] },
): Promise<object> {
  return generateAuthenticationOptions({
    rpID: party.id,
    challenge: bytesOf(challenge),
    timeout: touchMs,
    userVerification: 'required',
    allowCredentials: known.map(({ credential, transports }) => ({
      id: credential,
      transports: [...transports],
    })),
  });
}

export interface Registered {
  readonly secret: PasskeySecret;
  readonly counter: number;
}

/** Undefined for what this origin did not ask for, or an authenticator did not verify its user for. */
export async function registered(
  party: RelyingParty,
  response: Attestation,
  challenge: string,
): Promise<Registered | undefined> {
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...response,
        response: { ...response.response, transports: response.response.transports ?? [] },
      },
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      expectedType: 'webauthn.create',
      supportedAlgorithmIDs: algorithms,
      requireUserVerification: true,
    });
    if (!verified || registrationInfo === undefined) return undefined;
    const { credential } = registrationInfo;
    return {
      secret: {
        kind: 'passkey',
        credential: credential.id,
        publicKey: Buffer.from(credential.publicKey).toString('base64'),
        transports: response.response.transports ?? [],
      },
      counter: credential.counter,
    };
  } catch {
    // The library throws for each thing that does not fit; which one is no help to whoever sent it.
    return undefined;
  }
}

/** The authenticator's own count of uses, or undefined when the assertion does not hold. */
export async function asserted(
  party: RelyingParty,
  response: Assertion,
  { challenge, secret }: { readonly challenge: string; readonly secret: PasskeySecret },
): Promise<number | undefined> {
  const { userHandle: handle, ...own } = response.response;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...response,
        response: handle === undefined ? own : { ...own, userHandle: handle },
      },
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      expectedType: 'webauthn.get',
      requireUserVerification: true,
      // Whether the count grew is decided with what is on the record: see `decideFactors`.
      credential: {
        id: secret.credential,
        publicKey: new Uint8Array(Buffer.from(secret.publicKey, 'base64')),
        counter: 0,
      },
    });
    return verified ? authenticationInfo.newCounter : undefined;
  } catch {
    return undefined;
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
