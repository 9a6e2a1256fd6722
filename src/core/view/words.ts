import type { Facts, Problem, ProblemBook } from '../problem.ts';
import type { Block, Span, Text, Tone } from './card.ts';

/** What every card is written with: names of people and the words of problems. */
export interface Words {
  readonly names: ReadonlyMap<string, string>;
  readonly book: ProblemBook;
}

/** The one mark of a card's state; the word stands beside it, so that colour is never the only sign. */
export const toneMarks: Readonly<Record<Tone, string>> = {
  critical: '🔴',
  warning: '🟠',
  info: '🔵',
  good: '🟢',
  neutral: '⚪',
  failed: '❌',
};

export function personSpan(person: string, words: Words): Span {
  return { kind: 'person', person, name: words.names.get(person) ?? person };
}

/** ` on slack/main`; nothing where it was not noted. */
export function on(surface: string): Text {
  return surface === '' ? [] : [` on ${surface}`];
}

export function strong(text: string): Span {
  return { kind: 'strong', text };
}

export function code(text: string): Span {
  return { kind: 'code', text };
}

export function time(at: number): Span {
  return { kind: 'time', at };
}

/** The five parts of an error for a person. A code nobody wrote words for still says all that is known. */
export function problemBlock(problem: Problem, words: Words): Extract<Block, { kind: 'problem' }> {
  const known = words.book[problem.code];
  if (!known) {
    const facts = Object.entries(problem.facts).map(([name, value]) => `${name} ${value}`);
    return {
      kind: 'problem',
      code: problem.code,
      what: `It stopped with the code ${problem.code}.`,
      changed: 'What changed is in the steps above.',
      why: facts.join(', ') || 'No more is known.',
      next: 'Look at the target before you ask again.',
    };
  }
  return {
    kind: 'problem',
    code: problem.code,
    what: fill(known.what, problem.facts),
    changed: fill(known.changed, problem.facts),
    why: fill(known.why, problem.facts),
    next: fill(known.next, problem.facts),
  };
}

/** One line of a problem, for a story line or a log. */
export function problemLine(problem: Problem, words: Words): Text {
  const { what, why } = problemBlock(problem, words);
  return [...sentence(`${what} ${why} `), code(problem.code)];
}

/** Our own sentences put what one can type between backticks. */
export function sentence(words: string): Text {
  return words
    .split(/(`[^`\n]+`)/)
    .filter((part) => part !== '')
    .map((part) => (/^`.+`$/.test(part) ? code(part.slice(1, -1)) : part));
}

/** The same for a place that shows plain words only. */
export function unticked(words: string): string {
  return words.replaceAll(/`([^`\n]+)`/g, '$1');
}

/** `{fact}` becomes the fact; one that is missing stays visible, because a hole in a sentence hides a bug. */
export function fill(sentence: string, facts: Facts): string {
  return sentence.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) =>
    name in facts ? String(facts[name]) : whole,
  );
}

/** `1 alert`, `2 alerts`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, 'min', seconds % 60, 's');
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function joined(large: number, unit: string, small: number, part: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${part}`;
}
