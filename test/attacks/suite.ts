import { type Attack, attack, type Outcome } from './attack.ts';
import { discordAttacks } from './on-discord.ts';
import { slackAttacks } from './on-slack.ts';
import { slackDoorAttacks } from './on-slack-door.ts';
import { webAttacks } from './on-the-web.ts';
import { openWorld, type Way } from './world.ts';

const onChat: readonly Attack[] = [...slackDoorAttacks, ...slackAttacks, ...discordAttacks];

/** Every way that was thought of to decide something without the right to. */
export const attacks: readonly Attack[] = [...onChat, ...webAttacks];

/** The same over Socket Mode and the gateway: what a platform hands us there is no more believed. */
export const socketAttacks: readonly Attack[] = onChat.filter(({ called }) => !called);

export interface Attacked {
  readonly attacks: number;
  /** How many decided something. */
  readonly accepted: number;
  readonly outcomes: readonly Outcome[];
}

/** All of them, by HTTP and over the platforms' sockets. */
export async function runAttacks(): Promise<Attacked> {
  const called = await runThese(attacks, 'called');
  const connected = await runThese(socketAttacks, 'connected');
  return {
    attacks: called.attacks + connected.attacks,
    accepted: called.accepted + connected.accepted,
    outcomes: [...called.outcomes, ...connected.outcomes],
  };
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
  const accepted = outcomes.filter((outcome) => outcome.accepted).length;
  return { attacks: outcomes.length, accepted, outcomes };
}
