import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Html } from './html.ts';
import type { ConsoleProblem } from './problems.ts';

/** Refused before anybody looked at what was asked. */
export interface Refusal {
  readonly status: number;
  readonly code: ConsoleProblem;
}

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function setSafeHeaders(response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', contentSecurityPolicy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Permissions-Policy', 'camera=(), microphone=(), geolocation=()');
}

/** A page of another site can point its own name at this address (DNS rebinding); the Host header then tells. */
export function refuseHost(
  request: IncomingMessage,
  origins: readonly string[],
): Refusal | undefined {
  const host = request.headers.host?.toLowerCase();
  const known = origins.some((origin) => URL.parse(origin)?.host === host);
  return host !== undefined && known ? undefined : { status: 421, code: 'CONSOLE_WRONG_HOST' };
}

/**
 * Where `localhost` meant our loopback address. The name is not one that somebody else can point at us, and only the
 * address is answered under, so that there is one origin and one cookie.
 */
export function meantAddress(
  request: IncomingMessage,
  origins: readonly string[],
): string | undefined {
  const host = request.headers.host?.toLowerCase();
  const own = origins.find((origin) => {
    const parsed = URL.parse(origin);
    return parsed?.hostname === '127.0.0.1' && host === `localhost:${parsed.port}`;
  });
  return own === undefined ? undefined : new URL(ownPath(request), own).href;
}

/** Only the path: `//evil.example` would be another site. */
export function ownPath(request: IncomingMessage): string {
  const { pathname } = new URL(request.url ?? '/', 'http://console.invalid');
  return pathname.replace(/^\/+/, '/');
}

/**
 * A change is taken from our own pages only. Under `no-referrer` browsers say `Origin: null` for a plain form, so
 * there Sec-Fetch-Site decides, which no page can set. https://fetch.spec.whatwg.org/#append-a-request-origin-header
 */
export function refuseOrigin(
  request: IncomingMessage,
  origins: readonly string[],
): Refusal | undefined {
  const refused: Refusal = { status: 403, code: 'CONSOLE_WRONG_ORIGIN' };
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return refused;
  const origin = request.headers.origin;
  if (origin !== undefined && origin !== 'null') {
    return origins.some((own) => URL.parse(own)?.origin === origin) ? undefined : refused;
  }
  return site === 'same-origin' ? undefined : refused;
}

export const bodyBytesMax = 16 * 1024;

/** The body as text; a refusal when it is too long or of another type. */
export async function readBody(
  request: IncomingMessage,
  type: 'application/x-www-form-urlencoded' | 'application/json',
): Promise<string | Refusal> {
  const given = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (given !== type) return { status: 415, code: 'CONSOLE_BODY_TYPE' };
  const chunks: Buffer[] = [];
  let size = 0;
  // The stream is left whole on a refusal, so that the answer still finds its way back.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > bodyBytesMax) return { status: 413, code: 'CONSOLE_BODY_TOO_LARGE' };
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export async function readForm(request: IncomingMessage): Promise<URLSearchParams | Refusal> {
  const body = await readBody(request, 'application/x-www-form-urlencoded');
  return typeof body === 'string' ? new URLSearchParams(body) : body;
}

/** The script asks for JSON; a form without the script gets a whole page. */
export function wantsJson(request: IncomingMessage): boolean {
  return request.headers.accept?.includes('application/json') ?? false;
}

export function queryOf(request: IncomingMessage): URLSearchParams {
  return new URL(request.url ?? '/', 'http://console.invalid').searchParams;
}

export function sendPage(response: ServerResponse, page: Html, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(page.text);
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

export function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { Location: location });
  response.end();
}
