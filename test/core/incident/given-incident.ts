import type { Labels, Observation } from '../../../src/core/alert/alert.ts';
import { decide } from '../../../src/core/incident/decide.ts';
import type {
  AlertsFired,
  AlertsResolved,
  IncidentEvent,
  IncidentOpened,
  RequestRefused,
} from '../../../src/core/incident/event.ts';
import {
  evolve,
  type Incident,
  type IncidentState,
  initialIncident,
} from '../../../src/core/incident/incident.ts';
import type { IncidentIntent, ReceiveAlerts } from '../../../src/core/incident/intent.ts';
import type { Evidence } from '../../../src/core/person.ts';
import type { SourceAlert } from '../../../src/core/ports/alert-source.ts';
import { problem } from '../../../src/core/problem.ts';
import { givenFor, T0 } from '../given.ts';

export const given = givenFor<IncidentState, IncidentEvent, IncidentIntent>({
  initial: initialIncident,
  decide,
  evolve,
});

export const MINUTE = 60_000;

export const ana = person('ana');
export const ben = person('ben');

export function person(id: string): Evidence {
  return { person: id, surface: 'console', account: id, memberships: [] };
}

export function labels(name: string, more: Labels = {}): Labels {
  return { alertname: name, severity: 'critical', namespace: 'shop', ...more };
}

export function firing(fingerprint: string, more: Partial<Observation> = {}): Observation {
  return {
    fingerprint,
    status: 'firing',
    startsAt: T0,
    endsAt: undefined,
    labels: labels('HighErrorRate', { instance: fingerprint }),
    annotations: {},
    generatorUrl: '',
    ...more,
  };
}

export function stopped(fingerprint: string, more: Partial<Observation> = {}): Observation {
  return { ...firing(fingerprint), status: 'resolved', endsAt: T0 + MINUTE, ...more };
}

const place = {
  incident: 'inc-1',
  key: 'key-1',
  ordinal: 1,
  source: 'alertmanager/main',
  sourceAnswers: true,
  service: 'checkout',
  environment: 'production',
  places: { 'slack/main': '#ops' },
  notify: 'sre',
};

export function receive(
  observations: readonly Observation[],
  more: Partial<ReceiveAlerts> = {},
): ReceiveAlerts {
  return {
    type: 'ReceiveAlerts',
    at: T0 + 10 * MINUTE,
    ...place,
    groupLabels: { alertname: 'HighErrorRate' },
    externalUrl: 'http://am.example',
    observations,
    truncated: 0,
    ...more,
  };
}

export function opened(more: Partial<IncidentOpened> = {}): IncidentOpened {
  return {
    type: 'IncidentOpened',
    v: 1,
    ...place,
    origin: 'alerts',
    title: 'HighErrorRate',
    severity: 'critical',
    groupLabels: { alertname: 'HighErrorRate' },
    externalUrl: 'http://am.example',
    ...more,
  };
}

export function fired(...observations: readonly Observation[]): AlertsFired {
  const alerts = observations.map(
    ({ fingerprint, startsAt, labels, annotations, generatorUrl }) => {
      return { fingerprint, startsAt: startsAt ?? 0, labels, annotations, generatorUrl };
    },
  );
  return { type: 'AlertsFired', v: 1, alerts };
}

export function resolved(...fingerprints: readonly string[]): AlertsResolved {
  const alerts = fingerprints.map((fingerprint) => ({ fingerprint, endsAt: T0 + MINUTE }));
  return { type: 'AlertsResolved', v: 1, why: 'source', alerts };
}

export function goneFromSource(at: number, ...fingerprints: readonly string[]): AlertsResolved {
  const alerts = fingerprints.map((fingerprint) => ({ fingerprint, endsAt: at }));
  return { type: 'AlertsResolved', v: 1, why: 'source-stopped-reporting', alerts };
}

export function closed(how: 'alerts' | 'source-stopped-reporting' = 'alerts'): IncidentEvent {
  const nobody = { person: '', surface: '', reason: '', firing: 0 };
  return { type: 'IncidentResolved', v: 1, how, ...nobody };
}

export function closedBy(id: string, reason: string, firing: number): IncidentEvent {
  const who = { person: id, surface: 'console' };
  return { type: 'IncidentResolved', v: 1, how: 'person', ...who, reason, firing };
}

export function refused(
  id: string,
  what: string,
  code: string,
  facts: Record<string, string | number> = {},
): RequestRefused {
  const who = { person: id, surface: 'console' };
  return { type: 'RequestRefused', v: 1, ...who, what, problem: problem(code, facts) };
}

export function atSource(fingerprint: string, more: Partial<SourceAlert> = {}): SourceAlert {
  const { labels, annotations, generatorUrl } = firing(fingerprint);
  return {
    fingerprint,
    labels,
    annotations,
    generatorUrl,
    startsAt: T0,
    state: 'firing',
    silencedBy: [],
    ...more,
  };
}

/** The incident, for tests that look at it; none is a failure. */
export function incidentOf(state: IncidentState): Incident {
  if (state.status === 'none') throw new Error('there is no incident');
  return state;
}
