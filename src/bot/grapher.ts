import { type DrawnGraph, drawnOf, panelDrawn } from '../core/graph/drawn.ts';
import { graphOf } from '../core/graph/graph.ts';
import { type GraphQuestion, incidentQuestion } from '../core/graph/question.ts';
import type { Incident } from '../core/incident/incident.ts';
import type { OperationState } from '../core/operation/operation.ts';
import type { Blobs } from '../core/ports/journal.ts';
import type { PanelAlert, Panels } from '../core/ports/panels.ts';
import type { TargetRef } from '../core/ports/step.ts';
import type { TelemetryReader } from '../core/ports/telemetry.ts';
import type { Looked } from '../core/ports/workload.ts';
import { problem, problemOf } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { Clock } from './clock.ts';
import type { Pictures } from './graphs/index.ts';

/** Asks what was measured, has it drawn, and keeps the pictures. Changes nothing else. */
export interface Grapher {
  /** Whether anybody could be asked about this incident. */
  knows(incident: Incident): boolean;
  draw(asked: AskedGraph): Promise<Looked<DrawnGraph>>;
}

export interface AskedGraph {
  readonly incident: Incident;
  readonly operations: readonly OperationState[];
  /** How far back; a sensible time when absent. */
  readonly spanMs?: number;
}

export interface GrapherOptions {
  readonly settings: () => Settings;
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: (integration: string, target: string) => TelemetryReader | undefined;
  /** Pictures that sources have of their own panels. */
  readonly panels?: readonly Panels[] | undefined;
  readonly paint: (graph: ReturnType<typeof graphOf>) => Promise<Pictures>;
  readonly blobs: Pick<Blobs, 'put'>;
  readonly counts?: GraphCounts | undefined;
}

export interface GraphCounts {
  /** `drawn`, `no-data`, `failed`. */
  ended(how: 'drawn' | 'no-data' | 'failed'): void;
  /** From the answer of whoever measures to both pictures, ms. */
  painted(ms: number): void;
}

/** A year and a month, as other pictures: incidents are looked at again when the year is. */
const keepMs = 400 * 24 * 3_600_000;

/** What a panel shows before the incident. */
const panelSpanMs = 30 * 60_000;
/** It is asked at every change of an incident: the first of many alerts tell enough. */
const alertsLooked = 20;

export function createGrapher(options: GrapherOptions): Grapher {
  const { settings, clock, blobs, counts } = options;

  function readerFor(incident: Incident): TelemetryReader | undefined {
    const ref = telemetryOf(settings(), incident);
    return ref && options.telemetry(ref.integration, ref.target);
  }

  /** Ours, which says what it shows; else the picture that the source has of its own panel. */
  async function draw(asked: AskedGraph): Promise<Looked<DrawnGraph>> {
    const panel = panelFor(asked.incident);
    if (panel && !readerFor(asked.incident)) return fromPanel(asked, panel);
    const own = await drawOwn(asked);
    if (own.ok || !panel) return own;
    const theirs = await fromPanel(asked, panel);
    return theirs.ok ? theirs : own;
  }

  function panelFor({ opened, alerts }: Incident) {
    const panels = options.panels?.find(({ source }) => source === opened.source);
    let looked = 0;
    for (const { labels, annotations } of panels ? alerts.values() : []) {
      looked += 1;
      if (looked > alertsLooked) break;
      const { image_url: image = '', panel_url: page = '' } = annotations;
      const alert = { image, panel: page };
      if (panels?.knows(alert)) return { panels, alert, title: labels['alertname'] ?? '' };
    }
    return undefined;
  }

  async function fromPanel(
    { incident, spanMs = panelSpanMs }: AskedGraph,
    { panels, alert, title }: Panel,
  ): Promise<Looked<DrawnGraph>> {
    const to = clock.now();
    const window = { from: Math.min(incident.openedAt, to) - spanMs, to };
    const looked = await panels.picture(alert, window);
    if (!looked.ok) return no(looked.problem);
    const digest = await blobs.put(looked.value, to + keepMs);
    counts?.ended('drawn');
    return { ok: true, value: panelDrawn({ title, digest, source: panels.source }, window) };
  }

  async function drawOwn({
    incident,
    operations,
    spanMs,
  }: AskedGraph): Promise<Looked<DrawnGraph>> {
    const reader = readerFor(incident);
    if (!reader) return no(problem('GRAPH_NOBODY_MEASURES', { source: sourceOf(incident) }));
    const question = incidentQuestion(incident, {
      now: clock.now(),
      operations,
      measureOf: reader.measureOf,
      ...(spanMs !== undefined && { spanMs }),
    });
    if (!question) return no(problem('GRAPH_NO_EXPRESSION', { source: sourceOf(incident) }));
    return ask(question, reader);
  }

  async function ask(
    { measure, window, title, alerts, marks }: GraphQuestion,
    reader: TelemetryReader,
  ): Promise<Looked<DrawnGraph>> {
    const looked = await reader.range({ query: measure.query, ...window });
    if (!looked.ok) return no(looked.problem);
    if (looked.value.kind === 'no data') {
      counts?.ended('no-data');
      return { ok: false, problem: problem('GRAPH_NO_DATA', { title }) };
    }
    const { to } = window;
    const graph = graphOf({ title, measure, ranged: looked.value, to, alerts, marks });
    const began = clock.now();
    try {
      const { light, dark } = await options.paint(graph);
      counts?.painted(clock.now() - began);
      const until = clock.now() + keepMs;
      const digests = {
        light: await blobs.put(light, until),
        dark: await blobs.put(dark, until),
      };
      counts?.ended('drawn');
      return { ok: true, value: drawnOf(graph, digests) };
    } catch (error) {
      return no(problemOf(error, problem('GRAPH_NOT_DRAWN', { why: 'something went wrong' })));
    }
  }

  function no(because: ReturnType<typeof problem>): Looked<DrawnGraph> {
    counts?.ended('failed');
    return { ok: false, problem: because };
  }

  return {
    knows: (incident) => readerFor(incident) !== undefined || panelFor(incident) !== undefined,
    draw,
  };
}

interface Panel {
  readonly panels: Panels;
  readonly alert: PanelAlert;
  readonly title: string;
}

/** Of its environment, else of its source: never the address that came with an alert. */
export function telemetryOf(
  { catalog, telemetry = {} }: Pick<Settings, 'catalog' | 'telemetry'>,
  { opened: { service, environment, source } }: Incident,
): TargetRef | undefined {
  const own = catalog.services
    .find(({ name }) => name === service)
    ?.environments.find(({ name }) => name === environment)?.targets['telemetry'];
  return own ?? telemetry[source];
}

function sourceOf({ opened: { source } }: Incident): string {
  return source === '' ? 'a declared incident' : source;
}
