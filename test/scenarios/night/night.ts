import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LaneReading } from '../../../src/bot/loops/threads/index.ts';
import type { AlertSource } from '../../../src/core/ports/alert-source.ts';
import { type TurningClock, turningClock } from '../../fakes/turning-clock.ts';
import { eventually } from '../../support/eventually.ts';
import { type Alertmanager, crashLooping, createAlertmanager } from './alertmanager.ts';
import { type BotProcess, startBotProcess } from './bot-process.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { type Told, told } from './record.ts';
import { consoleStage } from './stages/console.ts';
import { discordStage } from './stages/discord.ts';
import { plainStage } from './stages/plain.ts';
import { slackStage } from './stages/slack.ts';
import type { Stage, StageName } from './stages/stage.ts';
import { type NightThread, openThread, type Seats } from './thread.ts';

export const ana = 'ana';
export const ben = 'ben';
/** May look and say something, and change nothing. */
export const cleo = 'cleo';

/** One evening: a cluster, an Alertmanager, a chat that outlives the bot, and the bot itself. */
export interface Night {
  readonly clock: TurningClock;
  readonly cluster: Cluster;
  readonly alertmanager: Alertmanager;
  /** Where it is played: `plain`, `console`, `slack`, `discord`, or all three at once. */
  readonly stage: StageName;
  /** How many threads stand there. */
  threads(): Promise<number>;
  readonly journal: { tells(types: string): Promise<void>; told(): Promise<readonly Told[]> };
  /** The bot of now: another one after a crash. */
  readonly process: BotProcess;
  /** A pod of the service began to crash: the cluster shows it and the alert is sent. */
  crashLoop(service?: string): Promise<NightThread>;
  /** The alert of a service whose cluster says nothing of it, or says it again. */
  alertTells(service: string): Promise<void>;
  alertmanagerTells(service: string): Promise<NightThread>;
  alertStops(service?: string): Promise<void>;
  /** The newest thread beside this one. */
  otherThread(than: NightThread): Promise<NightThread>;
  /** The thread whose card says so, once it is there. */
  thread(title: string): Promise<NightThread>;
  /** Said outside any incident; the answer to the one who asked. */
  says(person: string, line: string): Promise<string>;
  passes(ms: number): void;
  crashAndRestart(): Promise<void>;
  /** Told to stop, it ends in its own order; then it is started again. */
  stopsAndStarts(): Promise<void>;
}

export interface NightOptions {
  readonly sources?: readonly AlertSource[];
  /** False for what must happen at its own pace: nothing is turned forward while somebody waits. */
  readonly hurries?: boolean;
  /** New incidents are looked into. */
  readonly enriches?: boolean;
  /** Where it is played, and nowhere else but in a full run: what it shows does not depend on the stage. */
  readonly on?: StageName;
}

/** One evening is one test on each stage: it ends with a journal that verifies, a quiet log and nothing said twice. */
export function scenario(
  title: string,
  play: (night: Night) => Promise<void>,
  options: NightOptions = {},
): void {
  for (const stage of stagesOf(title, options.on)) {
    it(
      stage === 'plain' ? title : `${title} (${stage})`,
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'tocsin-night-'));
        const open = await begin(folder, stage, options);
        try {
          await play(open.night);
          await open.isInOrder();
        } finally {
          await open.end();
          rmSync(folder, { recursive: true, force: true });
        }
      },
      patienceMs,
    );
  }
}

/** A platform has its limits, and they are kept. */
const patienceMs = 90_000;

const platforms: readonly StageName[] = ['console', 'slack', 'discord', 'all'];

/** All of them in a full run; otherwise without a platform, which is quick, and on one that the seed chooses. */
function stagesOf(title: string, on?: StageName): readonly StageName[] {
  const only = process.env['TOCSIN_STAGE'];
  if (only !== undefined) return [...platforms, 'plain' as const].filter((name) => name === only);
  if (process.env['TOCSIN_FULL']) return ['plain', ...platforms];
  if (on) return [on];
  const seed = Number(process.env['TOCSIN_SEED'] ?? 1);
  const drawn = [...title].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), seed) >>> 0;
  return ['plain', platforms[drawn % platforms.length] ?? 'console'];
}

/** Where each of them sits when the incident is everywhere. */
const seats: Readonly<Record<string, StageName>> = {
  ana: 'slack',
  ben: 'discord',
  cleo: 'console',
};

async function build(name: StageName, clock: TurningClock): Promise<readonly Stage[]> {
  switch (name) {
    case 'plain':
      return [plainStage()];
    case 'console':
      return [consoleStage()];
    case 'slack':
      return [await slackStage(clock)];
    case 'discord':
      return [await discordStage(clock)];
    case 'all':
      return [await slackStage(clock), await discordStage(clock), consoleStage()];
  }
}

/** The platforms' own time passes faster while somebody only waits: it is their limits that are waited for. */
const hurryMs = 100;

async function begin(
  folder: string,
  name: StageName,
  { sources = [], hurries = true, enriches = false }: NightOptions,
) {
  const clock = turningClock();
  const cluster = await startCluster(clock);
  const stages = await build(name, clock);
  const start = () =>
    startBotProcess({
      journal: join(folder, 'night.db'),
      clock,
      cluster: cluster.sandbox,
      stages,
      sources,
      enriches,
    });
  let process = await start();
  let crashes = 0;
  const errors: string[] = [];
  const alertmanager = createAlertmanager(() => process.url);
  const firing = new Map<string, number>();
  const looking: Seats = {
    stages,
    seatOf(person) {
      const [first] = stages;
      const seat = stages.find((stage) => stage.name === (seats[person] ?? 'slack')) ?? first;
      if (!seat) throw new Error('there is no stage');
      return seat;
    },
    isQuiet: () => process.bot.readings().threadsWaiting === 0,
    waits() {
      if (hurries && process.bot.readings().lanes.some(isPaced)) clock.passes(hurryMs);
    },
  };

  const night: Night = {
    clock,
    cluster,
    alertmanager,
    stage: name,
    get process() {
      return process;
    },
    threads: async () =>
      Math.max(...(await Promise.all(stages.map(async (stage) => (await stage.threads()).length)))),
    journal: {
      told: () => told(process.journal),
      async tells(types) {
        const said = async () => (await told(process.journal)).map(({ type }) => type).join(' ');
        const wanted = types.trim().replace(/\s+/g, ' ');
        // What is shown may be a moment ahead of the last line of the record.
        await eventually('the journal tells it', async () => (await said()) === wanted, {
          withinMs: 1000,
        }).catch(() => undefined);
        expect(await said()).toBe(wanted);
      },
    },
    async crashLoop(service = 'checkout') {
      cluster.breaks(service);
      return night.alertmanagerTells(service);
    },
    async alertTells(service) {
      // Asked once: a millisecond may pass between two questions, and an end of another episode ends nothing.
      const startsAt = clock.now();
      firing.set(service, startsAt);
      await alertmanager.sends([crashLooping(service, `${service}-1`, startsAt)]);
    },
    async alertmanagerTells(service) {
      await night.alertTells(service);
      return night.thread(service);
    },
    otherThread: (than) => openThread(looking, (id) => !than.ids.includes(id)),
    async alertStops(service = 'checkout') {
      const alert = crashLooping(service, `${service}-1`, firing.get(service) ?? clock.now());
      await alertmanager.sends([{ ...alert, endsAt: clock.now() }]);
    },
    thread: (title) => openThread(looking, (_id, root) => root.includes(title)),
    says: (person, line) => looking.seatOf(person).says(person, line),
    passes: clock.passes,
    async stopsAndStarts() {
      await process.close();
      errors.push(...process.errors);
      process = await start();
    },
    async crashAndRestart() {
      await process.crash();
      errors.push(...process.errors);
      crashes += 1;
      process = await start();
    },
  };

  return {
    night,
    async isInOrder() {
      await eventually('everything is shown', () => {
        looking.waits();
        return process.bot.readings().threadsWaiting === 0;
      });
      await process.bot.settled();
      for (const stage of stages) stage.isInOrder(crashes);
      expect([...errors, ...process.errors]).toEqual([]);
      const { ok, finding } = await process.journal.verify();
      expect({ ok, finding }).toEqual({ ok: true, finding: undefined });
    },
    async end() {
      await process.close();
      for (const stage of stages) await stage.close();
      await cluster.sandbox.close();
    },
  };
}

function isPaced({ waiting }: Pick<LaneReading, 'waiting'>): boolean {
  return waiting.root + waiting.reply + waiting.edit + waiting.doubt > 0;
}
