import { hash } from 'node:crypto';

/** What the chain covers of one event. Stored as the exact bytes that were hashed. */
export interface Header {
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly v: number;
  readonly at: number;
  readonly by: string;
  readonly cause: string;
  /** SHA-256 (hex) of the body: salt and payload bytes. */
  readonly digest: string;
  /** SHA-256 (hex) of the header before it in the stream; empty for the first. */
  readonly prev: string;
}

/** The salt keeps an erased payload from being guessed by its digest. */
export const SALT_BYTES = 16;

/** The order of the keys is part of the format: it never changes, and nobody re-serialises to verify. */
export function headerBytes(header: Header): Buffer {
  const { stream, version, type, v, at, by, cause, digest, prev } = header;
  return Buffer.from(JSON.stringify({ stream, version, type, v, at, by, cause, digest, prev }));
}

/** The header in stored bytes, or undefined when they are not one. */
export function parseHeader(bytes: Uint8Array): Header | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return isHeader(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** The payload text inside a body. */
export function payloadOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8', SALT_BYTES);
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null) return false;
  const header: Partial<Record<keyof Header, unknown>> = value;
  return (
    TEXTS.every((key) => typeof header[key] === 'string') &&
    NUMBERS.every((key) => Number.isSafeInteger(header[key]))
  );
}

const TEXTS = ['stream', 'type', 'by', 'cause', 'digest', 'prev'] as const;
const NUMBERS = ['version', 'v', 'at'] as const;
