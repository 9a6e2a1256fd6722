import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AlertSource } from '../../../src/core/ports/alert-source.ts';
import { cardText } from '../../../src/core/view/text.ts';
import { type ChatSurface, createChatSurface } from '../../fakes/chat-surface.ts';
import { type TurningClock, turningClock } from '../../fakes/turning-clock.ts';
import { eventually } from '../../support/eventually.ts';
import { type Alertmanager, crashLooping, createAlertmanager } from './alertmanager.ts';
import { type BotProcess, startBotProcess } from './bot-process.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { type Told, told } from './record.ts';
import { type NightThread, openThread } from './thread.ts';

export const ana = 'ana';
export const ben = 'ben';
/** May look and say something, and change nothing. */
export const cleo = 'cleo';

/** One evening: a cluster, an Alertmanager, a chat that outlives the bot, and the bot itself. */
export interface Night {
  readonly clock: TurningClock;
  readonly cluster: Cluster;
  readonly alertmanager: Alertmanager;
  readonly chat: ChatSurface;
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
}

/** One evening is one test: it ends with a journal that verifies, a quiet log and nothing said twice. */
export function scenario(
  title: string,
  play: (night: Night) => Promise<void>,
  options: NightOptions = {},
): void {
  it(title, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-night-'));
    const open = await begin(folder, options);
    try {
      await play(open.night);
      await open.isInOrder();
    } finally {
      await open.end();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

async function begin(folder: string, { sources = [] }: NightOptions) {
  const clock = turningClock();
  const cluster = await startCluster(clock);
  const chat = createChatSurface();
  const start = () =>
    startBotProcess({
      journal: join(folder, 'night.db'),
      clock,
      cluster: cluster.sandbox,
      chat: chat.surface,
      sources,
    });
  let process = await start();
  let crashes = 0;
  const errors: string[] = [];
  const alertmanager = createAlertmanager(() => process.url);
  const firing = new Map<string, number>();
  const current = () => process;

  const night: Night = {
    clock,
    cluster,
    alertmanager,
    chat,
    get process() {
      return process;
    },
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
      firing.set(service, clock.now());
      await alertmanager.sends([crashLooping(service, `${service}-1`, clock.now())]);
    },
    async alertmanagerTells(service) {
      await night.alertTells(service);
      return night.thread(service);
    },
    otherThread: (than) =>
      openThread({ chat, process: current }, (incident) => incident !== than.incident),
    async alertStops(service = 'checkout') {
      const alert = crashLooping(service, `${service}-1`, firing.get(service) ?? clock.now());
      await alertmanager.sends([{ ...alert, endsAt: clock.now() }]);
    },
    thread: (title) =>
      openThread({ chat, process: current }, (_incident, card) => card.includes(title)),
    async says(person, line) {
      const actor = { surface: 'console', account: person };
      const cause = `night/${person}/${clock.now()}/${line}`;
      return cardText((await process.bot.dispatch.say({ line, actor, incident: '', cause })).card);
    },
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
      await process.bot.settled();
      const lines = chat.incidents().flatMap((incident) => chat.messages(incident));
      const edited = lines.filter(
        ({ piece, edits }) => 'kind' in piece && piece.kind === 'line' && edits > 0,
      );
      expect(edited, 'a line once posted stays as it is').toEqual([]);
      expect(chat.repeated(), 'only a crash may forget a post').toBeLessThanOrEqual(crashes);
      expect([...errors, ...process.errors]).toEqual([]);
      const { ok, finding } = await process.journal.verify();
      expect({ ok, finding }).toEqual({ ok: true, finding: undefined });
    },
    async end() {
      await process.close();
      await cluster.sandbox.close();
    },
  };
}
