import { describe, expect, it } from 'vitest';
import { renderCard, renderLine, renderPages } from '../../../src/bot/surfaces/discord/render.ts';
import { hostileChat } from '../../support/hostile-chat.ts';
import { cardSaying } from '../../support/hostile-labels.ts';
import { faultsOf, liveMarks, textsOf } from './measure.ts';
import { settingOf } from './samples.ts';

const said = hostileChat.map((word) => [JSON.stringify(word).slice(0, 60), word] as const);

describe('hostile labels in Discord', () => {
  it('are many', () => {
    expect(hostileChat.length).toBeGreaterThanOrEqual(200);
  });

  it.each(said)('%s pings nobody, leads nowhere and breaks nothing', (_name, word) => {
    const card = cardSaying(word);
    const all = [
      renderCard(card, settingOf()),
      ...renderPages(card, settingOf({ thread: '' })),
      renderLine({ kind: 'line', key: 'l', at: 0, text: card.title }, settingOf()),
    ];
    for (const message of all) {
      expect(faultsOf(message)).toEqual([]);
      expect(message.pings).toEqual([]);
    }
  });

  it.each(said)('%s is only what it is: no mark, no mention, no link', (_name, word) => {
    const card = {
      ...cardSaying('word'),
      title: [word, { kind: 'strong', text: word } as const, word],
      mark: '',
      blocks: [
        { kind: 'text', text: [word] } as const,
        { kind: 'code', title: word, text: word } as const,
        { kind: 'facts', facts: [{ label: word, value: [word] }] } as const,
      ],
      footnote: [word],
    };
    for (const text of textsOf(renderCard(card, settingOf()))) {
      expect(liveMarks(text.replaceAll(/^-# /gm, ''))).toEqual([]);
      expect(text).not.toMatch(/[\r\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    }
  });
});
