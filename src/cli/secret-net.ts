import { Buffer } from 'node:buffer';
import { Secret } from '../core/secret.ts';

/** Shorter ones are words that stand in any text. */
const lengthMin = 8;
const depthMax = 12;

/** Every secret that a configuration holds, wherever it stands in it. */
export function secretsIn(value: unknown, depth = 0): readonly Secret[] {
  if (value instanceof Secret) return [value];
  if (typeof value !== 'object' || value === null || depth > depthMax) return [];
  return Object.values(value).flatMap((each) => secretsIn(each, depth + 1));
}

/**
 * The last net below a text that leaves us: what a vendor repeated of the credential it was sent, as it is, in a URL, in JSON and in
 * base64, becomes `[secret]`. It catches what somebody forgot; nothing is meant to reach it.
 */
export function secretNet(secrets: readonly Secret[]): (text: string) => string {
  const values = secrets
    .map((secret) => secret.reveal())
    .filter(({ length }) => length >= lengthMin);
  const shapes = [...new Set(values.flatMap(shapesOf))].sort((a, b) => b.length - a.length);
  if (shapes.length === 0) return (text) => text;
  const known = new RegExp(shapes.map(escaped).join('|'), 'g');
  return (text) => text.replace(known, '[secret]');
}

/** In base64 a secret looks one of three ways, by where it begins: what does not hang on its neighbours is looked for. */
function shapesOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].map((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes]).toString('base64');
    return text.slice(lead === 0 ? 0 : 4, -4);
  });
  const inText = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  return [...inText, ...aligned].filter(({ length }) => length >= lengthMin);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
