import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/core/alert/alert.ts';
import { readGrafana } from '../../../src/handlers/webhooks/grafana.ts';

const context = {
  source: 'grafana/main',
  receivedAt: Date.UTC(2026, 10, 20, 12, 30),
  sha256: (text: string) => hash('sha256', text),
};

function read(body: unknown): readonly Observation[] {
  const outcome = readGrafana(JSON.stringify(body), context);
  if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
  return outcome.delivery.observations;
}

function one(alert: object, body: object = {}): Observation {
  const labels = { alertname: 'HighLatency' };
  const [only] = read({
    externalURL: 'https://grafana.example.com/',
    alerts: [{ status: 'firing', labels, ...alert }],
    ...body,
  });
  if (!only) throw new Error('nothing was read');
  return only;
}

describe('an alert of Grafana', () => {
  it('brings its panel, its dashboard, its picture and its values', () => {
    expect(
      one({
        dashboardURL: 'https://grafana.example.com/d/a1',
        panelURL: '/d/a1?viewPanel=2',
        imageURL: 'https://images.example.com/a.png',
        values: { B: 44.239437375, C: 1 },
      }).annotations,
    ).toEqual({
      dashboard_url: 'https://grafana.example.com/d/a1',
      panel_url: 'https://grafana.example.com/d/a1?viewPanel=2',
      image_url: 'https://images.example.com/a.png',
      values: 'B=44.2394, C=1',
    });
  });

  it('keeps what its rule says itself', () => {
    const annotations = { summary: 'it is slow', values: 'mine', panel_url: 'https://x.example/' };
    const panelURL = 'https://grafana.example.com/d/a1';
    expect(one({ annotations, panelURL, values: { B: 1 } }).annotations).toEqual(annotations);
  });

  it.each([
    [null, '[ value=3 ]', '[ value=3 ]'],
    [undefined, undefined, undefined],
    [{}, '', undefined],
  ])('may have values %j and the text %j', (values, valueString, said) => {
    expect(one({ values, valueString }).annotations['values']).toBe(said);
  });

  it.each([
    ['?orgId=1', 'https://grafana.example.com/?orgId=1'],
    ['', ''],
    ['https://grafana.example.com/alerting/1', 'https://grafana.example.com/alerting/1'],
    ['javascript:alert(1)', ''],
  ])('comes from %j, which leads to %j', (generatorURL, url) => {
    expect(one({ generatorURL }).generatorUrl).toBe(url);
  });

  it('leads nowhere by a relative address when Grafana does not say where it lives', () => {
    expect(one({ generatorURL: '?orgId=1' }, { externalURL: '' }).generatorUrl).toBe('');
  });

  it('began when it says, with the zone it says', () => {
    expect(one({ startsAt: '2026-11-20T12:00:00+02:00' }).startsAt).toBe(
      Date.UTC(2026, 10, 20, 10),
    );
  });

  it.each([
    ['DatasourceNoData', 'Latency of checkout got no data: nobody knows whether it holds'],
    [
      'DatasourceError',
      'Latency of checkout could not be evaluated: nobody knows whether it holds',
    ],
  ])('that is %s says so, and of which rule', (alertname, summary) => {
    const labels = { alertname, rulename: 'Latency of checkout' };
    expect(one({ labels }).annotations['summary']).toBe(summary);
  });
});

describe('a body of an old notification channel', () => {
  const channel = {
    title: '[Alerting] Latency',
    ruleId: 7,
    ruleName: 'Latency',
    ruleUrl: 'https://grafana.example.com/d/a1',
    state: 'alerting',
    message: 'it is slow',
    tags: { service: 'checkout' },
    evalMatches: [{ metric: 'p99', value: 2.5 }],
  };

  it('is one alert of its rule', () => {
    expect(read(channel)).toMatchObject([
      {
        status: 'firing',
        labels: { alertname: 'Latency', rule_id: '7', service: 'checkout' },
        annotations: { summary: '[Alerting] Latency', values: 'p99=2.5' },
        generatorUrl: 'https://grafana.example.com/d/a1',
      },
    ]);
  });

  it.each([
    ['ok', 'resolved'],
    ['no_data', 'firing'],
  ])('in the state %s is %s, and the same alert', (state, status) => {
    const [first] = read(channel);
    expect(read({ ...channel, state })).toMatchObject([
      { status, fingerprint: first?.fingerprint },
    ]);
  });

  it('in a state nobody knows is not read, and says why', () => {
    const outcome = readGrafana(JSON.stringify({ ...channel, state: 'paused' }), context);
    expect(outcome).toMatchObject({ kind: 'unreadable', unreadable: [{ index: 0 }] });
  });
});

it.each([
  ['', 'WEBHOOK_NOT_JSON'],
  ['[', 'WEBHOOK_NOT_JSON'],
  ['"hello"', 'WEBHOOK_NOT_ALERTS'],
  ['{}', 'WEBHOOK_NOT_ALERTS'],
  ['{"alerts":[null]}', 'WEBHOOK_NO_READABLE_ALERT'],
  ['{"alerts":[{"labels":[],"annotations":1}]}', 'WEBHOOK_NO_READABLE_ALERT'],
])('%j cannot be read: %s', (text, code) => {
  expect(readGrafana(text, context)).toMatchObject({ kind: 'unreadable', problem: { code } });
});

const shared = join(import.meta.dirname, '../../../../shared/fixtures/grafana');
const files = existsSync(shared) ? readdirSync(shared) : [];

it.skipIf(files.length === 0)('bodies seen in the wild are read whole', () => {
  for (const file of files) {
    const outcome = readGrafana(readFileSync(join(shared, file)), context);
    expect(outcome, file).toMatchObject({ kind: 'accepted', delivery: { unreadable: [] } });
  }
});
