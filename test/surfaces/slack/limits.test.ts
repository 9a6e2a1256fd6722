import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapedWithin, unescaped, within } from '../../../src/bot/surfaces/slack/escape.ts';
import {
  buttonValue,
  optionValue,
  readButtonValue,
  readOptionValue,
} from '../../../src/bot/surfaces/slack/press.ts';
import { renderCard, renderEntry, renderView } from '../../../src/bot/surfaces/slack/render.ts';
import { anyCard, anyPress, anyText } from '../any-card.ts';
import { charactersOf, faultsOf } from './measure.ts';
import { settingOf } from './samples.ts';

describe('any card', () => {
  it('is rendered within all limits, and twice the same', () => {
    fc.assert(
      fc.property(anyCard, fc.boolean(), (card, first) => {
        const setting = settingOf({ first });
        const rendered = renderCard(card, setting);
        expect(faultsOf(rendered.blocks)).toEqual([]);
        expect(charactersOf(rendered.blocks)).toBeLessThanOrEqual(10_000);
        expect(rendered.text.length).toBeLessThanOrEqual(400);
        expect(JSON.stringify(renderCard(card, setting))).toBe(JSON.stringify(rendered));
      }),
    );
  });

  it('is rendered as a view within all limits', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const { blocks } = renderView(card, settingOf());
        expect(faultsOf(blocks, 'modal')).toEqual([]);
        expect(JSON.stringify(blocks).length).toBeLessThan(200_000);
      }),
    );
  });

  it('can be approved only where nothing of it was left out', () => {
    fc.assert(
      fc.property(anyCard, (card) => {
        const { whole, blocks } = renderCard(card, settingOf());
        if (!whole) expect(JSON.stringify(blocks)).not.toContain('\\"kind\\":\\"approve\\"');
      }),
    );
  });

  it('has lines that are rendered within all limits', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const entry = { kind: 'line', key: 'l', at: 0, text } as const;
        expect(faultsOf(renderEntry(entry, settingOf()).blocks)).toEqual([]);
      }),
    );
  });
});

describe('any press', () => {
  it('comes back from a button as it was', () => {
    fc.assert(
      fc.property(anyPress, fc.string(), fc.boolean(), (press, key, fresh) => {
        const carried = { press, key, thread: 'inc-1', fresh };
        const value = buttonValue(carried);
        if (value !== undefined) expect(readButtonValue(value)).toEqual(carried);
      }),
    );
  });

  it('comes back from an option as it was', () => {
    fc.assert(
      fc.property(anyPress, (press) => {
        const value = optionValue(press);
        if (value !== undefined) expect(readOptionValue(value)).toEqual(press);
      }),
    );
  });

  it.each(['', '{}', 'null', '{"p":{"kind":"approve"},"k":"","t":""}', '[1]', '{"p":'])(
    'that reads %j is none of ours',
    (value) => {
      expect(readButtonValue(value)).toBeUndefined();
      expect(readOptionValue(value)).toBeUndefined();
    },
  );
});

describe('a cut', () => {
  it('falls neither inside an entity nor inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, max) => {
        const hostile = `&<>${text}&&<<`;
        const cut = escapedWithin(hostile, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(cut.replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
        expect(hostile.startsWith(unescaped(cut).replace(/…$/, '').trimEnd())).toBe(true);
        expect(within(text, max).isWellFormed()).toBe(true);
      }),
    );
  });
});
