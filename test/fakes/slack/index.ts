import { type Clock, systemClock } from '../../../src/bot/clock.ts';
import { type Deliveries, type Delivery, deliveriesOf } from './deliveries.ts';
import type { CallRecord } from './door.ts';
import { idsOf } from './ids.ts';
import { type Outage, outageOf } from './outage.ts';
import type { Platform } from './platform.ts';
import { publishedRates, type RateLimits, ratesOf } from './rates.ts';
import { responseUrlsOf } from './response-urls.ts';
import { addressOf, close, listen } from './server.ts';
import { type Sockets, socketsOf } from './sockets/socket-mode.ts';
import type { App, Team } from './state.ts';
import { triggersOf } from './triggers.ts';

import { createTeam, type FakeWorkspace, type WorkspaceOptions, workspaceOf } from './workspace.ts';

export type { Delivery } from './deliveries.ts';
export type { CallRecord } from './door.ts';
export type { Mention } from './mentions.ts';
export { isPing, liveMentions, livePings } from './mentions.ts';
export type { Fault } from './outage.ts';
export type { FakePerson } from './person.ts';
export type { RateLimits } from './rates.ts';
export { publishedRates } from './rates.ts';
export type { Channel, Message, View } from './state.ts';

export type { FakeWorkspace } from './workspace.ts';

/**
 * A small Slack on the loopback that real clients talk to. It refuses for the same reasons, with the same codes and at the
 * same rates as the service, and a test plays everybody else:
 *
 *     const slack = await startFakeSlack({ clock });
 *     const shop = slack.workspace({ name: 'shop' });
 *     const ana = shop.person('ana');
 *     const ops = shop.channel('ops');
 *     // The app under test: slack.apiUrl, slack.appToken, slack.signingSecret, shop.botToken.
 *     await ana.types('/ops status', ops);
 *     const root = await slack.until(() => shop.message(ops, 'HighErrorRate'));
 *     const press = await ana.presses('Approve', root);      // press.acked, press.ackMs, press.error
 *     await ana.says('@tocsin rollback', root);              // a mention inside its thread
 *     shop.channelText(ops);                                 // the channel, as people read it
 *     slack.outage.next(2, { kind: 'server-error' }, { methods: ['chat.postMessage'] });
 *     slack.sockets.drop();
 *     slack.refused429();                                    // calls answered 429 so far
 *     await slack.close();
 */
export interface FakeSlack {
  /** For `slackApiUrl`; ends in a slash. */
  readonly apiUrl: string;
  /** `xapp-…` */
  readonly appToken: string;
  readonly signingSecret: string;
  readonly app: App;
  /** Another workspace in which the app is installed. */
  workspace(options?: WorkspaceOptions): FakeWorkspace;
  readonly outage: Outage;
  readonly sockets: Pick<
    Sockets,
    'count' | 'drop' | 'refresh' | 'freeze' | 'refuseOpening' | 'send'
  >;
  /** Delivers over HTTP to this address from now on; undefined is Socket Mode again. */
  deliverTo(url: string | undefined): void;
  /** The next so many events come twice. */
  duplicateEvents(count: number): void;
  /** Repeats the challenge that the platform asks of a request URL; true when it was answered. */
  verifyUrl(): ReturnType<Deliveries['verify']>;
  /** Asks whether the address of the commands has a certificate; nobody typed anything, and it is to be answered 200. */
  checkSsl(): Promise<Delivery>;
  /** All that was handed to the app, in the order of its end. */
  readonly deliveries: readonly Delivery[];
  /** Real milliseconds from each press, command and submission to its acknowledgement. */
  ackTimes(): readonly number[];
  /** What was not acknowledged in time: for each the person saw the platform's own error. */
  unacknowledged(): readonly Delivery[];
  /** Every call of the Web API, in order, with how it ended. */
  readonly calls: readonly CallRecord[];
  /** Calls that their clients have given up, and that are still to be done (the fault `late`). */
  waitingToLand(): number;
  /** How many calls were answered 429 because of their rate, of one method or of all. */
  refused429(method?: string): number;
  /**
   * Looks again after everything that happens here (and now and then, for what happens in the app) until there is
   * something to see; fails after so many real milliseconds.
   * What undefined, false and null say is "not yet".
   */
  until<T>(look: () => T | undefined | false | null, withinMs?: number): Promise<T>;
  close(): Promise<void>;
}

export interface FakeSlackOptions {
  /** What deadlines, rates and timestamps are told by; the machine's own when absent. */
  readonly clock?: Clock;
  readonly appName?: string;
  readonly commands?: readonly string[];
  readonly shortcuts?: Readonly<Record<string, string>>;
  readonly subscriptions?: readonly string[];
  readonly appToken?: string;
  readonly signingSecret?: string;
  /** The published rates unless said otherwise; `unlimited` for tests that are about something else. */
  readonly rates?: RateLimits | 'unlimited';
  /** Seconds before a websocket is told to come again; five hours when absent. */
  readonly socketLifetimeS?: number;
}

const usualSubscriptions = [
  'app_home_opened',
  'app_mention',
  'app_uninstalled',
  'channel_archive',
  'channel_deleted',
  'channel_left',
  'channel_unarchive',
  'group_archive',
  'group_deleted',
  'group_left',
  'group_unarchive',
  'member_joined_channel',
  'message.im',
  'reaction_added',
  'tokens_revoked',
  'user_change',
];

export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const clock = options.clock ?? systemClock;
  const calls: CallRecord[] = [];
  const watchers = new Set<() => void>();
  const server = await listen(
    () => platform,
    (call) => calls.push(call),
  );
  const platform = platformOf(options, clock, {
    url: addressOf(server),
    changed: () => {
      for (const watcher of [...watchers]) watcher();
    },
  });
  const { sockets, deliveries, outage, app, rates } = platform;

  return {
    apiUrl: `${platform.url}/api/`,
    appToken: app.appToken,
    signingSecret: app.signingSecret,
    app,
    workspace: (which = {}) => workspaceOf(platform, createTeam(platform, which)),
    outage,
    sockets,
    deliverTo(url) {
      deliveries.requestUrl = url;
    },
    duplicateEvents(count) {
      deliveries.duplicates = count;
    },
    verifyUrl: () => deliveries.verify(),
    checkSsl: () =>
      deliveries.send({
        kind: 'slash_commands',
        what: 'ssl_check',
        payload: { ssl_check: '1', token: 'verification' },
      }),
    deliveries: deliveries.all,
    ackTimes: () =>
      deliveries.all
        .filter(({ kind }) => kind !== 'events_api')
        .flatMap(({ ackMs }) => (ackMs === undefined ? [] : [ackMs])),
    unacknowledged: () =>
      deliveries.all.filter(({ kind, acked }) => kind !== 'events_api' && !acked),
    calls,
    waitingToLand: () => platform.landing.size,
    refused429: (method) =>
      method
        ? (rates.refused.get(method) ?? 0)
        : [...rates.refused.values()].reduce((sum, count) => sum + count, 0),
    until: (look, withinMs = 10_000) => until(look, withinMs, watchers),
    async close() {
      deliveries.stop();
      sockets.close();
      await close(server);
    },
  };
}

function platformOf(
  options: FakeSlackOptions,
  clock: Clock,
  { url, changed }: { readonly url: string; readonly changed: () => void },
): Platform {
  const ids = idsOf(clock);
  const app = appOf(options);
  const sockets = socketsOf({
    clock,
    ids,
    appId: app.id,
    changed,
    lifetimeS: options.socketLifetimeS ?? 18_000,
  });
  const rates = options.rates === 'unlimited' ? undefined : (options.rates ?? publishedRates);
  return {
    clock,
    url,
    app,
    teams: new Map<string, Team>(),
    webhooks: new Map(),
    landing: new Set(),
    ids,
    rates: ratesOf(clock, rates),
    outage: outageOf(),
    sockets,
    deliveries: deliveriesOf({ app, clock, sockets, changed }),
    triggers: triggersOf(clock, ids),
    responseUrls: responseUrlsOf({ clock, ids, url: () => url }),
    changed,
  };
}

function appOf(options: FakeSlackOptions): App {
  return {
    id: 'A0TOCSIN',
    name: options.appName ?? 'tocsin',
    appToken: options.appToken ?? 'xapp-1-A0TOCSIN-fake',
    signingSecret: options.signingSecret ?? '8f742231b10e8888abcd99yyyzzz85a5',
    commands: options.commands ?? ['/ops'],
    shortcuts: options.shortcuts ?? { 'Pin to timeline': 'pin_to_timeline' },
    subscriptions: new Set(options.subscriptions ?? usualSubscriptions),
  };
}

function until<T>(
  look: () => T | undefined | false | null,
  withinMs: number,
  watchers: Set<() => void>,
): Promise<T> {
  const seen = look();
  if (seen) return Promise.resolve(seen);
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      clearInterval(looking);
      watchers.delete(watch);
    };
    const watch = () => {
      const found = look();
      if (!found) return;
      end();
      resolve(found);
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`Nothing to see after ${withinMs} ms: ${look.toString()}`));
    }, withinMs);
    const looking = setInterval(watch, 10);
    watchers.add(watch);
  });
}
