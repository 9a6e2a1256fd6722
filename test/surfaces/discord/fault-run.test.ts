import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { renderCard, renderLine } from '../../../src/bot/surfaces/discord/render.ts';
import type { Entry } from '../../../src/core/view/card.ts';
import type { FakeChannel, FakeMessage } from '../../fakes/discord/index.ts';
import { type SmallBot, startSmallBot } from '../../fakes/small-bot.ts';
import { settingOf } from './samples.ts';
import { openStage, type Stage } from './stage.ts';

/** What Discord may do to a call, each as likely as the others. */
const faults = [
  { kind: 'rate limited', retryAfterS: 3 },
  { kind: 'server error' },
  { kind: 'reset' },
  { kind: 'timeout' },
  { kind: 'answer lost' },
  { kind: 'late', ms: 9_000 },
  { kind: 'slow', ms: 2_000 },
] as const;

describe('two minutes in which three calls of ten fail', () => {
  let stage: Stage;
  let bot: SmallBot;

  afterEach(async () => {
    await bot.bot.close();
    await stage.close();
  });

  /** Virtual time, with room for what really goes over the wire. */
  async function passes(seconds: number): Promise<void> {
    for (let step = 0; step < seconds * 2; step += 1) {
      await bot.clock.passes(500);
      await pause(2);
    }
  }

  function rootsOf(incident: string): readonly FakeMessage[] {
    return stage.ops
      .messages()
      .filter(({ embeds }) => JSON.stringify(embeds).includes(`"${incident} · root"`));
  }

  function seen({ content, embeds }: Pick<FakeMessage, 'content' | 'embeds'>): string {
    return [content, ...embeds.map((embed) => `${embed['description'] ?? ''}`)].join('\n');
  }

  /** Lines that waited for each other are one message, each after its own time. */
  function linesIn(thread: FakeChannel): readonly string[] {
    return thread
      .messages()
      .filter(({ byBot, content }) => byBot && content !== '')
      .flatMap((message) => seen(message).split('\n'))
      .map((line) => line.replace(/^<t:\d+:t> {2}/, ''))
      .filter((line) => line !== '' && !line.startsWith('-# '))
      .toSorted();
  }

  it.each([1, 7])(
    'leave one root and every line (seed %i)',
    async (seed) => {
      bot = await startSmallBot({ places: { 'discord/main': 'ops' } });
      stage = await openStage({ clock: bot.clock }, { clock: bot.clock });
      bot.bot.start([stage.connection.surface]);
      stage.discord.outage.failShare(0.3, faults, seed);
      const incidents: string[] = [];
      for (let round = 0; round < 6; round += 1) {
        incidents.push(await bot.declares());
        await passes(10);
        for (const incident of incidents) {
          await bot.says('ana', `note "round ${round}"`, {
            incident,
            cause: `${incident}/${round}`,
          });
        }
        await passes(10);
      }
      expect(stage.discord.outage.suffered()).toBeGreaterThan(10);
      stage.discord.outage.ends();
      await passes(180);
      for (const incident of incidents) {
        const desired = await bot.bot.threads.desired(incident);
        if (!desired) throw new Error('no thread');
        const setting = settingOf({
          thread: incident,
          first: false,
          nameOf: (person) => bot.bot.words.names.get(person) ?? person,
        });
        const roots = rootsOf(incident);
        expect(roots.length, incident).toBe(1);
        const [root] = roots;
        if (!root?.thread) throw new Error('no thread');
        expect(seen(root)).toBe(seen(renderedRoot(renderCard(desired.root, setting))));
        const lines = desired.entries.flatMap((entry: Entry) => {
          const piece =
            entry.kind === 'card' ? renderCard(entry.card, setting) : renderLine(entry, setting);
          return seen(renderedRoot(piece)).split('\n');
        });
        const said = lines.filter((line) => line !== '' && !line.startsWith('-# '));
        expect(linesIn(root.thread), incident).toEqual(said.toSorted());
      }
    },
    90_000,
  );
});

function renderedRoot({ content, embeds }: ReturnType<typeof renderCard>) {
  return { content, embeds: embeds.map((embed) => ({ ...embed })) };
}
