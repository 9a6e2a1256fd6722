import { existsSync } from 'node:fs';
import { type ListenOptions, Server } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Asked, startFakeDiscord } from '../../fakes/discord/index.ts';

/** A Discord with one guild, one channel and one person in it, whoever plays it. */
export interface Stage {
  readonly api: string;
  readonly token: string;
  readonly guildId: string;
  readonly channelId: string;
  readonly userId: string;
  /** What the person does. */
  says(text: string): Promise<void>;
  uses(command: string, options: Readonly<Record<string, string>>): Promise<void>;
  completes(command: string, option: string, typed: string): Promise<void>;
  presses(messageId: string, button: { customId: string; label: string }): Promise<void>;
  picks(
    messageId: string,
    select: { customId: string; label: string; value: string },
  ): Promise<void>;
  submits(modal: string, field: string, value: string): Promise<void>;
  stop(): Promise<void>;
}

export async function ownStage(): Promise<Stage> {
  const discord = await startFakeDiscord({ privileged: { messageContent: true } });
  const guild = discord.addGuild('Shop');
  const ops = guild.addChannel('ops');
  const ana = guild.addPerson('ana');
  let last: Asked | undefined;
  const seen = (id: string) => {
    const found = ops.messages(ana).find((one) => one.id === id);
    if (!found) throw new Error(`ana sees no message ${id}`);
    return found;
  };
  return {
    api: discord.api,
    token: discord.token,
    guildId: guild.id,
    channelId: ops.id,
    userId: ana.id,
    says: async (text) => void ana.says(ops, text),
    uses: async (command, options) => {
      last = ana.uses(ops, command, options);
    },
    completes: async (command, option, typed) => {
      last = ana.completes(ops, command, { [option]: typed });
    },
    presses: async (id, { label }) => {
      last = ana.presses(seen(id), label);
    },
    picks: async (id, { label }) => {
      last = ana.picks(seen(id), label);
    },
    submits: async (_modal, field, value) => {
      if (!last) throw new Error('no modal was opened');
      last = ana.submits(last, { [field]: value });
    },
    stop: () => discord.close(),
  };
}

/** The part of https://www.npmjs.com/package/discord-digital-twin that is used here. */
interface Twin {
  readonly restUrl: string;
  readonly botToken: string;
  readonly guildId: string;
  readonly prisma: { readonly channel: { findMany(): Promise<readonly { id: string }[]> } };
  start(): Promise<void>;
  stop(): Promise<void>;
  getFirstNonBotUserId(): Promise<string | null>;
  channel(id: string): { user(id: string): TwinActor };
  simulateInteraction(interaction: object): Promise<unknown>;
}

interface TwinActor {
  sendMessage(message: { content: string }): Promise<unknown>;
  runSlashCommand(command: object): Promise<unknown>;
  clickButton(press: object): Promise<unknown>;
  selectMenu(pick: object): Promise<unknown>;
  submitModal(modal: object): Promise<unknown>;
}

export async function twinStage(): Promise<Stage> {
  const entry = join(
    import.meta.dirname,
    '../../doubles/node_modules/discord-digital-twin/dist/index.js',
  );
  if (!existsSync(entry)) {
    throw new Error('the double is not installed: npm ci --ignore-scripts --prefix test/doubles');
  }
  const { DigitalDiscord }: { DigitalDiscord: new (options: object) => Twin } = await import(
    pathToFileURL(entry).href
  );
  const twin = new DigitalDiscord({
    guild: { name: 'Shop' },
    channels: [{ name: 'ops', type: 0 }],
    users: [{ username: 'ana' }],
    botUser: { username: 'Tocsin' },
  });
  await onLoopback(() => twin.start());
  const [channel] = await twin.prisma.channel.findMany();
  const userId = await twin.getFirstNonBotUserId();
  if (!channel || userId === null) throw new Error('the double has no channel or no person');
  const ana = twin.channel(channel.id).user(userId);
  return {
    api: twin.restUrl,
    token: twin.botToken,
    guildId: twin.guildId,
    channelId: channel.id,
    userId,
    says: async (content) => void (await ana.sendMessage({ content })),
    uses: async (command, options) => {
      const name = command.replace('/', '');
      const filled = Object.entries(options).map(([key, value]) => ({ name: key, type: 3, value }));
      await ana.runSlashCommand({ name, options: filled });
    },
    completes: async (command, name, value) => {
      const options = [{ name, type: 3, value, focused: true }];
      const details = { id: '1', name: command.replace('/', ''), type: 1, options };
      const { id: channelId } = channel;
      await twin.simulateInteraction({ type: 4, channelId, userId, data: details });
    },
    presses: async (messageId, { customId }) =>
      void (await ana.clickButton({ messageId, customId })),
    picks: async (messageId, { customId, value }) =>
      void (await ana.selectMenu({ messageId, customId, values: [value] })),
    submits: async (customId, field, value) =>
      void (await ana.submitModal({ customId, fields: [{ customId: field, value }] })),
    stop: () => twin.stop(),
  };
}

/** The double listens on every interface; while it starts, whoever listens does so on loopback alone. */
async function onLoopback<T>(work: () => Promise<T>): Promise<T> {
  const { listen } = Server.prototype;
  function listenOnLoopback(this: Server, ...given: readonly unknown[]): Server {
    const [where, ...rest] = given;
    const options: ListenOptions =
      typeof where === 'object' && where !== null ? { ...where } : { port: Number(where) };
    const done = rest.find((one): one is () => void => typeof one === 'function');
    return Reflect.apply(listen, this, [{ ...options, host: '127.0.0.1' }, done]);
  }
  Server.prototype.listen = listenOnLoopback;
  try {
    return await work();
  } finally {
    Server.prototype.listen = listen;
  }
}
