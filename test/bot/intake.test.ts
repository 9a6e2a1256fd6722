import { afterEach, expect, it } from 'vitest';
import type { WebhookSource } from '../../src/bot/intake.ts';
import { Secret } from '../../src/core/secret.ts';
import { openWebhookDoor, type WebhookDoor } from './webhook-door.ts';

const main = {
  name: 'alertmanager/main',
  auth: { kind: 'bearers', bearers: [new Secret('sent')] },
  answers: false,
} as const;
const other = { ...main, name: 'alertmanager/other' };

let door: WebhookDoor | undefined;
afterEach(() => door?.close());

interface Sent {
  readonly sources: readonly WebhookSource[];
  readonly body: string;
  readonly bearer?: string;
  readonly path?: string;
}

it.each<[string, Sent, number, string]>([
  [
    'no credential',
    { sources: [main], body: '{}' },
    401,
    'none of the credentials of alertmanager/main',
  ],
  [
    'a wrong one',
    { sources: [main], body: '{}', bearer: 'lost' },
    401,
    'Give the sender the bearer',
  ],
  [
    'too much',
    { sources: [main], body: ' '.repeat(65_537), bearer: 'sent' },
    413,
    'larger than 65536 bytes',
  ],
  [
    'no source where there are two',
    { sources: [main, other], body: '{}', bearer: 'sent' },
    404,
    'alertmanager/main, alertmanager/other',
  ],
  [
    'no source where there is none',
    { sources: [], body: '{}', bearer: 'sent' },
    404,
    'WEBHOOK_SOURCE_UNNAMED',
  ],
  [
    'a source nobody configured',
    { sources: [main], body: '{}', bearer: 'sent', path: '/mian' },
    404,
    'names no source mian',
  ],
  ['no JSON', { sources: [main], body: 'hello', bearer: 'sent' }, 422, 'WEBHOOK_'],
  ['no body', { sources: [main], body: '', bearer: 'sent' }, 422, 'WEBHOOK_'],
  [
    'JSON that is no webhook',
    { sources: [main], body: '"hello"', bearer: 'sent' },
    422,
    'WEBHOOK_',
  ],
])('a webhook with %s is refused, and says what to do', async (_what, sent, status, words) => {
  door = await openWebhookDoor(sent.sources);
  const answer = await door.post(sent.body, sent);
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(words);
  expect(answer.text).not.toMatch(/\{[a-z]+\}/i);
  expect(door.failures).toEqual([]);
  // What cannot be read is kept for whoever mends the sender; what nobody vouched for is not.
  expect(door.small.types()).toEqual(
    status === 422 ? ['IncidentOpened', 'UnreadableReceived'] : [],
  );
});

it('a watchdog that fires is heard and opens nothing; what comes with it is taken', async () => {
  const watchdog = { alert: 'Watchdog', withinMs: 900_000 };
  door = await openWebhookDoor([{ ...main, watchdog }]);
  const alerts = (names: readonly string[], status = 'firing') =>
    JSON.stringify({ alerts: names.map((alertname) => ({ status, labels: { alertname } })) });
  expect((await door.post(alerts(['Watchdog'], 'resolved'), { bearer: 'sent' })).status).toBe(200);
  expect(door.heard).toEqual([]);
  expect((await door.post(alerts(['Watchdog']), { bearer: 'sent' })).status).toBe(200);
  expect([door.heard, door.small.types()]).toEqual([[main.name], []]);
  await door.post(alerts(['Watchdog', 'HighLatency']), { bearer: 'sent' });
  expect(door.heard).toEqual([main.name, main.name]);
  expect(door.small.types()).toEqual(['IncidentOpened', 'AlertsFired']);
});

it('an alert of our own that comes back is taken by nobody a second time; another installation’s is', async () => {
  door = await openWebhookDoor([{ ...main, installation: 'inst-1' }]);
  const body = (tocsin: string, ...names: readonly string[]) =>
    JSON.stringify({
      alerts: names.map((alertname) => ({ status: 'firing', labels: { alertname, tocsin } })),
    });
  expect((await door.post(body('inst-1', 'TocsinFuseBlown'), { bearer: 'sent' })).status).toBe(200);
  expect(door.small.types()).toEqual([]);
  await door.post(body('inst-2', 'TocsinFuseBlown'), { bearer: 'sent' });
  expect(door.small.types()).toEqual(['IncidentOpened', 'AlertsFired']);
});
