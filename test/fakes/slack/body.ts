import type { IncomingMessage } from 'node:http';
import { isRecord, type Json, parsed } from './json.ts';

const maxBytes = 20 * 1024 * 1024;

export async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBytes) throw new Error('The body is larger than the fake takes.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The arguments of a call: from the query, a form or a JSON object. */
export function argumentsIn(request: IncomingMessage, body: Buffer): Json {
  const query = new URL(request.url ?? '/', 'http://fake').searchParams;
  const type = request.headers['content-type'] ?? '';
  const text = body.toString('utf8');
  if (type.startsWith('application/json')) {
    const value = parsed(text);
    return { ...Object.fromEntries(query), ...(isRecord(value) ? value : {}) };
  }
  return { ...Object.fromEntries(query), ...Object.fromEntries(new URLSearchParams(text)) };
}

/** The bytes of the one file in an upload: its field of a multipart form, or the whole body. */
export async function fileIn(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData();
  for (const value of form.values()) {
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  }
  return Buffer.alloc(0);
}

export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
