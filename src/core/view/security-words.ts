import type { Incident } from '../incident/incident.ts';
import type { SecurityKind, SecurityNotice } from '../incident/security.ts';
import type { Block, Text } from './card.ts';
import { code, personSpan, sentence, type Words } from './words.ts';

interface SecurityWords {
  /** The line of the timeline: `{fact}`, `{@person}` for the name of a person's id, `{#fact}` as code. */
  readonly line: string;
  /** What it means, and what to do next. */
  readonly means: string;
  readonly next: string;
}

/** The sentences of each kind of notice. */
export const securityWords: Readonly<Record<SecurityKind, SecurityWords>> = {
  'forged-requests': {
    line: '{count} requests to {door} within {seconds} s could not prove who sent them {#code}',
    means:
      'Somebody who can reach the listener sends requests without the credential, or a credential was changed on one side only.',
    next: 'Compare the credential on both sides; if it is right, keep strangers from the listener.',
  },
};

export function securityLine({ kind, facts }: SecurityNotice, words: Words): Text {
  const known = securityWords[kind];
  // Written by a newer version: all that is known is said.
  if (!known) return [code(kind), ` ${JSON.stringify(facts)}`];
  return known.line.split(/(\{[@#]?[a-zA-Z]+\})/).flatMap((part): Text => {
    const [, sign, name = ''] = /^\{([@#]?)([a-zA-Z]+)\}$/.exec(part) ?? [];
    const fact = facts[name];
    if (sign === undefined || fact === undefined) return part === '' ? [] : [part];
    if (sign === '@') return [personSpan(String(fact), words)];
    return [sign === '#' ? code(String(fact)) : String(fact)];
  });
}

/** What a reader who has never seen such an incident needs to know. */
export function securityBlocks({ security }: Incident): readonly Block[] {
  const known = security && securityWords[security.kind];
  if (!known) return [];
  return [
    { kind: 'text', text: sentence(known.means) },
    { kind: 'text', text: sentence(known.next) },
  ];
}
