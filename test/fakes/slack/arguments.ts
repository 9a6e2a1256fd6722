import { isRecord, type Json, parsed } from './json.ts';
import { refusalWith } from './refusal.ts';

/** What a call brought: from a form everything is text, from a JSON body it has its type. */
export interface Arguments {
  readonly raw: Json;
  text(name: string): string | undefined;
  required(name: string): string;
  flag(name: string): boolean;
  /** False only when the caller said so. */
  allowed(name: string): boolean;
  count(name: string): number | undefined;
  /** A JSON text or the value itself; undefined when absent, `null` when it cannot be read. */
  json(name: string): unknown;
}

export function argumentsOf(raw: Json): Arguments {
  const text = (name: string): string | undefined => {
    const value = raw[name];
    if (value === undefined || value === null || value === '') return undefined;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  return {
    raw,
    text,
    required(name) {
      const value = text(name);
      if (value === undefined) {
        throw refusalWith('invalid_arguments', [`missing required field: ${name}`]);
      }
      return value;
    },
    flag: (name) => /^(true|1)$/.test(text(name) ?? ''),
    allowed: (name) => !/^(false|0)$/.test(text(name) ?? ''),
    count(name) {
      const value = Number(text(name));
      return Number.isFinite(value) && text(name) !== undefined ? value : undefined;
    },
    json(name) {
      const value = raw[name];
      if (value === undefined || value === null || value === '') return undefined;
      if (Array.isArray(value) || isRecord(value)) return value;
      return parsed(String(value)) ?? null;
    },
  };
}
