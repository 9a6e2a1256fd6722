import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/bot/clock.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import { threadText } from '../../../src/core/view/text.ts';
import { readAlertmanager } from '../../../src/handlers/webhooks/alertmanager.ts';
import { connect, type Integration } from '../../../src/integrations/alertmanager/index.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { type Counter, openCounter } from '../../handlers/desk.ts';
import { eventually } from '../../support/eventually.ts';
import { ALERTMANAGER, type AlertmanagerServer, startAlertmanager } from './alertmanager-server.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe.skipIf(!existsSync(ALERTMANAGER))('an incident of a real Alertmanager', () => {
  it('is silenced from its thread, says so, and is heard again when somebody wants it', async () => {
    const server = await startAlertmanager();
    ends.push(server.close);
    const clock = { now: Date.now, after: systemClock.after };
    const api = { source: 'alertmanager/main', url: server.url, timeoutMs: 5000 };
    const integration = connect(api, { clock });
    const { source, silences } = integration;
    const counter = await openCounter(undefined, {
      clock: systemClock,
      sources: [source],
      silences: [silences],
      times: { ...times, compareEveryMs: 200 },
    });
    ends.push(integration.close, counter.bot.close);
    // The record is written now, not in the night that the other suites play.
    counter.clock.now = Date.now();
    counter.bot.start([]);
    await server.post([{ labels: { alertname: 'Slow', severity: 'warning', pod: 'a' } }]);
    const incident = await delivered(counter, server);
    const shows = (text: string) =>
      eventually(`the thread shows ${text}`, async () =>
        (await thread(counter, incident)).includes(text),
      );

    expect(
      await counter.says('ana', 'silence 10m reason="being replaced"', { incident }),
    ).toContain('It hides 1 alert that fires now');
    await shows('It is silenced at alertmanager/main');
    await shows('1 of 1 firing alerts, at the source');
    expect(await states(integration)).toEqual(['silenced']);

    await counter.says('ben', 'unsilence', { incident });
    await shows('The silence is over');
    expect(await states(integration)).toEqual(['firing']);
  });
});

const times = {
  resolvedJoinMs: 1_800_000,
  ackReminderMs: 300_000,
  deadlinesEveryMs: 1000,
  operationPollMs: 500,
  snapshotEveryMs: 300_000,
};

async function delivered({ bot }: Counter, server: AlertmanagerServer): Promise<string> {
  const [body = ''] = await server.received(1);
  const about = { source: 'alertmanager/main', receivedAt: Date.now(), sha256 };
  const read = readAlertmanager(body, about);
  if (read.kind !== 'accepted') throw new Error(read.problem.code);
  const index = bot.engine.readings.correlation;
  const how = { settings: bot.desk.settings, index, now: Date.now(), sha256, sourceAnswers: true };
  const intent = receiveIntent(read.delivery, how);
  await bot.engine.receive(intent, { cause: 'delivery/1', by: 'source:alertmanager/main' });
  return intent.incident;
}

async function thread({ bot }: Counter, incident: string): Promise<string> {
  const shown = await bot.threads.desired(incident);
  return shown ? threadText(shown) : '';
}

async function states({ source }: Integration): Promise<readonly string[]> {
  return (await source.current()).map(({ state }) => state);
}
