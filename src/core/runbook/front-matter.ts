import type { Judging } from './judge.ts';

export interface FrontMatter {
  readonly alerts: readonly string[];
  readonly alertsLine: number;
  readonly service: string;
  readonly reviewed: string;
  /** Index of the first line after it. */
  readonly end: number;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  alerts: 'write "alerts: [HighErrorRate]"',
  service: 'write "service: any", or one service of the catalog',
  reviewed: 'write the day it was read with care: "reviewed: 2026-03-01"',
};

/** The three lines before a page: which alerts, which service, how fresh. */
export function readFrontMatter(lines: readonly string[], judging: Judging): FrontMatter {
  const { fault } = judging;
  const close = lines[0] === '---' ? lines.indexOf('---', 1) : -1;
  if (close < 0) {
    const instead = 'start the page with "---", then alerts, service and reviewed, then "---"';
    fault(1, ['there is no front matter', 'it says which alerts the page is for', instead]);
    return { alerts: [], alertsLine: 1, service: 'any', reviewed: '', end: 0 };
  }
  const { values, at } = readKeys(lines.slice(1, close), judging);
  for (const name of Object.keys(EXAMPLES)) {
    if (values.has(name)) continue;
    fault(close + 1, [`"${name}" is missing`, 'it has no default', EXAMPLES[name] ?? '']);
  }
  const alerts = listOf(values.get('alerts') ?? '');
  const alertsLine = at.get('alerts') ?? 1;
  if (values.has('alerts') && (alerts.length === 0 || !alerts.every(isAlertName))) {
    const why = 'an alert is named by letters, digits, _ and :';
    fault(alertsLine, ['"alerts" is no list of alert names', why, EXAMPLES['alerts'] ?? '']);
  }
  const reviewed = values.get('reviewed') ?? '';
  if (values.has('reviewed') && !isDay(reviewed)) {
    const why = 'a day is expected';
    fault(at.get('reviewed') ?? 1, [
      `"reviewed" is "${reviewed}"`,
      why,
      EXAMPLES['reviewed'] ?? '',
    ]);
  }
  return { alerts, alertsLine, service: values.get('service') ?? 'any', reviewed, end: close + 1 };
}

function readKeys(lines: readonly string[], { fault }: Judging) {
  const values = new Map<string, string>();
  const at = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const [, name = '', value = ''] = /^(\w+):\s*(.*?)\s*$/.exec(line) ?? [];
    const isKnown = Object.hasOwn(EXAMPLES, name) && !values.has(name);
    if (!isKnown || value === '') {
      const why = 'the front matter takes alerts, service and reviewed, each once, on one line';
      fault(index + 2, [
        `"${line.trim()}" is not known there`,
        why,
        EXAMPLES[name] ?? 'take it out',
      ]);
      continue;
    }
    values.set(name, value);
    at.set(name, index + 2);
  }
  return { values, at };
}

function listOf(written: string): readonly string[] {
  const inside = /^\[(.*)\]$/.exec(written)?.[1] ?? '';
  return inside
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function isAlertName(name: string): boolean {
  return /^[A-Za-z_][\w:]*$/.test(name);
}

function isDay(written: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(written)) return false;
  const at = Date.parse(`${written}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(written);
}
