import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderRow } from '../../../src/bot/surfaces/console/board.ts';
import { renderCard } from '../../../src/bot/surfaces/console/render.ts';
import type { Thread } from '../../../src/core/view/card.ts';
import { cardSaying, hostileLabels } from '../../support/hostile-labels.ts';
import { sampleRows } from './sample-cards.ts';
import { type Stage, startStage } from './stage.ts';

/** The tags and the attribute names of a markup, without any text: what a browser would make of it. */
function skeleton(markup: string): string {
  return [...markup.matchAll(/<(\/?[a-z!][^\s>]*)((?:\s+[^\s=>]+(?:="[^"]*")?)*)\s*>/gi)]
    .map(([, tag, attributes]) => {
      const names = [...(attributes ?? '').matchAll(/([^\s=]+)(?:="[^"]*")?/g)].map(
        ([, name]) => name,
      );
      return `${tag} ${names.join(' ')}`;
    })
    .join('\n');
}

/** As long, with the same line breaks and backticks (which make code of our own words), and with nothing else to it. */
function tame(word: string): string {
  return word.replaceAll(/[^`\n]/g, 'x');
}

function cardOf(word: string): string {
  return seamless(renderCard(cardSaying(word), { incident: 'inc-1', sandbox: true }).html);
}

/** Without the places where long names may break, which depend on the word. */
function seamless(markup: string): string {
  return markup.replaceAll('<wbr>', '');
}

describe('hostile labels', () => {
  it('are many', () => {
    expect(hostileLabels.length).toBeGreaterThanOrEqual(60);
  });

  it.each(hostileLabels)(
    '%j makes a card of the same tags and attributes as a tame word',
    (word) => {
      const expected = skeleton(cardOf(tame(word)));
      expect(skeleton(cardOf(word))).toBe(expected);
      // Each opening bracket belongs to one of our own tags, so nothing of the word can open another.
      expect(cardOf(word).split('<').length - 1).toBe(expected.split('\n').length);
    },
  );

  it.each(hostileLabels)(
    '%j makes a row of the same tags and attributes as a tame word',
    (word) => {
      const [row] = sampleRows;
      const rowSaying = (said: string) =>
        row &&
        renderRow({
          ...row,
          incident: said,
          mark: said,
          title: [said],
          service: said,
          environment: said,
        });
      const hostile = seamless(rowSaying(word)?.html ?? '');
      expect(skeleton(hostile)).toBe(skeleton(rowSaying(tame(word))?.html ?? 'never'));
      expect(hostile.split('<')).toHaveLength(
        (rowSaying(tame(word))?.html ?? '').split('<').length,
      );
    },
  );
});

describe('hostile incidents', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.close());

  it.each(hostileLabels)('%j makes a page of the same tags', async (word) => {
    const page = async (said: string) => {
      const thread: Thread = { incident: 'inc-h', root: cardSaying(said), entries: [] };
      stage.desk.threads.set('inc-h', thread);
      const { body } = await stage.get('/as/ana/incidents/inc-h');
      return seamless(body);
    };
    const [hostile, plain] = [await page(word), await page(tame(word))];
    expect(hostile.split('<')).toHaveLength(plain.split('<').length);
  });
});
