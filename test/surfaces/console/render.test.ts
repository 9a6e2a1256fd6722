import { describe, expect, it } from 'vitest';
import { html, visible } from '../../../src/bot/surfaces/console/html.ts';
import { renderCard, renderEntry } from '../../../src/bot/surfaces/console/render.ts';
import type { Block, Card, Span } from '../../../src/core/view/card.ts';
import { webAddress } from '../../../src/core/web-address.ts';
import { incidentCard, lineEntry, planCard, planHash } from './sample-cards.ts';

const place = { incident: 'inc-1', sandbox: false };

/** The markup without what repeats on every card. */
function rendered(card: Partial<Card>): string {
  return renderCard({ ...empty, ...card }, place)
    .html.replaceAll(
      / data-digest="[0-9a-f]{64}"| tabindex="-1"| (?:id|aria-labelledby)="i\w+"/g,
      '',
    )
    .replaceAll(/\n+/g, '\n');
}

const empty: Card = {
  key: 'k',
  tone: 'info',
  mark: 'OPEN',
  title: ['t'],
  blocks: [],
  actions: [],
  footnote: [],
};

function block(one: Block): string {
  return rendered({ blocks: [one] })
    .replace(
      '<article class="card tone-info" data-key="k">\n<header>\n<p class="mark">OPEN</p>\n<h2 dir="auto">t</h2>\n</header>\n',
      '',
    )
    .replace('\n</article>', '')
    .trim();
}

function span(one: Span): string {
  return block({ kind: 'text', text: [one] })
    .replace('<p class="text" dir="auto">', '')
    .replace('</p>', '');
}

describe('a card', () => {
  it('breaks long names where a reader would, and short ones nowhere', () => {
    expect(span('registry.example.com/shop/checkout:1.9.0')).toBe(
      'registry.example.com/<wbr>shop/<wbr>checkout:<wbr>1.9.0',
    );
    expect(rendered({ title: ['CheckoutLatencyP99AboveObjective · OpenAPI'] })).toContain(
      '>Checkout<wbr>Latency<wbr>P99<wbr>Above<wbr>Objective · OpenAPI<',
    );
  });

  it('has a mark, a title and small print', () => {
    expect(rendered({ tone: 'critical', mark: 'CRITICAL', footnote: ['inc-1'] })).toBe(
      [
        '<article class="card tone-critical" data-key="k">',
        '<header>',
        '<p class="mark">CRITICAL</p>',
        '<h2 dir="auto">t</h2>',
        '</header>',
        '<p class="footnote">inc-1</p>',
        '</article>',
      ].join('\n'),
    );
  });

  it('says SANDBOX in the sandbox, on each card', () => {
    const sandbox = renderCard(planCard, { incident: 'inc-1', sandbox: true });
    expect(sandbox.html).toContain('<p class="sandbox">SANDBOX</p>');
  });

  it('without a mark has none', () => {
    expect(rendered({ mark: '' })).not.toContain('class="mark"');
  });

  it('shows what can be typed as code, in titles and problems, and only there', () => {
    expect(rendered({ title: ['no `a <b>` today, one ` alone'] })).toContain(
      '>no <code>a &#60;b&#62;</code> today, one &#96; alone</h2>',
    );
    expect(block({ kind: 'text', text: ['`raw`'] })).toContain('&#96;raw&#96;');
  });

  it('is the same bytes and the same digest each time', () => {
    expect(renderCard(planCard, place)).toEqual(renderCard(structuredClone(planCard), place));
  });

  it('has another digest when anything that is read differs', () => {
    const before = renderCard(planCard, place).digest;
    const digests = [
      { ...planCard, mark: 'EXPIRED' },
      { ...planCard, title: ['other'] },
      { ...planCard, blocks: planCard.blocks.slice(1) },
      { ...planCard, footnote: [] },
      { ...planCard, actions: [] },
    ].map((card) => renderCard(card, place).digest);
    expect(new Set([before, ...digests]).size).toBe(6);
  });

  it('shows the whole plan: every diff line, every step, all 64 characters of the hash', () => {
    const lines = Array.from({ length: 400 }, (_, index) => ({
      sign: '~' as const,
      text: `path.${index}.end`,
    }));
    const card = {
      ...planCard,
      blocks: [...planCard.blocks, { kind: 'diff' as const, title: 'All', lines }],
    };
    const { html: text } = renderCard(card, place);
    expect(lines.every((line) => text.includes(`>${line.text}<`))).toBe(true);
    expect(text.replaceAll(/<\/?b>/g, '')).toContain(planHash);
  });
});

describe('blocks', () => {
  it('facts are a list of terms', () => {
    expect(block({ kind: 'facts', facts: [{ label: 'Since', value: ['now'] }] })).toBe(
      '<dl class="facts"><div><dt>Since</dt><dd dir="auto">now</dd></div></dl>',
    );
  });

  it('facts with long values get the whole width', () => {
    const fact = { label: 'Plan', value: [{ kind: 'code' as const, text: planHash }] };
    expect(block({ kind: 'facts', facts: [fact] })).toBe(
      `<dl class="facts"><div class="long"><dt>Plan</dt><dd dir="auto"><code class="hash"><b>${planHash.slice(0, 10)}</b>${planHash.slice(10)}</code></dd></div></dl>`,
    );
  });

  it('lists say how much more there is', () => {
    expect(block({ kind: 'list', title: 'Pods', items: [['a']], more: 2 })).toBe(
      '<section class="list"><h3>Pods</h3><ul><li dir="auto">a</li><li class="more">and 2 more</li></ul></section>',
    );
  });

  it('diffs have a sign to see and a word to hear', () => {
    expect(block({ kind: 'diff', title: 'D', lines: [{ sign: '-', text: 'x' }] })).toBe(
      '<section class="diff"><h3>D</h3><ol><li class="removed"><span class="sign" aria-hidden="true">-</span><span class="away">removed: </span><span class="text">x</span></li></ol></section>',
    );
  });

  it('steps say their state in words', () => {
    expect(
      block({ kind: 'steps', steps: [{ state: 'running', text: ['go'], details: [['d']] }] }),
    ).toBe(
      '<ol class="steps"><li class="step running"><p><span class="state">running</span> <span dir="auto">go</span></p><ul><li dir="auto">d</li></ul></li></ol>',
    );
  });

  it('output can be scrolled by keyboard', () => {
    expect(block({ kind: 'code', title: 'Log', text: 'a\n<b>' })).toBe(
      '<section class="output"><h3>Log</h3><pre tabindex="0">a\n&#60;b&#62;</pre></section>',
    );
  });

  it('problems keep their five parts in order', () => {
    const text = block({
      kind: 'problem',
      code: 'PLAN_STALE',
      what: 'W.',
      changed: 'C.',
      why: 'Y.',
      next: 'N.',
    });
    expect(text).toBe(
      '<div class="problem"><p class="what">W.</p><p>C.</p><p><b>Why:</b> Y.</p><p><b>Next:</b> N.</p><p class="code"><code>PLAN_STALE</code></p></div>',
    );
  });
});

describe('spans', () => {
  it.each<[string, Span, string]>([
    ['words', 'a < b', 'a &#60; b'],
    ['strong', { kind: 'strong', text: 's' }, '<strong>s</strong>'],
    ['code', { kind: 'code', text: 'c' }, '<code>c</code>'],
    [
      'a time',
      { kind: 'time', at: Date.UTC(2026, 2, 4, 3, 5, 59) },
      '<time datetime="2026-03-04T03:05:59.000Z"><span class="day">4 Mar 2026 </span>03:05<span class="zone"> UTC</span></time>',
    ],
    [
      'a link',
      { kind: 'link', text: 'l', url: 'https://example.com/a?b=1&c=2' },
      '<a href="https://example.com/a?b=1&#38;c=2" title="https://example.com/a?b=1&#38;c=2" target="_blank" rel="noopener noreferrer">l</a>',
    ],
    [
      'a person',
      { kind: 'person', person: 'ana', name: 'Ana' },
      '<span class="person" title="ana">Ana</span>',
    ],
    [
      'a notification',
      { kind: 'notify', group: 'sre', people: ['ana', 'ben'] },
      '<span class="notify">@sre (ana, ben)</span>',
    ],
  ])('%s', (_, one, expected) => {
    expect(span(one)).toBe(expected);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://example.com',
    '//example.com',
    '/incidents/',
    'https://bank.example@evil.example/',
    'https://user:pass@example.com/',
    'https://',
    '',
  ])('no link to %j, only its words', (url) => {
    expect(webAddress(url)).toBeUndefined();
    const text = span({ kind: 'link', text: 'click', url });
    expect(text).not.toContain('<a');
    expect(text).toContain('not a web address');
  });
});

describe('an action', () => {
  const [approve] = planCard.actions;

  it('is a form that carries what it does and what was shown', () => {
    const { html: text, digest } = renderCard(planCard, place);
    expect(text).toContain('action="./inc-1"');
    expect(text).toContain('name="kind" value="approve"');
    expect(text).toContain(`name="hash" value="${planHash}"`);
    expect(text).toContain(`name="shown" value="${digest}"`);
  });

  it('has another key when it would do something else', () => {
    const other = { kind: 'approve', operation: 'op-41', hash: 'f'.repeat(64) } as const;
    const keys = [
      planCard,
      { ...planCard, actions: approve ? [{ ...approve, press: other }] : [] },
    ].map((card) => /<form[^>]*data-key="([^"]*)"/.exec(renderCard(card, place).html)?.[1]);
    expect(keys[0]).toBeDefined();
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('opens only web addresses', () => {
    const action = { key: 'o', label: 'Open', style: 'plain' } as const;
    const bad = { ...action, press: { kind: 'open', url: 'javascript:alert(1)' } } as const;
    expect(rendered({ actions: [bad] })).not.toContain('href');
    expect(renderCard(incidentCard, place).html).toContain(
      'target="_blank" rel="noopener noreferrer">Runbook</a>',
    );
  });
});

describe('a line', () => {
  it('has its time first', () => {
    expect(renderEntry(lineEntry('line/1', 2, 'ben approved'), place).html).toMatch(
      /^<p class="line" data-key="line\/1" data-digest="[0-9a-f]{64}"><time datetime="2026-03-14T03:07:00.000Z">.*<\/time> <span class="said" dir="auto">ben approved<\/span><\/p>$/,
    );
  });

  it('and a card below the root answer to the key of their entry', () => {
    const text = renderEntry({ kind: 'card', key: 'operation/op-9', card: planCard }, place).html;
    expect(text).toContain('data-key="operation/op-9"');
    expect(text).not.toContain('data-key="operation/op-41"');
  });
});

describe('the template', () => {
  it('escapes what does not come from a template', () => {
    expect(html`<b title="${'"x'}">${'<i>'}</b>${html`<i>${1}</i>`}`.text).toBe(
      '<b title="&#34;x">&#60;i&#62;</b><i>1</i>',
    );
  });

  it('takes no object for markup because it looks like one', () => {
    const forged = JSON.parse('{"text":"<script>"}');
    expect(() => html`${forged}`.text).toThrow();
  });
});

describe('characters nobody sees', () => {
  it.each([
    ['right-to-left override', '\u202e'],
    ['isolates', '\u2066'],
    ['zero width space', '\u200b'],
    ['zero width joiner', '\u200d'],
    ['byte order mark', '\ufeff'],
    ['soft hyphen', '\u00ad'],
    ['word joiner', '\u2060'],
    ['Arabic letter mark', '\u061c'],
    ['Hangul filler', '\u3164'],
    ['tag letter', '\u{e0041}'],
    ['variation selector supplement', '\u{e0100}'],
    ['NUL', '\u0000'],
    ['escape', '\u001b'],
    ['carriage return', '\r'],
    ['next line', '\u0085'],
    ['line separator', '\u2028'],
  ])('%s is written out', (_, char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    expect(visible(`a${char}b`)).toBe(`a⟨U+${code}⟩b`);
  });

  it('half a character becomes the replacement character', () => {
    expect(visible('a\ud800b')).toBe('a\ufffdb');
  });

  it.each(['naïve', 'שלום', '日本語', '→ ● ✓', '👍🏽', '⚠️', 'line\nbreak\tand tab'])(
    '%j stays as it is',
    (text) => {
      expect(visible(text)).toBe(text);
    },
  );
});
