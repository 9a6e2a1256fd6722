import fc from 'fast-check';
import type { Action, Block, Card, Press, Span, Text } from '../../src/core/view/card.ts';

/** Short mostly, sometimes absurdly long, sometimes with anything at all in it. */
export const anyWord: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 400 }).map((times) => '<&>x\n'.repeat(times)),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 12_000 }).map((length) => 'x'.repeat(length)) },
);

const anySpan: fc.Arbitrary<Span> = fc.oneof(
  anyWord,
  fc.record({ kind: fc.constant('strong' as const), text: anyWord }),
  fc.record({ kind: fc.constant('code' as const), text: anyWord }),
  fc.record({ kind: fc.constant('break' as const) }),
  fc.record({ kind: fc.constant('time' as const), at: fc.integer({ min: 0, max: 4e12 }) }),
  fc.record({
    kind: fc.constant('link' as const),
    text: anyWord,
    url: fc.oneof(fc.webUrl(), anyWord),
  }),
  fc.record({ kind: fc.constant('person' as const), person: anyWord, name: anyWord }),
  fc.record({
    kind: fc.constant('notify' as const),
    group: anyWord,
    people: fc.array(fc.oneof(fc.constant('ana'), anyWord), { maxLength: 4 }),
  }),
);

export const anyText: fc.Arbitrary<Text> = fc.array(anySpan, { maxLength: 6 });

export const anyPress: fc.Arbitrary<Press> = fc.oneof(
  fc.record({ kind: fc.constant('approve' as const), operation: anyWord, hash: anyWord }),
  fc.record({ kind: fc.constant('decline' as const), operation: anyWord, hash: anyWord }),
  fc.record({ kind: fc.constant('line' as const), line: anyWord, incident: anyWord }),
  fc.record({ kind: fc.constant('view' as const), operation: anyWord }),
  fc.record({ kind: fc.constant('want' as const), incident: anyWord }),
  fc.record({ kind: fc.constant('open' as const), url: fc.oneof(fc.webUrl(), anyWord) }),
);

const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text: anyText }),
  fc.record({
    kind: fc.constant('facts' as const),
    facts: fc.array(fc.record({ label: anyWord, value: anyText }), { maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constant('list' as const),
    title: anyWord,
    items: fc.array(anyText, { maxLength: 30 }),
    more: fc.nat(5_000),
  }),
  fc.record({
    kind: fc.constant('diff' as const),
    title: anyWord,
    lines: fc.array(
      fc.record({ sign: fc.constantFrom('+' as const, '-', '~', ' '), text: anyWord }),
      { maxLength: 30 },
    ),
  }),
  fc.record({
    kind: fc.constant('steps' as const),
    steps: fc.array(
      fc.record({
        state: fc.constantFrom('waiting' as const, 'running', 'done', 'failed', 'unknown'),
        text: anyText,
        details: fc.array(anyText, { maxLength: 4 }),
      }),
      { maxLength: 10 },
    ),
  }),
  fc.record({ kind: fc.constant('code' as const), title: anyWord, text: anyWord }),
  fc.record({
    kind: fc.constant('problem' as const),
    code: anyWord,
    what: anyWord,
    changed: anyWord,
    why: anyWord,
    next: anyWord,
  }),
);

const anyAction: fc.Arbitrary<Action> = fc.record(
  {
    key: anyWord,
    label: anyWord,
    style: fc.constantFrom('primary' as const, 'danger', 'plain'),
    press: anyPress,
    confirm: fc.constant('fresh' as const),
  },
  { requiredKeys: ['key', 'label', 'style', 'press'] },
);

/** Whatever core may ask a surface to show, and worse. */
export const anyCard: fc.Arbitrary<Card> = fc.record(
  {
    key: anyWord,
    tone: fc.constantFrom('critical' as const, 'warning', 'info', 'good', 'neutral', 'failed'),
    mark: anyWord,
    title: anyText,
    blocks: fc.array(anyBlock, { maxLength: 55 }),
    actions: fc.array(anyAction, { maxLength: 40 }),
    menu: fc.record({
      key: anyWord,
      label: anyWord,
      options: fc.array(fc.record({ label: anyWord, press: anyPress }), { maxLength: 130 }),
    }),
    footnote: anyText,
  },
  { requiredKeys: ['key', 'tone', 'mark', 'title', 'blocks', 'actions', 'footnote'] },
);
