import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exitCode } from '../cli.ts';
import { loadConfig, sayError } from '../config.ts';
import type { OperationState } from '../core/operation/operation.ts';
import { cardText, threadText } from '../core/view/text.ts';
import { commands } from '../handlers/commands/index.ts';
import { openJournal } from '../journal/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { thisBuild } from './build.ts';
import { noChats } from './chats.ts';
import { compose } from './compose.ts';
import { demoConfig, watchCheckout } from './demo-world.ts';
import { createLogger } from './log.ts';
import type { Running } from './parts.ts';
import { readRunbooks, runbooksOf } from './runbooks.ts';
import { sayProblem } from './say.ts';
import { keyOf, partsOf } from './start.ts';
import { connectTargets } from './targets.ts';

export interface DemoOptions {
  readonly headless: boolean;
  readonly journal?: string;
}

/** The main job on an emulated cluster, with no account and no token. Never beside anything real. */
export async function demo(options: DemoOptions): Promise<number> {
  if (process.env['TOCSIN_CONFIG']) {
    process.stderr.write(
      'The demo does not run beside a real configuration. Nothing was started. $TOCSIN_CONFIG names one: unset it, or use `tocsin start`.\n',
    );
    return exitCode.usage;
  }
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-demo-'));
  try {
    return await play(options, folder);
  } catch (error) {
    return sayProblem(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(options: DemoOptions, folder: string): Promise<number> {
  const { startSandbox } = await import('../sandbox/index.ts');
  const sandbox = await startSandbox();
  sandbox.shop.seed();
  const path = options.journal ? resolve(options.journal) : join(folder, 'demo.db');
  const bearer = randomBytes(16).toString('hex');
  const running = await open(sandbox, { path, bearer });
  const watch = watchCheckout(sandbox, (body) => send(running.urls.server, bearer, body));
  sandbox.shop.breakCheckout();
  try {
    if (options.headless) await playToTheEnd(running);
    else await waitForPeople(running);
    return exitCode.ok;
  } finally {
    watch.stop();
    await running.close();
    await sandbox.close();
  }
}

/** The bot as `start` would run it, with the demo's own configuration and no sign-in. */
async function open(
  sandbox: Sandbox,
  { path, bearer }: { readonly path: string; readonly bearer: string },
): Promise<Running> {
  const env = {
    TOCSIN_DEMO_BEARER: bearer,
    TOCSIN_DEMO_READ: sandbox.token('read'),
    TOCSIN_DEMO_WRITE: sandbox.token('write'),
  };
  const text = demoConfig(sandbox.url, path);
  const around = { env, files: { read: () => text } };
  const loaded = loadConfig('tocsin.yaml', around, thisBuild);
  if (!loaded.ok) throw new Error(loaded.errors.map(sayError).join('\n'));
  const { config, settings } = loaded;
  const log = createLogger(process.env['TOCSIN_LOG_LEVEL'] ?? 'silent');
  const journal = await openJournal({
    path,
    log: ({ level, message, fields }) => log[level](fields, message),
  });
  const digestKey = await keyOf(journal, 'digest');
  const { targets, books } = await connectTargets(config, { digestKey, log });
  return compose({
    ...partsOf(config),
    journal,
    settings,
    sources: [],
    targets,
    chats: noChats,
    runbooks: runbooksOf(readRunbooks(commands.map(({ name }) => name)).runbooks),
    access: 'demo',
    hostDoor: undefined,
    brought: books,
    log,
  });
}

async function send(server: string, bearer: string, body: string): Promise<void> {
  const answer = await fetch(`${server}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(5000),
  });
  if (!answer.ok) throw new Error(`the webhook answered ${answer.status}: ${await answer.text()}`);
}

async function waitForPeople({ urls }: Running): Promise<void> {
  process.stdout.write(
    `SANDBOX: a shop on an emulated cluster. Its checkout has just got a bad release.\n\n` +
      `  Console   ${urls.console}\n` +
      `  Webhooks  ${urls.server}/webhooks/alertmanager\n` +
      `  Metrics   ${urls.metrics}/metrics\n\n` +
      `Open the console as Ana, type \`rollback\` in the incident, then approve it as Ben.\n` +
      `Ctrl-C ends it; nothing outside this process was touched.\n`,
  );
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** The whole incident, played by three people who are not there. */
async function playToTheEnd({ bot }: Running): Promise<void> {
  const incident = await eventually(
    'an incident',
    () => [...bot.engine.readings.incidents.keys()][0],
  );
  const as = (account: string) => ({ surface: 'console', account });
  let spoken = 0;
  const say = (person: string, line: string) => {
    spoken += 1;
    return bot.dispatch.say({ line, actor: as(person), incident, cause: `demo/${spoken}` });
  };
  await say('ana', 'ack');
  await say('ana', 'rollback reason="1.9.0 crashes at its start"');
  const waiting = await eventually('a plan', () =>
    operationIn(bot.engine.readings.operations.values(), 'waiting'),
  );
  const press = { kind: 'approve', operation: waiting.id, hash: waiting.hash ?? '' } as const;
  const shown = { digest: '', fresh: true };
  const own = await bot.dispatch.press({
    press,
    actor: as('ana'),
    incident,
    cause: 'demo/own',
    shown,
  });
  const other = await bot.dispatch.press({
    press,
    actor: as('ben'),
    incident,
    cause: 'demo/other',
    shown,
  });
  await eventually('the end of the rollback', () =>
    operationIn(bot.engine.readings.operations.values(), 'done', 'failed', 'unknown', 'stale'),
  );
  await eventually('the end of the incident', async () => {
    const state = await bot.engine.incident(incident);
    return state?.status === 'resolved' ? state : undefined;
  });
  await bot.settled();
  const thread = await bot.threads.desired(incident);
  process.stdout.write('SANDBOX: an emulated cluster, and people who are not there.\n\n');
  if (thread) process.stdout.write(threadText(thread));
  process.stdout.write(
    `\nWhispered to Ana when she pressed Approve on her own request:\n\n${cardText(own.card)}`,
  );
  process.stdout.write(`\nWhispered to Ben when he pressed it:\n\n${cardText(other.card)}`);
}

function operationIn(
  operations: Iterable<{ readonly state: OperationState }>,
  ...statuses: readonly OperationState['status'][]
): OperationState | undefined {
  for (const { state } of operations) if (statuses.includes(state.status)) return state;
  return undefined;
}

const patienceMs = 60_000;

async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(50);
  }
  throw new Error(`the demo waited in vain for ${what}`);
}
