import {
  ActionRowBuilder,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Client,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StillClock, stillClock } from '../still-clock.ts';
import { login, nextInteraction, realClient, refusalOf, wronglyTaken } from './given.ts';
import {
  type Asked,
  type FakeChannel,
  type FakeDiscord,
  type FakeGuild,
  type FakePerson,
  startFakeDiscord,
} from './index.ts';

const string = (name: string, more: object = {}) => ({ name, description: 'x', type: 3, ...more });
const go = { type: 1, components: [{ type: 2, style: 1, label: 'Go', custom_id: 'go' }] };

describe('an interaction', () => {
  let clock: StillClock;
  let discord: FakeDiscord;
  let guild: FakeGuild;
  let ops: FakeChannel;
  let ana: FakePerson;
  let client: Client<true>;

  beforeEach(async () => {
    clock = stillClock();
    discord = await startFakeDiscord({ clock });
    guild = discord.addGuild('Shop');
    ops = guild.addChannel('ops');
    ana = guild.addPerson('ana');
    client = await login(realClient(discord), discord);
    await client.application.commands.set(
      [
        {
          name: 'ops',
          description: 'x',
          options: [string('service', { autocomplete: true }), { ...string('who'), type: 6 }],
        },
        { name: 'Pin to timeline', type: 3 },
      ],
      guild.id,
    );
  });

  afterEach(async () => {
    await client.destroy();
    await discord.close();
    expect(wronglyTaken(discord)).toEqual([]);
  });

  async function used(): Promise<[Asked, ChatInputCommandInteraction]> {
    const coming = nextInteraction(client);
    const asked = ana.uses(ops, '/ops', { service: 'checkout' });
    const interaction = await coming;
    if (!interaction.isChatInputCommand()) throw new Error('no command');
    return [asked, interaction];
  }

  async function pressed(): Promise<[Asked, ButtonInteraction]> {
    const coming = nextInteraction(client);
    const asked = ana.presses(ops, 'Go');
    const interaction = await coming;
    if (!interaction.isButton()) throw new Error('no button');
    return [asked, interaction];
  }

  it('says who asked, where, and what stands behind the options', async () => {
    const coming = nextInteraction(client);
    ana.uses(ops, '/ops', { service: 'checkout', who: ana });
    const interaction = await coming;
    if (!interaction.isChatInputCommand()) throw new Error('no command');
    expect(interaction.user.id).toBe(ana.id);
    expect(interaction.channelId).toBe(ops.id);
    expect(interaction.inCachedGuild() && interaction.guild.name).toBe('Shop');
    expect(interaction.options.getUser('who')?.username).toBe('ana');
  });

  it('that nobody answers within three seconds has failed, and its answer comes too late', async () => {
    const [asked, interaction] = await used();
    await clock.passes(3_000);
    expect((await asked.answered).outcome).toBe('failed');
    expect(asked.sees).toBe('The application did not respond');
    expect((await refusalOf(interaction.reply('late'))).code).toBe(10062);
    expect(discord.failed().map(({ deed }) => deed)).toEqual(['ana uses /ops']);
  });

  it('tells how long its first answer took', async () => {
    const [asked, interaction] = await used();
    await clock.passes(1_200);
    await interaction.deferReply();
    await clock.passes(60_000);
    await interaction.editReply('done');
    expect([asked.tookMs, asked.outcome, asked.sees]).toEqual([1_200, 'deferred', 'done']);
    expect(discord.failed()).toEqual([]);
  });

  it('is answered once', async () => {
    const [, interaction] = await used();
    const path = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
    await interaction.reply('first');
    const again = client.rest.post(path, { body: { type: 4, data: { content: 'second' } } });
    expect((await refusalOf(again)).code).toBe(40060);
    expect(ops.messages().map(({ content }) => content)).toEqual(['first']);
  });

  it('takes edits and followups for fifteen minutes', async () => {
    const [asked, interaction] = await used();
    await interaction.reply('first');
    await interaction.followUp({ content: 'more', flags: MessageFlags.Ephemeral });
    expect(asked.sees).toBe('first\nmore');
    await clock.passes(900_000);
    expect((await refusalOf(interaction.editReply('late'))).code).toBe(50027);
  });

  it('has no message to edit before its first answer', async () => {
    const [, interaction] = await used();
    const path = `/webhooks/${discord.applicationId}/${interaction.token}/messages/@original`;
    const edit = client.rest.patch(path as `/${string}`, { body: { content: 'x' } });
    expect((await refusalOf(edit)).code).toBe(10015);
  });

  it('is filled in by the first followup after it was deferred, as hidden as it was', async () => {
    const [asked, interaction] = await used();
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.followUp('here');
    expect([asked.followups, asked.message?.content, asked.message?.hidden]).toEqual([
      [],
      'here',
      true,
    ]);
  });

  it('answered with a hidden message is read by who asked alone, and pressed by him alone', async () => {
    const [, interaction] = await used();
    await interaction.reply({ content: 'secret', components: [go], flags: MessageFlags.Ephemeral });
    const ben = guild.addPerson('ben');
    expect(ana.reads(ops)).toContain('Tocsin (only ana sees it): secret');
    expect(ben.reads(ops)).not.toContain('secret');
    expect(() => ben.presses(ops, 'Go')).toThrow('ben cannot press Go: there is no such button');
    const [asked, button] = await pressed();
    await button.update({ content: 'gone', components: [] });
    expect(asked.sees).toBe('gone');
  });

  it('takes only the answers of its kind', async () => {
    const [, interaction] = await used();
    const path = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
    for (const type of [1, 6, 7, 8, 12]) {
      const refused = await refusalOf(client.rest.post(path, { body: { type, data: {} } }));
      expect(refused.fields).toEqual(['type BASE_TYPE_CHOICES']);
    }
    await interaction.reply('still open');
  });

  it('completes an option with up to 25 choices', async () => {
    const coming = nextInteraction(client);
    const asked = ana.completes(ops, '/ops', { service: 'ch' });
    const interaction = await coming;
    if (!interaction.isAutocomplete()) throw new Error('no completion');
    expect(interaction.options.getFocused()).toBe('ch');
    const choices = Array.from({ length: 26 }, (_, i) => ({ name: `c${i}`, value: `c${i}` }));
    const refused = await refusalOf(interaction.respond(choices));
    expect(refused.fields).toEqual(['data.choices BASE_TYPE_MAX_LENGTH']);
    const path = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
    await client.rest.post(path, { body: { type: 8, data: { choices: choices.slice(0, 2) } } });
    expect(asked.choices).toEqual(choices.slice(0, 2));
  });

  it('opens a modal, which comes back filled in', async () => {
    await client.application.commands.set([{ name: 'scale', description: 'x' }], guild.id);
    const coming = nextInteraction(client);
    const asked = ana.uses(ops, '/scale');
    const command = await coming;
    if (!command.isChatInputCommand()) throw new Error('no command');
    const reason = new TextInputBuilder().setCustomId('reason').setStyle(TextInputStyle.Short);
    await command.showModal(
      new ModalBuilder()
        .setCustomId('scale')
        .setTitle('Scale checkout')
        .addLabelComponents(
          new LabelBuilder().setLabel('Reason').setTextInputComponent(reason.setMinLength(3)),
        ),
    );
    expect(asked.sees).toBe('Scale checkout\nReason: ____');
    expect(() => ana.submits(asked, { Reason: 'x' })).toThrow('with Reason of 1 characters');
    const submitting = nextInteraction(client);
    const sent = ana.submits(asked, { Reason: 'disk is full' });
    const submitted = await submitting;
    if (!submitted.isModalSubmit()) throw new Error('no modal');
    expect(submitted.fields.getTextInputValue('reason')).toBe('disk is full');
    await submitted.reply('noted');
    expect(sent.sees).toBe('noted');
  });

  it('is refused a modal beyond its limits', async () => {
    const [, interaction] = await used();
    const path = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
    const input = {
      type: 4,
      custom_id: 'a',
      style: 1,
      label: 'x'.repeat(46),
      value: 'x'.repeat(4_001),
    };
    const components = [{ type: 1, components: [input] }];
    const body = { type: 9, data: { custom_id: 'm', title: 'x'.repeat(46), components } };
    expect((await refusalOf(client.rest.post(path, { body }))).fields).toEqual([
      'data.title BASE_TYPE_BAD_LENGTH',
      'data.components.0.components.0.label BASE_TYPE_BAD_LENGTH',
      'data.components.0.components.0.value BASE_TYPE_MAX_LENGTH',
    ]);
    await interaction.reply('instead');
  });

  it('comes from the menu of a message, with the message whole', async () => {
    const ben = guild.addPerson('ben');
    const files = [{ name: 'graph.png', bytes: Buffer.from('png'), contentType: 'image/png' }];
    const said = ben.says(ops, 'look at the graph', { files });
    const coming = nextInteraction(client);
    const asked = ana.chooses(said, 'Pin to timeline');
    const interaction = await coming;
    if (!interaction.isMessageContextMenuCommand()) throw new Error('no menu');
    const { targetMessage } = interaction;
    expect(targetMessage.content).toBe('look at the graph');
    const file = await fetch(targetMessage.attachments.first()?.url ?? '');
    expect(await file.text()).toBe('png');
    await interaction.reply({ content: 'pinned', flags: MessageFlags.Ephemeral });
    expect(asked.sees).toBe('pinned');
  });

  it('picks from a select', async () => {
    const [, interaction] = await used();
    const menu = new StringSelectMenuBuilder()
      .setCustomId('incident')
      .setPlaceholder('Open one')
      .addOptions({ label: 'checkout', value: 'i-1' }, { label: 'cart', value: 'i-2' });
    const row = new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(menu);
    await interaction.reply({ components: [row] });
    const coming = nextInteraction(client);
    ana.picks(ops, 'cart');
    const picked = await coming;
    expect(picked.isStringSelectMenu() && picked.values).toEqual(['i-2']);
    expect(() => ana.picks(ops, 'billing')).toThrow('ana cannot pick billing: no menu offers that');
  });

  it('mentions nobody but users unless it is told to', async () => {
    const sre = guild.addRole('sre', { mentionable: true });
    const [asked, interaction] = await used();
    const path = `/interactions/${interaction.id}/${interaction.token}/callback` as const;
    const content = `@everyone ${sre.mention} ${ana.mention}`;
    await client.rest.post(path, { body: { type: 4, data: { content } } });
    expect(asked.message?.mentions).toEqual({ users: [ana.id], roles: [], everyone: false });
  });

  it('presses no button that is greyed out', async () => {
    const [, interaction] = await used();
    const components = [{ ...go, components: [{ ...go.components[0], disabled: true }] }];
    await interaction.reply({ content: 'x', components });
    expect(() => ana.presses(ops, 'Go')).toThrow('ana cannot press Go: it is greyed out');
  });
});
