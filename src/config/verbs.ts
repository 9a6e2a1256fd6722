import type { Risk } from '../core/operation/plan.ts';

/** A command as policies see it. */
export interface Verb {
  readonly name: string;
  readonly family: string;
  readonly risk: Risk;
  /** What it is given, where the build has it. */
  readonly args?: readonly { readonly name: string; readonly kind: string }[];
}

const grammar: Readonly<Record<string, { readonly risk: Risk; readonly verbs: string }>> = {
  ops: {
    risk: 'read',
    verbs:
      'help status who health logs graph timeline checklist backups advise locks policy doctor console link unlink approve decline withdraw cancel stop undo settle break-glass freeze unfreeze read-only',
  },
  incident: {
    risk: 'incident',
    verbs:
      'declare ack unack resolve severity assign role note pin update page escalate silence unsilence request dismiss merge split runbook task postmortem',
  },
  change: {
    risk: 'change',
    verbs: 'scale restart rollback deploy isolate return backup verify-backup',
  },
  danger: { risk: 'danger', verbs: 'failover restore region-failover drain promote retention' },
};

/** Every verb of the grammar, whether this build has it or not: a rule may forbid one before it exists. */
export const grammarVerbs: readonly Verb[] = Object.entries(grammar).flatMap(
  ([family, { risk, verbs }]) => verbs.split(' ').map((name) => ({ name, family, risk })),
);

export const families: readonly string[] = Object.keys(grammar);

/** Risks a plan of this verb may have: its own or, because its steps count, a higher one. */
export function risksOf({ name, family, risk }: Verb): readonly Risk[] {
  // One that hides too much is planned.
  if (name === 'silence') return ['incident', 'danger'];
  if (family === 'ops') return ['read', 'change', 'danger'];
  if (family === 'change') return ['change', 'danger'];
  return [risk];
}
