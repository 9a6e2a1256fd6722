import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { readAlertmanager } from '../../../src/handlers/webhooks/alertmanager.ts';
import { connect } from '../../../src/integrations/alertmanager/index.ts';
import { ALERTMANAGER, type AlertmanagerServer, startAlertmanager } from './alertmanager-server.ts';

let server: AlertmanagerServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const labels = { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'checkout-1' };

describe.skipIf(!existsSync(ALERTMANAGER))('a real Alertmanager', () => {
  it('names the same alert in its webhook and in its API', async () => {
    server = await startAlertmanager();
    await server.post([{ labels }]);
    const [body = ''] = await server.received(1);
    const read = readAlertmanager(body, {
      source: 'alertmanager/main',
      receivedAt: Date.now(),
      sha256: (text) => hash('sha256', text),
    });
    const [known] = await ask(server);
    expect(read).toMatchObject({
      kind: 'accepted',
      delivery: {
        receiver: expect.stringMatching(/^tocsin\.test-/),
        unreadable: [],
        observations: [{ fingerprint: known?.fingerprint, startsAt: known?.startsAt, labels }],
      },
    });
    expect(known).toMatchObject({ labels, state: 'firing', silencedBy: [] });
  });

  it('tells which alerts are silenced, and by what', async () => {
    server = await startAlertmanager();
    await server.post([{ labels }]);
    await server.received(1);
    const silence = await server.silence({ pod: 'checkout-1' });
    const alerts = await until(server, ([first]) => first?.state === 'silenced');
    expect(alerts).toMatchObject([{ state: 'silenced', silencedBy: [silence] }]);
  });

  it('no longer knows an alert that has ended', async () => {
    server = await startAlertmanager();
    await server.post([{ labels }]);
    await server.received(1);
    await server.post([{ labels, endsAt: new Date().toISOString() }]);
    expect(await until(server, (alerts) => alerts.length === 0)).toEqual([]);
  });
});

function ask(asked: AlertmanagerServer) {
  const clock = { now: Date.now, after: () => () => undefined };
  const api = { source: 'alertmanager/main', url: asked.url, timeoutMs: 5000 };
  return connect(api, { clock }).source.current();
}

type Alerts = Awaited<ReturnType<typeof ask>>;

/** Asks again until the answer is as expected; the test's own limit ends it otherwise. */
async function until(
  asked: AlertmanagerServer,
  isThere: (alerts: Alerts) => boolean,
): Promise<Alerts> {
  for (;;) {
    const alerts = await ask(asked);
    if (isThere(alerts)) return alerts;
  }
}
