import type { Block, Card, Entry, Span, Text, Thread } from './card.ts';

/** Terminals and READMEs are read at this width; nothing is cut, longer lines are folded. */
const width = 100;

/** A card as plain text, for a terminal, a transcript or a test. */
export function cardText(card: Card): string {
  return `${cardLines(card).join('\n')}\n`;
}

/** One thread as plain text: the living card, then what was said below it, in order. */
export function threadText(thread: Thread): string {
  const entries = thread.entries.flatMap(entryLines);
  return `${[...cardLines(thread.root), '', ...entries].join('\n').trimEnd()}\n`;
}

/** A run of spans as it reads aloud. Strings come from outside: nothing in them may steer a terminal. */
export function plain(text: Text): string {
  return clean(text.map(spanText).join(''));
}

/** `03:14 UTC`. */
export function clock(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}

function entryLines(entry: Entry): readonly string[] {
  if (entry.kind === 'card') {
    return ['', ...cardLines(entry.card).map((line) => indent(3, line)), ''];
  }
  const head = `   ${clock(entry.at).slice(0, 5)}  `;
  return folded(plain(entry.text), { first: head, rest: ' '.repeat(head.length) });
}

function cardLines(card: Card): readonly string[] {
  return [
    ...folded([card.mark, plain(card.title)].filter((part) => part !== '').join(' · '), {
      first: '',
      rest: '  ',
    }),
    ...card.blocks.flatMap(blockLines).map((line) => indent(2, line)),
    ...(card.actions.length > 0
      ? [indent(2, card.actions.map(({ label }) => `[${clean(label)}]`).join(' '))]
      : []),
    ...(card.footnote.length > 0 ? folded(plain(card.footnote), { first: '  ', rest: '  ' }) : []),
  ];
}

function blockLines(block: Block): readonly string[] {
  switch (block.kind) {
    case 'text':
      return folded(plain(block.text));
    case 'facts':
      return factLines(block);
    case 'list':
      return block.items.length + block.more === 0
        ? []
        : [
            ...(block.title === '' ? [] : [clean(block.title)]),
            ...block.items.flatMap((item) => folded(plain(item), { first: '  ', rest: '    ' })),
            ...(block.more > 0 ? [`  and ${block.more} more`] : []),
          ];
    case 'diff':
      return block.lines.length === 0
        ? []
        : [
            clean(block.title),
            ...block.lines.flatMap(({ sign, text }) =>
              folded(clean(text), { first: `  ${sign} `, rest: '      ' }),
            ),
          ];
    case 'steps':
      return stepLines(block);
    case 'code':
      return [
        ...(block.title === '' ? [] : [clean(block.title)]),
        ...block.text.split('\n').map((line) => indent(2, clean(line).trimEnd())),
      ];
    case 'problem':
      return [
        ...(block.what === '' ? [] : folded(clean(block.what))),
        ...folded(clean(block.changed)),
        ...folded(`Why: ${clean(block.why)}`),
        ...folded(`Next: ${clean(block.next)}`),
        clean(block.code),
      ];
    default:
      return block satisfies never;
  }
}

function factLines({ facts }: Extract<Block, { kind: 'facts' }>): readonly string[] {
  if (facts.length === 0) return [];
  const column = Math.max(...facts.map(({ label }) => label.length)) + 2;
  return facts.flatMap(({ label, value }) =>
    folded(plain(value), { first: clean(label).padEnd(column), rest: ' '.repeat(column) }),
  );
}

function stepLines({ steps }: Extract<Block, { kind: 'steps' }>): readonly string[] {
  if (steps.length === 0) return [];
  const column = Math.max(...steps.map(({ state }) => state.length)) + 2;
  const rest = ' '.repeat(column + 2);
  return [
    'Steps',
    ...steps.flatMap(({ state, text, details }) => [
      ...folded(plain(text), { first: `  ${state.padEnd(column)}`, rest }),
      ...details.flatMap((detail) => folded(plain(detail), { first: rest, rest })),
    ]),
  ];
}

function spanText(span: Span): string {
  if (typeof span === 'string') return span;
  switch (span.kind) {
    case 'strong':
      return span.text;
    case 'code':
      return `\`${span.text}\``;
    case 'time':
      return clock(span.at);
    case 'break':
      return ' ';
    case 'link':
      return `${span.text} <${span.url}>`;
    case 'person':
      return span.name;
    case 'notify':
      return span.people.length > 0
        ? `@${span.group} (${span.people.join(', ')})`
        : `@${span.group}`;
    default:
      return span satisfies never;
  }
}

/** Control characters move cursors and marks of direction turn words around: both become a visible blank. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200e\u200f]+/gu, ' ');
}

interface Margin {
  readonly first: string;
  readonly rest: string;
}

/** Breaks at blanks only: a name or a hash is copied from here, so it stays whole however long it is. */
function folded(text: string, margin: Margin = { first: '', rest: '  ' }): readonly string[] {
  const lines: string[] = [];
  let line = margin.first;
  let isFresh = true;
  for (const word of text.split(' ')) {
    if (!isFresh && line.length + 1 + word.length > width) {
      lines.push(line);
      line = margin.rest + word;
    } else {
      line += isFresh ? word : ` ${word}`;
    }
    isFresh = false;
  }
  return [...lines, line.trimEnd()];
}

function indent(by: number, line: string): string {
  return line === '' ? '' : ' '.repeat(by) + line;
}
