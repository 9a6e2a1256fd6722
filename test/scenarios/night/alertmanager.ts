import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { bearer } from './config.ts';

export interface SentAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: number;
  readonly endsAt?: number;
}

export interface SentBody {
  readonly truncated?: number;
  readonly groupKey?: string;
}

export interface Alertmanager {
  /** One webhook delivery in Alertmanager's own shape, answered 200. */
  sends(alerts: readonly SentAlert[], body?: SentBody): Promise<void>;
  /** Any bytes with any header: the status that came back, and the sentence. */
  posts(text: string, headers?: Readonly<Record<string, string>>): Promise<Posted>;
}

export interface Posted {
  readonly status: number;
  readonly text: string;
}

/** The other side of the webhook. `url` is asked each time: a restarted bot listens somewhere else. */
export function createAlertmanager(url: () => string): Alertmanager {
  async function posts(
    text: string,
    headers: Readonly<Record<string, string>> = { authorization: `Bearer ${bearer}` },
  ): Promise<Posted> {
    const answer = await fetch(`${url()}/webhooks/alertmanager/main`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: text,
    });
    return { status: answer.status, text: await answer.text() };
  }
  return {
    posts,
    async sends(alerts, body = {}) {
      const posted = await posts(JSON.stringify(webhookBody(alerts, body)));
      expect(posted).toMatchObject({ status: 200 });
    },
  };
}

/** A pod of a service that crashes again and again. */
export function crashLooping(service: string, pod: string, startsAt: number): SentAlert {
  return {
    labels: {
      alertname: 'KubePodCrashLooping',
      container: service,
      namespace: 'shop',
      severity: 'critical',
      pod,
    },
    annotations: { summary: 'Pod is crash looping.' },
    startsAt,
  };
}

export function webhookBody(alerts: readonly SentAlert[], body: SentBody) {
  const [first] = alerts;
  const { alertname = '', container = '' } = first?.labels ?? {};
  const groupLabels = { alertname, container };
  return {
    version: '4',
    receiver: 'tocsin',
    status: alerts.some(({ endsAt }) => endsAt === undefined) ? 'firing' : 'resolved',
    groupKey: body.groupKey ?? `{}:{alertname="${alertname}", container="${container}"}`,
    truncatedAlerts: body.truncated ?? 0,
    groupLabels,
    commonLabels: groupLabels,
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example.com',
    alerts: alerts.map(({ labels, annotations, startsAt, endsAt }) => ({
      status: endsAt === undefined ? 'firing' : 'resolved',
      labels,
      annotations,
      startsAt: new Date(startsAt).toISOString(),
      endsAt: endsAt === undefined ? '0001-01-01T00:00:00Z' : new Date(endsAt).toISOString(),
      generatorURL: 'http://prometheus.example.com/graph',
      fingerprint: fingerprintOf(labels),
    })),
  };
}

/** Sixteen hex digits of the label set, as Alertmanager's own. */
export function fingerprintOf(labels: SentAlert['labels']): string {
  return createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16);
}
