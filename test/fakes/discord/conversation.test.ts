import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  type Client,
  MessageFlags,
  type TextChannel,
} from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { login, nextInteraction, realClient } from './given.ts';
import { type FakeDiscord, type FakeGuild, startFakeDiscord } from './index.ts';

describe('the real client in a conversation', () => {
  let discord: FakeDiscord;
  let guild: FakeGuild;
  let client: Client<true>;

  beforeEach(async () => {
    discord = await startFakeDiscord();
    guild = discord.addGuild('Shop');
  });

  afterEach(async () => {
    await client.destroy();
    await discord.close();
    expect(discord.violations).toEqual([]);
  });

  async function channelOf(id: string): Promise<TextChannel> {
    const channel = await client.channels.fetch(id);
    if (!channel?.isTextBased() || channel.isDMBased()) throw new Error('no text channel');
    return channel as TextChannel;
  }

  it('posts a card with a thread, edits it, and the transcript shows both', async () => {
    const ops = guild.addChannel('ops');
    client = await login(realClient(discord), discord);
    const channel = await channelOf(ops.id);
    const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
      new ButtonBuilder().setCustomId('ack').setLabel('Acknowledge').setStyle(ButtonStyle.Primary),
    );
    const card = await channel.send({
      content: 'CRITICAL checkout',
      embeds: [{ title: 'checkout', description: '3 of 3 pods' }],
      components: [row],
    });
    const thread = await card.startThread({ name: 'checkout' });
    await thread.send('looking');
    await card.edit({ content: 'RESOLVED checkout' });

    const time = new Date(ops.last().at).toISOString().slice(11, 16);
    expect(ops.transcript()).toBe(
      [
        '#ops',
        `${time} Tocsin: RESOLVED checkout`,
        '      | checkout',
        '      | 3 of 3 pods',
        '      [Acknowledge]',
        '    thread "checkout"',
        `    ${time} Tocsin: looking`,
      ].join('\n'),
    );
    expect(thread.id).toBe(card.id);
  });

  it('registers a command, answers its use hidden, and a press on its button', async () => {
    const ops = guild.addChannel('ops');
    const ana = guild.addPerson('ana');
    client = await login(realClient(discord), discord);
    await client.application.commands.set(
      [
        {
          name: 'ops',
          description: 'read',
          options: [{ name: 'line', description: 'x', type: 3 }],
        },
      ],
      guild.id,
    );
    const coming = nextInteraction(client);
    const asked = ana.uses(ops, '/ops', { line: 'status' });
    const interaction = await coming;
    if (!interaction.isChatInputCommand()) throw new Error('no command');
    expect(interaction.options.getString('line')).toBe('status');
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    expect((await asked.answered).sees).toBe('Tocsin is thinking…');
    await interaction.editReply({
      content: 'all is well',
      components: [
        new ActionRowBuilder<ButtonBuilder>().addComponents(
          new ButtonBuilder().setCustomId('more').setLabel('More').setStyle(ButtonStyle.Primary),
        ),
      ],
    });
    expect(asked.sees).toBe('all is well\n[More]');
    expect(ops.transcript()).not.toContain('all is well');

    const pressed = nextInteraction(client);
    const press = ana.presses(ops, 'More');
    const button = await pressed;
    if (!button.isButton()) throw new Error('no button');
    await button.update({ content: 'done', components: [] });
    await press.answered;
    expect(press.outcome).toBe('update');
    expect(asked.sees).toBe('done');
  });

  it('hears what is said to it, without reading what is not', async () => {
    const ops = guild.addChannel('ops');
    const ana = guild.addPerson('ana');
    client = await login(realClient(discord), discord);
    const heard: string[] = [];
    client.on('messageCreate', (message) => heard.push(message.content));
    ana.says(ops, 'a secret');
    ana.says(ops, `<@${discord.bot.id}> rollback`);
    await eventually('both messages', () => heard.length === 2);
    expect(heard).toEqual(['', `<@${discord.bot.id}> rollback`]);
  });
});
