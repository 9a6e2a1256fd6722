import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { hostDoorPath } from '../bot/host-door.ts';
import { exitCode } from '../cli.ts';
import { type Config, loadConfig, sayError, surroundings } from '../config.ts';
import { commands } from '../handlers/commands/index.ts';
import { type OpenJournal, openJournal } from '../journal/index.ts';
import { thisBuild } from './build.ts';
import { compose } from './compose.ts';
import { createLogger } from './log.ts';
import { readRunbooks, runbooksOf } from './runbooks.ts';
import { sayProblem } from './say.ts';
import { connectSources, connectTargets } from './targets.ts';

/** Runs until it is told to stop. Answers the exit code. */
export async function start(file: string): Promise<number> {
  const loaded = loadConfig(file, surroundings(), thisBuild);
  if (!loaded.ok) {
    for (const error of loaded.errors) process.stderr.write(`${sayError(error)}\n`);
    return exitCode.usage;
  }
  const { config, settings, warnings } = loaded;
  const log = createLogger(process.env['TOCSIN_LOG_LEVEL'] ?? 'info');
  for (const warning of warnings) log.warn({ warning }, 'configuration');
  const { runbooks, faults } = readRunbooks(commands.map(({ name }) => name));
  for (const fault of faults) log.warn({ fault }, 'runbook left out');
  let journal: OpenJournal;
  try {
    mkdirSync(dirname(resolve(config.journal.path)), { recursive: true });
    journal = await openJournal({
      path: config.journal.path,
      ...(config.journal.signingKey ? { signingKey: config.journal.signingKey.reveal() } : {}),
      checkpointEveryMs: 60_000,
      logRoomBytes: 36 * 1024 * 1024,
      log: ({ level, message, fields }) => log[level](fields, message),
      publishCheckpoint: (checkpoint) => log.info({ checkpoint }, 'checkpoint'),
    });
  } catch (error) {
    const code = sayProblem(error);
    return code === exitCode.owned ? code : exitCode.usage;
  }
  const digestKey = await keyOf(journal, 'digest');
  const { targets, books } = await connectTargets(config, { digestKey, log });
  const sources = await connectSources(config);
  const running = await compose({
    ...partsOf(config),
    journal,
    settings,
    sources: sources.sources,
    targets,
    runbooks: runbooksOf(runbooks),
    access: 'sessions',
    hostDoor: hostDoorPath(config.journal.path),
    brought: [...books, ...sources.books],
    log,
  });
  log.info(running.urls, 'ready');
  await toldToStop();
  log.info({ grace_ms: config.server.shutdownGraceMs }, 'stopping');
  const cut = setTimeout(() => {
    log.warn({}, 'the grace is over; what is cut is settled at the next start');
    process.exit(exitCode.ok);
  }, config.server.shutdownGraceMs);
  await running.close();
  clearTimeout(cut);
  sources.close();
  log.info({}, 'stopped');
  return exitCode.ok;
}

/** What the configuration alone decides. */
export function partsOf(config: Config) {
  const { server, console, metrics, incident, sources } = config;
  return {
    listen: { server: server.listen, console: console.listen, metrics: metrics.listen },
    consoleUrl: console.publicUrl,
    bodyLimitBytes: server.bodyLimitBytes,
    webhooks: sources.alertmanager.map(({ name, auth, api }) => ({
      name: `alertmanager/${name}`,
      auth,
      answers: api !== undefined,
    })),
    times: { ...incident, deadlinesEveryMs: 1000, operationPollMs: 500, snapshotEveryMs: 300_000 },
    tokens: console.tokens.map(({ name, token, scopes }) => ({
      name,
      token: token.reveal(),
      scopes,
    })),
  };
}

/** A key of our own, drawn once and kept beside the journal. */
export async function keyOf(journal: OpenJournal, name: string): Promise<Uint8Array> {
  const known = await journal.keyring.get(name);
  if (known) return known;
  const drawn = randomBytes(32);
  await journal.keyring.set(name, drawn);
  return drawn;
}

function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
