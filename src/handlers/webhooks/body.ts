import type { Unreadable } from '../../core/alert/alert.ts';
import { problem } from '../../core/problem.ts';
import type { WebhookContext, WebhookOutcome } from './alertmanager.ts';

export type Json =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: string };

/** Never throws. */
export function parseJson(bytes: Uint8Array | string): Json {
  const text = typeof bytes === 'string' ? bytes : UTF8.decode(bytes);
  if (text.trim() === '') return { ok: false, why: 'empty' };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // Not the parser's own words: they quote the body, which may hold anything.
    return {
      ok: false,
      why: `${text.length} characters that begin with ${JSON.stringify(text[0])}`,
    };
  }
}

export function unreadable(
  code: string,
  { source }: WebhookContext,
  why: string,
  alerts: readonly Unreadable[] = [],
): WebhookOutcome {
  return { kind: 'unreadable', problem: problem(code, { source, why }), unreadable: alerts };
}

const UTF8 = new TextDecoder('utf-8');
