import type { SessionInfo, SimpleShardingStrategy } from 'discord.js';
import { type Problem, problem } from '../../../core/problem.ts';
import type { Client } from './client.ts';
import { createIdentify } from './identify.ts';
import type { Network } from './network.ts';
import type { DiscordOptions } from './options.ts';
import { openRelay, type Relay } from './relay.ts';
import { closedEvent, dispatched, gatewayInfo } from './schema.ts';

export interface Gateway {
  start(): void;
  trouble(): { readonly state: 'degraded' | 'down'; readonly problem: Problem } | undefined;
  close(): Promise<void>;
}

export interface GatewayParts {
  readonly options: DiscordOptions;
  readonly client: Client;
  readonly network: Network;
  /** Must not throw. */
  readonly heard: (name: string, body: unknown) => void;
}

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const fatal: Readonly<Record<number, string>> = {
  4004: 'the token is refused',
  4010: 'the shard is invalid',
  4011: 'the bot is in so many guilds that it must be sharded',
  4012: 'the version of the API is no longer served',
  4013: 'the intents are invalid',
  4014: 'the intents are not allowed',
};

/** Guilds, for channels that come and go; their messages, for lines that mention the bot. Neither is privileged. */
export const gatewayIntents = (1 << 0) | (1 << 9);

/** Discord asks for a heartbeat every 41 seconds; three of them without a sign of life, and it is deaf. */
const silentMs = 130_000;
const connectingMs = 90_000;
const watchMs = 15_000;
/** So long a connection must hold before the next one is made without a pause. */
const steadyMs = 30_000;
const pauseMs = 1_000;
const pauseMaxMs = 60_000;
const closeMs = 1_500;

/**
 * One session on the gateway. The SDK's shard keeps the heartbeat and resumes; what it lacks is around it: pauses that
 * grow, an account of new sessions, and a watch that makes a deaf connection anew. Its client, which keeps a picture
 * of the whole guild, is not used.
 */
export function createGateway({ options, client, network, heard }: GatewayParts): Gateway {
  const { clock, log, name } = options;
  const identify = createIdentify(clock);
  let strategy: SimpleShardingStrategy | undefined;
  let relay: Relay | undefined;
  let session: SessionInfo | null = null;
  /** Whatever an older connection still says is not heard. */
  let generation = 0;
  let connecting = true;
  let readyAt = 0;
  let changedAt = 0;
  let aliveAt = 0;
  let failures = 0;
  let reason = 'it has not been made yet';
  let ended: Problem | undefined;
  let closed = false;
  let cancelWatch: () => void = () => undefined;

  async function connect(): Promise<void> {
    generation += 1;
    const mine = generation;
    changedAt = clock.now();
    readyAt = 0;
    connecting = true;
    const info = await client.call({ method: 'GET', path: '/gateway/bot' });
    if (closed || mine !== generation) return;
    const read = info.ok ? gatewayInfo.safeParse(info.value) : undefined;
    if (!read?.success) return again(mine, info.ok ? 'an odd answer' : info.failure.kind);
    const { url, session_start_limit: limit } = read.data;
    if (limit.remaining < 1) return again(mine, 'no sessions left today', limit.reset_after);
    if (network.indirect) relay ??= await openRelay(network);
    const sdk = await import('discord.js');
    if (closed || mine !== generation) return;
    const manager = {
      options: {
        ...sdk.DefaultWebSocketManagerOptions,
        token: options.token,
        intents: gatewayIntents,
        compression: null,
        handshakeTimeout: 15_000,
        helloTimeout: 30_000,
        readyTimeout: 30_000,
        buildIdentifyThrottler: () => ({
          waitForIdentify: (_shard: number, signal: AbortSignal) => identify.wait(signal),
        }),
        retrieveSessionInfo: () => resumable(mine),
        updateSessionInfo: (_shard: number, known: SessionInfo | null) => remember(mine, known),
      },
      getShardCount: async () => 1,
      fetchGatewayInformation: async () => ({
        ...read.data,
        url: relay ? relay.through(url) : url,
      }),
      emit: (event: string, payload: unknown) => guarded(mine, event, payload),
    };
    strategy = new sdk.SimpleShardingStrategy(
      manager as unknown as ConstructorParameters<typeof SimpleShardingStrategy>[0],
    );
    await strategy.spawn([0]);
    // It goes on trying by itself: what it rejects with has been heard as an event.
    Promise.resolve(strategy.connect()).catch(() => undefined);
  }

  /** Asked for before each connection, and by each heartbeat. Only the first of them waits. */
  async function resumable(mine: number): Promise<SessionInfo | null> {
    if (connecting) {
      connecting = false;
      const ms = failures === 0 ? 0 : grown(failures);
      if (ms > 0) await new Promise<void>((resolve) => clock.after(ms, resolve));
    }
    // A connection that nobody wants any more is never made.
    if (closed || mine !== generation || ended) return new Promise(() => undefined);
    return session && relay ? { ...session, resumeURL: relay.through(session.resumeURL) } : session;
  }

  function remember(mine: number, known: SessionInfo | null): void {
    if (mine !== generation) return;
    // What went out through the relay comes back with its address.
    const isOurs = known !== null && session !== null && known.sessionId === session.sessionId;
    session = isOurs ? { ...known, resumeURL: session?.resumeURL ?? known.resumeURL } : known;
  }

  function guarded(mine: number, event: string, payload: unknown): boolean {
    if (closed || mine !== generation) return true;
    try {
      happened(mine, event, payload);
    } catch (error) {
      log('discord event failed', { surface: name, event, error });
    }
    return true;
  }

  function happened(mine: number, event: string, payload: unknown): void {
    if (event === 'debug') return;
    aliveAt = clock.now();
    if (event === 'dispatch') {
      const { data } = dispatched.parse(payload);
      heard(data.t, data.d);
      return;
    }
    if (event === 'ready' || event === 'resumed') {
      readyAt = aliveAt;
      log('discord gateway open', { surface: name, how: event });
    }
    if (event === 'error') reason = 'it was refused';
    if (event === 'closed') lost(mine, closedEvent.parse(payload).code);
  }

  function lost(mine: number, code: number): void {
    const held = readyAt > 0 && clock.now() - readyAt >= steadyMs;
    failures = held ? 0 : failures + 1;
    readyAt = 0;
    changedAt = clock.now();
    connecting = true;
    reason = `it was closed with ${code}`;
    const why = fatal[code];
    log('discord gateway closed', { surface: name, code, failures });
    if (why === undefined || mine !== generation) return;
    // Asked again it would answer the same, and each time costs one of the day's sessions.
    ended = problem('DISCORD_GATEWAY_CLOSED', { code, reason: why });
  }

  function again(mine: number, why: string, atLeastMs = 0): void {
    failures += 1;
    reason = why;
    clock.after(Math.max(grown(failures), atLeastMs), () => {
      if (!closed && mine === generation) connectSafely();
    });
  }

  function connectSafely(): void {
    const mine = generation + 1;
    connect().catch((error: unknown) => {
      log('discord gateway failed', { surface: name, error });
      if (!closed && mine === generation) again(mine, 'it failed');
    });
  }

  function grown(count: number): number {
    const most = Math.min(pauseMaxMs, pauseMs * 2 ** (count - 1));
    return most * (0.5 + options.random() / 2);
  }

  function watch(): void {
    cancelWatch = clock.after(watchMs, () => {
      if (closed || ended) return;
      const now = clock.now();
      const isDeaf = readyAt > 0 && now - aliveAt > silentMs;
      const isStuck = readyAt === 0 && strategy !== undefined && now - changedAt > connectingMs;
      if (isDeaf || isStuck) {
        log('discord gateway made anew', { surface: name, why: isDeaf ? 'deaf' : 'stuck' });
        failures += 1;
        discard();
        connectSafely();
      }
      watch();
    });
  }

  /** A code that is not 1000 keeps the session, so that the next connection takes it up. */
  function discard(): void {
    const old = strategy;
    strategy = undefined;
    generation += 1;
    Promise.resolve(old?.destroy({ code: 4200 })).catch(() => undefined);
  }

  return {
    start() {
      watch();
      connectSafely();
    },
    trouble() {
      if (ended) return { state: 'down', problem: ended };
      if (readyAt > 0) return undefined;
      const isNew = clock.now() - changedAt < 2 * pauseMaxMs;
      const state = isNew && failures < 6 ? 'degraded' : 'down';
      return { state, problem: problem('DISCORD_GATEWAY_DOWN', { reason }) };
    },
    async close() {
      closed = true;
      cancelWatch();
      const gone = Promise.resolve(strategy?.destroy({ code: 1000 })).catch(() => undefined);
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, closeMs);
      });
      await Promise.race([gone, limit]);
      clearTimeout(timer);
      relay?.close();
    },
  };
}
