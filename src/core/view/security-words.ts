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
    line: '{count} requests to {door} within {minutes} min could not prove who sent them {#code}',
    means:
      'Somebody who can reach the listener sends requests without the credential, or a credential was changed on one side only.',
    next: 'Compare the credential on both sides; if it is right, keep strangers from the listener.',
  },
  'sign-ins-failed': {
    line: '{count} sign-ins at the {door} failed within {minutes} min {#code}',
    means:
      'Somebody tries links that are used, over or made up; a preview that opens links does so too.',
    next: 'Ask whoever was given a link last; `sign out everywhere` on the console ends all sessions of a person.',
  },
  'buttons-forged': {
    line: '{count} presses on {door} within {minutes} min stood on messages that are not ours {#code}',
    means:
      'Somebody who holds the bot’s token posts cards of their own, or a card from before a restored backup was pressed. Nothing was decided by them.',
    next: 'Look at the message that was pressed; if Tocsin’s log does not know it, exchange the bot’s token.',
  },
  'strangers-refused': {
    line: '{count} times within {minutes} min somebody on {door} was refused who is nobody of the configuration {#code}',
    means:
      'Colleagues without an entry under `people:`, guests, bots or other organisations speak to Tocsin.',
    next: 'Add who should be heard to `people:`; for the others nothing has to be done.',
  },
  'tokens-overreached': {
    line: 'A program with an API token asked {count} times for what only people may do {#code}',
    means: 'The program is wrong, or its token is somebody else’s by now. Nothing of it was done.',
    next: 'Look at what uses the token; when in doubt exchange it under `console.tokens`.',
  },
  'floods-limited': {
    line: '{count} requests to {door} within {minutes} min came too fast and were refused {#code}',
    means:
      'A person, a program in their name, or a source sends more than `limits:` lets in; the others are heard as before.',
    next: 'Stop the sender, or raise `limits:` if that much is meant.',
  },
  'denials-repeated': {
    line: '{@person} was refused {count} times within {minutes} min {#codes}',
    means: 'Somebody tries what they may not do, or their account is somebody else’s by now.',
    next: 'Ask them by another way than this account; the journal has each refusal.',
  },
  'configuration-changed': {
    line: 'Another configuration is in force {#digest}: {lines}',
    means:
      'Tocsin was started with other rules, people, groups or settings than before; each line says one change.',
    next: 'Compare it with what was meant to change; whoever did not expect it looks at the file and at who may write it.',
  },
  'glass-broken': {
    line: '{@person} broke the glass on {surface} for {#line}, plan {#hash} of {#operation}, by rule {rule}: {reason}',
    means:
      'A plan runs without the approvals that its rule asks for; the rule lets this person do so.',
    next: 'Look at the operation; `stop` ends it before its next step. Somebody who neither asked nor broke it closes it with `review`.',
  },
  'fuse-blown': {
    line: '{count} dangerous operations began within an hour, the last one {#operation}, and everything is read-only: {operations}',
    means:
      'Nothing begins any more, and what runs ends before its next step. Somebody, or something, asks for far more than a night needs.',
    next: 'Find out who asks for them and who approves. `read-only off` plans to lift it; somebody else approves that.',
  },
  'factor-changed': {
    line: 'Second factors: {@person} {what}',
    means:
      'Second factors let somebody approve what the policy guards most. A new one counts in a day, or when a second person confirms it.',
    next: 'Whoever did not expect it asks the person by voice; the page of factors in the console removes one.',
  },
  'account-changed': {
    line: 'Accounts of {@person}: {what}',
    means:
      'Whoever holds an account of a person is that person here. A new one is confirmed by a second person, and approves nothing for a day.',
    next: 'Whoever did not expect it asks the person by voice; `unlink` and the account takes it away at once.',
  },
  'step-up-abused': {
    line: 'Second factors: {@person} {what}',
    means: 'Somebody who holds a session or a passkey of this person tries to stand in for them.',
    next: 'Ask the person by voice; end their sessions with `sign out everywhere`, and remove a passkey that was copied.',
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
