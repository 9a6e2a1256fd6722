import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../core/secret.ts';

/** How a sender of webhooks is known. */
export type WebhookAuth =
  | { readonly kind: 'bearers'; readonly bearers: readonly Secret[] }
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }
  | WebhookSignature
  | { readonly kind: 'none' };

/**
 * A header holds the HMAC-SHA256 of the body in hex, as Grafana signs; where it also sends a time, the time and a colon
 * stand before the body in what is signed.
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/#hmac-signature
 */
export interface WebhookSignature {
  readonly kind: 'hmac';
  readonly secrets: readonly Secret[];
  readonly header: string;
  /** Seconds since 1970. Without it a body that was heard once can be played again. */
  readonly timestampHeader?: string;
  /** How far its clock may be from ours. */
  readonly toleranceMs: number;
}

export interface WebhookGate {
  /** What its headers alone say. A body is read of nobody else. */
  knows(headers: IncomingHttpHeaders): boolean;
  /** What its body says besides. */
  vouches(headers: IncomingHttpHeaders, body: Uint8Array, now: number): boolean;
  /** What a stranger is told to bring. */
  readonly challenge: string;
}

export function gateOf(auth: WebhookAuth): WebhookGate {
  if (auth.kind === 'hmac') return signatureGate(auth);
  const allowed = authenticator(auth);
  return {
    knows: ({ authorization }) => allowed(authorization),
    vouches: () => true,
    challenge: auth.kind === 'basic' ? 'Basic' : 'Bearer',
  };
}

function signatureGate(auth: WebhookSignature): WebhookGate {
  const signature = auth.header.toLowerCase();
  const timestamp = auth.timestampHeader?.toLowerCase();
  const given = (headers: IncomingHttpHeaders, name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  return {
    challenge: 'Signature',
    knows: (headers) => {
      const isTimed = timestamp === undefined || /^\d{1,12}$/.test(given(headers, timestamp));
      return isTimed && hexDigest.test(given(headers, signature));
    },
    vouches: (headers, body, now) => {
      const at = timestamp === undefined ? undefined : given(headers, timestamp);
      if (at !== undefined && Math.abs(Number(at) * 1000 - now) > auth.toleranceMs) return false;
      const found = Buffer.from(given(headers, signature), 'hex');
      let matches = false;
      for (const secret of auth.secrets) {
        const mac = createHmac('sha256', secret.reveal());
        if (at !== undefined) mac.update(`${at}:`);
        matches = timingSafeEqual(mac.update(body).digest(), found) || matches;
      }
      return matches;
    },
  };
}

const hexDigest = /^[0-9a-f]{64}$/i;

type HeaderAuth = Exclude<WebhookAuth, WebhookSignature>;

/** Compares digests, so that neither the length nor the place of a wrong character shows in the time it takes. */
function authenticator(auth: HeaderAuth): (header: string | undefined) => boolean {
  if (auth.kind === 'none') return () => true;
  const headers =
    auth.kind === 'bearers'
      ? auth.bearers.map((bearer) => `Bearer ${bearer.reveal()}`)
      : [`Basic ${Buffer.from(`${auth.username}:${auth.password.reveal()}`).toString('base64')}`];
  const wanted = headers.map(digest);
  const asSent = headers
    .filter((header) => header.length <= paddedBytes && /^[\x20-\x7e]*$/.test(header))
    .map((header) => padded(header, Buffer.alloc(paddedBytes)));
  const room = Buffer.alloc(paddedBytes);
  return (header) => {
    if (header === undefined) return false;
    // As every sender but the oddest writes it: a third of the time of a digest, and as even.
    if (header.length <= paddedBytes) {
      const given = padded(header, room);
      if (asSent.reduce((found, each) => timingSafeEqual(each, given) || found, false)) return true;
    }
    const space = header.indexOf(' ');
    const given = digest(`${scheme(header.slice(0, space))} ${header.slice(space + 1).trim()}`);
    return wanted.reduce((found, each) => timingSafeEqual(each, given) || found, false);
  };
}

const paddedBytes = 256;

/** Of one length, whatever it holds. Headers arrive as Latin-1, and none holds a zero. */
function padded(header: string, into: Buffer): Buffer {
  into.fill(0);
  into.write(header, 'latin1');
  return into;
}

/** Schemes are written in any case (RFC 9110, 11.1). */
function scheme(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
