import type { Answer } from '../../../core/view/card.ts';
import { refused as refusedAnswer } from '../../../handlers/answer.ts';
import { pageBody, pagesOf } from './answers.ts';
import type { Client } from './client.ts';
import { type MessageCreated, messageCreated, threadTypes } from './interaction.schema.ts';
import type { DiscordOptions } from './options.ts';
import { refOf } from './refs.ts';
import { type Channel, channel as channelSchema } from './schema.ts';
import type { Setting } from './spans.ts';
import { tried } from './tries.ts';
import { typedText } from './typed.ts';
import type { Whispers } from './whispers.ts';

export interface MentionParts {
  readonly options: DiscordOptions;
  readonly client: Client;
  readonly whispers: Whispers;
  readonly setting: () => Setting;
}

const threadsMax = 2_000;

/**
 * Lines that begin with the bot's name: `@Tocsin rollback`, in the thread of an incident. Discord shows a bot what mentions
 * it, and of everything else nothing: https://discord.com/developers/docs/events/gateway#message-content-intent
 */
export function createMentions({ options, client, whispers, setting }: MentionParts) {
  const { desk, log, metrics, name } = options;
  const channels = new Map<string, Channel>();

  /** Never rejects. `me`: the bot as a user. */
  async function message(body: unknown, me: string): Promise<void> {
    const read = messageCreated.safeParse(body);
    if (!read.success) return;
    const line = lineTo(me, read.data.content);
    if (line === undefined) return;
    const code = strangeness(read.data, options.guild);
    if (code !== undefined) return metrics.refused(name, code);
    try {
      await take(read.data, line === '' ? 'help' : line);
    } catch (error) {
      log('discord mention failed', { surface: name, error });
    }
  }

  async function take(said: MessageCreated, line: string): Promise<void> {
    const account = `${options.guild}/${said.author.id}`;
    const taken = await desk.take({
      actor: { surface: name, account },
      thread: await threadOf(said.channel_id),
      cause: `discord/${said.id}`,
      from: { channel: said.channel_id, root: '' },
      kind: 'line',
      line: typedText(line, options),
    });
    const answer = await taken.answer;
    if (answer.to === 'thread') return reply(said, answer);
    const whispered = await whispers.send({ account, answer });
    if (whispered.ok || whispered.why !== 'refused') return;
    // What is for one person is not said aloud; that it could not be said is.
    await reply(said, refusedAnswer(whispered.problem, desk));
  }

  async function reply(said: MessageCreated, answer: Answer): Promise<void> {
    for (const page of pagesOf(answer, setting())) {
      const path = `/channels/${said.channel_id}/messages` as const;
      const { files } = page;
      const body = {
        ...pageBody(page),
        allowed_mentions: { parse: [], replied_user: false },
        message_reference: { message_id: said.id, fail_if_not_exists: false },
      };
      const called = await tried(
        () => client.call({ method: 'POST', path, body, files }),
        options.clock,
      );
      if (!called.ok) log('discord answer was not delivered', { surface: name });
    }
  }

  async function threadOf(id: string): Promise<string> {
    const known = channels.get(id) ?? (await asked(id));
    if (!known || !threadTypes.includes(known.type)) return '';
    return desk.threadAt(name, refOf(known.parent_id ?? '', id)) ?? '';
  }

  async function asked(id: string): Promise<Channel | undefined> {
    const called = await client.call({ method: 'GET', path: `/channels/${id}` });
    const read = called.ok ? channelSchema.safeParse(called.value) : undefined;
    if (!read?.success) return undefined;
    channels.set(id, read.data);
    const oldest = channels.size > threadsMax ? channels.keys().next().value : undefined;
    if (oldest !== undefined) channels.delete(oldest);
    return read.data;
  }

  return { message };
}

/** What is said to the bot; undefined for what only speaks of it. */
function lineTo(me: string, content: string): string | undefined {
  const mention = new RegExp(`^\\s*<@!?${me}>[\\s,:]*`);
  return me !== '' && mention.test(content) ? content.replace(mention, '').trim() : undefined;
}

function strangeness(said: MessageCreated, guild: string): string | undefined {
  if (said.guild_id === undefined) return 'DISCORD_DIRECT';
  if (said.guild_id !== guild) return 'DISCORD_GUILD_OTHER';
  return said.author.bot === true || said.webhook_id !== undefined ? 'DISCORD_BOT' : undefined;
}
