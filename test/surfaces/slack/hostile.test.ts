import { describe, expect, it } from 'vitest';
import { renderCard, renderEntry, renderView } from '../../../src/bot/surfaces/slack/render.ts';
import { isPing, liveMentions, livePings } from '../../fakes/slack/index.ts';
import { hostileChat } from '../../support/hostile-chat.ts';
import { cardSaying } from '../../support/hostile-labels.ts';
import { faultsOf, textsOf } from './measure.ts';
import { settingOf } from './samples.ts';
import { type Stage, startStage } from './stage.ts';

const said = hostileChat.map((word) => [JSON.stringify(word).slice(0, 60), word] as const);

/** Kinds of blocks and parts, without any text: what a reader sees of the layout. */
function layout(value: unknown): string {
  return [...JSON.stringify(value).matchAll(/"type":"([a-z_]+)"/g)]
    .map(([, type]) => type)
    .join(' ');
}

describe('hostile labels in Slack', () => {
  it('are many', () => {
    expect(hostileChat.length).toBeGreaterThanOrEqual(200);
  });

  it.each(said)('%s pings nobody, leads nowhere and breaks nothing', (_name, word) => {
    const card = cardSaying(word);
    const view = renderView(card, settingOf());
    expect(faultsOf(view.blocks, 'modal')).toEqual([]);
    const messages = [
      renderCard(card, settingOf()),
      renderEntry({ kind: 'line', key: 'l', at: 0, text: card.title }, settingOf()),
    ];
    for (const { blocks } of messages) expect(faultsOf(blocks)).toEqual([]);
    for (const { text, blocks } of [view, ...messages]) {
      // Rich text and plain text are shown as they are. Nothing here is parsed, and nothing here is a mention.
      expect(layout(blocks)).not.toMatch(/mrkdwn|markdown|user|broadcast|channel/);
      expect(text.replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&]/);
      // Links lead where we said.
      const links = [...JSON.stringify(blocks).matchAll(/"url":"([^"]*)"/g)].map(([, url]) => url);
      expect(links.every((url) => url === 'https://example.com/')).toBe(true);
    }
  });

  it.each(said)('%s neither ends its line nor hides in it', (_name, word) => {
    const { blocks } = renderCard(
      { ...cardSaying('word'), title: [word], mark: '', blocks: [], footnote: [word] },
      settingOf(),
    );
    for (const text of textsOf(blocks)) {
      expect(text).not.toMatch(/[\n\r\u2028\u2029\u200b\u202a-\u202e\u2066-\u2069\p{Cc}]/u);
    }
  });
});

describe('hostile labels, as Slack reads them', () => {
  it.each(said)('%s is found to hold nothing live', (_name, word) => {
    const card = cardSaying(word);
    const line = { kind: 'line', key: 'l', at: 0, text: card.title } as const;
    for (const { text, blocks } of [
      renderCard(card, settingOf()),
      renderEntry(line, settingOf()),
    ]) {
      const sent = JSON.parse(JSON.stringify(blocks));
      const read = { text, blocks: sent, attachments: [], linkNames: false, mrkdwn: true };
      const found = liveMentions(read);
      expect(found.filter(isPing)).toEqual([]);
      // In a notification an address stands as text; in the message only ours lead anywhere.
      const leading = found.filter(({ source, target }) => source !== target);
      expect(leading.filter(({ target }) => target !== 'https://example.com/')).toEqual([]);
    }
  });

  it('are posted, every tenth of them', async () => {
    const stage: Stage = await startStage();
    const ops = stage.shop.channel('ops');
    const few = hostileChat.filter((_, index) => index % 10 === 0);
    for (const word of few) {
      const post = { incident: 'inc-1', place: ops.id, card: cardSaying(word), ref: undefined };
      const root = await stage.connection.surface.ensureRoot(post);
      expect(root, JSON.stringify(word).slice(0, 80)).toMatchObject({ ok: true });
    }
    expect(ops.messages).toHaveLength(few.length);
    expect(ops.messages.flatMap(livePings)).toEqual([]);
    await stage.close();
  });
});
