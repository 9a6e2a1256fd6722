import { setTimeout as delay } from 'node:timers/promises';
import { hostDoorPath } from '../src/bot/host-door.ts';
import { consoleClient, sessionOf } from '../test/support/console-client.ts';
import { type PostedAlert, startAlertmanager } from './support/alertmanager.ts';
import { percentile, round, say } from './support/figures.ts';
import { inFolder } from './support/process.ts';
import { type SlackSide, startSlackSide } from './support/slack.ts';
import { bearer, startTocsin, type Tocsin, webhookPath } from './support/tocsin.ts';

const criticals = 20;
const services = 20;
const alertsInGroup = 10;
/** Deliveries under way at a time, as an Alertmanager with many groups makes them. */
const senders = 8;
const watchS = Number(process.env['BENCH_STORM_SECONDS'] ?? 45);

/**
 * A storm into one channel of a Slack with the published limits: how soon every group is accounted for, and beside it, in
 * the same 45 seconds, Alertmanager's own receiver into another channel of the same Slack.
 */
export async function storm(): Promise<object> {
  const first = await inFolder((folder) => strike(folder, 200, true));
  const large = await inFolder((folder) => strike(folder, 1000, false));
  return { bench: 'storm', ...first, large };
}

async function strike(folder: string, groups: number, beside: boolean): Promise<object> {
  const side = await startSlackSide();
  const tocsin = await startTocsin({ folder, ...side.options });
  const ana = consoleClient(
    () => tocsin.urls.console,
    await sessionOf(hostDoorPath(tocsin.journal), 'ana'),
  );
  await side.slack.until(() => side.slack.sockets.count() > 0);
  await delay(1000);
  const native = beside ? await startNative(folder, side) : undefined;
  const began = performance.now();
  const since = () => round((performance.now() - began) / 1000);

  const sending = Promise.all([sendAll(tocsin, groups), native?.send(groups)]);
  const pressing = pressAlong(side, began);
  const [accounted, criticalsNamed, inConsole] = await Promise.all([
    once(() => isAccounted(cardOf(side), groups)).then(since),
    once(() => areNamed(cardOf(side))).then(since),
    once(async () => shownOn(await ana.page('/incidents/')) === groups).then(since),
  ]);
  await sending;
  say(
    `${groups} groups: accounted ${accounted} s, criticals ${criticalsNamed} s, console ${inConsole} s`,
  );
  await delay(Math.max(0, watchS * 1000 - (performance.now() - began)));
  await pressing;
  const result = {
    alerts: groups * alertsInGroup,
    groups,
    accounted_s: accounted,
    criticals_named_s: criticalsNamed,
    console_s: inConsole,
    refused_429: side.slack.refused429() - side.slack.refused429('incoming_webhook'),
    lost: groups - totalOf(cardOf(side)),
    presses: side.slack.ackTimes().length,
    unacknowledged: side.slack.unacknowledged().length,
    ack_p99_ms: round(percentile(side.slack.ackTimes(), 99)),
    critical_threads: side.shop.roots(side.ops).filter(({ bot }) => bot !== undefined).length - 1,
    ...(native ? { native_groups_45s: native.delivered(), native: native.version } : {}),
  };
  await native?.close();
  await tocsin.close();
  await side.close();
  return result;
}

interface Group {
  readonly name: string;
  readonly service: string;
  readonly severity: string;
}

function groupOf(at: number): Group {
  const severity = at < criticals ? 'critical' : 'warning';
  const number = String(at).padStart(4, '0');
  const name = at < criticals ? `Critical${number}` : `Warning${number}`;
  return { name, service: `service-${at % services}`, severity };
}

function alertsOf({ name, service, severity }: Group): readonly PostedAlert[] {
  return Array.from({ length: alertsInGroup }, (_, at) => ({
    labels: { alertname: name, service, severity, instance: `${service}-${at}:9100` },
    annotations: { summary: `${name} on ${service}-${at}` },
  }));
}

async function sendAll(tocsin: Tocsin, groups: number): Promise<void> {
  let next = 0;
  async function sender(): Promise<void> {
    for (let at = next; at < groups; at = next) {
      next += 1;
      await deliver(tocsin, groupOf(at));
    }
  }
  await Promise.all(Array.from({ length: senders }, sender));
}

async function deliver({ urls }: Tocsin, group: Group): Promise<void> {
  const startsAt = new Date().toISOString();
  const alerts = alertsOf(group).map((alert, at) => ({
    ...alert,
    status: 'firing',
    startsAt,
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example.com/graph',
    fingerprint: Buffer.from(`${group.name}${at}`).toString('hex').slice(-16),
  }));
  const groupLabels = { alertname: group.name, service: group.service };
  const answer = await fetch(urls.server + webhookPath, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      version: '4',
      groupKey: `{}:{alertname="${group.name}", service="${group.service}"}`,
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'tocsin',
      groupLabels,
      commonLabels: { ...groupLabels, severity: group.severity },
      commonAnnotations: {},
      externalURL: 'http://alertmanager.example.com',
      alerts,
    }),
  });
  if (!answer.ok) throw new Error(`the webhook was answered ${answer.status}`);
  await answer.text();
}

/** The storm's card as people read it; empty while there is none. */
function cardOf({ shop, ops }: SlackSide): string {
  const card = shop.message(ops, 'STORM');
  return card ? shop.messageText(card) : '';
}

function totalOf(card: string): number {
  return Number(/(\d+) incidents? open/.exec(card)?.[1] ?? 0);
}

/** On the board: those that it lists, and those that it says are open beside them. */
function shownOn(board: string): number {
  const listed = new Set([...board.matchAll(/\binc-[0-9a-f]{12}\b/g)].map(([id]) => id));
  return listed.size + Number(/and (\d+) more that are open/.exec(board)?.[1] ?? 0);
}

/** Its total is right, and what stands behind the name of each service adds up to it. */
function isAccounted(card: string, groups: number): boolean {
  const counted = [...card.matchAll(/service-\d+ (\d+)(?= ·|$)/gm)];
  const sum = counted.reduce((total, [, count]) => total + Number(count), 0);
  return totalOf(card) === groups && sum === groups;
}

function areNamed(card: string): boolean {
  return Array.from({ length: criticals }, (_, at) => groupOf(at).name).every((name) =>
    card.includes(name),
  );
}

/** Two people work while it rages: they ask, acknowledge, and open a thread from the card's menu. */
async function pressAlong({ ana, ben, shop, ops }: SlackSide, began: number): Promise<void> {
  for (let turn = 0; performance.now() - began < (watchS - 5) * 1000; turn += 1) {
    const roots = shop.roots(ops).filter(({ bot }) => bot !== undefined);
    const root = roots[turn % Math.max(1, roots.length)];
    const canAck = root && shop.messageText(root).includes('[Acknowledge]');
    // Slack says of itself when nobody acknowledged in time: that is counted, and nothing else may fail.
    if (canAck && turn % 3 === 0) await ben.presses('Acknowledge', root);
    else await ana.types('/ops status', ops);
    await delay(150);
  }
}

async function once(look: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + 120_000;
  while (!(await look())) {
    if (performance.now() > until) throw new Error('two minutes went by');
    await delay(50);
  }
}

/** Alertmanager's own receiver for Slack, into a channel of its own, at one message a second as Slack allows. */
async function startNative(folder: string, { slack, shop }: SlackSide) {
  const channel = shop.channel('native');
  const hook = shop.incomingWebhook(shop.otherApp('alertmanager'), channel);
  const server = await startAlertmanager(
    folder,
    `route: { receiver: slack, group_by: [alertname, service], group_wait: 1s, group_interval: 5m, repeat_interval: 4h }
receivers:
  - name: slack
    slack_configs: [ { api_url: '${hook}', channel: '#native' } ]
`,
  );
  return {
    version: server.version,
    send: (groups: number) =>
      server.post(Array.from({ length: groups }, (_, at) => alertsOf(groupOf(at))).flat()),
    delivered: () => shop.roots(channel).length,
    refused: () => slack.refused429('incoming_webhook'),
    close: server.close,
  };
}
