import type { Pin } from '../core/inbox.ts';
import type { Press } from '../core/view/card.ts';
import type { Command } from './command.ts';
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

/** A line that makes a plan, or changes whose an account is: what a forged button could have somebody ask for in their own name. */
export function changesSomething(line: string): boolean {
  const does = doesOf(line);
  return does === 'operation' || does === 'request' || does === 'identity';
}

function isGate(line: string): boolean {
  const does = doesOf(line);
  return does === 'gate' || does === 'halt';
}

function doesOf(line: string): Command['does'] | undefined {
  const read = parseLine(line);
  return 'code' in read ? undefined : commands.find(({ name }) => name === read.verb)?.does;
}
