import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapedWithin } from '../../../src/bot/surfaces/discord/escape.ts';
import {
  carriedBy,
  confirmId,
  idOf,
  pressDigest,
} from '../../../src/bot/surfaces/discord/press.ts';
import { renderCard, renderLine, renderPages } from '../../../src/bot/surfaces/discord/render.ts';
import { anyCard, anyPress, anyText } from '../any-card.ts';
import { faultsOf } from './measure.ts';
import { settingOf } from './samples.ts';

describe('any card', () => {
  it('is rendered within all limits, and twice the same', () => {
    fc.assert(
      fc.property(anyCard, fc.boolean(), (card, first) => {
        const setting = settingOf({ first });
        const rendered = renderCard(card, setting);
        expect(faultsOf(rendered)).toEqual([]);
        expect(JSON.stringify(renderCard(card, setting))).toBe(JSON.stringify(rendered));
      }),
    );
  });

  it('is rendered over several messages within all limits', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        expect(renderPages(card, settingOf({ thread: '' })).flatMap(faultsOf)).toEqual([]);
      }),
    );
  });

  it('can be approved only where nothing of it was left out', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const { whole, components } = renderCard(card, settingOf());
        if (!whole) expect(JSON.stringify(components)).not.toMatch(/"custom_id":"(approve|fresh):/);
      }),
    );
  });

  it('has lines that are rendered within all limits', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const entry = { kind: 'line', key: 'l', at: 0, text } as const;
        expect(faultsOf(renderLine(entry, settingOf()))).toEqual([]);
      }),
    );
  });
});

describe('any press', () => {
  it('comes back from a button as it was', () => {
    fc.assert(
      fc.property(anyPress, (press) => {
        const id = idOf(press);
        if (id === undefined) return;
        expect(id.length).toBeLessThanOrEqual(100);
        const carried = carriedBy(id);
        if (carried?.kind === 'named') expect(carried.digest).toBe(pressDigest(press));
        else expect(carried).toEqual({ kind: 'press', press });
      }),
    );
  });

  it('that confirms carries hash and digest whole', () => {
    const sha256 = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(
      fc.property(sha256, sha256, (hash, fresh) => {
        const id = confirmId('op-0123456789', hash, fresh) ?? '';
        expect(id.length).toBeLessThanOrEqual(100);
        const press = { kind: 'approve', operation: 'op-0123456789', hash };
        expect(carriedBy(id)).toEqual({ kind: 'press', press, fresh });
      }),
    );
  });

  it.each(['', 'approve', 'x:y', 'at:zz', 'c:1:2', 'menu:0'])('%j is none of ours', (id) => {
    expect(carriedBy(id)).toBeUndefined();
  });
});

describe('a cut', () => {
  it('falls neither between a mark and its backslash nor inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, max) => {
        const cut = escapedWithin(`**${text}__<@1>`, max);
        expect(cut.text.length).toBeLessThanOrEqual(max);
        expect(cut.text.isWellFormed()).toBe(true);
        expect(cut.text.replaceAll(/\\[^0-9A-Za-z\s]/gu, '')).not.toMatch(/[\\*_<>]/);
      }),
    );
  });
});
