import { type Attack, attack, type Outcome } from './attack.ts';
import { attackFactors, type FactorAttack } from './factor-attack.ts';
import { accountAttacks } from './on-accounts.ts';
import { approvalAttacks, stepUpChatAttacks } from './on-approvals.ts';
import { discordAttacks } from './on-discord.ts';
import { enrolmentAttacks } from './on-enrolment.ts';
import { factorAttacks } from './on-factors.ts';
import { proposalAttacks } from './on-proposals.ts';
import { slackAttacks } from './on-slack.ts';
import { slackDoorAttacks } from './on-slack-door.ts';
import { webAttacks } from './on-the-web.ts';
import { webhookAttacks } from './on-webhooks.ts';
import { openWorld, type Way } from './world.ts';

const onChat: readonly Attack[] = [
  ...slackDoorAttacks,
  ...slackAttacks,
  ...discordAttacks,
  ...stepUpChatAttacks,
];

/** Every way that was thought of to decide something without the right to. */
export const attacks: readonly Attack[] = [
  ...onChat,
  ...webAttacks,
  ...approvalAttacks,
  ...webhookAttacks,
  ...proposalAttacks,
];

/** The same over Socket Mode and the gateway: what a platform hands us there is no more believed. */
export const socketAttacks: readonly Attack[] = onChat.filter(({ called }) => !called);

/** Round second factors, how they come to be, and whose an account is. */
export const personAttacks: readonly FactorAttack[] = [
  ...factorAttacks,
  ...enrolmentAttacks,
  ...accountAttacks,
];

export interface Attacked {
  readonly attacks: number;
  /** How many decided something. */
  readonly accepted: number;
  readonly outcomes: readonly Outcome[];
}

/** All of them, by HTTP, over the platforms' sockets, and round what persons have. */
export async function runAttacks(): Promise<Attacked> {
  const called = await runThese(attacks, 'called');
  const connected = await runThese(socketAttacks, 'connected');
  const persons = await runOnPersons(personAttacks);
  return counted([...called.outcomes, ...connected.outcomes, ...persons.outcomes]);
}

/** Each against a bot of its own. */
export async function runOnPersons(all: readonly FactorAttack[]): Promise<Attacked> {
  const outcomes: Outcome[] = [];
  for (const each of all) outcomes.push(await attackFactors(each));
  return counted(outcomes);
}

/** One after the other, against one bot behind its real doors. */
export async function runThese(all: readonly Attack[], way: Way): Promise<Attacked> {
  const world = await openWorld(way);
  const outcomes: Outcome[] = [];
  try {
    for (const each of all) {
      const name = way === 'called' ? each.name : `${each.name} (by socket)`;
      outcomes.push({ name, ...(await attack(world, each)) });
    }
  } finally {
    await world.close();
  }
  return counted(outcomes);
}

function counted(outcomes: readonly Outcome[]): Attacked {
  const accepted = outcomes.filter((outcome) => outcome.accepted).length;
  return { attacks: outcomes.length, accepted, outcomes };
}
