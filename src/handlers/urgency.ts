import type { Pin } from '../core/inbox.ts';
import type { Press } from '../core/view/card.ts';
import { commands } from './commands/index.ts';
import { parseLine } from './grammar.ts';

export type Spoken =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'press'; readonly press: Press }
  | { readonly kind: 'pin'; readonly pin: Pin };

/** What holds something up or lets it go on: it must not wait for what the same person says beside it. */
export function isUrgent(spoken: Spoken): boolean {
  if (spoken.kind === 'pin') return false;
  if (spoken.kind === 'line') return isGate(spoken.line);
  const { press } = spoken;
  if (press.kind === 'line') return isGate(press.line);
  return press.kind === 'approve' || press.kind === 'decline';
}

function isGate(line: string): boolean {
  const read = parseLine(line);
  if ('code' in read) return false;
  const does = commands.find(({ name }) => name === read.verb)?.does;
  return does === 'gate' || does === 'halt';
}
