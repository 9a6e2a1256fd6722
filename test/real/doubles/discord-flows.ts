import {
  type CacheType,
  Client,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  type Interaction,
  type Message,
  MessageFlags,
  type TextChannel,
} from 'discord.js';
import { eventually } from '../../support/eventually.ts';
import type { Stage } from './discord-stages.ts';

/** What can be seen of a Discord from outside, by a name that says what was done. */
export type Observed = Readonly<Record<string, unknown>>;

const go = { customId: 'go', label: 'Go' };
const row = {
  type: 1,
  components: [{ type: 2, style: 1, label: go.label, custom_id: go.customId }],
};
const embed = {
  title: 'checkout',
  description: '3 of 3 pods',
  fields: [{ name: 'since', value: '03:05', inline: true }],
  footer: { text: 'i-1' },
};

/** Lets the real client do what the bot does, and notes what comes of it. */
export async function observe(stage: Stage): Promise<Observed> {
  const client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.MessageContent,
    ],
    allowedMentions: { parse: [] },
    rest: { api: stage.api, version: '10' },
  });
  const events: string[] = [];
  client.on(Events.Raw, ({ t }: { t: string | null }) => t !== null && events.push(t));
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(stage.token);
  const actor: Actor = { stage, client: await ready, events };
  try {
    return {
      ...(await start(actor)),
      ...(await messages(actor)),
      ...(await lists(actor)),
      ...(await threads(actor)),
      ...(await reactions(actor)),
      ...(await commands(actor)),
      ...(await presses(actor)),
      ...(await modals(actor)),
    };
  } finally {
    await client.destroy();
  }
}

interface Actor {
  readonly stage: Stage;
  readonly client: Client<true>;
  readonly events: string[];
}

async function channelOf({ stage, client }: Actor): Promise<TextChannel> {
  const channel = await client.channels.fetch(stage.channelId);
  if (!channel?.isTextBased() || channel.isDMBased() || channel.isThread()) {
    throw new Error('no text channel');
  }
  return channel as TextChannel;
}

async function start(actor: Actor): Promise<Observed> {
  const { client, stage, events } = actor;
  const guild = await client.guilds.fetch(stage.guildId);
  const channel = await channelOf(actor);
  const member = await guild.members.fetch(stage.userId);
  return {
    'events until ready': [...events],
    'the bot': [client.user.username, client.user.bot],
    'the guild': [guild.name, guild.roles.everyone.name, guild.roles.everyone.id === guild.id],
    'the channel': [channel.name, channel.type, channel.guildId === guild.id],
    'the member': [member.user.username, member.user.bot, member.id === stage.userId],
  };
}

async function messages(actor: Actor): Promise<Observed> {
  const channel = await channelOf(actor);
  actor.events.length = 0;
  const card = await channel.send({ content: 'card', embeds: [embed], components: [row] });
  await heard(actor, 'MESSAGE_CREATE');
  const posted = shown(card);
  await card.edit({ content: 'edited', components: [] });
  await heard(actor, 'MESSAGE_UPDATE');
  const fetched = await channel.messages.fetch({ message: card.id, force: true });
  const edited = shown(fetched);
  await card.delete();
  await heard(actor, 'MESSAGE_DELETE');
  return {
    'a card': posted,
    'a card, edited': [edited, fetched.editedTimestamp !== null],
    'a card, deleted': await codeOf(channel.messages.fetch({ message: card.id, force: true })),
    'an unknown channel': await codeOf(actor.client.channels.fetch('1', { force: true })),
    'events of a card': [...actor.events],
  };
}

async function lists(actor: Actor): Promise<Observed> {
  const channel = await channelOf(actor);
  const texts = ['one', 'two', 'three', 'four'];
  const sent: Message[] = [];
  for (const text of texts) sent.push(await channel.send(text));
  await actor.stage.says('from a person');
  await eventually('the person is heard', () =>
    channel.messages.cache.some(({ content }) => content === 'from a person'),
  );
  const [, second] = sent;
  const list = async (options: object) =>
    [...(await channel.messages.fetch({ cache: false, ...options })).values()].map(
      ({ content, author }) => `${author.username}: ${content}`,
    );
  return {
    'the newest three': await list({ limit: 3 }),
    'before the second': await list({ before: second?.id, limit: 5 }),
    'after the second': await list({ after: second?.id, limit: 5 }),
  };
}

async function threads(actor: Actor): Promise<Observed> {
  const { client, stage } = actor;
  const channel = await channelOf(actor);
  const card = await channel.send('starter');
  actor.events.length = 0;
  const thread = await card.startThread({ name: 'checkout', autoArchiveDuration: 1_440 });
  const line = await thread.send('line');
  await heard(actor, 'THREAD_CREATE');
  const begun = [
    thread.name,
    thread.type,
    thread.parentId === stage.channelId,
    thread.ownerId === client.user.id,
    thread.archived,
    thread.locked,
    thread.autoArchiveDuration,
  ];
  const active = await channel.threads.fetchActive();
  await thread.setArchived(true);
  const closed = [thread.archived, thread.locked];
  await thread.setArchived(false);
  await thread.setName('checkout, resolved');
  return {
    'a thread': begun,
    'its id is that of its message': thread.id === card.id,
    'a line in it': [line.content, line.channelId === thread.id],
    'active threads': [...active.threads.values()].map(({ name }) => name),
    'a thread, archived': closed,
    'a thread, renamed': [thread.archived, thread.name],
  };
}

async function reactions(actor: Actor): Promise<Observed> {
  const channel = await channelOf(actor);
  const message = await channel.send('react');
  await message.react('📌');
  const fetched = await channel.messages.fetch({ message: message.id, force: true, cache: false });
  return { 'a reaction': fetched.content };
}

async function commands(actor: Actor): Promise<Observed> {
  const { client, stage } = actor;
  const option = { name: 'service', description: 'x', type: 3, autocomplete: true };
  const declared = [{ name: 'ops', description: 'reads', options: [option] }];
  const set = await client.application.commands.set(declared, stage.guildId);

  const used = next(actor);
  await stage.uses('/ops', { service: 'checkout' });
  const command = await used;
  if (!command.isChatInputCommand()) throw new Error('no command');
  const asked = [
    command.commandName,
    command.options.getString('service'),
    command.guildId === stage.guildId,
  ];
  await command.reply('well');
  const reply = await command.fetchReply();
  await command.editReply('better');
  const better = await command.fetchReply();
  const followup = await command.followUp('more');
  await command.deleteReply();

  const deferring = next(actor);
  await stage.uses('/ops', { service: 'cart' });
  const later = await deferring;
  if (!later.isChatInputCommand()) throw new Error('no command');
  await later.deferReply({ flags: MessageFlags.Ephemeral });
  const filled = await later.editReply('done');

  const completing = next(actor);
  await stage.completes('/ops', 'service', 'ch');
  const completion = await completing;
  if (!completion.isAutocomplete()) throw new Error('no completion');
  const focused = completion.options.getFocused(true);
  await completion.respond([{ name: 'checkout', value: 'checkout' }]);
  return {
    'commands, registered': [...set.values()].map(({ name, description }) => [name, description]),
    'a command': asked,
    'its answer': [reply.content, reply.author.username, better.content],
    'its followup': [followup.content, followup.channelId === stage.channelId],
    'its answer, once deleted': await codeOf(command.fetchReply()),
    'a second answer': await codeOf(answerAgain(command)),
    'a deferred answer': [filled.content, later.ephemeral],
    'a completion': [focused.name, focused.value],
  };
}

async function presses(actor: Actor): Promise<Observed> {
  const { stage } = actor;
  const channel = await channelOf(actor);
  const card = await channel.send({ content: 'press', components: [row] });
  const pressed = next(actor);
  await stage.presses(card.id, go);
  const press = await pressed;
  if (!press.isButton()) throw new Error('no press');
  const carried = [press.customId, press.message.content, press.message.id === card.id];
  await press.update({ content: 'pressed', components: [] });
  const after = shown(await channel.messages.fetch({ message: card.id, force: true }));

  const options = [
    { label: 'checkout', value: 'i-1' },
    { label: 'cart', value: 'i-2' },
  ];
  const select = { type: 1, components: [{ type: 3, custom_id: 'pick', options }] };
  const menu = await channel.send({ content: 'pick', components: [select] });
  const picking = next(actor);
  await stage.picks(menu.id, { customId: 'pick', label: 'cart', value: 'i-2' });
  const pick = await picking;
  if (!pick.isStringSelectMenu()) throw new Error('no pick');
  await pick.deferUpdate();
  await pick.editReply({ content: 'picked', components: [] });
  const picked = shown(await channel.messages.fetch({ message: menu.id, force: true }));
  return {
    'a press': carried,
    'a card, updated by a press': after,
    'a pick': [pick.customId, pick.values],
    'a card, edited after a pick': picked,
  };
}

async function modals(actor: Actor): Promise<Observed> {
  const { stage } = actor;
  const used = next(actor);
  await stage.uses('/ops', { service: 'checkout' });
  const command = await used;
  if (!command.isChatInputCommand()) throw new Error('no command');
  const input = { type: 4, custom_id: 'reason', style: 1, label: 'Reason' };
  await command.showModal({
    custom_id: 'scale',
    title: 'Scale',
    components: [{ type: 1, components: [input] }],
  });
  const submitting = next(actor);
  await stage.submits('scale', 'reason', 'disk is full');
  const submitted = await submitting;
  if (!submitted.isModalSubmit()) throw new Error('no modal');
  await submitted.reply('noted');
  return {
    'a modal': [submitted.customId, submitted.fields.getTextInputValue('reason')],
    'its answer': (await submitted.fetchReply()).content,
  };
}

function next({ client }: Actor): Promise<Interaction<CacheType>> {
  return new Promise((resolve) => client.once(Events.InteractionCreate, resolve));
}

async function heard({ events }: Actor, name: string): Promise<void> {
  await eventually(`${name} is heard`, () => events.includes(name));
}

/** As the client reads it, without what is drawn anew in each Discord. */
function shown({ content, author, embeds, components, attachments }: Message): Observed {
  return {
    content,
    author: author.username,
    embeds: embeds.map(({ title, description, fields, footer }) => ({
      title,
      description,
      fields,
      footer: footer?.text,
    })),
    rows: components.length,
    files: attachments.size,
  };
}

function answerAgain({ client, id, token }: Interaction): Promise<unknown> {
  const body = { type: 4, data: { content: 'again' } };
  return client.rest.post(`/interactions/${id}/${token}/callback`, { body, auth: false });
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'taken',
    (error: unknown) => (error instanceof DiscordAPIError ? error.code : String(error)),
  );
}
