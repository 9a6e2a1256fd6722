import {
  type CacheType,
  Client,
  type ClientOptions,
  Events,
  GatewayIntentBits,
  type Interaction,
} from 'discord.js';
import type { FakeDiscord } from './index.ts';

export const botIntents = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.DirectMessages,
];

/** The real client against the fake. It is destroyed by who asked for it. */
export function realClient(
  discord: FakeDiscord,
  options: Partial<ClientOptions> = {},
): Client<boolean> {
  return new Client({
    intents: botIntents,
    allowedMentions: { parse: [] },
    enforceNonce: true,
    ...options,
    rest: { api: discord.api, version: '10', ...options.rest },
  });
}

/** Logs in, and waits until every guild is there. */
export async function login(client: Client<boolean>, discord: FakeDiscord): Promise<Client<true>> {
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discord.token);
  return ready;
}

/** The next interaction that the client is told of. */
export function nextInteraction(client: Client<boolean>): Promise<Interaction<CacheType>> {
  return new Promise((resolve) => client.once(Events.InteractionCreate, resolve));
}
