import { describe, expect, it } from 'vitest';
import { renderCard, renderEntry, renderView } from '../../../src/bot/surfaces/slack/render.ts';
import { hostileChat } from '../../support/hostile-chat.ts';
import { cardSaying } from '../../support/hostile-labels.ts';
import { faultsOf, textsOf } from './measure.ts';
import { settingOf } from './samples.ts';

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
    expect(faultsOf(view.blocks, { blocks: 100, text: 60_000 })).toEqual([]);
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
