import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebhookSource } from '../../src/bot/intake.ts';
import { Secret } from '../../src/core/secret.ts';
import { openWebhookDoor, type WebhookDoor } from './webhook-door.ts';

const secret = 'signed with this';
const signed: WebhookSource = {
  name: 'grafana/main',
  auth: {
    kind: 'hmac',
    secrets: [new Secret('an older one'), new Secret(secret)],
    header: 'X-Grafana-Alerting-Signature',
    timestampHeader: 'X-Grafana-Alerting-Time',
    toleranceMs: 300_000,
  },
  answers: false,
};
const bearer: WebhookSource = {
  name: 'grafana/main',
  auth: { kind: 'bearers', bearers: [new Secret('sent')] },
  answers: false,
};

const body = JSON.stringify({
  receiver: 'tocsin',
  status: 'firing',
  externalURL: 'https://grafana.example.com/',
  groupKey: '{}:{}',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'HighLatency', service: 'checkout' },
      annotations: {},
      startsAt: '2026-11-20T12:00:00+01:00',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '?orgId=1',
      values: null,
    },
  ],
});

let door: WebhookDoor | undefined;
afterEach(() => door?.close());

function signature(at: string, text = body, key = secret): string {
  return createHmac('sha256', key).update(`${at}:`).update(text).digest('hex');
}

function headersAt(at: string, value: string): Readonly<Record<string, string>> {
  return { 'x-grafana-alerting-signature': value, 'x-grafana-alerting-time': at };
}

describe('a webhook of Grafana', () => {
  it.each(['POST', 'PUT'] as const)('is taken by %s, and opens an incident', async (method) => {
    door = await openWebhookDoor([bearer]);
    const answer = await door.post(body, { kind: 'grafana', bearer: 'sent', method });
    expect(answer.status).toBe(200);
    expect(door.small.types()).toContain('IncidentOpened');
  });

  it('is taken with a signature of any secret over its time and its body', async () => {
    door = await openWebhookDoor([signed]);
    const at = String(Math.floor(door.small.clock.now() / 1000));
    for (const key of [secret, 'an older one']) {
      const headers = headersAt(at, signature(at, body, key));
      expect(await door.post(body, { kind: 'grafana', headers })).toMatchObject({ status: 200 });
    }
  });

  it.each<[string, (now: number) => Readonly<Record<string, string>>]>([
    ['no signature', () => ({})],
    ['a signature of another secret', (now) => headersAt(`${now}`, signature(`${now}`, body, 'x'))],
    ['a signature of another body', (now) => headersAt(`${now}`, signature(`${now}`, `${body} `))],
    ['a signature of another time', (now) => headersAt(`${now}`, signature(`${now + 1}`))],
    [
      'a signature that was heard ten minutes ago',
      (now) => headersAt(`${now - 600}`, signature(`${now - 600}`)),
    ],
    ['a time that is none', () => headersAt('soon', signature('soon'))],
    ['half a signature', (now) => headersAt(`${now}`, signature(`${now}`).slice(0, 32))],
    ['no time', (now) => ({ 'x-grafana-alerting-signature': signature(`${now}`) })],
  ])('is refused with %s, and nothing of it is kept', async (_what, headersOf) => {
    door = await openWebhookDoor([signed]);
    const headers = headersOf(Math.floor(door.small.clock.now() / 1000));
    const answer = await door.post(body, { kind: 'grafana', headers });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('none of the credentials of grafana/main');
    expect(door.small.types()).toEqual([]);
  });

  it('does not come in by the door of another kind of source', async () => {
    door = await openWebhookDoor([bearer]);
    const answer = await door.post(body, { kind: 'alertmanager', bearer: 'sent' });
    expect(answer.status).toBe(404);
  });
});
