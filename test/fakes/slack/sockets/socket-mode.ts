import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../../src/bot/clock.ts';
import type { Ids } from '../ids.ts';
import { isRecord, type Json, parsed, textOf } from '../json.ts';
import { Refusal } from '../refusal.ts';
import { acceptWebSocket, type WebSocketEnd } from './websocket.ts';

/** https://docs.slack.dev/apis/events-api/using-socket-mode */
const maxConnections = 10;
const pingEveryMs = 10_000;
const warningMs = 10_000;

export interface SocketOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly appId: string;
  readonly changed: () => void;
  /** How long a connection lives before it is told to come again. */
  readonly lifetimeS: number;
}

export type Goodbye = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

export interface Sockets {
  /** Connections that said hello and are still there. */
  count(): number;
  /** Cuts every connection, without a word. */
  drop(): void;
  /** Tells every client to come again, as the platform does every few hours, and closes after ten seconds. */
  refresh(reason?: Goodbye): void;
  /** Every connection stays open and goes deaf: no pong, and what is sent to it is lost. */
  freeze(): void;
  /** The next so many `apps.connections.open` are refused with this code. */
  refuseOpening(count: number, error?: string): void;
  /** For `apps.connections.open`: an address that works once. */
  open(origin: string): string;
  accept(request: IncomingMessage, socket: Duplex): void;
  /** Says goodbye as a server that stops; whoever does not answer within the tenth of a second is cut off. */
  close(): void;
  /** Sends to one connection, any one; false when there is none. The answer comes to `acknowledged`. */
  send(envelope: Json, acknowledged: (payload: unknown) => void): boolean;
}

interface Connection {
  readonly end: WebSocketEnd;
  readonly cancels: (() => void)[];
}

export function socketsOf({ clock, ids, appId, lifetimeS, changed }: SocketOptions): Sockets {
  const tickets = new Set<string>();
  const connections: Connection[] = [];
  /** Also those that were told to go and are still there. */
  const everyEnd = new Set<WebSocketEnd>();
  const waiting = new Map<string, (payload: unknown) => void>();
  let refusals: string[] = [];
  let turn = 0;

  function sayGoodbye(connection: Connection, reason: Goodbye): void {
    const { end } = connection;
    end.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-fake' } }));
    // Nothing more is sent on a connection that was told to go.
    forget(connection);
    clock.after(warningMs, () => end.close(1000));
  }

  function forget(connection: Connection): void {
    for (const cancel of connection.cancels) cancel();
    const at = connections.indexOf(connection);
    if (at >= 0) connections.splice(at, 1);
    changed();
  }

  function keepAlive(connection: Connection): void {
    connection.end.ping('Ping from applink-fake');
    connection.cancels.push(clock.after(pingEveryMs, () => keepAlive(connection)));
  }

  function heard(text: string): void {
    const message = parsed(text);
    const id = isRecord(message) ? textOf(message['envelope_id']) : undefined;
    const acknowledged = id && waiting.get(id);
    if (!id || !acknowledged || !isRecord(message)) return;
    waiting.delete(id);
    acknowledged(message['payload']);
  }

  return {
    count: () => connections.length,
    drop() {
      for (const { end } of [...connections]) end.drop();
    },
    refresh(reason = 'refresh_requested') {
      for (const connection of [...connections]) sayGoodbye(connection, reason);
    },
    freeze() {
      for (const { end } of connections) end.freeze();
    },
    close() {
      const ends = [...everyEnd];
      for (const end of ends) end.close(1001);
      setTimeout(() => {
        for (const end of ends) end.drop();
      }, 100).unref();
    },
    refuseOpening(count, error = 'internal_error') {
      refusals = Array.from({ length: count }, () => error);
    },
    open(origin) {
      const error = refusals.shift();
      if (error) throw new Refusal(error);
      const ticket = ids.secret();
      tickets.add(ticket);
      return `${origin.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${appId}`;
    },
    accept(request, socket) {
      const ticket = new URL(request.url ?? '', 'http://fake').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return;
      }
      const end = acceptWebSocket(request, socket, {
        text: heard,
        closed() {
          everyEnd.delete(end);
          forget(connection);
        },
      });
      const connection: Connection = { end, cancels: [] };
      everyEnd.add(end);
      if (connections.length >= maxConnections) {
        sayGoodbye(connection, 'too_many_websockets');
        return;
      }
      connections.push(connection);
      end.send(JSON.stringify(hello(connections.length, appId, lifetimeS)));
      keepAlive(connection);
      changed();
      connection.cancels.push(
        clock.after(lifetimeS * 1000 - warningMs, () => sayGoodbye(connection, 'warning')),
      );
    },
    send(envelope, acknowledged) {
      const open = connections.filter(({ end }) => end.open);
      turn += 1;
      const connection = open[turn % Math.max(1, open.length)];
      if (!connection) return false;
      const id = `${ids.next('e')}-${ids.secret()}`.toLowerCase();
      waiting.set(id, acknowledged);
      connection.end.send(JSON.stringify({ envelope_id: id, ...envelope }));
      return true;
    },
  };
}

function hello(connections: number, appId: string, lifetimeS: number): Json {
  return {
    type: 'hello',
    num_connections: connections,
    debug_info: {
      host: 'applink-fake',
      build_number: 1,
      approximate_connection_time: lifetimeS,
    },
    connection_info: { app_id: appId },
  };
}
