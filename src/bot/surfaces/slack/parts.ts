import type { types } from '@slack/bolt';
import type { Block, StepLine } from '../../../core/view/card.ts';
import { manyLines, oneLine } from '../../../core/view/plain-words.ts';
import { sentence } from '../../../core/view/words.ts';
import { type Inline, inlines, joined, lengthOf, type Setting, written } from './spans.ts';

/** One block of a card as rows, so that it can be shown in part: the first rows, and how many are left out. */
export interface Part {
  readonly title: string;
  readonly shape: 'lines' | 'bullets' | 'preformatted';
  readonly rows: readonly Row[];
  /** Left out before it came here. */
  readonly more: number;
}

export interface Row {
  readonly indent: 0 | 1;
  readonly inlines: readonly Inline[];
}

/** What stands in a rich text block. */
export type RichPart = types.RichTextBlock['elements'][number];

export function partOf(block: Block, setting: Setting): Part {
  switch (block.kind) {
    case 'text':
      return lines([inlines(block.text, setting)]);
    case 'facts':
      return lines(
        block.facts.map(({ label, value }) => [
          written(label, { bold: true }),
          written('  '),
          ...inlines(value, setting),
        ]),
      );
    case 'list': {
      const rows = block.items.map((item) => row(inlines(item, setting)));
      return { title: block.title, shape: 'bullets', rows: shown(rows), more: block.more };
    }
    case 'diff': {
      const rows = block.lines.map(({ sign, text }) => row([written(`${sign} ${oneLine(text)}`)]));
      return { title: block.title, shape: 'preformatted', rows, more: 0 };
    }
    case 'steps': {
      const rows = block.steps.flatMap((step) => stepRows(step, setting));
      return { title: 'Steps', shape: 'bullets', rows: shown(rows), more: 0 };
    }
    case 'code': {
      const rows = codeLines(block.text).map((line) => row([written(line)]));
      return { title: block.title, shape: 'preformatted', rows, more: 0 };
    }
    case 'problem':
      return lines([
        [written(block.what, { bold: true })],
        inlines(sentence(block.changed), setting),
        [written('Why: ', { bold: true }), ...inlines(sentence(block.why), setting)],
        [written('Next: ', { bold: true }), ...inlines(sentence(block.next), setting)],
        [written(block.code, { code: true })],
      ]);
    default:
      return block satisfies never;
  }
}

/** A part with its first rows only; says what is left out. */
export function richPartsOf(part: Part, rows: readonly Row[], left: number): readonly RichPart[] {
  const missing = part.more + left;
  return [
    ...(part.title === '' ? [] : [section([written(part.title, { bold: true })])]),
    ...(rows.length === 0 ? [] : shaped(part.shape, rows)),
    ...(missing === 0 ? [] : [section([written(leftOut(part, missing), { italic: true })])]),
  ];
}

export function isEmptyPart({ rows, more }: Part): boolean {
  return rows.length + more === 0;
}

export function rowLength({ inlines: all }: Row): number {
  return all.reduce((sum, one) => sum + lengthOf(one), 1);
}

function leftOut({ shape }: Part, missing: number): string {
  const what = shape === 'preformatted' ? ` ${missing === 1 ? 'line' : 'lines'}` : '';
  return `${missing} more${what} in the console`;
}

function shaped(shape: Part['shape'], rows: readonly Row[]): readonly RichPart[] {
  if (shape === 'bullets') return bullets(rows);
  const lined = rows.flatMap(({ inlines: all }, index) => (index === 0 ? all : [newline, ...all]));
  if (shape === 'lines') return [section(lined)];
  const text = lined.map((one) => (one.type === 'text' ? one.text : '')).join('');
  // Slack takes no empty text; a blank line of output is still a line.
  return [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: text || ' ' }] }];
}

function bullets(rows: readonly Row[]): readonly RichPart[] {
  const lists: types.RichTextList[] = [];
  for (const { indent, inlines: all } of rows) {
    const last = lists.at(-1);
    const item = section(all);
    if (last?.indent === indent) last.elements.push(item);
    else lists.push({ type: 'rich_text_list', style: 'bullet', indent, elements: [item] });
  }
  return lists;
}

function section(all: readonly Inline[]): types.RichTextSection {
  return { type: 'rich_text_section', elements: joined(all) };
}

function lines(all: readonly (readonly Inline[])[]): Part {
  return { title: '', shape: 'lines', rows: shown(all.map((one) => row(one))), more: 0 };
}

function row(all: readonly Inline[], indent: 0 | 1 = 0): Row {
  return { indent, inlines: all.filter((one) => one.type !== 'text' || one.text !== '') };
}

function shown(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ inlines: all }) => all.length > 0);
}

function stepRows(step: StepLine, setting: Setting): readonly Row[] {
  return [
    row([written(step.state, { bold: true }), written('  '), ...inlines(step.text, setting)]),
    ...step.details.map((detail) => row(inlines(detail, setting), 1)),
  ];
}

function codeLines(text: string): readonly string[] {
  const all = manyLines(text);
  const last = all.findLastIndex((line) => line !== '');
  return all.slice(0, last + 1);
}

const newline: Inline = { type: 'text', text: '\n' };
