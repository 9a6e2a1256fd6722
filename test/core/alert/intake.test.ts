import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/core/alert/alert.ts';
import { newCorrelationIndex } from '../../../src/core/alert/correlation-index.ts';
import {
  coalesce,
  type Intake,
  receiveIntent,
  unreadableIntent,
} from '../../../src/core/alert/intake.ts';
import { T0 } from '../given.ts';
import { firing, given, incidentOf, MINUTE, stopped } from '../incident/given-incident.ts';

const intake: Intake = {
  settings: {
    catalog: {
      services: [
        {
          name: 'checkout',
          match: { namespace: 'shop' },
          environments: [{ name: 'production', match: {}, targets: {} }],
        },
      ],
    },
    routes: {
      routes: [
        {
          match: { severity: 'critical', service: 'checkout' },
          places: { 'slack/main': '#payments' },
          notify: 'payments',
        },
        { match: { alertname: 'TocsinUnreadableAlert' }, places: { 'slack/main': '#tocsin' } },
      ],
      otherwise: { match: {}, places: { 'slack/main': '#ops' }, notify: 'sre' },
    },
  },
  index: newCorrelationIndex(),
  now: T0,
  sha256: (text) => hash('sha256', text),
  sourceAnswers: true,
};

const delivery: Delivery = {
  source: 'alertmanager/main',
  receiver: 'tocsin',
  groupKey: 'g',
  groupLabels: { alertname: 'HighErrorRate' },
  truncated: 0,
  externalUrl: '',
  observations: [firing('web-1')],
  unreadable: [],
};

describe('a delivery as an intent', () => {
  it('knows the service, the environment and the route by the labels of its alerts', () => {
    expect(receiveIntent(delivery, intake)).toMatchObject({
      type: 'ReceiveAlerts',
      at: T0,
      ordinal: 1,
      service: 'checkout',
      environment: 'production',
      places: { 'slack/main': '#payments' },
      notify: 'payments',
    });
  });

  it('is placed by the alert that fires, not by one that has stopped', () => {
    const elsewhere = stopped('db-1', { labels: { alertname: 'X', namespace: 'db' } });
    const mixed = { ...delivery, observations: [elsewhere, firing('web-1')] };
    expect(receiveIntent(mixed, intake).service).toBe('checkout');
  });

  it('goes to the default where nothing matches', () => {
    const strange = { ...delivery, observations: [firing('x', { labels: { alertname: 'X' } })] };
    expect(receiveIntent(strange, intake)).toMatchObject({
      service: '',
      environment: '',
      places: { 'slack/main': '#ops' },
      notify: 'sre',
    });
  });

  it('is one with others of its group that waited for the same turn', () => {
    const one = receiveIntent(delivery, intake);
    const two = { ...one, at: T0 + 5, observations: [stopped('web-1')], truncated: 2 };
    expect(coalesce(one, two)).toEqual({
      ...one,
      at: T0 + 5,
      observations: [firing('web-1'), stopped('web-1')],
      truncated: 2,
    });
    expect(coalesce(one)).toBe(one);
  });
});

describe('what cannot be read', () => {
  const reasons = ['no labels', 'no labels', 'no status'];
  const bad = { ...delivery, unreadable: reasons.map((reason, index) => ({ index, reason })) };
  const intent = unreadableIntent(bad, 'b1', intake);

  it('opens an incident of its own, routed by its name', () => {
    expect(intent).toMatchObject({ count: 3, reasons: ['no labels', 'no status'], blob: 'b1' });
    const then = given().when(intent);
    expect(then.events.map(({ type }) => type)).toEqual(['IncidentOpened', 'UnreadableReceived']);
    expect(incidentOf(then.state())).toMatchObject({
      opened: {
        origin: 'unreadable',
        title: 'TocsinUnreadableAlert',
        places: { 'slack/main': '#tocsin' },
      },
      unreadable: { count: 3, blobs: ['b1'] },
    });
  });

  it('stays quiet for the same body, and for the same complaint within a minute', () => {
    const past = given().when(intent).events;
    given(...past)
      .when(intent)
      .then();
    given(...past)
      .when({ ...intent, blob: 'b2', at: T0 + 3000 })
      .then();
  });

  it('stays quiet for the same body, however late', () => {
    const past = given().when(intent).events;
    given(...past)
      .when({ ...intent, at: T0 + 60 * MINUTE })
      .then();
  });

  it('is told again when the complaint is new, or a minute old', () => {
    const past = given().when(intent).events;
    const received = { type: 'UnreadableReceived', v: 1, count: 3, blob: 'b2' } as const;
    given(...past)
      .when({ ...intent, blob: 'b2', reasons: ['no start'] })
      .then({ ...received, reasons: ['no start'] });
    given(...past)
      .when({ ...intent, blob: 'b2', at: T0 + 2 * MINUTE })
      .then({ ...received, reasons: intent.reasons });
  });

  it('reopens its incident when somebody thought it was mended', () => {
    const past = given().when(intent).events;
    const done = given(...past).when({
      type: 'Resolve',
      at: T0,
      by: { person: 'ana', surface: 'console', account: 'ana', memberships: [] },
      reason: '',
    }).events;
    given(...past, ...done)
      .when({ ...intent, blob: 'b2' })
      .then(
        { type: 'IncidentReopened', v: 1, why: 'unreadable-again' },
        { type: 'UnreadableReceived', v: 1, count: 3, reasons: intent.reasons, blob: 'b2' },
      );
  });
});
