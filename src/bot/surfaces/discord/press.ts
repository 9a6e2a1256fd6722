import { createHash } from 'node:crypto';
import type { Press } from '../../../core/view/card.ts';
import { limits } from './limits.ts';

/** What a button or an option carries: the deed itself, or where to find it. */
export type Carried =
  | { readonly kind: 'press'; readonly press: Press; readonly fresh?: string }
  /** Opens a rendering made anew, on which the press counts. */
  | { readonly kind: 'fresh'; readonly operation: string; readonly hash: string }
  /** Too long to be carried: it stands on the card, under this digest. */
  | { readonly kind: 'named'; readonly digest: string };

/**
 * A press within the hundred characters of a custom_id. The whole hash goes along; a line that is too long is found
 * again on the card it stands on.
 */
export function idOf(press: Press, confirm?: 'fresh'): string | undefined {
  switch (press.kind) {
    case 'open':
      return undefined;
    case 'view':
      return isPlain(press.operation) ? carried(`view:${press.operation}`) : named(press);
    case 'want':
      return isPlain(press.incident) ? carried(`want:${press.incident}`) : named(press);
    case 'line': {
      const id = `line:${press.incident}:${press.line}`;
      const exact = /^[!-~]([ -~]*[!-~])?$/.test(press.line) && /^[\w.-]*$/.test(press.incident);
      return exact && id.length <= limits.customId ? id : named(press);
    }
    case 'approve':
    case 'decline': {
      if (!isPlain(press.operation) || !/^[0-9a-f]{10,64}$/.test(press.hash)) return undefined;
      const verb = confirm === 'fresh' && press.kind === 'approve' ? 'fresh' : press.kind;
      return carried(`${verb}:${press.operation}:${press.hash}`);
    }
    default:
      return press satisfies never;
  }
}

/** An approval of exactly this rendering: hash and digest, both whole, as 43 characters each. */
export function confirmId(operation: string, hash: string, digest: string): string | undefined {
  if (!/^op-[\w-]{1,11}$/.test(operation) || !isSha256(hash) || !isSha256(digest)) return undefined;
  return `c:${operation.slice(3)}:${packed(hash)}${packed(digest)}`;
}

export function carriedBy(id: string): Carried | undefined {
  const digest = /^at:([0-9a-f]{40})$/.exec(id)?.[1];
  if (digest !== undefined) return { kind: 'named', digest };
  const confirmed = /^c:([\w-]{1,11}):([\w-]{43})([\w-]{43})$/.exec(id);
  if (confirmed) {
    const [, operation = '', hash = '', fresh = ''] = confirmed;
    const press = { kind: 'approve', operation: `op-${operation}`, hash: unpacked(hash) } as const;
    return { kind: 'press', press, fresh: unpacked(fresh) };
  }
  const [, verb, name = '', rest = ''] = /^([a-z]+):([^:]*)(?::(.*))?$/s.exec(id) ?? [];
  switch (verb) {
    case 'view':
      return { kind: 'press', press: { kind: 'view', operation: name } };
    case 'want':
      return { kind: 'press', press: { kind: 'want', incident: name } };
    case 'line':
      return { kind: 'press', press: { kind: 'line', incident: name, line: rest } };
    case 'approve':
    case 'decline':
      return { kind: 'press', press: { kind: verb, operation: name, hash: rest } };
    case 'fresh':
      return { kind: 'fresh', operation: name, hash: rest };
    default:
      return undefined;
  }
}

export function pressDigest(press: Press): string {
  return createHash('sha256').update(JSON.stringify(press)).digest('hex').slice(0, 40);
}

function named(press: Press): string {
  return `at:${pressDigest(press)}`;
}

function carried(id: string): string | undefined {
  return id.length <= limits.customId ? id : undefined;
}

function isPlain(name: string): boolean {
  return /^[\w.-]{1,80}$/.test(name);
}

function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function packed(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url');
}

function unpacked(text: string): string {
  return Buffer.from(text, 'base64url').toString('hex');
}
