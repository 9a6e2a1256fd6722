import { type Attack, attack, type Outcome } from './attack.ts';
import { discordAttacks } from './on-discord.ts';
import { slackAttacks } from './on-slack.ts';
import { slackDoorAttacks } from './on-slack-door.ts';
import { webAttacks } from './on-the-web.ts';
import { openWorld } from './world.ts';

/** Every way that was thought of to decide something without the right to. */
export const attacks: readonly Attack[] = [
  ...slackDoorAttacks,
  ...slackAttacks,
  ...discordAttacks,
  ...webAttacks,
];

export interface Attacked {
  readonly attacks: number;
  /** How many decided something. */
  readonly accepted: number;
  readonly outcomes: readonly Outcome[];
}

/** All of them, one after the other, against one bot behind its real doors. */
export async function runAttacks(all: readonly Attack[] = attacks): Promise<Attacked> {
  const world = await openWorld();
  const outcomes: Outcome[] = [];
  try {
    for (const each of all) outcomes.push({ name: each.name, ...(await attack(world, each)) });
  } finally {
    await world.close();
  }
  const accepted = outcomes.filter((outcome) => outcome.accepted).length;
  return { attacks: outcomes.length, accepted, outcomes };
}
