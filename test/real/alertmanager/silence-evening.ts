import { systemClock } from '../../../src/bot/clock.ts';
import { receiveIntent } from '../../../src/core/alert/intake.ts';
import { threadText } from '../../../src/core/view/text.ts';
import { readAlertmanager } from '../../../src/handlers/webhooks/alertmanager.ts';
import { connect, type Integration } from '../../../src/integrations/alertmanager/index.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { type Counter, openCounter } from '../../handlers/desk.ts';
import { eventually } from '../../support/eventually.ts';
import { type AlertmanagerServer, startAlertmanager } from './alertmanager-server.ts';

export interface Evening {
  readonly server: AlertmanagerServer;
  readonly integration: Integration;
  readonly counter: Counter;
  readonly close: () => Promise<void>;
}

/** A real Alertmanager, and a bot that asks it and its peers and can silence what they hold. */
export async function evening(peers: readonly AlertmanagerServer[] = []): Promise<Evening> {
  const server = await startAlertmanager();
  const clock = { now: Date.now, after: systemClock.after };
  const others = peers.map(({ url }) => url);
  const api = { source: 'alertmanager/main', url: server.url, peers: others, timeoutMs: 5000 };
  const integration = connect(api, { clock });
  const { source, silences, planner, openWriter } = integration;
  const counter = await openCounter(undefined, {
    clock: systemClock,
    sources: [source],
    silences: [{ ...silences, planner, openWriter }],
    times: { ...times, compareEveryMs: 200 },
  });
  // The record is written now, not in the night that the other suites play.
  counter.clock.now = Date.now();
  counter.bot.start([]);
  const close = async () => {
    await counter.bot.close();
    integration.close();
    await server.close();
  };
  return { server, integration, counter, close };
}

const times = {
  resolvedJoinMs: 1_800_000,
  ackReminderMs: 300_000,
  deadlinesEveryMs: 1000,
  operationPollMs: 500,
  snapshotEveryMs: 300_000,
};

export function showing({ bot }: Counter, incident: string) {
  return (text: string) =>
    eventually(`the thread shows ${text}`, async () => {
      const shown = await bot.threads.desired(incident);
      return shown !== undefined && threadText(shown).includes(text);
    });
}

/** The first body that the Alertmanager sends, taken as the door takes it; the id of its incident. */
export async function delivered({ bot }: Counter, server: AlertmanagerServer): Promise<string> {
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

export async function states({ source }: Integration): Promise<readonly string[]> {
  return (await source.current()).map(({ state }) => state);
}
