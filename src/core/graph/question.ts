import { SEVERITIES } from '../alert/severity.ts';
import type { AlertState, Incident } from '../incident/incident.ts';
import type { OperationState } from '../operation/operation.ts';
import type { Measure } from '../ports/telemetry.ts';
import type { Mark } from './graph.ts';
import { type Window, windowOf } from './window.ts';

/** What is to be drawn, before anybody is asked for it. */
export interface GraphQuestion {
  readonly title: string;
  readonly measure: Measure;
  readonly window: Window;
  /** Labels of the alerts whose series are shown first. */
  readonly alerts: readonly Readonly<Record<string, string>>[];
  readonly marks: readonly Mark[];
}

export interface Asked {
  readonly now: number;
  readonly spanMs?: number;
  readonly operations: readonly OperationState[];
  readonly measureOf: (address: string) => Measure | undefined;
}

/** The graph of an incident: what its worst alert measures. Undefined where no alert says what it is. */
export function incidentQuestion(incident: Incident, asked: Asked): GraphQuestion | undefined {
  const { now, spanMs, operations, measureOf } = asked;
  const found = [...incident.alerts.values()]
    .toSorted(moreTelling)
    // Of an incident of ten thousand alerts the first ones say what it is about.
    .slice(0, alertsMax)
    .map((alert) => ({ alert, measure: measureOf(alert.generatorUrl) }))
    .find(({ measure }) => measure !== undefined);
  if (!found?.measure) return undefined;
  const { alert, measure } = found;
  const alike = [...incident.alerts.values()].filter(
    ({ generatorUrl }) => generatorUrl === alert.generatorUrl,
  );
  const began = alike.reduce((first, { startsAt }) => Math.min(first, startsAt), alert.startsAt);
  const ended = incident.firing > 0 || incident.status === 'open' ? undefined : endOf(incident);
  const window = windowOf({
    now,
    began,
    ...(spanMs !== undefined && { spanMs }),
    ...(ended !== undefined && { ended }),
  });
  const { service, environment } = incident.opened;
  const name = alert.labels['alertname'] ?? incident.opened.title;
  return {
    title: [name, service, environment].filter((part) => part !== '').join(' · '),
    measure,
    window,
    alerts: alike.filter(({ status }) => status === 'firing').map(({ labels }) => labels),
    marks: [
      mark('fired', began, 'fired'),
      ...(ended === undefined ? [] : [mark('resolved', ended, 'resolved')]),
      ...operationMarks(operations),
    ],
  };
}

const alertsMax = 200;

function moreTelling(a: AlertState, b: AlertState): number {
  return (
    Number(b.status === 'firing') - Number(a.status === 'firing') ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    a.startsAt - b.startsAt
  );
}

function endOf({ alerts, resolved }: Incident): number | undefined {
  const ends = [...alerts.values()].map(({ endsAt, changedAt }) => endsAt ?? changedAt);
  return ends.length === 0 ? resolved?.at : Math.max(...ends);
}

/** What was changed meanwhile: a graph is looked at to see whether it helped. */
export function operationMarks(operations: readonly OperationState[]): readonly Mark[] {
  return operations.flatMap(({ id, asked, startedAt, endedAt, status }) => {
    if (startedAt === undefined || !asked) return [];
    const name = `${asked.verb} ${id}`;
    const ended = endedAt === undefined ? [] : [mark('operation', endedAt, `${name} ${status}`)];
    return [mark('operation', startedAt, `${name} began`), ...ended];
  });
}

function mark(kind: Mark['kind'], at: number, text: string): Mark {
  return { kind, at, text: `${text} ${new Date(at).toISOString().slice(11, 16)}` };
}
