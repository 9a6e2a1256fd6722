import { hash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Logger } from 'pino';
import { recordConfiguration, tellConfiguration } from '../bot/configuration-record.ts';
import { hostDoorPath } from '../bot/host-door.ts';
import { exitCode } from '../cli.ts';
import { webhookUrls } from '../config/check.ts';
import { type Config, loadConfig, sayError, surroundings } from '../config.ts';
import { ProblemError, problem } from '../core/problem.ts';
import { describe } from '../core/record/configuration.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import type { Settings } from '../core/settings.ts';
import { commands } from '../handlers/commands/index.ts';
import { type OpenJournal, openJournal } from '../journal/index.ts';
import { connectBackups } from './backups.ts';
import { thisBuild } from './build.ts';
import { loadChats } from './chats.ts';
import { compose } from './compose.ts';
import { createLogger } from './log.ts';
import { installationOf, startOwnAlerts } from './own-alerts.ts';
import { type ConnectedPagers, connectPagers } from './pagers.ts';
import { type ConnectedPanels, connectPanels } from './panels.ts';
import type { Running } from './parts.ts';
import { readRunbooks, runbooksOf } from './runbooks.ts';
import { sayProblem } from './say.ts';
import { secretsIn } from './secret-net.ts';
import {
  type ConnectedSources,
  connectHeartbeat,
  connectSources,
  connectTargets,
} from './targets.ts';
import { connectWatches } from './watches.ts';

/** Runs until it is told to stop. Answers the exit code. */
export async function start(file: string): Promise<number> {
  const loaded = loadConfig(file, surroundings(), thisBuild);
  if (!loaded.ok) {
    for (const error of loaded.errors) process.stderr.write(`${sayError(error)}\n`);
    return exitCode.usage;
  }
  const { config, settings, warnings } = loaded;
  // From here on: told to stop while it reads its journal, it stops in order when that is done.
  const stop = toldToStop();
  const log = createLogger(process.env['TOCSIN_LOG_LEVEL'] ?? 'info', secretsIn(config));
  for (const warning of warnings) log.warn({ warning }, 'configuration');
  const { runbooks, faults } = readRunbooks(commands.map(({ name }) => name));
  for (const fault of faults) log.warn({ fault }, 'runbook left out');
  let opened: Opened;
  try {
    opened = await open({ config, settings, runbooks, log });
  } catch (error) {
    const code = sayProblem(error);
    // What stands already (a listener, a target's connection) goes with the process.
    process.exit(code === exitCode.owned ? code : exitCode.usage);
  }
  const { running, sources, pagers, panels, ownAlerts } = opened;
  log.info({ ...running.urls, webhooks: Object.fromEntries(webhookUrls(config)) }, 'ready');
  await stop;
  log.info({ grace_ms: config.server.shutdownGraceMs }, 'stopping');
  let isOver = false;
  const cut = setTimeout(() => {
    const what = isOver
      ? 'something kept the process alive'
      : 'what is cut is settled at the next start';
    log.warn({}, `the grace is over; ${what}`);
    process.exit(exitCode.ok);
  }, config.server.shutdownGraceMs);
  await ownAlerts.close();
  await running.close();
  sources.close();
  pagers.close();
  panels.close();
  isOver = true;
  // It keeps nothing alive itself, and ends what a vendor's library might have left behind.
  cut.unref();
  log.info({}, 'stopped');
  return exitCode.ok;
}

interface Opened {
  readonly running: Running;
  readonly sources: ConnectedSources;
  readonly pagers: ConnectedPagers;
  readonly ownAlerts: { close(): Promise<void> };
  readonly panels: ConnectedPanels;
}

interface Opening {
  readonly config: Config;
  readonly settings: Settings;
  readonly runbooks: readonly Runbook[];
  readonly log: Logger;
}

async function open({ config, settings, runbooks, log }: Opening): Promise<Opened> {
  makeFolder(dirname(resolve(config.journal.path)));
  const journal = await openJournal({
    path: config.journal.path,
    ...(config.journal.signingKey ? { signingKey: config.journal.signingKey.reveal() } : {}),
    ...(config.journal.archive ? { archive: config.journal.archive.folder } : {}),
    checkpointEveryMs: 60_000,
    logRoomBytes: 36 * 1024 * 1024,
    log: ({ level, message, fields }) => log[level](fields, message),
    publishCheckpoint: (checkpoint) => log.info({ checkpoint }, 'checkpoint'),
  });
  try {
    const load = await recorded({ config, settings, journal, log });
    const digestKey = await keyOf(journal, 'digest');
    const connected = await connectTargets(config, { digestKey, log });
    const backedUp = await connectBackups(connected.targets, {
      settings,
      stores: config.stores,
      journal,
      log,
    });
    const installation = installationOf(digestKey);
    const sources = await connectSources(config, installation);
    const pagers = await connectPagers(config, settings.people);
    const panels = await connectPanels(config);
    const chats = await loadChats(config);
    const watched = await connectWatches(config, connected.targets);
    const running = await compose({
      ...partsOf(config),
      webhooks: partsOf(config).webhooks.map((each) => ({ ...each, installation })),
      ...(await connectHeartbeat(config.heartbeat)),
      journal,
      settings,
      sources: sources.sources,
      silences: sources.silences,
      pagers: pagers.pagers,
      onCalls: pagers.onCalls,
      changes: pagers.changes,
      panels: panels.panels,
      watches: watched.watches,
      resting: () => [sources, pagers, panels, backedUp].flatMap((each) => each.resting()),
      directories: pagers.directories,
      targets: backedUp.targets,
      ...(backedUp.backups && { backups: backedUp.backups }),
      chats,
      runbooks: runbooksOf(runbooks),
      access: 'sessions',
      retainMs: config.journal.archive?.retainMs,
      hostDoor: hostDoorPath(config.journal.path),
      brought: [connected, backedUp, sources, pagers, panels, watched].flatMap(
        ({ books }) => books,
      ),
      log,
    });
    const ownAlerts = startOwnAlerts({
      sinks: sources.sinks,
      running,
      journal,
      installation,
      publicUrl: config.console.publicUrl ?? '',
      log: (message, fields) => log.info(fields, message),
    });
    if (load) {
      tellConfiguration(load, { tellSecurity: running.bot.security.tell }).catch((error: unknown) =>
        log.error({ error }, 'the change of the configuration was not told'),
      );
    }
    return { running, sources, pagers, panels, ownAlerts };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** A journal that takes nothing keeps nobody from starting: `/ready` says so, and the next start records it. */
async function recorded({
  config,
  settings,
  journal,
  log,
}: Pick<Opening, 'config' | 'settings' | 'log'> & { readonly journal: OpenJournal }) {
  const { file: _, ...parts } = config;
  const sections = Object.entries(parts).map(
    ([name, part]) => [name, JSON.stringify(part)] as const,
  );
  try {
    return await recordConfiguration(
      describe(settings, Object.fromEntries(sections), sha256),
      settings.policy.digest,
      { journal, sha256, log: (message, fields) => log.warn(fields, message) },
    );
  } catch (error) {
    log.error({ error }, 'the configuration is not on the record');
    return undefined;
  }
}

const sha256 = (text: string) => hash('sha256', text);

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ProblemError(problem('JOURNAL_FOLDER', { folder }), { cause: error });
  }
}

/** What the configuration alone decides. */
export function partsOf(config: Config) {
  const { server, console, metrics, incident, sources } = config;
  return {
    listen: { server: server.listen, console: console.listen, metrics: metrics.listen },
    consoleUrl: console.publicUrl,
    keyringKeys: config.journal.keyringKeys.map((key) => key.reveal()),
    bodyLimitBytes: server.bodyLimitBytes,
    limits: config.limits,
    trustedProxies: server.trustedProxies,
    webhooks: (['alertmanager', 'grafana'] as const).flatMap((kind) =>
      sources[kind].map(({ name, auth, api, watchdog }) => ({
        name: `${kind}/${name}`,
        auth,
        ...(watchdog && { watchdog }),
        answers: api !== undefined,
      })),
    ),
    pageDoors: sources.pagerduty.map(({ name, secrets, api }) => ({
      name: `pagerduty/${name}`,
      secrets,
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
