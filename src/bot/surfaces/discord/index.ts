import type { ChatConnection } from '../../chat.ts';
import { createChannels } from './channels.ts';
import { type Client, createClient } from './client.ts';
import { createDirectory } from './directory.ts';
import { examine } from './doctor.ts';
import { createDoor } from './door.ts';
import { createGateway } from './gateway.ts';
import { createInbound, type Respond } from './inbound.ts';
import { type Interaction, interaction as interactionSchema } from './interaction.schema.ts';
import { createMentions } from './mentions.ts';
import { openNetwork } from './network.ts';
import type { DiscordOptions } from './options.ts';
import { createSurface } from './outbound.ts';
import { type Registered, register } from './registration.ts';
import { createReplies } from './replies.ts';
import { readyEvent } from './schema.ts';
import type { Setting } from './spans.ts';
import { createWhispers } from './whispers.ts';

export { charactersOf, type DiscordCommand, discordCommands } from './commands.ts';
export { createDoor, type Door } from './door.ts';
export type { DiscordOptions } from './options.ts';
export { problems } from './problems.ts';
export type { Registered } from './registration.ts';

const registerAgainMs = 60_000;

/** One guild. The SDK is loaded with the first call, and nothing before. */
export function connectDiscord(options: DiscordOptions): ChatConnection {
  const { clock, desk, guild, log, metrics, mode, name } = options;
  const network = openNetwork(options);
  const client = createClient(options, network);
  const channels = createChannels(client, guild, clock);
  const settingOf = (thread: string, first: boolean): Setting => ({
    thread,
    first,
    userOf: (person) => userIn(guild, desk.accountsOf(person, 'discord')),
    nameOf: (person) => desk.words.names.get(person) ?? person,
  });
  const setting = () => settingOf('', false);
  const whispers = createWhispers({ client, options, setting });
  const replies = createReplies({ options, client, whispers, setting });
  const inbound = createInbound({ options, network, replies, setting });
  const mentions = createMentions({ options, client, whispers, setting });
  let me = '';
  let closed = false;

  const gateway = createGateway({
    options,
    client,
    network,
    heard(event, body) {
      if (event === 'READY') me = readyEvent.parse(body).user.id;
      else if (event === 'INTERACTION_CREATE') void hearInteraction(body);
      else if (event === 'MESSAGE_CREATE') void mentions.message(body, me);
      else if (/^(CHANNEL_|GUILD_(CREATE|DELETE|UPDATE)$)/.test(event)) channels.forget();
    },
  });

  async function hearInteraction(body: unknown): Promise<void> {
    const read = interactionSchema.safeParse(body);
    if (!read.success) return metrics.refused(name, 'DISCORD_UNREADABLE');
    // Another guild of the same application has a connection of its own.
    if (read.data.guild_id !== undefined && door?.serves(read.data.guild_id, guild)) return;
    await inbound.interaction(body, answerOver(client, read.data));
  }

  const door = options.door ?? (mode === 'http' ? createDoor() : undefined);
  door?.join({
    application: options.application,
    guild,
    publicKey: mode === 'http' ? (options.publicKey ?? '') : '',
    now: () => clock.now(),
    refused: (code) => metrics.refused(name, code),
    takes: (body, respond) =>
      inbound.interaction(body, async (callback) => {
        respond(callback);
        return true;
      }),
  });

  function registerSoon(): void {
    register(client, options)
      .then(registered)
      .catch((error: unknown) => log('discord commands failed', { surface: name, error }));
  }

  function registered(outcome: Registered): void {
    if (outcome.ok) {
      if (outcome.changed.length > 0) {
        log('discord commands registered', { surface: name, changed: outcome.changed });
      }
      return;
    }
    log('discord commands not registered', { surface: name, code: outcome.problem.code });
    if (outcome.again && !closed) clock.after(registerAgainMs, registerSoon);
  }

  return {
    surface: { ...createSurface({ options, client, channels, whispers, settingOf }), close },
    home: guild,
    directory: createDirectory(client, options),
    routes: mode === 'http' && door ? door.routes : [],
    start() {
      if (mode === 'gateway') gateway.start();
      registerSoon();
    },
    health() {
      const mute = client.trouble();
      if (mute) return { state: mute.state, code: mute.problem.code };
      const deaf = mode === 'gateway' ? gateway.trouble() : undefined;
      return deaf ? { state: deaf.state, code: deaf.problem.code } : { state: 'ok' };
    },
    doctor: (places) => examine({ options, client, channels }, places),
    close,
  };

  async function close(): Promise<void> {
    closed = true;
    await gateway.close();
    client.close();
  }
}

/** For `tocsin discord register`: once, and what became of it. */
export async function registerDiscordCommands(options: DiscordOptions): Promise<Registered> {
  const client = createClient(options, openNetwork(options));
  try {
    return await register(client, options);
  } finally {
    client.close();
  }
}

function userIn(guild: string, accounts: readonly string[]): string | undefined {
  return accounts.find((account) => account.startsWith(`${guild}/`))?.slice(guild.length + 1);
}

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json: it has been acknowledged already. */
const answeredAlready = 40_060;

/** The first answer goes out at once, and once more where nobody knows whether it arrived. */
function answerOver(client: Client, { id, token }: Interaction): Respond {
  return async (body) => {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const path = `/interactions/${id}/${token}/callback` as const;
      const called = await client.call({ method: 'POST', path, body, auth: false });
      if (called.ok) return true;
      if (called.failure.kind === 'refused') return called.failure.code === answeredAlready;
    }
    return false;
  };
}
