import type { Press } from '../../../core/view/card.ts';
import { limits } from './limits.ts';
import { pressValueSchema } from './schema.ts';

/** What a button or an option carries: the press, the card it stands on, and whose thread that is. */
export interface PressValue {
  readonly press: Press;
  readonly key: string;
  readonly thread: string;
  /** The press opens a rendering made anew. */
  readonly fresh: boolean;
}

/** Undefined when it is longer than Slack carries. */
export function buttonValue({ press, key, thread, fresh }: PressValue): string | undefined {
  const value = JSON.stringify({ p: press, k: key, t: thread, ...(fresh ? { f: 1 } : {}) });
  return value.length <= limits.buttonValue ? value : undefined;
}

/** Undefined for what is none of ours. Whether it means anything is for the desk to say. */
export function readButtonValue(value: string): PressValue | undefined {
  const read = pressValueSchema.safeParse(parsed(value));
  if (!read.success) return undefined;
  const { p, k, t, f } = read.data;
  return { press: p, key: k, thread: t, fresh: f === 1 };
}

/** An option holds 75 characters: presses that say little. Undefined for those that say more. */
export function optionValue(press: Press): string | undefined {
  const value = shortOf(press);
  return value !== undefined && value.length <= limits.optionValue ? value : undefined;
}

export function readOptionValue(value: string): Press | undefined {
  const [, kind, rest = ''] = /^([wvl]) (.*)$/su.exec(value) ?? [];
  if (kind === 'w') return { kind: 'want', incident: rest };
  if (kind === 'v') return { kind: 'view', operation: rest };
  if (kind !== 'l') return undefined;
  const [incident = '', ...line] = rest.split(' ');
  return { kind: 'line', incident, line: line.join(' ') };
}

/** The name of a menu says which card it stands on, since its options have no room for that. */
export function menuId({ key, thread }: Pick<PressValue, 'key' | 'thread'>): string {
  const id = `menu/${part(key)}/${part(thread)}`;
  return id.length <= limits.actionId ? id : 'menu//';
}

export function readMenuId(id: string): Pick<PressValue, 'key' | 'thread'> | undefined {
  const [, key, thread] = /^menu\/([^/]*)\/([^/]*)$/.exec(id) ?? [];
  if (key === undefined || thread === undefined) return undefined;
  try {
    return { key: decodeURIComponent(key), thread: decodeURIComponent(thread) };
  } catch {
    return undefined;
  }
}

function part(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function shortOf(press: Press): string | undefined {
  if (press.kind === 'want') return `w ${press.incident}`;
  if (press.kind === 'view') return `v ${press.operation}`;
  return press.kind === 'line' && !press.incident.includes(' ')
    ? `l ${press.incident} ${press.line}`
    : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
