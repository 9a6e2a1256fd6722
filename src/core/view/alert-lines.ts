import { alertName, type Labels } from '../alert/alert.ts';
import { rank } from '../alert/severity.ts';
import type { AlertState, Incident } from '../incident/incident.ts';
import { sourcesOf } from '../incident/part.ts';
import { webAddress } from '../web-address.ts';
import type { Block, Span, Text } from './card.ts';
import { code, strong, time } from './words.ts';

/** How many alerts a card names. */
const SHOWN_MAX = 10;
const SUMMARY_MAX = 160;
const LABEL_MAX = 60;
const LABELS_SHOWN = 4;

/** What a card says of an incident's alerts, gathered in one pass: there may be ten thousand. */
export interface Gathered {
  /** The first ten: firing before stopped, worse before milder, older before newer. */
  readonly foremost: readonly AlertState[];
  /** Names, summaries and severities of what fires, or of all once nothing does. */
  readonly names: ReadonlySet<string>;
  /** Two at most: more are as good as two. */
  readonly summaries: ReadonlySet<string>;
  readonly severities: ReadonlySet<string>;
  /** Labels that all alerts agree on, where there are several. */
  readonly shared: Labels;
  /** By source, where several speak of it. */
  readonly bySource: ReadonlyMap<string, { readonly all: number; readonly firing: number }>;
  /** When the first of them began; for an incident without alerts, when it was opened. */
  readonly since: number;
}

export function gather(incident: Incident): Gathered {
  const foremost: AlertState[] = [];
  const names = new Set<string>();
  const summaries = new Set<string>();
  const severities = new Set<string>();
  const bySource = new Map<string, { all: number; firing: number }>();
  const isOfMany = sourcesOf(incident).length > 1;
  let shared: readonly (readonly [string, string])[] | undefined;
  let since = Number.POSITIVE_INFINITY;
  for (const alert of incident.alerts.values()) {
    since = Math.min(since, alert.startsAt);
    shared = shared ? agreeing(shared, alert.labels) : Object.entries(alert.labels);
    insert(foremost, alert);
    if (isOfMany) countIn(bySource, alert.source ?? incident.opened.source, alert);
    if (incident.firing > 0 && alert.status !== 'firing') continue;
    names.add(alertName(alert.labels));
    severities.add(alert.severity);
    if (summaries.size < 2) summaries.add(alert.annotations['summary'] ?? '');
  }
  const agreed = incident.alerts.size > 1 ? Object.fromEntries(shared ?? []) : {};
  const began = Number.isFinite(since) ? since : incident.openedAt;
  return { foremost, names, summaries, severities, shared: agreed, bySource, since: began };
}

function countIn(
  bySource: Map<string, { all: number; firing: number }>,
  source: string,
  { status }: AlertState,
): void {
  const known = bySource.get(source) ?? { all: 0, firing: 0 };
  known.all += 1;
  if (status === 'firing') known.firing += 1;
  bySource.set(source, known);
}

/** The service, as the catalog knows it; else as the alerts' labels call it. What cannot be read is about who sent it. */
export function subjectOf(incident: Incident): string {
  if (incident.opened.service !== '') return incident.opened.service;
  const { origin, source } = incident.opened;
  if (origin === 'unreadable' || origin === 'security') return source;
  const [first] = incident.alerts.values();
  const { groupLabels } = incident.opened;
  for (const name of ['service', 'app', 'job', 'namespace']) {
    const value = first?.labels[name] ?? groupLabels[name];
    if (value) return oneLine(value, LABEL_MAX);
  }
  return '';
}

/** What is wrong, in the words of the alerts: their name, and their summary where they agree on one. */
export function symptomOf({ opened }: Incident, { foremost, names, summaries }: Gathered): string {
  const [worst] = foremost;
  if (opened.origin !== 'alerts' || !worst) return oneLine(opened.title, SUMMARY_MAX);
  const name = oneLine(alertName(worst.labels) || opened.title, LABEL_MAX);
  if (names.size > 1) {
    const others = names.size - 1;
    return `${name} and ${others} other ${others === 1 ? 'kind' : 'kinds'} of alert`;
  }
  const [summary] = summaries;
  const isAgreed = summary !== undefined && summary !== '' && summaries.size === 1;
  // It stands in the middle of a line: a full stop there reads as an end.
  return isAgreed ? `${name}: ${oneLine(summary, SUMMARY_MAX).replace(/\.$/, '')}` : name;
}

/** The address of a runbook that the foremost alert brings along, if a person can follow it. */
export function runbookAddress({ foremost }: Gathered): string {
  return webAddress(foremost[0]?.annotations['runbook_url'] ?? '') ?? '';
}

/** The foremost alerts, each with the labels that tell it from the others. */
export function alertList(incident: Incident, gathered: Gathered): readonly Block[] {
  if (incident.alerts.size === 0) return [];
  const { foremost, shared } = gathered;
  const common = commonLine(shared);
  return [
    ...(common.length > 0 ? [{ kind: 'text', text: common } as const] : []),
    {
      kind: 'list',
      title: 'Alerts',
      items: foremost.map((alert) => alertLine(alert, gathered)),
      more: incident.alerts.size - foremost.length,
    },
  ];
}

const TOLD_ABOVE: ReadonlySet<string> = new Set(['alertname', 'severity']);

/** What tells this alert from the others: labels they do not share, its name and severity where they differ. */
function alertLine(alert: AlertState, { shared, names, severities }: Gathered): Text {
  const own = Object.entries(alert.labels).filter(
    ([name]) => !TOLD_ABOVE.has(name) && shared[name] === undefined,
  );
  const summary = alert.annotations['summary'] ?? alert.annotations['description'] ?? '';
  const telling: readonly Span[] = [
    ...(severities.size > 1 ? [alert.severity] : []),
    ...(names.size > 1 ? [strong(oneLine(alertName(alert.labels), LABEL_MAX))] : []),
    ...(alert.source === undefined ? [] : [alert.source]),
    ...own
      .slice(0, LABELS_SHOWN)
      .map(([name, value]) => code(oneLine(`${name}=${value}`, LABEL_MAX))),
    ...(summary === '' ? [] : [oneLine(summary, SUMMARY_MAX)]),
  ];
  return [...spaced(telling), telling.length > 0 ? ' · ' : '', ...condition(alert)];
}

function condition(alert: AlertState): Text {
  const flaps = alert.flaps === 0 ? [] : [`, fired again ${alert.flaps}×`];
  const url = webAddress(alert.generatorUrl);
  const source: Text = [
    ...(url === undefined ? [] : [' · ', { kind: 'link', text: 'source', url } as const]),
    ...lookedAtBy(alert),
  ];
  if (alert.status === 'firing') {
    const muted = alert.muted ? [`, ${alert.muted}`] : [];
    return ['firing since ', time(alert.startsAt), ...muted, ...flaps, ...source];
  }
  const why = alert.endedBecause === 'source-stopped-reporting' ? 'no longer reported' : 'stopped';
  return [`${why} `, time(alert.endsAt ?? alert.changedAt), ...flaps, ...source];
}

/** Where the sender of an alert shows what it is about, by annotations that Grafana brings and rules may carry themselves. */
function lookedAtBy({ annotations }: AlertState): Text {
  return (['panel', 'dashboard', 'image'] as const).flatMap((what): Text => {
    const url = webAddress(annotations[`${what}_url`] ?? '');
    return url === undefined ? [] : [' · ', { kind: 'link', text: what, url }];
  });
}

function commonLine(shared: Labels): Text {
  const told = Object.entries(shared)
    .filter(([name]) => !TOLD_ABOVE.has(name))
    .slice(0, LABELS_SHOWN * 2)
    .map(([name, value]) => code(oneLine(`${name}=${value}`, LABEL_MAX)));
  return spaced(told);
}

/** Keeps the ten that come first. */
function insert(foremost: AlertState[], alert: AlertState): void {
  const last = foremost[foremost.length - 1];
  if (foremost.length === SHOWN_MAX && last && order(alert, last) >= 0) return;
  const place = foremost.findIndex((other) => order(alert, other) < 0);
  foremost.splice(place < 0 ? foremost.length : place, 0, alert);
  if (foremost.length > SHOWN_MAX) foremost.pop();
}

function order(a: AlertState, b: AlertState): number {
  if (a.status !== b.status) return a.status === 'firing' ? -1 : 1;
  const byRank = rank(a.severity) - rank(b.severity);
  if (byRank !== 0) return byRank;
  if (a.startsAt !== b.startsAt) return a.startsAt - b.startsAt;
  return a.fingerprint < b.fingerprint ? -1 : 1;
}

/** The same list while all agree, which is nearly always. */
function agreeing(
  shared: readonly (readonly [string, string])[],
  labels: Labels,
): readonly (readonly [string, string])[] {
  for (const [name, value] of shared) {
    if (labels[name] !== value) return shared.filter(([each, held]) => labels[each] === held);
  }
  return shared;
}

function spaced(spans: readonly Span[]): Text {
  return spans.flatMap((span, index) => (index === 0 ? [span] : [' ', span]));
}

function oneLine(text: string, max: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length <= max ? flat : `${flat.slice(0, max - 1).toWellFormed()}…`;
}
