import { Secret, TOTP } from 'otpauth';

/* Time-based codes, RFC 6238: six digits, 30 seconds, SHA-1, which is what every authenticator app takes. */

const periodS = 30;
/** RFC 6238 5.2 recommends one step at most, for clocks that are apart. */
const window = 1;
const secretBytes = 20;

export interface NewTotp {
  /** Base32, for those who type it. */
  readonly secret: string;
  /** `otpauth://totp/…`, for the picture. */
  readonly uri: string;
}

export function drawTotp(person: string, host: string): NewTotp {
  const secret = new Secret({ size: secretBytes }).base32;
  return { secret, uri: totpOf(secret, { person, host }).toString() };
}

/** The time step that the code is of, or undefined when it is of none near. Each step is one code: it can be taken once. */
export function totpStep(secret: string, code: string, at: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totpOf(secret).validate({ token: code, timestamp: at, window });
  return delta === null ? undefined : Math.floor(at / 1000 / periodS) + delta;
}

function totpOf(
  secret: string,
  { person, host }: { readonly person: string; readonly host: string } = { person: '', host: '' },
): TOTP {
  const issuer = `Tocsin ${host}`.trim();
  const label = person;
  return new TOTP({
    issuer,
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: periodS,
    secret: Secret.fromBase32(secret),
  });
}
