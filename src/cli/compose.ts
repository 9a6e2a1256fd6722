import { hash, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import {
  type Bot,
  type BotParts,
  type BotTimes,
  type ConnectedTarget,
  createBot,
  type Log,
  type Runbooks,
} from '../bot/bot.ts';
import { systemClock } from '../bot/clock.ts';
import type { Graphing } from '../bot/graphing.ts';
import { createPainter } from '../bot/graphs/index.ts';
import { openHostDoor } from '../bot/host-door.ts';
import { listen } from '../bot/http.ts';
import type { HttpRoute } from '../bot/http-route.ts';
import { intakeRoutes, type WebhookSource } from '../bot/intake.ts';
import type { Watch as WatchedEndpoint } from '../bot/loops/watches/index.ts';
import { createMetrics, type Metrics, type MetricsReadings } from '../bot/metrics.ts';
import { type PagerSource, pagerdutyRoutes } from '../bot/pagerduty-intake.ts';
import type { ApprovalCounts } from '../bot/people-loops.ts';
import { createPulse } from '../bot/pulse.ts';
import type { ServedDirectory } from '../bot/rosters.ts';
import type { SecurityCounts } from '../bot/security/index.ts';
import type { LimitSettings } from '../bot/security/limits.ts';
import { createSender } from '../bot/sender.ts';
import type { DeskSources } from '../bot/surfaces/console/index.ts';
import type { Listen } from '../config.ts';
import { isAccountOf, type Person } from '../core/person.ts';
import type { AlertSource } from '../core/ports/alert-source.ts';
import type { Changes } from '../core/ports/changes.ts';
import type { OnCalls, Pager } from '../core/ports/pager.ts';
import type { ProblemBook } from '../core/problem.ts';
import type { SessionVia } from '../core/session.ts';
import type { Settings } from '../core/settings.ts';
import { isProblem } from '../handlers/command.ts';
import { complete } from '../handlers/completion.ts';
import type { DispatchCounts } from '../handlers/dispatch.ts';
import { formOf } from '../handlers/form.ts';
import { waitsFor } from '../handlers/home.ts';
import { evidence } from '../handlers/judgement.ts';
import type { OpenJournal } from '../journal/index.ts';
import { bookOf } from './book.ts';
import type { Chats, ConnectChats } from './chats.ts';
import { closeAll } from './close-all.ts';
import { consoleSources } from './console-records.ts';
import { healthRoutes } from './health.ts';
import { openArchiving } from './journal-archive.ts';
import { type Resting, restingOf } from './resting.ts';
import { openStepUps, partyOf, stepUpHostHandlers } from './step-up.ts';
import { version } from './version.ts';
import { createWatch, loopsWithinMs } from './watch.ts';

export interface Parts extends Pick<BotParts, 'backups'> {
  readonly journal: OpenJournal;
  readonly retainMs?: number | undefined;
  readonly settings: Settings;
  readonly listen: { readonly server: Listen; readonly console: Listen; readonly metrics: Listen };
  /** As browsers and senders see us; the bound address when absent. */
  readonly consoleUrl: string | undefined;
  readonly bodyLimitBytes: number;
  readonly limits: LimitSettings;
  /** Whose word on a request's sender is taken: addresses and networks. */
  readonly trustedProxies: readonly string[];
  readonly webhooks: readonly WebhookSource[];
  /** Where pages are heard from. */
  readonly pageDoors?: readonly PagerSource[];
  /** Where people are paged. */
  readonly pagers?: readonly Pager[];
  /** Those of them that say who is on call. */
  readonly onCalls?: readonly OnCalls[];
  /** Where changes are told to those who are paged. */
  readonly changes?: readonly Changes[];
  /** Outside systems that are left alone for a while, because they did not answer. */
  readonly resting?: () => readonly Resting[];
  readonly sources: readonly AlertSource[];
  /** Sources that can be told to be silent. */
  readonly silences?: BotParts['silences'] & object;
  readonly panels?: BotParts['panels'] & object;
  readonly targets: readonly ConnectedTarget[];
  /** Sources that keep groups: schedules, teams. Chat platforms bring theirs. */
  readonly directories?: readonly ServedDirectory[];
  /** Chat platforms that the configuration names; connected once the bot is ready. */
  readonly chats: ConnectChats;
  readonly runbooks: Runbooks;
  readonly times: BotTimes;
  /** Who is told that we live; nobody when absent. */
  readonly heartbeat?: { readonly ping: () => Promise<void>; readonly everyMs: number };
  /** Endpoints that are asked whether they answer. */
  readonly watches?: readonly WatchedEndpoint[];
  /** `demo`: anybody may be anybody, on 127.0.0.1. */
  readonly access: 'demo' | 'sessions';
  readonly tokens: readonly {
    readonly name: string;
    readonly token: string;
    readonly scopes: readonly ('read' | 'commands' | 'export')[];
  }[];
  /** What second factors are sealed under in the keyring, the newest first; none: there are no second factors. */
  readonly keyringKeys: readonly string[];
  /** Path of the host door; none in the demo. */
  readonly hostDoor: string | undefined;
  /** Words of the integrations that are connected. */
  readonly brought: readonly ProblemBook[];
  readonly log: Logger;
}

export interface Running {
  readonly bot: Bot;
  readonly urls: { readonly server: string; readonly console: string; readonly metrics: string };
  close(): Promise<void>;
}

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

/** Sign-in to the console; from a chat platform too, where its address is known. */
function openSessions(
  { journal, settings, access, consoleUrl }: Parts,
  surface: ConsoleSurface,
  late: Late,
) {
  const sessions = surface.createConsoleSessions({
    journal,
    person: (id, via) => signsIn(late.bot?.settings() ?? settings, id, via),
    now: systemClock.now,
    random: randomBytes,
  });
  const endSessions = async (person: string) => {
    await sessions.revokeAll(person, 'tocsin');
  };
  return consoleUrl === undefined || access === 'demo'
    ? { sessions, endSessions }
    : { sessions, endSessions, consoleLink: surface.createConsoleLink(sessions, consoleUrl) };
}

type ConsoleSurface = typeof import('../bot/surfaces/console/index.ts');

/** Whom a session may be of: somebody configured, to whom the chat account it came from still belongs. */
function signsIn(
  { people }: Settings,
  id: string,
  via: SessionVia | undefined,
): Person | undefined {
  const person = people.find((each) => each.id === id);
  return person && via && !isAccountOf(person, via.surface, via.account) ? undefined : person;
}

const sha256 = (text: string) => hash('sha256', text);

/** Metrics read the bot and its chats, and count what both hear: so they know each other only once all stand. */
interface Late {
  readonly bot?: Bot;
  readonly metrics?: Metrics;
  readonly chats?: Chats;
}

function knownLate(parts: Parts, late: Late) {
  return {
    counts: countsBy(late),
    securityCounts: securityCountsBy(late),
    approvals: approvalCountsBy(late),
    directories: () => directoriesOf(parts, late),
    chats: () => late.chats?.connections ?? [],
    ...graphingOf(parts, late),
    enriching: { counts: () => late.metrics?.enrichment },
  };
}

/** Who keeps groups elsewhere: surfaces and sources. */
function directoriesOf({ directories = [] }: Parts, { chats }: Late): readonly ServedDirectory[] {
  return [...(chats?.connections ?? []).map(({ directory }) => directory), ...directories];
}

function countsBy(late: Late): DispatchCounts {
  return {
    understood: (verb) => late.metrics?.dispatch.understood(verb),
    answered: (ms) => late.metrics?.dispatch.answered(ms),
  };
}

function graphingOf(parts: Parts, late: Late): Pick<BotParts, 'graphing'> {
  if (!parts.panels?.length && !parts.targets.some(({ telemetry }) => telemetry)) return {};
  const counts: Graphing['counts'] = {
    ended: (how) => late.metrics?.graphs.ended(how),
    painted: (ms) => late.metrics?.graphs.painted(ms),
  };
  return { graphing: { painter: createPainter(systemClock), counts } };
}

function approvalCountsBy(late: Late): ApprovalCounts {
  return { approved: (people, ms) => late.metrics?.approvals.approved(people, ms) };
}

function securityCountsBy(late: Late): SecurityCounts {
  return {
    refused: (door, code) => late.metrics?.security.refused(door, code),
    denied: (code) => late.metrics?.security.denied(code),
    noticed: (kind) => late.metrics?.security.noticed(kind),
  };
}

function readingsOf(parts: Parts, bot: Bot, late: Late): MetricsReadings {
  return {
    openIncidents: () => bot.readings().openIncidents,
    liveOperations: () => bot.readings().operations,
    threadsWaiting: () => bot.readings().threadsWaiting,
    pagesWaiting: () => bot.readings().pagesWaiting,
    resting: () => restingOf(parts, bot.readings().lanes),
    asksWorking: () => bot.readings().asksWorking,
    graphsWaiting: () => bot.readings().graphsWaiting,
    enrichmentsWaiting: () => bot.readings().enrichmentsWaiting,
    lanes: () => bot.readings().lanes,
    connections: () =>
      (late.chats?.connections ?? []).map(({ surface, health }) => ({
        surface: surface.name,
        isWell: health().state === 'ok',
      })),
    journal: () => {
      const { waiting, appends, commits, events, databaseBytes } = parts.journal.stats();
      return { waiting, appends, commits, events, bytes: databaseBytes };
    },
  };
}

/** What the console asks of the bot: its dispatch, and readings of what memory holds. */
function deskSources({ journal, settings }: Parts, bot: Bot): DeskSources {
  const { incidents, operations, operationsOf } = bot.engine.readings;
  return {
    say: bot.dispatch.say,
    press: bot.dispatch.press,
    form: (line, incident) => formOf(line, settings, incident),
    complete: (line, incident) => complete({ settings }, line, incident),
    incidents: () =>
      [...incidents.values()].flatMap(({ state }) => (state.status === 'none' ? [] : [state])),
    incident: bot.desk.incident,
    operation: bot.desk.operation,
    links: () => bot.desk.identity?.links() ?? [],
    async known(actor) {
      const found = await evidence(bot.desk, actor);
      return isProblem(found) ? undefined : found;
    },
    hid: bot.desk.hid,
    operations: (incident) =>
      (operationsOf.get(incident) ?? []).flatMap((id) => operations.get(id)?.state ?? []),
    thread: bot.threads.desired,
    waits: (actor) => waitsFor(bot.desk, actor),
    words: bot.words,
    picture: (digest) => journal.blobs.get(digest),
    ...consoleSources(bot, { journal, settings: () => settings }),
  };
}
