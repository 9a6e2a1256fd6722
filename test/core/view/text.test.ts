import { describe, expect, it } from 'vitest';
import type { Block, Card, Span, Thread } from '../../../src/core/view/card.ts';
import { cardText, plain, threadText } from '../../../src/core/view/text.ts';

const at = Date.UTC(2026, 10, 20, 3, 14, 59);

const card: Card = {
  key: 'root',
  tone: 'critical',
  mark: 'CRITICAL',
  title: [{ kind: 'strong', text: 'checkout is crash-looping' }],
  blocks: [],
  actions: [],
  footnote: [],
};

describe('a card as text', () => {
  it('begins with its mark and its title, and needs nothing else', () => {
    expect(cardText(card)).toBe('CRITICAL · checkout is crash-looping\n');
  });

  it('prints every kind of block', () => {
    expect(cardText({ ...card, blocks: everyBlock, footnote: ['cp 41 7f3a9c21'] })).toBe(
      [
        'CRITICAL · checkout is crash-looping',
        '  3 of 3 pods restarting',
        '  since    03:14 UTC',
        '  cluster  eu-1',
        '  Alerts',
        '    KubePodCrashLooping',
        '    and 2 more',
        '  What changes',
        '    ~ replicas 3 → 6',
        '    + label canary',
        '  Steps',
        '    done     s1 replicas 3 → 6',
        '    running  s2 wait',
        '             5/6',
        '  Last lines',
        '    panic: out of memory',
        '      at main.go:12',
        '  It did not run.',
        '  Nothing was changed.',
        '  Why: the world moved.',
        '  Next: ask again.',
        '  PLAN_STALE',
        '  cp 41 7f3a9c21',
        '',
      ].join('\n'),
    );
  });

  it('shows its buttons as words in brackets', () => {
    const press = { kind: 'line', line: 'ack', incident: 'i' } as const;
    const actions = ['Acknowledge', 'Logs'].map(
      (label) => ({ key: label, label, style: 'plain', press }) as const,
    );
    expect(cardText({ ...card, actions })).toContain('\n  [Acknowledge] [Logs]\n');
  });

  it('says nothing of a block that is empty', () => {
    const blocks: readonly Block[] = [
      { kind: 'list', title: 'Undo', items: [], more: 0 },
      { kind: 'diff', title: 'What changes', lines: [] },
      { kind: 'steps', steps: [] },
      { kind: 'facts', facts: [] },
    ];
    expect(cardText({ ...card, blocks })).toBe(cardText(card));
  });

  it('folds long lines between words and cuts none of them', () => {
    const text = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
    const printed = cardText({ ...card, blocks: [{ kind: 'text', text: [text] }] });
    expect(Math.max(...printed.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(102);
    expect(printed.replace(/\s+/g, ' ')).toContain(text);
  });

  it('keeps a word whole that is longer than a line, so that it can be copied', () => {
    const hash = 'f'.repeat(150);
    expect(cardText({ ...card, footnote: [hash] })).toContain(hash);
  });
});

describe('a run of text', () => {
  const cases: readonly (readonly [string, Span, string])[] = [
    ['a time in UTC, without seconds', { kind: 'time', at }, '03:14 UTC'],
    ['a person by name', { kind: 'person', person: 'ana', name: 'Ana Ruiz' }, 'Ana Ruiz'],
    ['code in backticks', { kind: 'code', text: 'undo op-41' }, '`undo op-41`'],
    [
      'a link with its address',
      { kind: 'link', text: 'runbook', url: 'https://r' },
      'runbook <https://r>',
    ],
    ['whom it wakes', { kind: 'notify', group: 'sre', people: ['ana', 'ben'] }, '@sre (ana, ben)'],
    ['a group nobody is in', { kind: 'notify', group: 'sre', people: [] }, '@sre'],
  ];
  it.each(cases)('shows %s', (_, span, text) => {
    expect(plain([span])).toBe(text);
  });

  it.each([
    ['an escape sequence', 'pod \u001b[2J\u001b[31mgone', 'pod  [2J [31mgone'],
    ['a line break', 'one\r\ntwo', 'one two'],
    ['a mark that turns the reading direction', 'user\u202egnp.exe', 'user gnp.exe'],
    ['a C1 control', 'a\u009b31mb', 'a 31mb'],
  ])('lets %s from outside steer nothing', (_, given, text) => {
    expect(plain([given])).toBe(text);
  });
});

describe('a thread as text', () => {
  it('is the root card, then lines with their time and cards in their place', () => {
    const thread: Thread = {
      incident: 'incident/7',
      root: card,
      entries: [
        { kind: 'line', key: 'l1', at, text: ['ana acknowledged'] },
        {
          kind: 'card',
          key: 'operation/op-41',
          card: { ...card, mark: 'WAITING', title: ['scale'] },
        },
        { kind: 'line', key: 'l2', at: at + 60_000, text: ['ben approved'] },
      ],
    };
    expect(threadText(thread)).toBe(
      [
        'CRITICAL · checkout is crash-looping',
        '',
        '   03:14  ana acknowledged',
        '',
        '   WAITING · scale',
        '',
        '   03:15  ben approved',
        '',
      ].join('\n'),
    );
  });

  it('is the root card alone while nothing was said', () => {
    expect(threadText({ incident: 'incident/7', root: card, entries: [] })).toBe(cardText(card));
  });
});

const everyBlock: readonly Block[] = [
  { kind: 'text', text: ['3 of 3 pods restarting'] },
  {
    kind: 'facts',
    facts: [
      { label: 'since', value: [{ kind: 'time', at }] },
      { label: 'cluster', value: ['eu-1'] },
    ],
  },
  { kind: 'list', title: 'Alerts', items: [['KubePodCrashLooping']], more: 2 },
  {
    kind: 'diff',
    title: 'What changes',
    lines: [
      { sign: '~', text: 'replicas 3 → 6' },
      { sign: '+', text: 'label canary' },
    ],
  },
  {
    kind: 'steps',
    steps: [
      { state: 'done', text: ['s1 replicas 3 → 6'], details: [] },
      { state: 'running', text: ['s2 wait'], details: [['5/6']] },
    ],
  },
  { kind: 'code', title: 'Last lines', text: 'panic: out of memory\n  at main.go:12' },
  {
    kind: 'problem',
    code: 'PLAN_STALE',
    what: 'It did not run.',
    changed: 'Nothing was changed.',
    why: 'the world moved.',
    next: 'ask again.',
  },
];
