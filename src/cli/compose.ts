import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import { type Bot, createBot } from '../bot/bot.ts';
import type { Log } from '../bot/bot-parts.ts';
import { systemClock } from '../bot/clock.ts';
import { openHostDoor } from '../bot/host-door.ts';
import { listen } from '../bot/http.ts';
import type { HttpRoute } from '../bot/http-route.ts';
import { intakeRoutes } from '../bot/intake.ts';
import { createMetrics, type Metrics } from '../bot/metrics.ts';
import { pagerdutyRoutes } from '../bot/pagerduty-intake.ts';
import { createPulse } from '../bot/pulse.ts';
import { createSender } from '../bot/sender.ts';
import type { ProblemBook } from '../core/problem.ts';
import { bookOf } from './book.ts';
import { closeAll } from './close-all.ts';
import { deskSources } from './console-desk.ts';
import { healthRoutes } from './health.ts';
import { openArchiving } from './journal-archive.ts';
import { knownLate, type Late, readingsOf } from './late.ts';
import type { Parts, Running } from './parts.ts';
import { openSessions } from './sign-in.ts';
import { openStepUps, partyOf, stepUpHostHandlers } from './step-up.ts';
import { version } from './version.ts';
import { createWatch, loopsWithinMs } from './watch.ts';

/** Puts the bot and its outside together. The same for `start` and `demo`; they differ in what they hand in. */
export async function compose(parts: Parts): Promise<Running> {
  const { journal, log } = parts;
  const say = sayTo(log);
  const surface = await import('../bot/surfaces/console/index.ts');
  const book = bookOf(surface.problems, ...parts.chats.books, ...parts.brought);
  const address = { console: parts.consoleUrl ?? '' }; // A port is known once the listener stands.
  const late: Late = {};
  const pulse = createPulse(loopsWithinMs, systemClock.now);
  const { sessions, ...ways } = openSessions(parts, surface, late);
  const bot = await createBot({
    ...parts,
    ...ways,
    pulse,
    ownership: journal.ownership,
    clock: systemClock,
    sha256,
    settings: () => parts.settings,
    book,
    publicUrl: address.console,
    hasFactors: partyOf(parts) !== undefined,
    ...knownLate(parts, late),
    log: say,
  });
  const metrics = createMetrics(readingsOf(parts, bot, late), version);
  const watch = createWatch({ parts, bot, pulse, metrics, sha256, log: say });
  const surfaces = () => (late.chats?.connections ?? []).map(({ surface: each }) => each);
  const stepUps = await openStepUps({ ...parts, bot, surfaces, log: say });
  const shown = surface.createConsole({
    desk: surface.createConsoleDesk(deskSources(parts, bot)),
    access:
      parts.access === 'demo'
        ? { kind: 'demo', people: parts.settings.people }
        : { kind: 'sessions', sessions },
    origins: () => [address.console],
    senderOf: createSender(parts.trustedProxies),
    now: systemClock.now,
    log: (message, error) => log.error({ error }, message),
    metrics: consoleCounts(metrics, bot),
    tokens: parts.tokens,
    stepUps,
  });
  const chats = parts.chats.connect({
    desk: bot.chat,
    metrics: { ...metrics.chat, refused: bot.security.refused },
    log: say,
  });
  Object.assign(late, { bot, metrics, chats });
  const state = { closing: false };
  const open = (name: 'server' | 'console' | 'metrics', routes: readonly HttpRoute[]) =>
    listen({ name, ...parts.listen[name], routes, log: say });
  const server = await open('server', [
    ...webhookRoutes(parts, bot, { book, metrics, heard: watch.heard }),
    ...chats.routes,
    ...healthRoutes({ parts, bot, pulse, chats: chats.connections, state }),
  ]);
  const console = await open('console', shown.routes);
  address.console ||= console.url;
  const scrape = await open('metrics', metrics.routes);
  const old = openArchiving({ ...parts, log: say }, bot.engine.readings);
  const door =
    parts.hostDoor === undefined
      ? undefined
      : await openHostDoor({
          path: parts.hostDoor,
          handlers: {
            ...surface.consoleHostHandlers(sessions, () => address.console),
            ...old.handlers,
            ...stepUpHostHandlers(stepUps),
          },
          log: (message, error) => log.error({ error }, message),
        });
  bot.start([shown.surface, ...chats.connections.map(({ surface: each }) => each)]);
  for (const chat of chats.connections) chat.start();
  watch.start();
  return {
    bot,
    urls: { server: server.url, console: address.console, metrics: scrape.url },
    async close() {
      state.closing = true;
      // The bot first: while its last step ends, `/ready` can say so, and an alert is still put on disk.
      await closeAll(
        [old, watch, bot, server, ...chats.connections, door, shown, console, scrape, journal],
        log,
      );
    },
  };
}

function consoleCounts(metrics: Metrics, { security }: Bot) {
  return {
    clients: metrics.consoleClients,
    dropped: metrics.consoleDropped,
    refused: (code: string) => security.refused('console', code),
  };
}

/** The doors that alerts and pages come in by. */
function webhookRoutes(
  parts: Parts,
  bot: Bot,
  {
    book,
    metrics,
    heard,
  }: {
    readonly book: ProblemBook;
    readonly metrics: Metrics;
    readonly heard: (source: string) => void;
  },
): readonly HttpRoute[] {
  const common = {
    engine: bot.engine,
    journal: parts.journal,
    settings: () => parts.settings,
    bodyLimitBytes: parts.bodyLimitBytes,
    now: systemClock.now,
    sha256,
    book,
    metrics: metrics.intake,
    security: bot.security,
    hasPagers: Boolean(parts.pageDoors?.length),
  };
  return [
    ...intakeRoutes({ ...common, sources: parts.webhooks, reconcile: bot.reconcile, heard }),
    ...pagerdutyRoutes({
      ...{ ...common, pagers: parts.pageDoors ?? [] },
      ...{ compare: bot.reconcile, log: sayTo(parts.log) },
    }),
  ];
}

function sayTo(log: Logger): Log {
  return (message, fields) => {
    // A code of ours is trouble that has a name.
    const level =
      'error' in fields ? 'error' : typeof fields['code'] === 'string' ? 'warn' : 'info';
    log[level](fields, message);
  };
}

const sha256 = (text: string) => hash('sha256', text);
