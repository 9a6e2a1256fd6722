import type { ServerResponse } from 'node:http';
import type { ConsoleMetrics } from './ports.ts';

/** Server-sent events to the browsers that look on. */
export interface EventStream {
  /** False when there are as many clients as the console takes. */
  join(client: NewClient): boolean;
  /** Somebody opens this incident: it is looked at from now on. */
  expect(incident: string): void;
  /** Somebody looks at this incident, or did a moment ago and may come back to what they missed. */
  isWatched(incident: string): boolean;
  /** To everybody, or to those who look at one incident. */
  publish(message: StreamMessage, incident?: string): void;
  /** Keeps proxies from closing idle streams, and ends those whose session has ended. */
  beat(): Promise<void>;
  clients(): number;
  isFollowed(incident: string): boolean;
  close(): void;
}

export interface NewClient {
  readonly response: ServerResponse;
  readonly incident: string | undefined;
  /** Whether the person behind it is still signed in. */
  readonly welcome: () => Promise<boolean>;
  readonly first: readonly StreamMessage[];
}

export interface StreamMessage {
  readonly event: 'list' | 'answer' | 'signed-out';
  /** A cursor to resume from; what is not part of the state has none. */
  readonly id?: string;
  readonly data: unknown;
}

export interface StreamLimits {
  readonly clientsMax: number;
  /** Bytes that wait for a slow client before it is cut. It reconnects and gets what it missed, or the full state. */
  readonly bufferedBytesMax: number;
  /** How long an incident counts as looked at after the last one left it. */
  readonly watchedMs: number;
  readonly now: () => number;
}

/** More incidents than this that were left a moment ago: the oldest is no longer rendered for those who come back. */
const latelyMax = 500;

export function createEventStream(limits: StreamLimits, metrics: ConsoleMetrics): EventStream {
  /** Each with the bytes that may wait for it: what it had to be told at first is not held against it. */
  const clients = new Map<NewClient, number>();
  /** Until when an incident counts as looked at although nobody follows it. */
  const lately = new Map<string, number>();

  function leave(client: NewClient): void {
    if (!clients.delete(client)) return;
    metrics.clients(clients.size);
    if (client.incident !== undefined) expect(client.incident);
  }

  function expect(incident: string): void {
    const now = limits.now();
    lately.delete(incident);
    lately.set(incident, now + limits.watchedMs);
    // The oldest stand first.
    for (const [other, until] of lately) {
      if (until > now && lately.size <= latelyMax) break;
      lately.delete(other);
    }
  }

  function isWatched(incident: string): boolean {
    if ((lately.get(incident) ?? 0) > limits.now()) return true;
    for (const client of clients.keys()) if (client.incident === incident) return true;
    return false;
  }

  function send(client: NewClient, text: string): void {
    if (client.response.writableLength > (clients.get(client) ?? 0)) {
      metrics.dropped();
      leave(client);
      client.response.destroy();
      return;
    }
    client.response.write(text);
  }

  async function checkWelcome(client: NewClient): Promise<void> {
    if (await client.welcome()) {
      send(client, ': still here\n\n');
      return;
    }
    send(client, written({ event: 'signed-out', data: {} }));
    leave(client);
    client.response.end();
  }

  return {
    join(client) {
      if (clients.size >= limits.clientsMax) return false;
      client.response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'X-Accel-Buffering': 'no',
      });
      const first = `retry: 2000\n\n${client.first.map(written).join('')}`;
      clients.set(client, limits.bufferedBytesMax + Buffer.byteLength(first));
      metrics.clients(clients.size);
      client.response.on('close', () => leave(client));
      send(client, first);
      return true;
    },
    expect,
    isWatched,
    publish(message, incident) {
      const text = written(message);
      for (const client of [...clients.keys()]) {
        if (incident === undefined || client.incident === incident) send(client, text);
      }
    },
    async beat() {
      await Promise.all([...clients.keys()].map(checkWelcome));
    },
    clients: () => clients.size,
    isFollowed: (incident) => [...clients.keys()].some((client) => client.incident === incident),
    close() {
      for (const client of [...clients.keys()]) {
        leave(client);
        client.response.end();
      }
    },
  };
}

/** JSON holds no raw line break, so one `data:` line is enough. */
function written({ event, id, data }: StreamMessage): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
