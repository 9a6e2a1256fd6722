import { createHash } from 'node:crypto';
import { type Bot, createBot } from '../../../src/bot/bot.ts';
import type { LiveJournal } from '../../../src/bot/bot-parts.ts';
import { type HttpListener, listen } from '../../../src/bot/http.ts';
import { intakeRoutes } from '../../../src/bot/intake.ts';
import { bookOf } from '../../../src/cli/book.ts';
import { createLogger } from '../../../src/cli/log.ts';
import { keyOf } from '../../../src/cli/start.ts';
import { connectTargets } from '../../../src/cli/targets.ts';
import type { AlertSource } from '../../../src/core/ports/alert-source.ts';
import { type OpenJournal, openJournal } from '../../../src/journal/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import type { TurningClock } from '../../fakes/turning-clock.ts';
import { eventually } from '../../support/eventually.ts';
import { configOf } from './config.ts';
import type { OpenStage, Stage } from './stages/stage.ts';

export interface BotProcessOptions {
  readonly journal: string;
  readonly clock: TurningClock;
  readonly cluster: Sandbox;
  readonly stages: readonly Stage[];
  readonly sources: readonly AlertSource[];
  /** New incidents are looked into. */
  readonly enriches?: boolean;
}

/** One life of the bot, in this process: everything of the real one but its console and its command line. */
export interface BotProcess {
  readonly bot: Bot;
  readonly journal: OpenJournal;
  readonly url: string;
  /** What it logged as an error: nothing, on a good night. */
  readonly errors: readonly string[];
  /** Runs once, when an event of that type is on disk and before anybody hears of it: a disk may be slow. */
  whenWritten(type: string, run: () => void): void;
  /** Ends as at a power cut: no timer runs, no append is answered, nothing is said any more. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

const times = {
  compareEveryMs: 300_000,
  ackReminderMs: 300_000,
  deadlinesEveryMs: 20,
  operationPollMs: 20,
  snapshotEveryMs: 300_000,
  resolvedJoinMs: 1_800_000,
};

export async function startBotProcess(options: BotProcessOptions): Promise<BotProcess> {
  const clock = options.clock.ofProcess();
  const { config, settings } = configOf(
    options.cluster,
    options.stages.map((stage) => stage.config),
  );
  const journal = await openJournal({
    path: options.journal,
    clock: clock.now,
    checkpointEveryMs: 0,
  });
  const { targets, books } = await connectTargets(config, {
    digestKey: await keyOf(journal, 'digest'),
    log: createLogger('silent'),
  });
  const power = createPower();
  const errors: string[] = [];
  const log = (message: string, fields: Readonly<Record<string, unknown>>) => {
    // What is no more complains of nothing.
    if (power.isOn() && 'error' in fields) errors.push(`${message}: ${describe(fields['error'])}`);
  };
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const book = bookOf(...books);
  const bot = await createBot({
    journal: power.through(journal),
    ownership: journal.ownership,
    clock,
    sha256,
    settings: () => settings,
    book,
    publicUrl: '',
    targets,
    sources: options.sources,
    runbooks: { hint: () => undefined, page: () => undefined },
    times,
    ...(options.enriches && { enriching: {} }),
    log,
  });
  const listener: HttpListener = await listen({
    name: 'server',
    host: '127.0.0.1',
    port: 0,
    routes: intakeRoutes({
      engine: bot.engine,
      journal: power.through(journal),
      settings: () => settings,
      sources: config.sources.alertmanager.map(({ name, auth }) => ({
        name: `alertmanager/${name}`,
        auth,
        answers: options.sources.length > 0,
      })),
      bodyLimitBytes: config.server.bodyLimitBytes,
      now: clock.now,
      sha256,
      book,
      metrics: { webhook: () => undefined, alerts: () => undefined },
      security: bot.security,
      reconcile: bot.reconcile,
    }),
    log,
  });
  const open: OpenStage[] = [];
  const lent = { bot, config, settings, journal: power.through(journal), clock, log };
  for (const stage of options.stages) open.push(await stage.open(lent));
  bot.start(open.flatMap(({ surfaces }) => surfaces));
  const connections = open.flatMap((stage) => stage.connections);
  for (const connection of connections) connection.start();
  // Whoever types while nobody is connected sees the platform's own error, and tries again.
  await eventually('the platforms are connected', () =>
    connections.every(({ health }) => health().state === 'ok'),
  );
  return {
    bot,
    journal,
    url: listener.url,
    errors,
    whenWritten: power.whenWritten,
    async crash() {
      power.cut();
      clock.stop();
      await Promise.all(open.map((stage) => stage.close()));
      await listener.close();
      for (const target of targets) target.close();
      await journal.close();
    },
    async close() {
      await listener.close();
      await bot.close();
      await Promise.all(open.map((stage) => stage.close()));
      await journal.close();
    },
  };
}

/** What a journal is asked after the cut is never answered: the one who asked is no more. */
function createPower() {
  let isOn = true;
  const never = new Promise<never>(() => undefined);
  const waiting = new Map<string, () => void>();

  async function append(
    journal: OpenJournal,
    ...[writes, context]: Parameters<LiveJournal['append']>
  ): ReturnType<LiveJournal['append']> {
    if (!isOn) return never;
    const done = await journal.append(writes, context);
    for (const { type } of writes.flatMap(({ events }) => events)) {
      const run = waiting.get(type);
      waiting.delete(type);
      run?.();
    }
    return isOn ? done : never;
  }

  return {
    isOn: () => isOn,
    cut() {
      isOn = false;
    },
    whenWritten(type: string, run: () => void) {
      waiting.set(type, run);
    },
    through(journal: OpenJournal): LiveJournal {
      return {
        append: (writes, context) => append(journal, writes, context),
        read: (stream, from) => (isOn ? journal.read(stream, from) : never),
        tail: (after, limit) => (isOn ? journal.tail(after, limit) : never),
        streams: (prefix) => (isOn ? journal.streams(prefix) : never),
        lastCheckpoint: () => journal.lastCheckpoint(),
        onAppended: (listener) =>
          journal.onAppended((recorded) => {
            if (isOn) listener(recorded);
          }),
        blobs: journal.blobs,
        snapshots: journal.snapshots,
        keyring: journal.keyring,
      };
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message}` : String(error);
}
