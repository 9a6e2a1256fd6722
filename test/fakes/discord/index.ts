/**
 * A Discord of our own, for the real discord.js client: REST and gateway on 127.0.0.1, with state, and with the service's
 * own refusals, limits and deadlines.
 *
 *     const discord = await startFakeDiscord({ clock });
 *     const guild = discord.addGuild('Shop');
 *     const ops = guild.addChannel('ops');
 *     const sre = guild.addRole('sre', { mentionable: true });
 *     const ana = guild.addPerson('ana', sre);
 *     const client = new Client({ intents, rest: { api: discord.api, version: '10' } });
 *     await client.login(discord.token);
 *
 * People: `ana.uses(ops, '/ops status', { service: 'checkout' })`, `.completes`, `.presses(message, 'Approve')`, `.picks`,
 * `.submits(asked, { Reason: 'disk' })`, `.chooses(message, 'Pin to timeline')`, `.says`, `.edits`, `.deletes`, `.reacts`,
 * `.reads(ops)`. What their client would not let them do throws. Each deed that waits for the bot answers an `Asked`:
 * `await asked.answered`, then `outcome`, `tookMs`, `message`, `followups`, `modal`, `choices`, `sees`.
 *
 * Reading: `ops.transcript(ana?)`, `ops.messages()`, `ops.threads()`, `message.text`, `.buttons`, `.mentions`, `.pinged`.
 *
 * Trouble: `discord.outage.failNext(2, { kind: 'server error' }, 'POST /channels/{channel_id}/messages')`,
 * `.failShare(0.3, faults, seed)`, `.ends()`; `discord.gateway.drop()`, `.askToReconnect()`, `.invalidate(false)`,
 * `.goDeaf()`, `.refuseConnections(3)`; `ops.deny(guild.botRole, 'viewChannel')`, `guild.kickBot()`,
 * `guild.setCommandScope(false)`, `discord.resetToken()`, `ops.delete()`,
 * `thread.archive()`, `thread.lock()`, `message.delete()`.
 *
 * HTTP mode: `await discord.http.connect(url)` pings the address, tries wrong signatures and from then on sends it what
 * people do; `discord.http.probe()` tries again.
 *
 * Looking back: `discord.requests`, `.interactions()`, `.failed()`, `.invalidRequests()`, `.violations`.
 */
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../../src/bot/clock.ts';
import { createGateway, type GatewayControl } from './gateway/gateway.ts';
import { createDelivery, type HttpInteractions } from './http/delivery.ts';
import { createOutage, type Outage } from './http/outage.ts';
import { createRates } from './http/rates.ts';
import { createHttpServer, type Request } from './http/server.ts';
import type { Json } from './json.ts';
import type { Rate } from './method.ts';
import { methods } from './methods/index.ts';
import { openApi, type Violation } from './open-api.ts';
import { type Asked, asked } from './people/asked.ts';
import { createGuild, type FakeGuild } from './people/guild.ts';
import type { PermissionName } from './permissions.ts';
import { createWorld, type Happening, type Policy } from './world.ts';

export type { GatewayControl } from './gateway/gateway.ts';
export type { HttpInteractions, Probe } from './http/delivery.ts';
export type { Fault, Outage } from './http/outage.ts';
export type { Request } from './http/server.ts';
export type { Violation } from './open-api.ts';
export type { Asked, FakeField, FakeModal, Outcome } from './people/asked.ts';
export type { FakeChannel, Named } from './people/channel.ts';
export type { FakeGuild, FakeRole } from './people/guild.ts';
export type { FakeButton, FakeFile, FakeMessage, FakeSelect } from './people/message.ts';
export type { LocalFile, OptionValue, OptionValues } from './people/options.ts';
export type { FakePerson } from './people/person.ts';
export type { PermissionName } from './permissions.ts';

export interface FakeDiscordOptions {
  /** Limits, deadlines and the moments of messages; the real time unless told. */
  readonly clock?: Clock;
  /** Heartbeats alone: they are kept by the client's own timers. The real time unless told. */
  readonly heartbeatClock?: Clock;
  readonly heartbeatMs?: number;
  readonly token?: string;
  readonly botName?: string;
  /** Privileged intents that are switched on in the developer portal: none unless told. */
  readonly privileged?: Partial<Policy['privileged']>;
  /** 50 unless told. */
  readonly globalPerSecond?: number;
  /** Limits by route, `{ 'POST /channels/{channel_id}/messages': { limit: 5, perMs: 5000 } }`, instead of the usual. */
  readonly rates?: Readonly<Record<string, Rate>>;
  readonly policy?: Partial<Omit<Policy, 'privileged'>>;
}

export interface FakeDiscord {
  readonly url: string;
  /** For `ClientOptions.rest.api`. */
  readonly api: string;
  readonly token: string;
  readonly applicationId: string;
  /** The bot as a user, for `deny` and for mentions. */
  readonly bot: { readonly id: string; readonly mention: string };
  /** A server with the bot in it, which may there what is usual and these. */
  addGuild(name: string, botPermissions?: readonly PermissionName[]): FakeGuild;
  readonly outage: Outage;
  readonly gateway: GatewayControl;
  /** Says an interaction on the gateway as it stands, whatever it is. */
  tells(interaction: Json): void;
  /** Interactions over HTTP instead of the gateway. */
  readonly http: HttpInteractions;
  /** Every call, oldest first. */
  readonly requests: readonly Request[];
  /** Calls that the official OpenAPI does not allow; always empty where no copy of it lies beside the project. */
  readonly violations: readonly Violation[];
  /** Somebody resets the bot's token in the developer portal: the old one is worth nothing from now on. */
  resetToken(): string;
  /** Everything that people did and waited for. */
  interactions(): readonly Asked[];
  /** Those that nobody answered within three seconds. */
  failed(): readonly Asked[];
  /** Answers of 401, 403 and 429 within the last ten minutes; 10,000 ban the address. */
  invalidRequests(): number;
  close(): Promise<void>;
}

export async function startFakeDiscord(options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
  const clock = options.clock ?? systemClock;
  let tell: (event: Happening) => void = () => undefined;
  const world = createWorld(
    {
      clock,
      token: options.token ?? 'fake-discord-bot-token',
      botName: options.botName ?? 'Tocsin',
      policy: policyOf(options),
    },
    (event) => tell(event),
  );
  const gateway = createGateway(world, {
    clock: options.heartbeatClock ?? systemClock,
    heartbeatMs: options.heartbeatMs ?? 41_250,
  });
  tell = gateway.tell;
  const violations: Violation[] = [];
  const watch = (request: Request): void => {
    const { verb, route, body } = request;
    const faults = openApi()?.faultsOf(verb, route, body) ?? [];
    if (faults.length > 0) violations.push({ route: `${verb} ${route}`, faults, request });
  };
  const delivery = createDelivery(world, watch);
  world.publicKey = delivery.control.publicKey;
  world.endpoint = delivery.control.url;
  world.deliver = (interaction) => {
    const { payload } = interaction;
    if (world.endpoint() !== undefined) delivery.deliver(interaction);
    else gateway.tell({ name: 'INTERACTION_CREATE', intents: [], body: () => payload });
  };
  const outage = createOutage();
  const rates = createRates(clock, {
    globalPerSecond: options.globalPerSecond ?? 50,
    routes: options.rates ?? {},
  });
  const { server, requests } = createHttpServer({
    world,
    methods,
    rates,
    outage,
    watch,
  });
  server.on('upgrade', gateway.upgrade);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.origin = `http://127.0.0.1:${portOf(server.address())}`;

  const all = (): readonly Asked[] =>
    [...world.interactions.values()].map((one) => asked(world, one));

  return {
    url: world.origin,
    api: `${world.origin}/api`,
    get token() {
      return world.token;
    },
    applicationId: world.applicationId,
    bot: { id: world.bot.id, mention: `<@${world.bot.id}>` },
    addGuild: (name, botPermissions) => createGuild(world, name, botPermissions),
    outage,
    gateway: gateway.control,
    tells: (interaction) =>
      gateway.tell({ name: 'INTERACTION_CREATE', intents: [], body: () => interaction }),
    http: delivery.control,
    requests,
    violations,
    resetToken() {
      world.token = `${world.token}-reset`;
      gateway.control.drop(4004);
      return world.token;
    },
    interactions: all,
    failed: () => all().filter(({ outcome }) => outcome === 'failed'),
    invalidRequests: rates.invalidRequests,
    async close() {
      for (const { cancelDeadline } of world.interactions.values()) cancelDeadline();
      gateway.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function policyOf(options: FakeDiscordOptions): Policy {
  return {
    nonceMs: 180_000,
    lateEdits: { limit: 3, perMs: 6_000 },
    maxActiveThreads: 1_000,
    ...options.policy,
    privileged: { messageContent: false, members: false, presences: false, ...options.privileged },
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (typeof address === 'object' && address) return address.port;
  throw new Error('the fake does not listen');
}
