import { readFrontMatter } from './front-matter.ts';
import { type Judging, judgeSections } from './judge.ts';
import { HEADINGS, type Heading, type Runbook, type RunbookFault } from './runbook.ts';
import { plainLine, stepsOf } from './steps.ts';

export interface RunbookFile {
  /** Shown in faults: `runbooks/HighErrorRate.md`. */
  readonly path: string;
  readonly text: string;
}

export interface ParseContext {
  /** Every verb that can be asked; a command line that starts with another is a fault. */
  readonly verbs: ReadonlySet<string>;
  /** Names of the pages beside it, for links: `HighErrorRate.md`. */
  readonly pages: ReadonlySet<string>;
}

export type ParsedRunbook =
  | { readonly ok: true; readonly runbook: Runbook }
  | { readonly ok: false; readonly faults: readonly RunbookFault[] };

/** Reads one page. Every fault is named at once, so that one look mends them all. */
export function parseRunbook(file: RunbookFile, context: ParseContext): ParsedRunbook {
  const lines = file.text.replaceAll('\r\n', '\n').split('\n');
  const faults: RunbookFault[] = [];
  const judging: Judging = {
    ...context,
    fault: (line, [what, why, instead]) =>
      faults.push({ file: file.path, line, what, why, instead }),
  };
  const name = nameOf(file.path);
  const front = readFrontMatter(lines, judging);
  if (front.alerts.length > 0 && !front.alerts.includes(name)) {
    judging.fault(front.alertsLine, [
      `the page is named ${name} and claims ${front.alerts.join(', ')}`,
      'a page is found by the name of its alert',
      `add ${name} to alerts, or rename the file`,
    ]);
  }
  const { sections, title } = cutSections(lines, front.end, judging);
  if (title !== name) {
    judging.fault(front.end + 1, [
      title === undefined ? 'there is no title' : `the title is "${title}"`,
      'title and file name are the same',
      `write "# ${name}" under the front matter`,
    ]);
  }
  judgeSections(sections, judging);
  if (faults.length > 0) return { ok: false, faults: faults.sort((a, b) => a.line - b.line) };
  return {
    ok: true,
    runbook: {
      name,
      alerts: front.alerts,
      service: front.service,
      reviewed: front.reviewed,
      sections: textOf(sections),
      text: lines.slice(front.end).join('\n').trim(),
      diagnosis: stepsOf(sections.get('Diagnosis')),
      act: stepsOf(sections.get('Act')),
    },
  };
}

/** The lines of one section, and where the first stands. */
export interface Section {
  /** Line number of the heading, from 1. */
  readonly at: number;
  readonly lines: readonly string[];
}

export type Sections = ReadonlyMap<Heading, Section>;

function cutSections(
  lines: readonly string[],
  from: number,
  { fault }: Judging,
): { readonly sections: Sections; readonly title: string | undefined } {
  const sections = new Map<Heading, Section>();
  let title: string | undefined;
  let current: string[] | undefined;
  let isFenced = false;
  for (const [index, line] of lines.entries()) {
    if (index < from) continue;
    if (/^\s*```/.test(line)) isFenced = !isFenced;
    const heading = isFenced ? undefined : /^(#{1,6})\s+(.*?)\s*$/.exec(line);
    if (!heading) {
      current?.push(line);
      continue;
    }
    const [, marks = '', words = ''] = heading;
    if (marks === '#' && title === undefined) {
      title = words;
      continue;
    }
    const known = marks === '##' ? HEADINGS.find((name) => name === words) : undefined;
    const wanted = HEADINGS[sections.size];
    if (known === undefined || known !== wanted) {
      fault(index + 1, [
        `"${marks} ${words}" stands where ${wanted ? `"## ${wanted}"` : 'no heading'} is expected`,
        `a page has the headings ${HEADINGS.join(', ')}, in this order and no others`,
        'a tired reader finds things where they always are',
      ]);
      current = undefined;
      if (known === undefined || sections.has(known)) continue;
    }
    current = [];
    sections.set(known, { at: index + 1, lines: current });
  }
  for (const name of HEADINGS.filter((heading) => !sections.has(heading))) {
    fault(lines.length, [`"## ${name}" is missing`, 'every page answers it', `write "## ${name}"`]);
  }
  return { sections, title };
}

function textOf(sections: Sections): Readonly<Record<Heading, string>> {
  const text = (name: Heading) => (sections.get(name)?.lines ?? []).join('\n').trim();
  return {
    Meaning: text('Meaning'),
    Impact: text('Impact'),
    Diagnosis: text('Diagnosis'),
    Act: text('Act'),
    Escalate: text('Escalate'),
  };
}

function nameOf(path: string): string {
  return plainLine(path.split('/').at(-1) ?? path).replace(/\.md$/, '');
}
