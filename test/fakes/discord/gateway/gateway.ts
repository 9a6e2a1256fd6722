import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../../src/bot/clock.ts';
import { integer, isJson, type Json, object } from '../json.ts';
import { type Happening, intents, type World } from '../world.ts';
import {
  guildCreateJson,
  guildsOfBot,
  identifiesPerDay,
  readyJson,
  recentIdentifies,
} from './hello.ts';
import { membersChunk } from './members-chunk.ts';
import { createSession, dispatch, hears, missedBy, type Session, tellSession } from './session.ts';
import { acceptWebsocket, type Websocket } from './websocket.ts';

export interface Gateway {
  readonly upgrade: (request: IncomingMessage, socket: Duplex) => void;
  readonly tell: (event: Happening) => void;
  readonly control: GatewayControl;
  readonly stop: () => void;
}

/** The hand of the test on the gateway. */
export interface GatewayControl {
  /** Sessions that could still be resumed, connected or not. */
  sessions(): readonly {
    readonly id: string;
    readonly connected: boolean;
    readonly intents: number;
  }[];
  readonly connected: () => boolean;
  /** Breaks every connection; with a code it is closed with it, without one it just ends. */
  drop(code?: number): void;
  /** Asks every client to reconnect (op 7); one that has not gone after that is closed. */
  askToReconnect(): void;
  /** Says that the session is no longer good (op 9), resumable or not. */
  invalidate(resumable: boolean): void;
  /** Connections stay, and nothing comes through any more: no event and no heartbeat's answer. */
  goDeaf(): void;
  /** Forgets all sessions, so that the next Resume is answered with op 9. */
  forgetSessions(): void;
  /** The next so many connections are refused with 503. */
  refuseConnections(count: number): void;
  /** How often a client identified and resumed. */
  readonly counts: () => { readonly identified: number; readonly resumed: number };
  /** Every close that a client or we made, oldest first. */
  readonly closes: () => readonly number[];
}

export interface GatewayOptions {
  /** Heartbeats are kept by the client's own timers, so they are measured with this clock: the real one unless told. */
  readonly clock: Clock;
  readonly heartbeatMs: number;
}

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const closeCodes = {
  unknown: 4000,
  unknownOpcode: 4001,
  decodeError: 4002,
  notAuthenticated: 4003,
  authenticationFailed: 4004,
  alreadyAuthenticated: 4005,
  invalidSeq: 4007,
  rateLimited: 4008,
  sessionTimedOut: 4009,
  invalidVersion: 4012,
  invalidIntents: 4013,
  disallowedIntents: 4014,
} as const;

const reasons: Readonly<Record<number, string>> = {
  4002: 'Error while decoding payload.',
  4004: 'Authentication failed.',
  4014: 'Disallowed intent(s).',
};

/** https://discord.com/developers/docs/events/gateway#sending-events */
const longestPayload = 4_096;
const sendsPerMinute = 120;
/** How long a lost session can be resumed is not published; some minutes. */
const resumableMs = 180_000;
const allIntents = (1 << 26) - 1;

export function createGateway(world: World, options: GatewayOptions): Gateway {
  const sessions = new Map<string, Session>();
  const connections = new Set<Connection>();
  const closes: number[] = [];
  let refused = 0;
  let resumed = 0;

  function upgrade(request: IncomingMessage, socket: Duplex): void {
    if (refused > 0) {
      refused -= 1;
      socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const url = new URL(request.url ?? '/', 'http://discord');
    const connection: Connection = {
      websocket: acceptWebsocket(request, socket, {
        text: (text) => receive(connection, text),
        closed: (code, by) => ended(connection, code, by),
        longest: { bytes: longestPayload, code: closeCodes.decodeError },
      }),
      session: undefined,
      sends: [],
      cancelHeartbeat: () => undefined,
    };
    connections.add(connection);
    if (url.searchParams.get('v') !== '10') {
      connection.websocket.close(closeCodes.invalidVersion);
      return;
    }
    say(connection, 10, { heartbeat_interval: options.heartbeatMs });
    expectHeartbeat(connection);
  }

  function receive(connection: Connection, text: string): void {
    const code = react(connection, text);
    if (code !== undefined) connection.websocket.close(code, reasons[code]);
  }

  /** Does what the client asks, or says with which code it is shown the door. */
  function react(connection: Connection, text: string): number | undefined {
    const now = options.clock.now();
    connection.sends = [...connection.sends.filter((at) => now - at < 60_000), now];
    if (connection.sends.length > sendsPerMinute) return closeCodes.rateLimited;
    const payload = parsed(text);
    if (!payload) return closeCodes.decodeError;
    const op = integer(payload['op'], -1);
    const wish = object(payload['d']);
    if (op === 1) heartbeat(connection);
    else if (op === 2) return identify(connection, wish);
    else if (op === 6) return resume(connection, wish);
    else if (![3, 4, 8, 31].includes(op)) return closeCodes.unknownOpcode;
    else if (!connection.session) return closeCodes.notAuthenticated;
    else if (op === 8) requestMembers(connection.session, wish);
    return undefined;
  }

  function identify(connection: Connection, wish: Json): number | undefined {
    const wanted = integer(wish['intents'], -1);
    if (connection.session) return closeCodes.alreadyAuthenticated;
    if (wish['token'] !== world.token) return closeCodes.authenticationFailed;
    // The real service resets the token; here every further login fails as it would after that.
    if (recentIdentifies(world).length >= identifiesPerDay) return closeCodes.authenticationFailed;
    if (wanted < 0 || (wanted & ~allIntents) !== 0) return closeCodes.invalidIntents;
    if ((wanted & ~grantedIntents(world)) !== 0) return closeCodes.disallowedIntents;
    const session = createSession(randomUUID().replaceAll('-', ''), wanted, connection.websocket);
    sessions.set(session.id, session);
    connection.session = session;
    world.identifies.push(world.clock.now());
    dispatch(session, 'READY', readyJson(world, session.id));
    if ((wanted & intents.guilds) === 0) return undefined;
    for (const guild of guildsOfBot(world)) {
      dispatch(session, 'GUILD_CREATE', guildCreateJson(world, guild));
    }
    return undefined;
  }

  function resume(connection: Connection, wish: Json): number | undefined {
    const { websocket } = connection;
    if (wish['token'] !== world.token) return closeCodes.authenticationFailed;
    const session = sessions.get(String(wish['session_id']));
    const seq = integer(wish['seq'], -1);
    if (session && (seq < 0 || seq > session.seq)) return closeCodes.invalidSeq;
    const missed = session && !isOver(session) ? missedBy(session, seq) : undefined;
    if (!session || !missed) {
      say(connection, 9, false);
      return undefined;
    }
    session.connection?.close(closeCodes.unknown);
    session.connection = websocket;
    session.lostAt = undefined;
    session.deaf = false;
    connection.session = session;
    resumed += 1;
    for (const text of missed) websocket.send(text);
    dispatch(session, 'RESUMED', {});
    return undefined;
  }

  function isOver({ lostAt }: Session): boolean {
    return lostAt !== undefined && options.clock.now() - lostAt > resumableMs;
  }

  function requestMembers(session: Session, wish: Json): void {
    const chunk = membersChunk(world, session.intents, wish);
    if (chunk) dispatch(session, 'GUILD_MEMBERS_CHUNK', chunk);
  }

  function heartbeat(connection: Connection): void {
    expectHeartbeat(connection);
    if (!connection.session?.deaf) say(connection, 11, undefined);
  }

  /** A client that is silent for longer than one interval and a half is gone. */
  function expectHeartbeat(connection: Connection): void {
    connection.cancelHeartbeat();
    connection.cancelHeartbeat = options.clock.after(options.heartbeatMs * 1.5, () =>
      connection.websocket.close(closeCodes.sessionTimedOut, 'Session timed out.'),
    );
  }

  function ended(connection: Connection, code: number, by: 'client' | 'server'): void {
    connections.delete(connection);
    connection.cancelHeartbeat();
    closes.push(code);
    const { session } = connection;
    if (!session || session.connection !== connection.websocket) return;
    session.connection = undefined;
    session.lostAt = options.clock.now();
    // A client that says 1000 or 1001 gives its session back: https://discord.com/developers/docs/events/gateway#initiating-a-disconnect
    if (by === 'client' && (code === 1000 || code === 1001)) sessions.delete(session.id);
  }

  function tell(event: Happening): void {
    for (const session of sessions.values()) {
      if (hears(world, session, event)) tellSession(session, event);
    }
  }

  const control: GatewayControl = {
    sessions: () =>
      [...sessions.values()].map(({ id, connection, intents: wanted }) => ({
        id,
        connected: connection !== undefined,
        intents: wanted,
      })),
    connected: () => [...sessions.values()].some(({ connection }) => connection !== undefined),
    drop(code) {
      for (const { websocket } of connections) {
        if (code === undefined) websocket.destroy();
        else websocket.close(code);
      }
    },
    askToReconnect() {
      for (const connection of connections) say(connection, 7, null);
    },
    invalidate(resumable) {
      for (const connection of connections) {
        say(connection, 9, resumable);
        if (!resumable && connection.session) sessions.delete(connection.session.id);
      }
    },
    goDeaf() {
      for (const session of sessions.values()) session.deaf = true;
    },
    forgetSessions: () => sessions.clear(),
    refuseConnections: (count) => {
      refused = count;
    },
    counts: () => ({ identified: world.identifies.length, resumed }),
    closes: () => closes,
  };

  function stop(): void {
    for (const { websocket, cancelHeartbeat } of connections) {
      cancelHeartbeat();
      websocket.destroy();
    }
  }

  return { upgrade, tell, control, stop };
}

interface Connection {
  readonly websocket: Websocket;
  session: Session | undefined;
  sends: readonly number[];
  cancelHeartbeat: () => void;
}

function say({ websocket }: Connection, op: number, body: unknown): void {
  websocket.send(JSON.stringify({ op, d: body, s: null, t: null }));
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The privileged ones only where the developer portal has them switched on. */
function grantedIntents(world: World): number {
  const { messageContent, members, presences } = world.policy.privileged;
  return (
    allIntents &
    ~(messageContent ? 0 : intents.messageContent) &
    ~(members ? 0 : intents.guildMembers) &
    ~(presences ? 0 : intents.guildPresences)
  );
}
