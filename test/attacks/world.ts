import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { type Bot, createBot } from '../../src/bot/bot.ts';
import type { ChatConnection, ChatDesk } from '../../src/bot/chat.ts';
import { type HttpListener, listen } from '../../src/bot/http.ts';
import type { HttpRoute } from '../../src/bot/http-route.ts';
import { intakeRoutes } from '../../src/bot/intake.ts';
import { pagerdutyRoutes } from '../../src/bot/pagerduty-intake.ts';
import { createConsole, createConsoleSessions } from '../../src/bot/surfaces/console/index.ts';
import { connectDiscord } from '../../src/bot/surfaces/discord/index.ts';
import { connectSlack } from '../../src/bot/surfaces/slack/index.ts';
import { bookOf } from '../../src/cli/book.ts';
import { thisBuild } from '../../src/cli/build.ts';
import { loadConfig } from '../../src/config.ts';
import type { Draft } from '../../src/core/ports/step.ts';
import { Secret } from '../../src/core/secret.ts';
import type { Settings } from '../../src/core/settings.ts';
import { step, target } from '../core/operation/sample.ts';
import { type FakeDiscord, startFakeDiscord } from '../fakes/discord/index.ts';
import { createMemoryJournal, type MemoryJournal } from '../fakes/memory-journal.ts';
import { createOneTarget, type OneTarget } from '../fakes/one-target.ts';
import { type FakeSlack, startFakeSlack } from '../fakes/slack/index.ts';
import { type TurningClock, turningClock } from '../fakes/turning-clock.ts';
import { consoleDeskOf } from '../support/console-desk.ts';
import { eventually } from '../support/eventually.ts';
import { configText } from './config.ts';

/** The whole bot behind its real doors, on platforms that answer as the real ones do, with a target that counts its writes. */
export interface World {
  readonly way: Way;
  readonly clock: TurningClock;
  readonly bot: Bot;
  readonly journal: MemoryJournal;
  readonly target: OneTarget;
  readonly slack: FakeSlack;
  readonly discord: FakeDiscord;
  readonly server: string;
  readonly console: string;
  readonly keys: Keys;
  readonly ids: Ids;
  /** The configuration as it is from now on. */
  reload(change: (settings: Settings) => Settings): void;
  /** A session of the console, as the cookie that a browser sends. */
  signIn(person: string): Promise<string>;
  /** A one-time link's token, not used yet. */
  linkFor(person: string): Promise<string>;
  /** Everything that was refused or answered since the last look, as codes. */
  codes(): readonly string[];
  close(): Promise<void>;
}

interface Keys {
  readonly slack: string;
  readonly discord: ReturnType<typeof generateKeyPairSync>['privateKey'];
  readonly webhook: string;
  readonly pagerduty: string;
  readonly grafana: string;
  readonly api: string;
}

/** As the platforms name people and places. */
interface Ids {
  readonly team: string;
  readonly slackOps: string;
  readonly guild: string;
  readonly application: string;
  readonly discordOps: string;
  readonly slack: Readonly<Record<string, string>>;
  readonly discord: Readonly<Record<string, string>>;
}

const names = ['ana', 'ben', 'dora', 'cleo'] as const;

/** `called`: the platforms call us. `connected`: we hold a socket to each. */
export type Way = 'called' | 'connected';

export async function openWorld(way: Way = 'called'): Promise<World> {
  const clock = turningClock();
  const slack = await startFakeSlack({ clock, rates: 'unlimited' });
  const shop = slack.workspace({ name: 'shop' });
  const slackOps = shop.channel('ops');
  const discord = await startFakeDiscord({ clock });
  const guild = discord.addGuild('shop');
  const discordOps = guild.addChannel('ops');
  const pair = generateKeyPairSync('ed25519');
  const slackIds = Object.fromEntries([
    ...names.map((name) => [name, shop.person(name).id]),
    ['guest', shop.person('guest', { kind: 'guest' }).id],
    ['visitor', shop.person('visitor', { kind: 'single-channel-guest' }).id],
    ['partner', shop.person('partner', { kind: 'stranger' }).id],
    ['colleague', shop.person('colleague').id],
    ['bot', shop.botUser],
  ]);
  const discordIds = Object.fromEntries(
    [...names, 'colleague'].map((name) => [name, guild.addPerson(name).id]),
  );
  const ids: Ids = {
    team: shop.id,
    slackOps: slackOps.id,
    guild: guild.id,
    application: discord.applicationId,
    discordOps: discordOps.id,
    slack: slackIds,
    discord: discordIds,
  };
  const keys: Keys = {
    slack: slack.signingSecret,
    discord: pair.privateKey,
    webhook: 'webhook-bearer-0123',
    pagerduty: 'page-secret-0123',
    grafana: 'grafana-secret-0123',
    api: 'api-token-0123456789',
  };
  const settings = settingsOf(ids);
  const heard: string[] = [];
  const journal = createMemoryJournal({ now: clock.now });
  const oneTarget = createOneTarget();
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const book = bookOf();
  const log = () => undefined;
  const bot = await createBot({
    journal,
    ownership: { claim: async (partition) => ({ partition, token: 1 }) },
    clock,
    sha256,
    settings: () => settings.now,
    book,
    publicUrl: '',
    hasFactors: true,
    targets: [targetOf(oneTarget)],
    sources: [],
    runbooks: { hint: () => undefined, page: () => undefined },
    times: {
      resolvedJoinMs: 1_800_000,
      compareEveryMs: 300_000,
      ackReminderMs: 300_000,
      deadlinesEveryMs: 1000,
      operationPollMs: 100,
      snapshotEveryMs: 300_000,
    },
    securityCounts: {
      refused: (_door, code) => heard.push(code),
      denied: (code) => heard.push(code),
      noticed: () => undefined,
    },
    log,
  });
  const desk = listening(bot.chat, heard);
  const lent = { desk, clock, random: () => 0.5, log, timeoutMs: 10_000 };
  const metrics = {
    acknowledged: () => undefined,
    called: () => undefined,
    refused: bot.security.refused,
  };
  const onSlack = connectSlack({
    ...lent,
    metrics,
    name: 'slack/main',
    team: shop.id,
    command: '/ops',
    botToken: shop.botToken,
    ...(way === 'called'
      ? { mode: 'http' as const, signingSecret: keys.slack }
      : { mode: 'socket' as const, appToken: slack.appToken }),
    api: slack.apiUrl,
  });
  const onDiscord = connectDiscord({
    ...lent,
    metrics,
    name: 'discord/main',
    guild: guild.id,
    application: discord.applicationId,
    token: discord.token,
    ...(way === 'called'
      ? { mode: 'http' as const, publicKey: hexOf(pair.publicKey) }
      : { mode: 'gateway' as const }),
    api: discord.api,
  });
  const connections: readonly ChatConnection[] = [onSlack, onDiscord];
  const server = await listen({
    ...loopback('server'),
    routes: [
      ...webhookRoutes(bot, { settings, journal, clock, keys, sha256, book }),
      ...connections.flatMap(({ routes }) => routes),
    ],
  });
  const { sessions, shown, listener } = await openConsole(bot, { clock, journal, keys });
  bot.start([shown.surface, ...connections.map(({ surface }) => surface)]);
  for (const connection of connections) connection.start();
  await eventually('the platforms are connected', () =>
    connections.every(({ health }) => health().state === 'ok'),
  );
  let looked = 0;
  return {
    way,
    clock,
    bot,
    journal,
    target: oneTarget,
    slack,
    discord,
    server: server.url,
    console: listener.url,
    keys,
    ids,
    reload: (change) => settings.change(change),
    linkFor: async (person) => (await sessions.makeLink(person, 'host'))?.token ?? '',
    async signIn(person) {
      const token = (await sessions.makeLink(person, 'host'))?.token ?? '';
      const redeemed = await sessions.redeem(token);
      return redeemed.ok ? `__Host-tocsin=${redeemed.cookie}` : '';
    },
    codes() {
      const news = journal.all.slice(looked);
      looked = journal.all.length;
      const recorded = news.flatMap(({ event }) => codesIn(JSON.stringify(event)));
      return [...heard.splice(0), ...recorded];
    },
    async close() {
      for (const connection of connections) await connection.close();
      await bot.close();
      await shown.close();
      await Promise.all([server.close(), listener.close()]);
      await Promise.all([slack.close(), discord.close()]);
    },
  };
}

/** Codes of ours in a text: answers say them below their words. */
export function codesIn(text: string): readonly string[] {
  return text.match(/\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\b/g) ?? [];
}

/** The desk as surfaces see it, with every answer read along. */
function listening(desk: ChatDesk, heard: string[]): ChatDesk {
  return {
    ...desk,
    async take(asked) {
      const taken = await desk.take(asked);
      taken.answer.then(
        ({ card }) => heard.push('ANSWERED', ...codesIn(JSON.stringify(card))),
        () => undefined,
      );
      return taken;
    },
  };
}

/** Sources of three kinds: by a bearer, and signed in two ways. */
function webhookRoutes(
  bot: Bot,
  parts: {
    readonly settings: ReturnType<typeof settingsOf>;
    readonly journal: MemoryJournal;
    readonly clock: TurningClock;
    readonly keys: Keys;
    readonly sha256: (text: string) => string;
    readonly book: ReturnType<typeof bookOf>;
  },
): readonly HttpRoute[] {
  const { settings, journal, clock, keys, sha256, book } = parts;
  const hmac = {
    kind: 'hmac' as const,
    secrets: [new Secret(keys.grafana)],
    header: 'X-Grafana-Alerting-Signature',
    timestampHeader: 'X-Grafana-Alerting-Time',
    toleranceMs: 300_000,
  };
  const lent = {
    engine: bot.engine,
    journal,
    settings: () => settings.now,
    bodyLimitBytes: 64 * 1024,
    now: clock.now,
    sha256,
    book,
    metrics: { webhook: () => undefined, alerts: () => undefined },
    security: bot.security,
  };
  const bearers = { kind: 'bearers' as const, bearers: settings.bearers };
  return [
    ...intakeRoutes({
      ...lent,
      sources: [
        { name: 'alertmanager/main', auth: bearers, answers: false },
        { name: 'grafana/main', auth: hmac, answers: false },
      ],
      reconcile: () => undefined,
    }),
    ...pagerdutyRoutes({
      ...lent,
      pagers: [{ name: 'pagerduty/main', secrets: [new Secret(keys.pagerduty)], answers: true }],
      compare: () => undefined,
      log: () => undefined,
    }),
  ];
}

async function openConsole(
  bot: Bot,
  {
    clock,
    journal,
    keys,
  }: { readonly clock: TurningClock; readonly journal: MemoryJournal; readonly keys: Keys },
) {
  const sessions = createConsoleSessions({
    journal,
    person: (id) => bot.desk.settings.people.find((person) => person.id === id),
    now: clock.now,
    random: randomBytes,
  });
  let listener: HttpListener | undefined;
  const shown = createConsole({
    desk: consoleDeskOf(bot),
    access: { kind: 'sessions', sessions },
    origins: () => [listener?.url ?? ''],
    now: clock.now,
    metrics: {
      clients: () => undefined,
      dropped: () => undefined,
      refused: (code) => bot.security.refused('console', code),
    },
    tokens: [{ name: 'ci', token: keys.api, scopes: ['read', 'commands'] }],
  });
  listener = await listen({ ...loopback('console'), routes: shown.routes });
  return { sessions, shown, listener };
}

function loopback(name: string) {
  return { name, host: '127.0.0.1', port: 0, log: () => undefined };
}

function settingsOf(ids: Ids) {
  const loaded = loadConfig(
    'tocsin.yaml',
    {
      env: {
        BEARER: 'webhook-bearer-0123',
        SLACK: 'xoxb-1',
        SIGN: 's',
        DISCORD: 'd',
        KEYRING: 'k'.repeat(44),
      },
      files: { read: () => configText(ids) },
    },
    thisBuild,
  );
  if (!loaded.ok) throw new Error(loaded.errors.map(({ what, why }) => `${what} ${why}`).join());
  const [source] = loaded.config.sources.alertmanager;
  const bearers = source?.auth.kind === 'bearers' ? source.auth.bearers : [];
  let now = loaded.settings;
  return {
    bearers,
    get now() {
      return now;
    },
    change(change: (settings: Settings) => Settings) {
      now = change(now);
    },
  };
}

function targetOf(oneTarget: OneTarget) {
  return {
    name: 'kubernetes/eu-1',
    planner: {
      async draft({ args }: { readonly args: Readonly<Record<string, unknown>> }): Promise<Draft> {
        const risk = args['replicas'] === 0 ? 'danger' : 'change';
        const rest = { diff: [], warnings: [], blast: {} };
        return { ok: true, steps: [step('s1')], targets: [target], ...rest, risk };
      },
    },
    doctor: async () => [],
    health: () => 'ok' as const,
    openWriter: () => ({
      steps: { 'kubernetes.set-replicas': oneTarget.driver },
      close: () => undefined,
    }),
    close: () => undefined,
  };
}

function hexOf(key: ReturnType<typeof generateKeyPairSync>['publicKey']): string {
  const { x = '' } = key.export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('hex');
}
