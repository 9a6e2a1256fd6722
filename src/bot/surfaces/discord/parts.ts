import type { Block, StepLine, Text } from '../../../core/view/card.ts';
import { manyLines, oneLine } from '../../../core/view/plain-words.ts';
import { sentence } from '../../../core/view/words.ts';
import { type Cut, fenced, plainWithin } from './escape.ts';
import { limits } from './limits.ts';
import { type Setting, written } from './spans.ts';

/** One block of a card as rows, so that it can be shown in part: the first rows, and how many are left out. */
export interface Part {
  readonly title: string;
  readonly shape: 'lines' | 'bullets' | 'diff' | 'code';
  readonly rows: readonly Row[];
  /** Left out before it came here. */
  readonly more: number;
}

export interface Row {
  /** As Discord reads it. */
  readonly text: string;
  readonly whole: boolean;
  /** The same row within less. */
  within(max: number): string;
}

export function partOf(block: Block, setting: Setting): Part {
  switch (block.kind) {
    case 'text':
      return lines([row('', block.text, setting)]);
    case 'facts':
      return lines(
        block.facts.map(({ label, value }) =>
          row('', [{ kind: 'strong', text: label }, ' ', ...value], setting),
        ),
      );
    case 'list': {
      const rows = block.items.map((item) => row('- ', item, setting));
      return { title: block.title, shape: 'bullets', rows: shown(rows), more: block.more };
    }
    case 'diff': {
      const rows = block.lines.map(({ sign, text }) => printed(`${sign} ${oneLine(text)}`));
      return { title: block.title, shape: 'diff', rows, more: 0 };
    }
    case 'steps': {
      const rows = block.steps.flatMap((step) => stepRows(step, setting));
      return { title: 'Steps', shape: 'bullets', rows: shown(rows), more: 0 };
    }
    case 'code':
      return { title: block.title, shape: 'code', rows: printedLines(block.text), more: 0 };
    case 'problem':
      return lines([
        row('', [{ kind: 'strong', text: block.what }], setting),
        row('', sentence(block.changed), setting),
        row('', [{ kind: 'strong', text: 'Why:' }, ' ', ...sentence(block.why)], setting),
        row('', [{ kind: 'strong', text: 'Next:' }, ' ', ...sentence(block.next)], setting),
        row('', [{ kind: 'code', text: block.code }], setting),
      ]);
    default:
      return block satisfies never;
  }
}

/** A part with these rows; says what is left out. */
export function textOf(part: Part, rows: readonly string[], left: number): string {
  const missing = part.more + left;
  const fence = part.shape === 'diff' ? '```diff' : '```';
  const isFenced = part.shape === 'diff' || part.shape === 'code';
  return [
    ...(part.title === '' ? [] : [titleOf(part)]),
    ...(isFenced && rows.length > 0 ? [fence, ...rows, '```'] : rows),
    ...(missing === 0 ? [] : [`*${missing} more${isFenced ? ' lines' : ''} in the console*`]),
  ].join('\n');
}

/** What stands around the rows: title, fence, and the note that something is left out. */
export function frameLength(part: Part): number {
  return (part.title === '' ? 0 : titleOf(part).length + 1) + 48;
}

export function isEmptyPart({ rows, more }: Part): boolean {
  return rows.length + more === 0;
}

function titleOf({ title }: Part): string {
  return written([{ kind: 'strong', text: title }], 120, noSetting).text;
}

const noSetting: Setting = {
  thread: '',
  first: false,
  userOf: () => undefined,
  nameOf: (person) => person,
};

function stepRows({ state, text, details }: StepLine, setting: Setting): readonly Row[] {
  return [
    row('- ', [{ kind: 'code', text: state }, ' ', ...text], setting),
    ...details.map((detail) => row('  - ', detail, setting)),
  ];
}

function row(before: string, text: Text, setting: Setting): Row {
  const within = (max: number): Cut => written(text, max - before.length, setting);
  const { text: whole, whole: isWhole } = within(limits.row);
  return {
    text: whole.trim() === '' ? '' : before + whole,
    whole: isWhole,
    within: (max) => before + within(max).text,
  };
}

function printedLines(text: string): readonly Row[] {
  const all = manyLines(text).map(printed);
  const last = all.findLastIndex((one) => one.text !== '');
  return all.slice(0, last + 1);
}

function printed(line: string): Row {
  const safe = fenced(line);
  // What is made safe grows by two in three characters at most.
  const grown = safe.length - line.length;
  const within = (max: number): string =>
    fenced(plainWithin(line, grown === 0 ? max : Math.floor(max * 0.55)).text);
  return safe.length <= limits.row
    ? { text: safe, whole: true, within }
    : { text: within(limits.row), whole: false, within };
}

function lines(rows: readonly Row[]): Part {
  return { title: '', shape: 'lines', rows: shown(rows), more: 0 };
}

function shown(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ text }) => text !== '');
}
