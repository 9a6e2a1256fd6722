import { alertName, type Labels } from '../alert/alert.ts';
import { rank } from '../alert/severity.ts';
import type { AlertState, Incident } from '../incident/incident.ts';
import type { Block, Span, Text } from './card.ts';
import { code, strong, time } from './words.ts';

/** How many alerts a card names. */
const SHOWN_MAX = 10;
const SUMMARY_MAX = 160;
const LABEL_MAX = 60;
const LABELS_SHOWN = 4;

/** The service, as the catalog knows it; else as the alerts' labels call it. */
export function subjectOf(incident: Incident): string {
  if (incident.opened.service !== '') return incident.opened.service;
  const [first] = incident.alerts.values();
  const { groupLabels } = incident.opened;
  for (const name of ['service', 'app', 'job', 'namespace']) {
    const value = first?.labels[name] ?? groupLabels[name];
    if (value) return oneLine(value, LABEL_MAX);
  }
  return '';
}

/** What is wrong, in the words of the alerts: their name, and their summary where they agree on one. */
export function symptomOf(incident: Incident): string {
  if (incident.opened.origin !== 'alerts') return oneLine(incident.opened.title, SUMMARY_MAX);
  const worst = foremost(incident, 1)[0];
  if (!worst) return oneLine(incident.opened.title, SUMMARY_MAX);
  const { names, summaries } = spoken(incident);
  const name = alertName(worst.labels) || incident.opened.title;
  if (names.size > 1) {
    const others = names.size - 1;
    return `${oneLine(name, LABEL_MAX)} and ${others} other ${others === 1 ? 'kind' : 'kinds'} of alert`;
  }
  const [summary] = summaries;
  return summary && summaries.size === 1
    ? `${oneLine(name, LABEL_MAX)}: ${oneLine(summary, SUMMARY_MAX)}`
    : oneLine(name, LABEL_MAX);
}

/** When the first of its alerts began; for an incident without alerts, when it was opened. */
export function firstStart(incident: Incident): number {
  let first = Number.POSITIVE_INFINITY;
  for (const alert of incident.alerts.values()) first = Math.min(first, alert.startsAt);
  return Number.isFinite(first) ? first : incident.openedAt;
}

/** The address of a runbook that the foremost alert brings along, if a person can follow it. */
export function runbookAddress(incident: Incident): string {
  const address = foremost(incident, 1)[0]?.annotations['runbook_url'] ?? '';
  return /^https?:\/\/\S+$/i.test(address) ? address : '';
}

/** The first ten alerts by weight, each with the labels that tell it from the others. */
export function alertList(incident: Incident): readonly Block[] {
  if (incident.alerts.size === 0) return [];
  const shown = foremost(incident, SHOWN_MAX);
  const shared = sharedLabels(incident);
  const { names, severities } = spoken(incident);
  const items = shown.map((alert) =>
    alertLine(alert, { shared, named: names.size > 1, graded: severities.size > 1 }),
  );
  const common = commonLine(shared);
  return [
    ...(common.length > 0 ? [{ kind: 'text', text: common } as const] : []),
    { kind: 'list', title: 'Alerts', items, more: incident.alerts.size - shown.length },
  ];
}

/** What tells this alert from the others: labels they do not share, its name and severity where they differ. */
interface AlertLine {
  readonly shared: Labels;
  readonly named: boolean;
  readonly graded: boolean;
}

const TOLD_ABOVE: ReadonlySet<string> = new Set(['alertname', 'severity']);

function alertLine(alert: AlertState, { shared, named, graded }: AlertLine): Text {
  const own = Object.entries(alert.labels).filter(
    ([name]) => !TOLD_ABOVE.has(name) && shared[name] === undefined,
  );
  const summary = alert.annotations['summary'] ?? alert.annotations['description'] ?? '';
  const telling: readonly Span[] = [
    ...(graded ? [alert.severity] : []),
    ...(named ? [strong(oneLine(alertName(alert.labels), LABEL_MAX))] : []),
    ...own
      .slice(0, LABELS_SHOWN)
      .map(([name, value]) => code(oneLine(`${name}=${value}`, LABEL_MAX))),
    ...(summary === '' ? [] : [oneLine(summary, SUMMARY_MAX)]),
  ];
  return [...spaced(telling), telling.length > 0 ? ' · ' : '', ...condition(alert)];
}

function condition(alert: AlertState): Text {
  const flaps = alert.flaps === 0 ? [] : [`, fired again ${alert.flaps}×`];
  const source: Text =
    alert.generatorUrl === ''
      ? []
      : [' · ', { kind: 'link', text: 'source', url: alert.generatorUrl }];
  if (alert.status === 'firing') {
    const muted = alert.muted ? [`, ${alert.muted}`] : [];
    return ['firing since ', time(alert.startsAt), ...muted, ...flaps, ...source];
  }
  const why = alert.endedBecause === 'source-stopped-reporting' ? 'no longer reported' : 'stopped';
  return [`${why} `, time(alert.endsAt ?? alert.changedAt), ...flaps, ...source];
}

function commonLine(shared: Labels): Text {
  const told = Object.entries(shared)
    .filter(([name]) => !TOLD_ABOVE.has(name))
    .slice(0, LABELS_SHOWN * 2)
    .map(([name, value]) => code(oneLine(`${name}=${value}`, LABEL_MAX)));
  return spaced(told);
}

/** Firing before stopped, worse before milder, older before newer. Ten of ten thousand are found in one pass. */
function foremost(incident: Incident, max: number): readonly AlertState[] {
  const best: AlertState[] = [];
  for (const alert of incident.alerts.values()) {
    const last = best[best.length - 1];
    if (best.length === max && last && order(alert, last) >= 0) continue;
    const place = best.findIndex((other) => order(alert, other) < 0);
    best.splice(place < 0 ? best.length : place, 0, alert);
    if (best.length > max) best.pop();
  }
  return best;
}

function order(a: AlertState, b: AlertState): number {
  if (a.status !== b.status) return a.status === 'firing' ? -1 : 1;
  const byRank = rank(a.severity) - rank(b.severity);
  if (byRank !== 0) return byRank;
  if (a.startsAt !== b.startsAt) return a.startsAt - b.startsAt;
  return a.fingerprint < b.fingerprint ? -1 : 1;
}

/** The names and summaries of what fires, or of all once nothing does. More than a few are as good as many. */
function spoken(incident: Incident): {
  readonly names: ReadonlySet<string>;
  readonly summaries: ReadonlySet<string>;
  readonly severities: ReadonlySet<string>;
} {
  const names = new Set<string>();
  const summaries = new Set<string>();
  const severities = new Set<string>();
  for (const alert of incident.alerts.values()) {
    if (incident.firing > 0 && alert.status !== 'firing') continue;
    names.add(alertName(alert.labels));
    severities.add(alert.severity);
    if (summaries.size < 2) summaries.add(alert.annotations['summary'] ?? '');
  }
  return { names, summaries, severities };
}

/** Labels that all alerts agree on. */
function sharedLabels(incident: Incident): Labels {
  const [first] = incident.alerts.values();
  let shared = Object.entries(first?.labels ?? {});
  for (const { labels } of incident.alerts.values()) {
    if (shared.some(([name, value]) => labels[name] !== value)) {
      shared = shared.filter(([name, value]) => labels[name] === value);
    }
  }
  return incident.alerts.size > 1 ? Object.fromEntries(shared) : {};
}

function spaced(spans: readonly Span[]): Text {
  return spans.flatMap((span, index) => (index === 0 ? [span] : [' ', span]));
}

function oneLine(text: string, max: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length <= max ? flat : `${flat.slice(0, max - 1).toWellFormed()}…`;
}
