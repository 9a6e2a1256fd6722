import { describe, expect, it } from 'vitest';
import { hintOf, runbookFor } from '../../../src/core/runbook/match.ts';
import { parseRunbook } from '../../../src/core/runbook/parse.ts';
import { type Runbook, sayFault } from '../../../src/core/runbook/runbook.ts';
import { fired, firing, given, incidentOf, labels, opened } from '../incident/given-incident.ts';

const page = `---
alerts: [QueueFull, QueueStuck]
service: any
reviewed: 2026-03-01
---
# QueueFull

## Meaning

The queue is full.

## Impact

Orders wait. See [the other page](Other.md).

## Diagnosis

1. Does anybody take from it? If **not**, it grows
   for ever.
   \`health\`
2. How fast does it grow?
   \`\`\`sh
   # Not a heading: a comment of the shell
   redis-cli llen orders
   \`\`\`

## Act

1. Run more of it.
   \`scale 6\` gives room.
   Risk: change.
   Undo: \`undo\`.

## Escalate

After ten minutes.
`;

const context = {
  verbs: new Set(['health', 'scale', 'undo']),
  pages: new Set(['QueueFull.md', 'Other.md']),
};

describe('a sound page', () => {
  const runbook = sound(page);

  it('is read whole', () => {
    expect(runbook).toMatchObject({
      name: 'QueueFull',
      alerts: ['QueueFull', 'QueueStuck'],
      service: 'any',
      reviewed: '2026-03-01',
      diagnosis: [
        { line: 18, says: 'Does anybody take from it?', commands: ['health'] },
        { line: 21, says: 'How fast does it grow?', commands: [] },
      ],
      act: [{ line: 29, says: 'Run more of it.', commands: ['scale 6'] }],
    });
    expect(runbook.sections.Meaning).toBe('The queue is full.');
    expect(runbook.text.startsWith('# QueueFull')).toBe(true);
  });

  it('gives a card its first questions, with the command where there is one', () => {
    expect(hintOf(runbook, 'https://ops.example/QueueFull')).toEqual({
      title: 'QueueFull',
      url: 'https://ops.example/QueueFull',
      steps: ['Does anybody take from it? (health)', 'How fast does it grow?'],
    });
  });

  it('may come from another system, with its line ends', () => {
    expect(sound(page.replaceAll('\n', '\r\n')).diagnosis.length).toBe(2);
  });
});

describe('a page that is not sound', () => {
  it.each<[string, string, string, string]>([
    ['no front matter', '---\nalerts', '\nalerts', 'QueueFull.md:1: there is no front matter'],
    ['no alerts', 'alerts: [QueueFull, QueueStuck]\n', '', '"alerts" is missing'],
    [
      'alerts that are no list',
      '[QueueFull, QueueStuck]',
      'QueueFull',
      'QueueFull.md:2: "alerts" is no list of alert names',
    ],
    [
      'alerts without its own name',
      '[QueueFull, QueueStuck]',
      '[Other]',
      'QueueFull.md:2: the page is named QueueFull and claims Other',
    ],
    [
      'an unknown key',
      'service: any',
      'owner: me',
      'QueueFull.md:3: "owner: me" is not known there',
    ],
    [
      'a key said twice',
      'service: any',
      'service: any\nservice: any',
      'QueueFull.md:4: "service: any" is not known there',
    ],
    [
      'a day that does not exist',
      '2026-03-01',
      '2026-02-30',
      'QueueFull.md:4: "reviewed" is "2026-02-30"',
    ],
    ['another title', '# QueueFull', '# Queue is full', 'the title is "Queue is full"'],
    ['no title', '# QueueFull\n', '', 'there is no title'],
    [
      'a heading of another word',
      '## Act',
      '## Mitigation',
      'QueueFull.md:27: "## Mitigation" stands where "## Act" is expected',
    ],
    [
      'a heading too deep',
      '## Meaning',
      '### Meaning',
      '"### Meaning" stands where "## Meaning" is expected',
    ],
    [
      'one heading more',
      '## Escalate\n\nAfter ten minutes.',
      '## Escalate\n\nAfter.\n\n## Links\n\nNone.',
      '"## Links" stands where no heading is expected',
    ],
    ['a heading missing', '## Impact', 'Impact', '"## Impact" is missing'],
    ['an empty section', 'The queue is full.\n', '', 'QueueFull.md:8: "## Meaning" is empty'],
    [
      'a prompt left in',
      'The queue is full.',
      'TODO: say what it means',
      '"TODO: say what it means" is a prompt of a template',
    ],
    [
      'a gap to fill',
      'The queue is full.',
      'The <name of the queue> is full.',
      'is a prompt of a template',
    ],
    ['a comment', 'The queue is full.', '<!-- explain -->', 'is a prompt of a template'],
    [
      'a link to nowhere',
      '(Other.md)',
      '(Missing.md)',
      'QueueFull.md:14: the link "Missing.md" leads nowhere',
    ],
    [
      'a link without encryption',
      '(Other.md)',
      '(http://x.example)',
      'the link "http://x.example" leads nowhere',
    ],
    [
      'no steps',
      '1. Run more of it.',
      'Run more of it.',
      'QueueFull.md:27: there are no numbered steps',
    ],
    [
      'steps out of order',
      '2. How fast',
      '3. How fast',
      'QueueFull.md:21: step 3 is the 2. of its list',
    ],
    [
      'a question that asks nothing',
      'Does anybody take from it?',
      'Look at it.',
      'QueueFull.md:18: step 1 asks nothing',
    ],
    ['a question without a way', '   `health`\n', '', 'QueueFull.md:18: step 1 has no command'],
    [
      'a deed without a command',
      '`scale 6` gives room',
      'Scale it',
      'QueueFull.md:29: step 1 has no command',
    ],
    [
      'a deed without its risk',
      'Risk: change.',
      'Safe.',
      'QueueFull.md:29: step 1 does not say its risk',
    ],
    [
      'a deed without its way back',
      'Undo:',
      'Back:',
      'QueueFull.md:29: step 1 does not say its undo',
    ],
    [
      'a command nobody has',
      '`scale 6`',
      '`scail 6`',
      'QueueFull.md:30: `scail 6` begins with no known command',
    ],
  ])('says so: %s', (_what, from, to, said) => {
    expect(page).toContain(from);
    expect(faultsOf(page.replace(from, to)).join('\n')).toContain(said);
  });

  it('has every fault named at once, in the order of its lines', () => {
    const faults = faultsOf(page.replace('2026-03-01', 'soon').replace('`scale 6`', '`scail 6`'));
    expect(faults).toEqual([
      'runbooks/QueueFull.md:4: "reviewed" is "soon", a day is expected, write the day it was read with care: "reviewed: 2026-03-01"',
      'runbooks/QueueFull.md:30: `scail 6` begins with no known command, a code span that begins a line is a command, use a command of `help`, or a fenced block for another tool',
    ]);
  });

  it('is said of any text at all', () => {
    for (const text of ['', '---', '---\n---', '# X', '\u0000', '```\n## Act']) {
      expect(faultsOf(text).length).toBeGreaterThan(0);
    }
  });
});

describe('the page for an incident', () => {
  const general = sound(page);
  const own: Runbook = { ...general, name: 'QueueStuck', service: 'checkout' };
  const other: Runbook = { ...general, service: 'search' };

  it('is the one that claims its alert', () => {
    expect(runbookFor([general], incident('QueueStuck'))).toBe(general);
    expect(runbookFor([general], incident('DiskFull'))).toBeUndefined();
  });

  it('is the one of its own service before the one of any', () => {
    expect(runbookFor([general, own], incident('QueueFull'))).toBe(own);
    expect(runbookFor([other, general], incident('QueueFull'))).toBe(general);
    expect(runbookFor([other], incident('QueueFull'))).toBeUndefined();
  });

  it('may be that of an alert that came later', () => {
    const later = firing('q', { labels: labels('QueueFull') });
    const state = given(opened({ title: 'DiskFull' }), fired(later)).state();
    expect(runbookFor([general], incidentOf(state))).toBe(general);
  });
});

function incident(title: string) {
  return incidentOf(given(opened({ title })).state());
}

function sound(text: string): Runbook {
  const parsed = parseRunbook({ path: 'runbooks/QueueFull.md', text }, context);
  if (parsed.ok) return parsed.runbook;
  throw new Error(parsed.faults.map(sayFault).join('\n'));
}

function faultsOf(text: string): readonly string[] {
  const parsed = parseRunbook({ path: 'runbooks/QueueFull.md', text }, context);
  return parsed.ok ? [] : parsed.faults.map(sayFault);
}
