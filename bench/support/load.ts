import { connect, type Socket } from 'node:net';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** A whole request, head and body, for the connection of this number. */
  readonly next: (connection: number) => Buffer;
  /** Requests per second over all connections; without it each connection sends as soon as it was answered. */
  readonly perSecond?: number;
}

export interface Load {
  readonly answered: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Answers other than 2xx, and connections that broke. */
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Requests that a steady load could not send in time, because every connection still waited. */
  readonly late: number;
}

/**
 * Keep-alive connections with one request in flight each, on bare sockets: whatever the sender costs is taken from the
 * servers it measures, both alike, so it had better cost little.
 */
export async function load(options: LoadOptions): Promise<Load> {
  const { connections, seconds, perSecond } = options;
  const sockets = await Promise.all(
    Array.from({ length: connections }, () => opened(new URL(options.url))),
  );
  const waits = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  const counted = { answered: 0, errors: 0, late: 0 };
  const began = performance.now();
  const until = began + seconds * 1000;
  const free: (() => void)[] = [];
  const lines = sockets.map((socket, index) =>
    talk(socket, {
      send: () => options.next(index),
      until,
      waits,
      counted,
      ...(perSecond === undefined ? {} : { turn: () => new Promise<void>((go) => free.push(go)) }),
    }),
  );
  const stop = perSecond === undefined ? undefined : pace(perSecond, { free, counted, until });
  await Promise.all(lines);
  stop?.();
  const elapsed = (performance.now() - began) / 1000;
  return {
    ...counted,
    seconds: elapsed,
    perSecond: counted.answered / elapsed,
    p50Ms: waits.percentile(50) / 1000,
    p99Ms: waits.percentile(99) / 1000,
    maxMs: waits.max / 1000,
  };
}

interface Talk {
  readonly send: () => Buffer;
  readonly until: number;
  readonly waits: RecordableHistogram;
  readonly counted: { answered: number; errors: number; late: number };
  /** A steady load: resolves when it is this connection's turn. */
  readonly turn?: () => Promise<void>;
}

/** One connection, from its first request to the answer of its last. */
function talk(socket: Socket, options: Talk): Promise<void> {
  const { until, waits, counted, turn } = options;
  return new Promise((resolve) => {
    let sentAt = 0;
    let held = '';
    let over = false;

    function end(): void {
      if (over) return;
      over = true;
      socket.destroy();
      resolve();
    }

    function send(): void {
      if (performance.now() >= until) {
        end();
        return;
      }
      sentAt = performance.now();
      socket.write(options.send());
    }

    function next(): void {
      if (turn === undefined) send();
      else void turn().then(send);
    }

    socket.on('data', (chunk) => {
      held += chunk.toString('latin1');
      const status = statusOf(held);
      if (status === undefined) return;
      held = '';
      waits.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
      counted.answered += 1;
      if (status < 200 || status > 299) counted.errors += 1;
      next();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!over) counted.errors += 1;
      end();
    });
    next();
  });
}

/** The status once the answer is whole. */
function statusOf(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  if (text.length < head + 4 + Number(length ?? 0)) return undefined;
  return Number(text.slice(9, 12));
}

/** Hands out turns at an even rate, in small portions, whatever the answers do. */
function pace(
  perSecond: number,
  state: { readonly free: (() => void)[]; readonly counted: { late: number }; until: number },
): () => void {
  const began = performance.now();
  let given = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    const due = Math.floor(((now - began) / 1000) * perSecond);
    for (; given < due; given += 1) {
      const go = state.free.shift();
      if (go === undefined) {
        // Not made up for later: a sender with every connection busy sends less.
        state.counted.late += due - given;
        given = due;
        break;
      }
      go();
    }
    if (now >= state.until) for (const go of state.free.splice(0)) go();
  }, 2);
  return () => clearInterval(timer);
}

function opened(url: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
