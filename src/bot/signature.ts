import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../core/secret.ts';

/** More of them than this in one header are no rotation of secrets. */
const signaturesMax = 20;

export type SignatureVerdict = 'none' | 'matches' | 'mismatch';

/**
 * Whether one of the `v1=` values of `X-PagerDuty-Signature` is the HMAC-SHA256 of the body under one of our secrets.
 * While a secret is exchanged the header carries several, and so may the configuration. The secret looks like base64 and
 * is used as it stands. Every pair is compared, each in even time.
 * https://developer.pagerduty.com/docs/verifying-webhook-signatures
 */
export function checkSignature(
  header: string | readonly string[] | undefined,
  body: Uint8Array,
  secrets: readonly Secret[],
): SignatureVerdict {
  const values = [header ?? []]
    .flat()
    .join(',')
    .split(',', signaturesMax + 1);
  const given = values.slice(0, signaturesMax).flatMap((value) => {
    const [, hex] = /^\s*v1=([0-9a-f]{64})\s*$/i.exec(value) ?? [];
    return hex === undefined ? [] : [Buffer.from(hex, 'hex')];
  });
  if (values.every((value) => value.trim() === '')) return 'none';
  let matches = false;
  for (const secret of secrets) {
    const wanted = createHmac('sha256', secret.reveal()).update(body).digest();
    for (const each of given) matches = timingSafeEqual(each, wanted) || matches;
  }
  return matches ? 'matches' : 'mismatch';
}
