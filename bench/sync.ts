import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { hostDoorPath } from '../src/bot/host-door.ts';
import { type FakePagerduty, startFakePagerduty } from '../test/fakes/pagerduty/index.ts';
import { type ConsoleClient, consoleClient, sessionOf } from '../test/support/console-client.ts';
import { type Chats, startChats } from './support/chats.ts';
import { percentile, round, say } from './support/figures.ts';
import { inFolder } from './support/process.ts';
import { startTocsin, type Tocsin } from './support/tocsin.ts';

const acks = Number(process.env['BENCH_ACKS'] ?? 60);
const burst = Number(process.env['BENCH_BURST'] ?? 100);
const answersMs = 50;
const warmUp = 5;
const secret = 'bench-signing';

const PLACES = ['pagerduty', 'slack', 'discord', 'console'] as const;
type Place = (typeof PLACES)[number];
/** After how many milliseconds each showed it. */
type Shown = ReadonlyMap<Place, number>;

interface Night {
  readonly pager: FakePagerduty;
  readonly chats: Chats;
  readonly tocsin: Tocsin;
  readonly ana: ConsoleClient;
}

/**
 * One outage, three places: an acknowledgement pressed in Slack, until PagerDuty holds it and Slack, Discord and the console
 * show it; then ten a second on the console, until each is in the journal. PagerDuty answers in 50 ms.
 */
export async function sync(): Promise<object> {
  const pager = await startFakePagerduty({ now: Date.now, answersMs });
  const chats = await startChats();
  try {
    return await inFolder(async (folder) => {
      const tocsin = await start(folder, pager, chats);
      try {
        const door = hostDoorPath(tocsin.journal);
        const ana = consoleClient(() => tocsin.urls.console, await sessionOf(door, 'ana'));
        return await measure({ pager, chats, tocsin, ana });
      } finally {
        await tocsin.close();
      }
    });
  } finally {
    await chats.close();
    await pager.close();
  }
}

async function start(folder: string, pager: FakePagerduty, chats: Chats): Promise<Tocsin> {
  const { options } = chats;
  const tocsin = await startTocsin({
    ...options,
    folder,
    accounts: {
      ana: `${options.accounts.ana}, pagerduty: PANA`,
      ben: `${options.accounts.ben}, pagerduty: PBEN`,
    },
    sources: `  pagerduty: { main: { secrets: [ \${env:BENCH_PD_SECRET} ], api: { token: \${env:BENCH_PD}, from: tocsin@example.com, url: ${pager.url} } } }\n`,
    env: { ...options.env, BENCH_PD: pager.token, BENCH_PD_SECRET: secret },
  });
  pager.webhooks.subscribe({ url: `${tocsin.urls.server}/webhooks/pagerduty`, secret });
  return tocsin;
}

async function measure(night: Night): Promise<object> {
  const shown: Shown[] = [];
  const began = performance.now();
  for (let turn = 0; turn < acks + warmUp; turn += 1) {
    const times = await oneAck(night, `outage ${turn} of checkout`);
    if (turn >= warmUp) shown.push(times);
  }
  const roundtrips = shown.map((times) => Math.max(...times.values()));
  say(`max ${round(Math.max(...roundtrips))} ms of ${roundtrips.length}`);
  sayPlaces(shown, performance.now() - began);
  const journaled = await tenASecond(night);
  const { pager } = night;
  const puts = pager.requests.filter((request) => request.startsWith('PUT /incidents'));
  const incidents = [...pager.account.incidents.values()];
  const lost = incidents.filter(({ status }) => status !== 'acknowledged').length;
  return {
    bench: 'sync',
    ack_roundtrip_ms: {
      p50: round(percentile(roundtrips, 50)),
      p99: round(percentile(roundtrips, 99)),
    },
    journal_p99_ms_at_10: round(percentile(journaled, 99)),
    lost,
    duplicates: puts.length - (incidents.length - lost),
  };
}

/** What PagerDuty tells is handed on as it comes: its own delays are not ours. */
async function oneAck({ pager, chats, ana }: Night, title: string): Promise<Shown> {
  pager.triggers(title);
  await pager.webhooks.deliver();
  const { slack, shop, places, inSlack } = chats;
  const inSlackNow = () =>
    shop.roots(places.slack).find((message) => shop.messageText(message).includes(title));
  const inDiscordNow = () => places.discord.messages().find(({ text }) => text.includes(title));
  const root = await slack.until(inSlackNow, 30_000);
  await slack.until(inDiscordNow, 30_000);
  const [incident = ''] = await incidentOf(ana, title);
  const began = performance.now();
  await inSlack.ana.presses('Acknowledge', root);
  const shows: Readonly<Record<Place, () => boolean | Promise<boolean>>> = {
    pagerduty: () => pager.incident().status === 'acknowledged',
    slack: () => !shop.messageText(inSlackNow() ?? root).includes('[Acknowledge]'),
    discord: () => !(inDiscordNow()?.text.includes('[Acknowledge]') ?? true),
    console: async () => !(await ana.page(`/incidents/${incident}`)).includes('>Acknowledge<'),
  };
  const times = new Map<Place, number>();
  while (times.size < PLACES.length) {
    await pager.webhooks.deliver();
    for (const place of PLACES) {
      if (!times.has(place) && (await shows[place]())) times.set(place, performance.now() - began);
    }
    if (performance.now() - began > 60_000) throw new Error(`${title} is not shown acknowledged`);
    await delay(2);
  }
  return times;
}

/** The newest on the board are looked through for the one that was just opened. */
async function incidentOf(ana: ConsoleClient, title: string): Promise<readonly string[]> {
  for (const incident of await ana.incidents()) {
    if ((await ana.page(`/incidents/${incident}`)).includes(title)) return [incident];
  }
  return [];
}

/** From a line leaving the browser to its answer, which comes once it is in the journal. */
async function tenASecond({ pager, tocsin, ana }: Night): Promise<readonly number[]> {
  const before = new Set(await ana.incidents());
  for (let turn = 0; turn < burst; turn += 1) pager.triggers(`burst ${turn} of worker`);
  await pager.webhooks.deliver();
  await tocsin.settled();
  const fresh = (await ana.incidents()).filter((incident) => !before.has(incident));
  const times: number[] = [];
  const asked: Promise<void>[] = [];
  for (const incident of fresh) {
    asked.push(timed(() => ana.says(incident, 'ack'), times));
    await delay(100);
  }
  await Promise.all(asked);
  await settledThere(pager);
  return times;
}

async function timed(work: () => Promise<unknown>, into: number[]): Promise<void> {
  const began = performance.now();
  await work();
  into.push(performance.now() - began);
}

/** Which of the places is the slow one, and at what pace the platform's allowance let it go. */
function sayPlaces(shown: readonly Shown[], tookMs: number): void {
  say(`${round((60_000 * (acks + warmUp)) / tookMs)} acknowledgements a minute`);
  for (const place of PLACES) {
    const times = shown.map((each) => each.get(place) ?? Number.NaN);
    const [p50, p99] = [50, 99].map((of) => round(percentile(times, of)));
    say(`${place}: p50 ${p50}, p99 ${p99} ms`);
  }
}

/** PagerDuty holds them all, or a minute is over: what is missing then is counted as lost. */
async function settledThere(pager: FakePagerduty): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    await pager.webhooks.deliver();
    const left = [...pager.account.incidents.values()].some(
      ({ status }) => status !== 'acknowledged',
    );
    if (!left) return;
    await delay(100);
  }
}
