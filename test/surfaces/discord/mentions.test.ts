import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { openIncident, type Stage, saying, startedStage } from './stage.ts';

describe('what people say and pin in Discord', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await startedStage();
  });

  afterEach(() => stage.close());

  const incident = () => openIncident(stage);

  it('by a mention in a thread is a line in that incident, answered alone', async () => {
    const { thread } = await incident();
    stage.desk.answers = async () => saying('The plan is ready.');
    stage.ana.says(thread, `${stage.discord.bot.mention} rollback`);
    await eventually('it is heard', () => stage.desk.taken.length === 1);
    expect(stage.desk.taken[0]).toMatchObject({ thread: 'inc-1', kind: 'line', line: 'rollback' });
    await eventually('the answer', () => stage.ana.direct().messages().length === 1);
    expect(stage.ana.direct().last().content).toContain('The plan is ready.');
  });

  it('arrives as it was typed: people by the names that commands know', async () => {
    const { thread } = await incident();
    const { bot } = stage.discord;
    stage.ana.says(
      thread,
      `${bot.mention} note <@${stage.ana.id}> asked ${bot.mention} <:fire:12345>`,
    );
    await eventually('it is heard', () => stage.desk.taken.length === 1);
    expect(stage.desk.taken[0]).toMatchObject({ line: 'note @ana asked @tocsin :fire:' });
  });

  it('by a mention whose answer cannot be whispered says so, and not the answer', async () => {
    const { thread } = await incident();
    stage.ana.closesDirectMessages();
    stage.desk.answers = async () => saying('A secret.');
    stage.ana.says(thread, `${stage.discord.bot.mention} logs`);
    await eventually('the reply', () => thread.transcript().includes('cannot be written to alone'));
    expect(thread.transcript()).not.toContain('A secret.');
  });

  it('by a mention can be answered for all, and pings nobody', async () => {
    const { thread } = await incident();
    stage.desk.answers = async () => saying('@everyone reads this.', 'thread');
    stage.ana.says(thread, `${stage.discord.bot.mention} status`);
    await eventually('the reply', () => thread.last().text.includes('reads this.'));
    expect(thread.last().pinged).toEqual([]);
  });

  it('that only speaks of the bot is not heard', async () => {
    const { thread } = await incident();
    stage.ana.says(thread, `thanks ${stage.discord.bot.mention}`);
    await stage.ana.uses(thread, '/ops status').answered;
    expect(stage.desk.taken).toHaveLength(1);
  });

  it('pins a message with its images, its author and its time', async () => {
    const { thread } = await incident();
    const bytes = Buffer.from('not really a picture');
    const message = stage.ben.says(thread, 'see the graph', {
      files: [{ name: 'graph.png', contentType: 'image/png', bytes }],
    });
    const asked = stage.ana.chooses(message, 'Pin to timeline');
    await asked.answered;
    expect(stage.desk.taken[0]).toMatchObject({
      kind: 'pin',
      thread: 'inc-1',
      pin: {
        author: `${stage.guild.id}/${stage.ben.id}`,
        authorName: 'ben',
        text: 'see the graph',
        images: ['digest-1'],
        link: `https://discord.com/channels/${stage.guild.id}/${thread.id}/${message.id}`,
      },
    });
    expect(Buffer.from(stage.desk.images[0] ?? [])).toEqual(bytes);
  });

  it('keeps no image of a message that a stranger pins', async () => {
    const { thread } = await incident();
    const eve = stage.guild.addPerson('eve');
    const bytes = Buffer.from('not really a picture');
    const message = eve.says(thread, 'see', {
      files: [{ name: 'graph.png', contentType: 'image/png', bytes }],
    });
    await eve.chooses(message, 'Pin to timeline').answered;
    expect(stage.desk.images).toEqual([]);
  });

  it('pins nothing outside the threads of incidents', async () => {
    const message = stage.ben.says(stage.ops, 'hello');
    const asked = stage.ana.chooses(message, 'Pin to timeline');
    await asked.answered;
    expect(asked.sees).toContain('DISCORD_PIN_NOWHERE');
    expect(stage.desk.taken).toEqual([]);
  });

  it('pins nothing of a message that says and shows nothing', async () => {
    const { thread } = await incident();
    const asked = stage.ana.chooses(stage.ben.says(thread, ''), 'Pin to timeline');
    await asked.answered;
    expect(asked.sees).toContain('DISCORD_PIN_EMPTY');
    expect(asked.message?.hidden).toBe(true);
    expect(stage.desk.taken).toEqual([]);
  });

  it('in another guild is refused and counted, and nothing is kept', async () => {
    const other = stage.discord.addGuild('Elsewhere');
    const lobby = other.addChannel('lobby');
    const eve = other.addPerson('eve');
    eve.says(lobby, `${stage.discord.bot.mention} status`);
    await eventually('it is counted', () => stage.refusals.includes('DISCORD_GUILD_OTHER'));
    eve.says(eve.direct(), `${stage.discord.bot.mention} status`);
    expect(stage.desk.taken).toEqual([]);
  });
});
