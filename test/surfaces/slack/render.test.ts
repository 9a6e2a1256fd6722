import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderCard, renderEntry, renderView } from '../../../src/bot/surfaces/slack/render.ts';
import type { Card } from '../../../src/core/view/card.ts';
import {
  incidentCard,
  lineEntry,
  planCard,
  planHash,
  refusalCard,
  runningCard,
} from '../console/sample-cards.ts';
import { settingOf } from './samples.ts';

const golden = {
  'incident-card': renderCard(incidentCard, settingOf()),
  'plan-card': renderCard(planCard, settingOf()),
  'running-card': renderCard(runningCard, settingOf()),
  'refusal-card': renderCard(refusalCard, settingOf({ thread: '' })),
  'line-entry': renderEntry(
    lineEntry('line/1', 2, { kind: 'person', person: 'ana', name: 'Ana' }, ' acknowledged'),
    settingOf(),
  ),
};

describe('a card in Slack', () => {
  it.each(Object.entries(golden))('%s looks as it was agreed', (name, { text, blocks }) => {
    const file = new URL(`./golden/${name}.json`, import.meta.url);
    const now = `${JSON.stringify({ text, blocks }, null, 2)}\n`;
    if (process.env['TOCSIN_GOLDEN'] === 'write') writeFileSync(file, now);
    expect(now).toBe(readFileSync(file, 'utf8'));
  });

  it('says mark, service, symptom and count in the one line that a locked phone shows', () => {
    const card: Card = {
      ...incidentCard,
      title: [{ kind: 'strong', text: 'checkout' }, ' · crash-looping · production · 3 alerts'],
    };
    expect(renderCard(card, settingOf()).text).toBe(
      '🔴 CRITICAL · checkout · crash-looping · production · 3 alerts',
    );
  });

  it('shows what can be typed as code, in a refusal too', () => {
    const block = { kind: 'problem', code: 'A_CODE', what: '', changed: '', why: '' } as const;
    const card: Card = { ...refusalCard, blocks: [{ ...block, next: 'Type `help` first.' }] };
    const shown = JSON.stringify(renderCard(card, settingOf()).blocks);
    expect(shown).toContain('{"type":"text","text":"help","style":{"code":true}}');
    expect(shown).not.toContain('`');
  });

  it('shows each time in UTC and as the reader has it', () => {
    expect(JSON.stringify(renderCard(incidentCard, settingOf()).blocks)).toContain(
      JSON.stringify({
        type: 'date',
        timestamp: 1773457500,
        format: '{date_short_pretty} {time} (03:05 UTC)',
        fallback: '14 Mar 2026 03:05 UTC',
      }),
    );
  });

  it('is whole when it fits, and carries the whole hash in its approval', () => {
    const { whole, blocks } = renderCard(planCard, settingOf());
    expect(whole).toBe(true);
    const actions = blocks.find(({ type }) => type === 'actions');
    expect(JSON.stringify(actions)).toContain(planHash);
  });

  it('that does not fit says what is missing, and opens instead of being approved', () => {
    const long: Card = {
      ...planCard,
      blocks: [
        ...planCard.blocks,
        {
          kind: 'diff',
          title: 'More',
          lines: Array.from({ length: 400 }, (_, index) => ({
            sign: '~' as const,
            text: `spec.template.spec.containers[${index}].image a → b`,
          })),
        },
      ],
    };
    const { whole, blocks } = renderCard(long, settingOf());
    const shown = JSON.stringify(blocks);
    expect(whole).toBe(false);
    expect(shown).toMatch(/\d+ more lines in the console/);
    expect(shown).toContain('View plan');
    expect(shown).not.toContain('Approve');
    expect(shown).not.toContain('Decline');
    // What is short stays.
    expect(shown).toContain('Blast radius');
    expect(shown).toContain('put revision 7 back');
  });

  it('in a view has room for all of a long plan, and no buttons of its own', () => {
    const long: Card = {
      ...planCard,
      blocks: [
        {
          kind: 'code',
          title: 'Diff',
          text: 'a line of forty characters, more or less\n'.repeat(500),
        },
      ],
    };
    const { whole, blocks } = renderView(long, settingOf());
    expect(whole).toBe(true);
    expect(blocks.some(({ type }) => type === 'actions')).toBe(false);
  });

  it('offers the choices of a menu, and says how many it had no room for', () => {
    const card: Card = {
      ...incidentCard,
      menu: {
        key: 'open',
        label: 'Open an incident',
        options: Array.from({ length: 300 }, (_, index) => ({
          label: `service-${index} answers slowly in production and in staging`,
          press: { kind: 'want', incident: `inc-${index}` } as const,
        })),
      },
    };
    const menu = renderCard(card, settingOf())
      .blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
      .find(({ type }) => type === 'static_select');
    expect(menu?.type === 'static_select' && menu.options?.length).toBeGreaterThan(40);
    expect(JSON.stringify(menu)).toMatch(/\(\d+ more in the console\)/);
  });

  it('pings whom it must when it is new, and never when it is edited', () => {
    const entry = {
      kind: 'line',
      key: 'notify/1',
      at: 0,
      text: [
        'Nobody has acknowledged this. ',
        { kind: 'notify', group: 'sre', people: ['ana', 'cleo'] },
      ],
    } as const;
    const first = JSON.stringify(renderEntry(entry, settingOf({ first: true })).blocks);
    expect(first).toContain('{"type":"user","user_id":"U01"}');
    const edited = renderEntry(entry, settingOf({ first: false })).blocks;
    expect(JSON.stringify(edited)).not.toContain('"user"');
    expect(JSON.stringify(edited)).toContain('Ana');
    // One without an account here is named, so that somebody else can fetch them.
    expect(first).toContain('cleo');
  });
});
