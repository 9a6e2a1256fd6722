import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import type { Event } from '../core/event.ts';
import type { Checkpoint } from '../core/ports/journal.ts';
import { ProblemError, problem } from '../core/problem.ts';

export const CHECKPOINTS = 'journal/checkpoints';

/** All that a verifier without the journal's file needs. One JSON line in the log, and the file beside the journal. */
export interface PublishedCheckpoint extends Checkpoint {
  /** Root of the tree over the headers of events 1 to `position`. */
  readonly root: string;
  /** Digest of the checkpoint before; empty for the first. */
  readonly previous: string;
  /** Ed25519, 32 bytes, base64url. */
  readonly publicKey: string;
}

/** The event in `journal/checkpoints`; its time stands in its header. */
export interface CheckpointTaken extends Event {
  readonly type: 'CheckpointTaken';
  readonly number: number;
  readonly position: number;
  readonly root: string;
  readonly previous: string;
  /** Lets a start continue the tree without reading all events again. */
  readonly frontier: readonly string[];
  readonly publicKey: string;
  readonly signature: string;
}

export interface Signer {
  readonly publicKey: string;
  sign(text: string): string;
  verifies(text: string, by: { readonly publicKey: string; readonly signature: string }): boolean;
}

interface Statement {
  readonly number: number;
  readonly position: number;
  readonly at: number;
  readonly root: string;
  readonly previous: string;
}

/** The text that is signed. Part of the format. */
export function statementOf({ number, position, at, root, previous }: Statement): string {
  return `tocsin checkpoint 1\nnumber ${number}\nposition ${position}\nat ${at}\nroot ${root}\nprevious ${previous}\n`;
}

export function digestOf(statement: Statement): string {
  return hash('sha256', statementOf(statement), 'hex');
}

/** What stands on cards and in chat, where people keep it for us. */
export function shortOf(number: number, digest: string): string {
  return `cp ${number} ${digest.slice(0, 8)}`;
}

export function publish(event: CheckpointTaken, at: number): PublishedCheckpoint {
  const { number, position, root, previous, publicKey, signature } = event;
  const digest = digestOf({ number, position, at, root, previous });
  return {
    number,
    position,
    at,
    root,
    previous,
    digest,
    signature,
    publicKey,
    short: shortOf(number, digest),
  };
}

export function isSigned(checkpoint: PublishedCheckpoint): boolean {
  return isSignedBy(statementOf(checkpoint), checkpoint);
}

function isSignedBy(
  text: string,
  { publicKey, signature }: { readonly publicKey: string; readonly signature: string },
): boolean {
  try {
    const key = publicKeyObject(publicKey);
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** The private key: PEM (PKCS #8), or the 32 bytes of the seed as hex or base64. */
export function signerFrom(text: string): Signer {
  const key = privateKeyFrom(text.trim());
  const publicKey = rawPublicKey(createPublicKey(key));
  return {
    publicKey,
    sign: (statement) => sign(null, Buffer.from(statement), key).toString('base64url'),
    verifies: isSignedBy,
  };
}

/** A public key given by a person: PEM, or its 32 bytes as hex or base64. Answers base64url. */
export function publicKeyFrom(text: string): string {
  const trimmed = text.trim();
  try {
    if (trimmed.startsWith('-----')) return rawPublicKey(createPublicKey(trimmed));
    const raw = rawBytes(trimmed);
    if (raw !== undefined) return raw.toString('base64url');
  } catch {
    // Falls through to the one answer for every unreadable key.
  }
  throw new ProblemError(problem('PUBLIC_KEY_UNREADABLE'));
}

export function isCheckpointTaken(value: unknown): value is CheckpointTaken {
  if (typeof value !== 'object' || value === null) return false;
  const event: Partial<Record<keyof CheckpointTaken, unknown>> = value;
  const texts = [event.root, event.previous, event.publicKey, event.signature];
  return (
    event.type === 'CheckpointTaken' &&
    typeof event.number === 'number' &&
    typeof event.position === 'number' &&
    texts.every((text) => typeof text === 'string') &&
    Array.isArray(event.frontier) &&
    event.frontier.every((each) => typeof each === 'string')
  );
}

export function isPublished(value: unknown): value is PublishedCheckpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { number, position, at, ...texts }: Partial<Record<keyof PublishedCheckpoint, unknown>> =
    value;
  const { root, previous, digest, signature, publicKey, short } = texts;
  const numbers = [number, position, at].every((each) => typeof each === 'number');
  return (
    numbers &&
    [root, previous, digest, signature, publicKey, short].every((each) => typeof each === 'string')
  );
}

/** RFC 8410, section 7: what stands before the 32 bytes in the DER of an Ed25519 key. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

function privateKeyFrom(text: string): KeyObject {
  try {
    const seed = rawBytes(text);
    const key =
      seed === undefined
        ? createPrivateKey(text)
        : createPrivateKey({
            key: Buffer.concat([PRIVATE_PREFIX, seed]),
            format: 'der',
            type: 'pkcs8',
          });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // The reason may quote the key itself, so it is not passed on.
  }
  throw new ProblemError(problem('SIGNING_KEY_UNREADABLE'));
}

function rawBytes(text: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

function rawPublicKey(key: KeyObject): string {
  return key
    .export({ format: 'der', type: 'spki' })
    .subarray(PUBLIC_PREFIX.length)
    .toString('base64url');
}

function publicKeyObject(raw: string): KeyObject {
  const key = Buffer.concat([PUBLIC_PREFIX, Buffer.from(raw, 'base64url')]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}
