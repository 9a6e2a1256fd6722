import { Secret, TOTP } from 'otpauth';

/* Time-based codes, RFC 6238: six digits, 30 seconds, SHA-1, which is what every authenticator app takes. */

const periodS = 30;
/** RFC 6238 5.2 recommends one step at most, for clocks that are apart. */
const window = 1;
const secretBytes = 20;

/** Base32, for those who type it. */
export function drawSecret(): string {
  return new Secret({ size: secretBytes }).base32;
}

/** `otpauth://totp/…`, for the picture. */
export function totpUri(secret: string, whose: Whose): string {
  return totpOf(secret, whose).toString();
}

interface Whose {
  readonly person: string;
  readonly host: string;
}

/** The time step that the code is of, or undefined when it is of none near. Each step is one code: it can be taken once. */
export function totpStep(secret: string, code: string, at: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totpOf(secret).validate({ token: code, timestamp: at, window });
  return delta === null ? undefined : Math.floor(at / 1000 / periodS) + delta;
}

function totpOf(secret: string, { person, host }: Whose = { person: '', host: '' }): TOTP {
  return new TOTP({
    issuer: `Tocsin ${host}`.trim(),
    label: person,
    algorithm: 'SHA1',
    digits: 6,
    period: periodS,
    secret: Secret.fromBase32(secret),
  });
}
