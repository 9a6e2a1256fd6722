import type { Section } from './parse.ts';
import type { Step } from './runbook.ts';

/** A numbered step with all of its lines. */
export interface NumberedStep {
  readonly number: number;
  /** Line number in the file, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

/** The numbered list of a section. Lines before the first number belong to none. */
export function numbered(section: Section | undefined): readonly NumberedStep[] {
  const steps: { number: number; line: number; lines: string[] }[] = [];
  for (const [index, line] of (section?.lines ?? []).entries()) {
    const start = /^(\d+)\.\s+(.*)$/.exec(line);
    if (start) {
      const at = (section?.at ?? 0) + index + 1;
      steps.push({ number: Number(start[1]), line: at, lines: [start[2] ?? ''] });
    } else {
      steps.at(-1)?.lines.push(line);
    }
  }
  return steps;
}

export function stepsOf(section: Section | undefined): readonly Step[] {
  return numbered(section).map((step) => ({
    line: step.line,
    says: firstSentence(step.lines),
    commands: commandLines(step).map(({ command }) => command),
  }));
}

export interface CommandLine {
  readonly line: number;
  readonly command: string;
}

/** A code span that begins a line is a command of ours. Other tools stand in fenced blocks, names inside sentences. */
export function commandLines(step: NumberedStep): readonly CommandLine[] {
  const found: CommandLine[] = [];
  let isFenced = false;
  for (const [index, line] of step.lines.entries()) {
    if (/^\s*```/.test(line)) isFenced = !isFenced;
    const command = isFenced ? undefined : /^\s*`([^`]+)`/.exec(line)?.[1];
    if (command !== undefined) found.push({ line: step.line + index, command: command.trim() });
  }
  return found;
}

export function hasFence(step: NumberedStep): boolean {
  return step.lines.some((line) => /^\s*```/.test(line));
}

/** Markdown's marks taken off, white space made single. */
export function plainLine(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Up to the first full stop or question mark that ends a sentence, over as many lines as it takes. */
function firstSentence(lines: readonly string[]): string {
  const end = lines.findIndex((line, index) => index > 0 && /^\s*(?:```|`|[-*] |$)/.test(line));
  const text = plainLine(lines.slice(0, end < 0 ? undefined : end).join(' '));
  return /^.*?[.?!](?=\s|$)/.exec(text)?.[0] ?? text;
}
