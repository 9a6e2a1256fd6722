import type { Json } from './json.ts';
import type { Channel, Command, Message, User } from './model.ts';
import type { World } from './world.ts';

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-type */
export const interactionTypes = {
  ping: 1,
  command: 2,
  component: 3,
  autocomplete: 4,
  modal: 5,
} as const;

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type */
export const callbackTypes = {
  pong: 1,
  message: 4,
  deferredMessage: 5,
  deferredUpdate: 6,
  update: 7,
  choices: 8,
  modal: 9,
} as const;

/** The first answer is due within 3 s, and then the token lives for 15 minutes. */
export const answerWithinMs = 3_000;
export const tokenLivesMs = 900_000;

/** Something that a person did and that waits for the bot's answer. */
export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly user: User;
  readonly channel: Channel;
  readonly at: number;
  /** What was done, in words: `ana presses Approve`. */
  readonly deed: string;
  readonly payload: Json;
  readonly command: Command | undefined;
  /** The message that carries the button, the select or the button that opened the modal. */
  readonly message: Message | undefined;
  /** Set by the first answer. */
  answer: FirstAnswer | undefined;
  /** Nobody answered within 3 s; the person saw "This interaction failed". */
  failed: boolean;
  /** Why the answer that came over HTTP was none. */
  complaint: Json | undefined;
  /** What `@original` names. */
  original: Message | undefined;
  readonly followups: Message[];
  /** Runs once it is answered or has failed. */
  readonly settled: (() => void)[];
  cancelDeadline: () => void;
}

export interface FirstAnswer {
  readonly type: number;
  readonly body: Json;
  readonly tookMs: number;
}

export interface Deed {
  readonly type: number;
  readonly user: User;
  readonly channel: Channel;
  readonly deed: string;
  readonly payload: (id: string, token: string) => Json;
  readonly command?: Command | undefined;
  readonly message?: Message | undefined;
}

/** Hands it to the bot and starts the clock. */
export function interact(world: World, deed: Deed): Interaction {
  const id = world.nextId();
  const token = `aW50ZXJhY3Rpb24${id}`;
  const interaction: Interaction = {
    id,
    token,
    type: deed.type,
    user: deed.user,
    channel: deed.channel,
    at: world.clock.now(),
    deed: deed.deed,
    payload: deed.payload(id, token),
    command: deed.command,
    message: deed.message,
    answer: undefined,
    failed: false,
    complaint: undefined,
    original: undefined,
    followups: [],
    settled: [],
    cancelDeadline: () => undefined,
  };
  world.interactions.set(id, interaction);
  world.tokens.set(token, interaction);
  interaction.cancelDeadline = world.clock.after(answerWithinMs, () => fail(interaction));
  world.deliver(interaction);
  return interaction;
}

/** Takes the first answer down. */
export function answered(world: World, interaction: Interaction, type: number, body: Json): void {
  interaction.cancelDeadline();
  interaction.answer = { type, body, tookMs: world.clock.now() - interaction.at };
  for (const settle of interaction.settled) settle();
}

export function fail(interaction: Interaction): void {
  if (interaction.answer || interaction.failed) return;
  interaction.failed = true;
  interaction.cancelDeadline();
  for (const settle of interaction.settled) settle();
}

export function isAlive(world: World, interaction: Interaction): boolean {
  return !interaction.failed && world.clock.now() - interaction.at < tokenLivesMs;
}
