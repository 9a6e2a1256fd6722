import type { ParseContext, Section, Sections } from './parse.ts';
import { HEADINGS } from './runbook.ts';
import { commandLines, hasFence, type NumberedStep, numbered } from './steps.ts';

export interface Judging extends ParseContext {
  /** What, why, what to write instead. */
  fault(line: number, said: readonly [what: string, why: string, instead: string]): void;
}

/** What a template asks and a page must answer: left in, they show that nobody has. */
const PROMPTS: readonly RegExp[] = [
  /\b(?:TODO|TBD|FIXME|XXX)\b/,
  /lorem ipsum/i,
  /^\s*(?:Two sentences|Who feels it|Who, when)\b/i,
  /<!--/,
  /^\s*\.{3}\s*$|^\s*…\s*$/,
  /(?<!`[^`]*)<[a-z][a-z -]*>(?![^`]*`)/i,
];

/** Every rule a page must hold beyond its headings. */
export function judgeSections(sections: Sections, judging: Judging): void {
  for (const name of HEADINGS) {
    const section = sections.get(name);
    if (!section) continue;
    if (section.lines.join('').trim() === '') {
      const instead = 'write it, or the page helps nobody';
      judging.fault(section.at, [`"## ${name}" is empty`, 'every heading is answered', instead]);
    }
    judgeLines(section, judging);
  }
  const diagnosis = sections.get('Diagnosis');
  const act = sections.get('Act');
  judgeSteps(diagnosis, judging, judgeQuestion);
  judgeSteps(act, judging, judgeDeed);
}

function judgeLines(section: Section, judging: Judging): void {
  for (const [index, line] of section.lines.entries()) {
    const at = section.at + index + 1;
    if (PROMPTS.some((prompt) => prompt.test(line))) {
      const what = `"${line.trim()}" is a prompt of a template`;
      judging.fault(at, [what, 'an unanswered question helps nobody', 'answer it or take it out']);
    }
    for (const [, target = ''] of line.matchAll(/\]\(([^)\s]*)[^)]*\)/g)) {
      judgeLink(target, at, judging);
    }
  }
}

function judgeLink(target: string, at: number, { fault, pages }: Judging): void {
  if (/^https:\/\/\S+$/.test(target)) return;
  const page = target.replace(/^\.\//, '').replace(/#.*$/, '');
  if (pages.has(page)) return;
  const instead = `link to one of ${[...pages].sort().join(', ')}, or to an https address`;
  fault(at, [`the link "${target}" leads nowhere`, 'no such page is here', instead]);
}

function judgeSteps(
  section: Section | undefined,
  judging: Judging,
  judge: (step: NumberedStep, judging: Judging) => void,
): void {
  if (!section) return;
  const steps = numbered(section);
  if (steps.length === 0) {
    const why = 'what is done in order is numbered';
    judging.fault(section.at, ['there are no numbered steps', why, 'write "1. " before the first']);
  }
  for (const [index, step] of steps.entries()) {
    if (step.number !== index + 1) {
      const what = `step ${step.number} is the ${index + 1}. of its list`;
      judging.fault(step.line, [what, 'people say numbers aloud', `number it ${index + 1}`]);
    }
    judge(step, judging);
    judgeCommands(step, judging);
  }
}

/** A question, and a way to answer it. */
function judgeQuestion(step: NumberedStep, { fault }: Judging): void {
  if (!step.lines.join(' ').includes('?')) {
    const instead = 'begin it with what you want to know, and a question mark';
    fault(step.line, [`step ${step.number} asks nothing`, 'diagnosis is questions', instead]);
  }
  if (commandLines(step).length === 0 && !hasFence(step)) {
    const instead = 'add a line with `a command`, or a fenced block for another tool';
    fault(step.line, [`step ${step.number} has no command`, 'a question needs a way', instead]);
  }
}

/** A command, its risk and the way back. */
function judgeDeed(step: NumberedStep, { fault }: Judging): void {
  const text = step.lines.join('\n');
  if (commandLines(step).length === 0) {
    const instead = 'add a line that begins with `a command`';
    fault(step.line, [`step ${step.number} has no command`, 'a deed goes through a plan', instead]);
  }
  for (const word of ['Risk:', 'Undo:']) {
    if (text.includes(word)) continue;
    const what = `step ${step.number} does not say its ${word.slice(0, -1).toLowerCase()}`;
    const why = 'nobody weighs it at three in the morning';
    fault(step.line, [what, why, `add a line with "${word}"`]);
  }
}

function judgeCommands(step: NumberedStep, { fault, verbs }: Judging): void {
  for (const { line, command } of commandLines(step)) {
    const verb = command.split(/\s+/, 1)[0] ?? '';
    if (verbs.has(verb)) continue;
    const why = 'a code span that begins a line is a command';
    const instead = 'use a command of `help`, or a fenced block for another tool';
    fault(line, [`\`${command}\` begins with no known command`, why, instead]);
  }
}
