import type { ProblemBook, ProblemWords } from '../src/core/problem.ts';
import { type Chapter, chapters } from './problem-books.ts';

const intro = `# Problems

<!-- Generated from the books of problems; a test compares. \`npm run docs\` writes it. -->

Everything Tocsin refuses or fails at has a code that stays the same. This page says for each one, in this order: what
happened, whether anything was changed, why, and what to do next. Words in braces are filled in on the card. After a step
has begun the card itself says what was changed, step by step, because it alone knows what the steps before it did.`;

/** The page `docs/problems.md`. */
export function problemsPage(): string {
  return `${[intro, contents(), ...chapters.map(written)].join('\n\n')}\n`;
}

function contents(): string {
  return chapters
    .map(({ title, book }) => `- [${title}](#${anchor(title)}): ${counted(book)}`)
    .join('\n');
}

function written({ title, book }: Chapter): string {
  const entries = Object.entries(book)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, words]) => entry(code, words));
  return [`## ${title}`, ...entries].join('\n\n');
}

function entry(code: string, { what, changed, why, next }: ProblemWords): string {
  return [
    `### ${code}`,
    '',
    escaped(what),
    '',
    `- Changed: ${escaped(changed)}`,
    `- Why: ${escaped(why)}`,
    `- Next: ${escaped(next)}`,
  ].join('\n');
}

/** `<` would begin a tag; code spans keep theirs. */
function escaped(sentence: string): string {
  return sentence
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 0 ? part.replace(/[<*_]/g, '\\$&') : part))
    .join('');
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

function counted(book: ProblemBook): string {
  const count = Object.keys(book).length;
  return `${count} code${count === 1 ? '' : 's'}`;
}
