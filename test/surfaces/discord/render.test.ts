import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { carriedBy } from '../../../src/bot/surfaces/discord/press.ts';
import { renderCard, renderLine, renderPages } from '../../../src/bot/surfaces/discord/render.ts';
import type { Card, Entry } from '../../../src/core/view/card.ts';
import {
  incidentCard,
  lineEntry,
  planCard,
  planHash,
  refusalCard,
  runningCard,
} from '../console/sample-cards.ts';
import { faultsOf } from './measure.ts';
import { settingOf } from './samples.ts';

type Line = Extract<Entry, { readonly kind: 'line' }>;

const acknowledged: Line = {
  kind: 'line',
  key: 'line/1',
  at: Date.UTC(2026, 2, 14, 3, 7),
  text: [{ kind: 'person', person: 'ana', name: 'Ana' }, ' acknowledged'],
};

const golden = {
  'incident-card': renderCard(incidentCard, settingOf()),
  'plan-card': renderCard(planCard, settingOf()),
  'running-card': renderCard(runningCard, settingOf()),
  'refusal-card': renderCard(refusalCard, settingOf({ thread: '' })),
  'line-entry': renderLine(acknowledged, settingOf()),
};

const longPlan: Card = {
  ...planCard,
  blocks: [
    ...planCard.blocks,
    {
      kind: 'diff',
      title: 'More',
      lines: Array.from({ length: 200 }, (_, index) => ({
        sign: '~' as const,
        text: `spec.template.spec.containers[${index}].image a → b`,
      })),
    },
  ],
};

function idsOf({ components }: ReturnType<typeof renderCard>): readonly string[] {
  return components.flatMap((row) =>
    row.components.flatMap((one) => ('custom_id' in one ? one.custom_id : [])),
  );
}

describe('a card in Discord', () => {
  it.each(Object.entries(golden))('%s looks as it was agreed', (name, rendered) => {
    const { content, embeds, components } = rendered;
    const file = new URL(`./golden/${name}.json`, import.meta.url);
    const now = `${JSON.stringify({ content, embeds, components }, null, 2)}\n`;
    if (process.env['TOCSIN_GOLDEN'] === 'write') writeFileSync(file, now);
    expect(now).toBe(readFileSync(file, 'utf8'));
    expect(faultsOf(rendered)).toEqual([]);
  });

  it('says mark, service, symptom and count in the one line that a locked phone shows', () => {
    const card: Card = {
      ...incidentCard,
      title: [{ kind: 'strong', text: 'checkout' }, ' · crash-looping · production · 3 alerts'],
    };
    expect(renderCard(card, settingOf()).content).toBe(
      '🔴 CRITICAL · **checkout** · crash-looping · production · 3 alerts',
    );
  });

  it('shows each time as the reader has it, and in UTC', () => {
    const [embed] = renderCard(incidentCard, settingOf()).embeds;
    expect(embed?.description).toContain('**Since** <t:1773457500:f> (03:05 UTC)');
  });

  it('carries its key where it is found again', () => {
    const { embeds } = renderCard(planCard, settingOf());
    expect(embeds.at(-1)?.footer?.text).toBe('inc-1 · operation/op-41');
  });

  it('is whole when it fits, and carries the whole hash in its approval', () => {
    const rendered = renderCard(planCard, settingOf());
    expect(rendered.whole).toBe(true);
    expect(idsOf(rendered)).toEqual([`approve:op-41:${planHash}`, `decline:op-41:${planHash}`]);
  });

  it('that does not fit says what is missing, and opens instead of being approved', () => {
    const rendered = renderCard(longPlan, settingOf());
    expect(rendered.whole).toBe(false);
    expect(idsOf(rendered)).toEqual(['view:op-41']);
    const shown = rendered.embeds.map(({ description }) => description).join('\n');
    expect(shown).toMatch(/\d+ more lines in the console/);
    // What is short stays.
    expect(shown).toContain('**Blast radius** 3 pods');
    expect(shown).toContain('**Undo** put revision 7 back');
    expect(faultsOf(rendered)).toEqual([]);
  });

  it('is whole for one reader over several messages, and approved as exactly that', () => {
    const pages = renderPages(longPlan, settingOf());
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flatMap(faultsOf)).toEqual([]);
    const shown = pages.flatMap(({ embeds }) => embeds.map(({ description }) => description));
    for (let line = 0; line < 200; line += 1) {
      expect(shown.join('\n')).toContain(`containers[${line}].image a → b`);
    }
    const last = pages.at(-1);
    const [approve = ''] = last ? idsOf(last) : [];
    expect(carriedBy(approve)).toEqual({
      kind: 'press',
      press: { kind: 'approve', operation: 'op-41', hash: planHash },
      fresh: last?.digest,
    });
    expect(pages.slice(0, -1).flatMap(idsOf)).toEqual([]);
  });

  it('that is too long even for that is not approved here at all', () => {
    const text = 'a line of forty characters, more or less\n'.repeat(2_000);
    const pages = renderPages(
      { ...planCard, blocks: [{ kind: 'code', title: 'Diff', text }] },
      settingOf(),
    );
    expect(pages).toHaveLength(5);
    expect(pages.every(({ whole }) => !whole)).toBe(true);
    expect(pages.flatMap(idsOf)).toEqual([]);
  });

  it('for what is dangerous opens anew before it is approved', () => {
    const [approve, ...others] = planCard.actions;
    if (!approve) throw new Error('no approval');
    const card: Card = { ...planCard, actions: [{ ...approve, confirm: 'fresh' }, ...others] };
    const [first = ''] = idsOf(renderCard(card, settingOf()));
    expect(carriedBy(first)).toEqual({ kind: 'fresh', operation: 'op-41', hash: planHash });
  });

  it('offers forty incidents in two menus, and says how many it had no room for', () => {
    const options = Array.from({ length: 60 }, (_, index) => ({
      label: `service-${index} answers slowly`,
      press: { kind: 'want', incident: `inc-${index}` } as const,
    }));
    const rendered = renderCard(
      { ...incidentCard, menu: { key: 'open', label: 'Open an incident', options } },
      settingOf(),
    );
    const menus = rendered.components.flatMap(({ components }) =>
      components.filter(({ type }) => type === 3),
    );
    expect(JSON.stringify(menus)).toContain('service-40 ');
    expect(JSON.stringify(menus)).toContain('(10 more in the console)');
    expect(faultsOf(rendered)).toEqual([]);
  });

  it('finds a line that is too long to be carried by its digest', () => {
    const line = `rollback checkout reason="${'x'.repeat(120)}"`;
    const rendered = renderCard(
      {
        ...incidentCard,
        actions: [
          {
            key: 'again',
            label: 'Plan again',
            style: 'plain',
            press: { kind: 'line', line, incident: 'inc-1' },
          },
        ],
      },
      settingOf(),
    );
    const [id = ''] = idsOf(rendered);
    expect(carriedBy(id)?.kind).toBe('named');
  });
});

describe('a line in Discord', () => {
  const entry: Line = {
    kind: 'line',
    key: 'notify/1',
    at: 0,
    text: [
      'Nobody has acknowledged this. ',
      { kind: 'notify', group: 'sre', people: ['ana', 'cleo'] },
    ],
  };

  it('pings whom it must when it is new, and never when it is edited', () => {
    const first = renderLine(entry, settingOf());
    expect(first.content).toContain('**\\@sre** <@123456789012345678> cleo');
    expect(first.pings).toEqual(['123456789012345678']);
    const edited = renderLine(entry, settingOf({ first: false }));
    expect(edited.content).toContain('**\\@sre** Ana cleo');
    expect(edited.pings).toEqual([]);
  });

  it('keeps its time and its mark in small print', () => {
    expect(lineEntry('line/1', 2).kind).toBe('line');
    expect(renderLine(acknowledged, settingOf()).content).toMatch(
      /^Ana acknowledged\n-# <t:1773457620:t> · [0-9a-f]{10}$/,
    );
  });
});
