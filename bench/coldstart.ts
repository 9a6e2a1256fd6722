import { hash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Observation } from '../src/core/alert/alert.ts';
import { correlationKey, incidentId } from '../src/core/alert/correlate.ts';
import type { Event } from '../src/core/event.ts';
import { decide } from '../src/core/incident/decide.ts';
import { evolve, type IncidentState, initialIncident } from '../src/core/incident/incident.ts';
import type { IncidentIntent } from '../src/core/incident/intent.ts';
import { openJournal } from '../src/journal/index.ts';
import { round, say } from './support/figures.ts';
import { inFolder } from './support/process.ts';
import { startTocsin } from './support/tocsin.ts';

const eventsWanted = Number(process.env['BENCH_EVENTS'] ?? 1_000_000);
/** So many incidents are still open at the end; all others ended long ago. */
const openIncidents = 1000;
const incidentsPerAppend = 200;

const sha256 = (text: string) => hash('sha256', text);

/** A year of incidents, then the bundle's start: from its process to its being ready, without and with a snapshot. */
export async function coldstart(): Promise<object> {
  return inFolder(async (folder) => {
    const events = await aYear(join(folder, 'tocsin.db'));
    const without = await startTime(folder);
    // That start ended in order, and so left a snapshot.
    const withSnapshot = [
      await startTime(folder),
      await startTime(folder),
      await startTime(folder),
    ];
    return {
      bench: 'coldstart',
      events,
      ready_s: round(withSnapshot.toSorted((a, b) => a - b)[1] ?? Number.NaN),
      without_snapshot_s: round(without),
    };
  });
}

async function startTime(folder: string): Promise<number> {
  const began = performance.now();
  const tocsin = await startTocsin({ folder });
  const answer = await fetch(`${tocsin.urls.server}/ready`);
  if (answer.status !== 200) throw new Error(`/ready answered ${answer.status}`);
  const seconds = (performance.now() - began) / 1000;
  say(
    `ready after ${round(seconds)} s, ${await tocsin.metric('tocsin_incidents_open')} incidents open`,
  );
  await tocsin.close();
  return seconds;
}

/** Written through the journal itself, so that every header, chain and checkpoint is a real one. */
async function aYear(path: string): Promise<number> {
  const began = Date.now();
  let now = began - 365 * 24 * 3_600_000;
  const journal = await openJournal({ path, clock: () => now, checkpointEveryMs: 0 });
  let events = 0;
  let incident = 0;
  const eventsOfOne = life(0, now, true).length;
  const incidents = Math.ceil(eventsWanted / eventsOfOne);
  const stepMs = (began - now - 3_600_000) / incidents;
  while (events < eventsWanted) {
    const writes: { stream: string; expectedVersion: number; events: readonly Event[] }[] = [];
    for (let each = 0; each < incidentsPerAppend && events < eventsWanted; each += 1) {
      const ends = incident < incidents - openIncidents;
      const told = life(incident, now, ends);
      writes.push({ stream: `incident/${idOf(incident)}`, expectedVersion: 0, events: told });
      events += told.length;
      incident += 1;
      now = Math.min(now + stepMs, began - 3_600_000);
    }
    const appended = await journal.append(writes, {
      cause: `bench/${incident}`,
      by: 'source:alertmanager/main',
    });
    if (!appended.ok) throw new Error(`refused: ${appended.code}`);
    if (incident % 20_000 < incidentsPerAppend) await journal.checkpoint();
  }
  now = began;
  await journal.close();
  // The journal's own cache of a bot that never ran.
  rmSync(`${path}.snapshots`, { recursive: true, force: true });
  say(`${events} events of ${incident} incidents in ${round((Date.now() - began) / 1000, 0)} s`);
  return events;
}

/** Fired, acknowledged, resolved: five events, decided by the core. */
function life(number: number, at: number, ends: boolean): readonly Event[] {
  const events: Event[] = [];
  let state: IncidentState = initialIncident();
  const tell = (intent: IncidentIntent) => {
    for (const event of decide(intent, state)) {
      events.push(event);
      state = evolve(state, event, { at, by: 'tocsin', cause: '', position: 0 });
    }
  };
  tell(received(number, at, 'firing'));
  const by = { person: 'ana', surface: 'console', account: 'ana', memberships: [] };
  tell({ type: 'Acknowledge', at, by });
  if (ends) tell(received(number, at + 60_000, 'resolved'));
  return events;
}

function received(number: number, at: number, status: Observation['status']): IncidentIntent {
  const labels = { alertname: 'HighErrorRate', namespace: `shop-${number}`, severity: 'critical' };
  const key = keyOf(number);
  return {
    type: 'ReceiveAlerts',
    at,
    incident: idOf(number),
    key,
    ordinal: 1,
    source: 'alertmanager/main',
    sourceAnswers: false,
    service: '',
    environment: '',
    places: {},
    notify: 'sre',
    groupLabels: { alertname: labels.alertname, namespace: labels.namespace },
    externalUrl: 'http://alertmanager.example.com',
    truncated: 0,
    observations: [
      {
        fingerprint: number.toString(16).padStart(16, '0'),
        startsAt: at - (status === 'resolved' ? 60_000 : 0),
        endsAt: status === 'resolved' ? at : undefined,
        status,
        labels,
        annotations: { summary: 'More than one request in twenty fails.' },
        generatorUrl: 'http://prometheus.example.com/graph?g0.expr=errors',
      },
    ],
  };
}

function keyOf(number: number): string {
  const group = {
    source: 'alertmanager/main',
    groupKey: `{}:{alertname="HighErrorRate", namespace="shop-${number}"}`,
    groupLabels: {},
    service: '',
    alertname: 'HighErrorRate',
    observations: [],
  };
  return correlationKey(group, sha256);
}

function idOf(number: number): string {
  return incidentId(keyOf(number), 1, sha256);
}
