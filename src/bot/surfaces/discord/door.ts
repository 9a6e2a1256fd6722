import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpRoute } from '../../http-route.ts';
import { interaction, interactionTypes } from './interaction.schema.ts';
import { limits } from './limits.ts';
import { jsonOf } from './schema.ts';

/**
 * Where Discord calls us. One address for all guilds of the process, since one application has one address and may
 * serve several. Discord probes it with bad signatures and takes the address away where they pass:
 * https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
 */
export interface Door {
  readonly routes: readonly HttpRoute[];
  join(guest: Guest): void;
  /** Whether a guild has a connection of its own beside this one. */
  serves(guild: string, beside: string): boolean;
}

export interface Guest {
  readonly application: string;
  readonly guild: string;
  /** Hex; '' where Discord does not call. */
  readonly publicKey: string;
  readonly now: () => number;
  readonly refused: (code: string) => void;
  /** Works on it, and gives the first answer by `respond`; without one the door says that it failed. */
  readonly takes: (body: unknown, respond: (callback: object) => void) => Promise<void>;
}

const bodyBytesMax = 512 * 1024;
const bodyMs = 2_000;

export function createDoor(): Door {
  const guests: Guest[] = [];
  const keys = new Map<string, KeyObject>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (body === undefined) return send(response, 413, { error: 'too long, or too slow' });
    const signed = guests.filter(({ publicKey }) => isSigned(request, body, keys.get(publicKey)));
    const [first] = signed;
    if (!first) {
      guests[0]?.refused('DISCORD_SIGNATURE');
      return send(response, 401, { error: 'invalid request signature' });
    }
    const read = interaction.safeParse(jsonOf(body));
    const type = read.success ? read.data.type : typeOf(jsonOf(body));
    if (type === interactionTypes.ping) return send(response, 200, { type: 1 });
    if (!read.success) return send(response, 400, { error: 'not an interaction' });
    if (isOld(request, first.now())) {
      first.refused('DISCORD_REQUEST_OLD');
      return send(response, 401, { error: 'too old' });
    }
    const { application_id: application, guild_id: guild } = read.data;
    const known = signed.filter((one) => one.application === application);
    const guest = known.find((one) => one.guild === guild) ?? known[0];
    if (!guest) {
      first.refused('DISCORD_APPLICATION_OTHER');
      return send(response, 401, { error: 'another application' });
    }
    await guest.takes(read.data, (callback) => send(response, 200, callback));
    // What was not put on disk is not acknowledged: the person sees that it failed.
    if (!response.headersSent) send(response, 503, { error: 'not taken' });
  }

  return {
    routes: [{ method: 'POST', path: '/discord/interactions', handle }],
    join(guest) {
      if (guest.publicKey !== '') keys.set(guest.publicKey, keyOf(guest.publicKey));
      guests.push(guest);
    },
    serves: (guild, beside) => guild !== beside && guests.some((one) => one.guild === guild),
  };
}

/** A raw Ed25519 key, as the application's page shows it. */
function keyOf(hex: string): KeyObject {
  const x = Buffer.from(hex, 'hex').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function isSigned(request: IncomingMessage, body: Buffer, key: KeyObject | undefined): boolean {
  const signature = headerOf(request, 'x-signature-ed25519');
  const timestamp = headerOf(request, 'x-signature-timestamp');
  if (!key || !/^[0-9a-f]{128}$/i.test(signature) || timestamp === '') return false;
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  return verify(null, signed, key, Buffer.from(signature, 'hex'));
}

/** A token lives for a quarter of an hour; what is older was said before, and is said again by somebody else. */
function isOld(request: IncomingMessage, now: number): boolean {
  const at = Number(headerOf(request, 'x-signature-timestamp')) * 1000;
  return !(Math.abs(now - at) <= limits.tokenMs);
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function typeOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
}

/** The bytes as they came: the signature is over them. */
function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => resolve(undefined), bodyMs);
    request.on('data', (chunk: Buffer) => {
      length += chunk.byteLength;
      if (length > bodyBytesMax) resolve(undefined);
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => clearTimeout(timer));
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
