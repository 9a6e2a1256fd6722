import type { BotParts } from '../../src/bot/bot-parts.ts';
import { cardText } from '../../src/core/view/text.ts';
import { type Counter, openCounter, type World } from './desk.ts';

export const hour = 60 * 60_000;
/** Nobody's account, until somebody takes it on. */
export const fresh = { surface: 'slack/main', account: 'T01/U09' };

export let counter: Counter;
export let ended: string[];
let lines: number;

export const groups = `
  sre: { members: [ana, ben, dora] }
  leads: { members: [cleo, dora] }
`;
export const policies = `
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ], expires: 1d }
`;

/** The second factors that `check` wants beside them are given in the console; at a desk without one there are none. */
const admins = `identity_admins: [leads]
console: { public_url: https://ops.example.com }
journal: { keyring_key: \${env:KEYRING} }`;

/** A desk at which Cleo and Dora confirm accounts; a test may bring rules, parts and groups of its own. */
export async function open(
  rules: string = policies,
  parts: Partial<BotParts> = {},
  written: World = {},
): Promise<void> {
  ended = [];
  lines = 0;
  const endSessions = async (person: string) => {
    ended.push(person);
  };
  counter = await openCounter(
    rules,
    { endSessions, ...parts },
    { groups, top: admins, people: '  - { id: dora, name: Dora }', ...written },
  );
}

export async function from(
  actor: { surface: string; account: string },
  line: string,
): Promise<string> {
  lines += 1;
  const answer = await counter.bot.dispatch.say({
    line,
    actor,
    incident: '',
    cause: `it/${lines}`,
  });
  return cardText(answer.card);
}

/** What the new account is shown. */
export async function codeOf(account = fresh): Promise<string> {
  return /link ([a-z0-9]{8})/.exec(await from(account, 'link'))?.[1] ?? 'no code';
}

export const proposal = () => String(counter.told('AccountProposed')?.['link']);

/** Ben takes the account on, and Cleo confirms it. */
export async function linked(): Promise<void> {
  await counter.says('ben', `link ${await codeOf()}`);
  await counter.says('cleo', `link confirm=${proposal()}`);
}

export async function planned(): Promise<string> {
  await counter.says('ana', 'rollback checkout env=production');
  return counter.operation();
}

export async function approve(operation: string, actor = fresh): Promise<string> {
  lines += 1;
  const answer = await counter.bot.dispatch.press({
    press: {
      kind: 'approve',
      operation,
      hash: (await counter.bot.engine.operation(operation))?.hash ?? '',
    },
    actor,
    incident: '',
    cause: `press/it/${lines}`,
    shown: { digest: 'd'.repeat(64), fresh: true },
  });
  return cardText(answer.card);
}
