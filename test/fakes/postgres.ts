import { ProblemError, problem } from '../../src/core/problem.ts';
import type { Command, Ran } from '../../src/integrations/postgres/command.ts';
import type { Connections, Session } from '../../src/integrations/postgres/connection.ts';
import type { Address, Row } from '../../src/integrations/postgres/schema.ts';

export interface FakeServer {
  readonly port: number;
  role: 'primary' | 'standby';
  system: string;
  timeline: number;
  received: number;
  /** It runs. */
  up: boolean;
  /** Its fence is shut: the application is refused, whoever starts it. */
  shut: boolean;
  starts: number;
  upstream: string;
}

/** What becomes of the next fence command or promotion. */
export type Fate =
  | { readonly kind: 'done, not answered' }
  | { readonly kind: 'vanished' }
  | { readonly kind: 'done late, not answered'; readonly ms: number }
  | { readonly kind: 'refused' };

export interface FakePostgres {
  readonly servers: Readonly<Record<string, FakeServer>>;
  readonly connections: Connections;
  run(command: Command): Promise<Ran>;
  /** Servers that became fenced, open or primary, however often that was asked for. */
  effects(): number;
  next(fate: Fate): void;
  now(): number;
  pass(ms: number): void;
}

/**
 * A primary and two standbys as far as this integration asks them, and a fence that shuts one: commands are
 * `fence VERB NODE`. Its answers are those that the real ones give in `test/real/postgres`.
 */
export function createFakePostgres(): FakePostgres {
  let now = 0;
  let done = 0;
  const fates: Fate[] = [];
  const late: { readonly at: number; readonly effect: () => void }[] = [];
  const servers: Record<string, FakeServer> = Object.fromEntries(
    [5001, 5002, 5003].map((port, index) => [`db-${index + 1}`, serverOn(port)]),
  );

  /** The deed by its fate; true when it was done and is answered. */
  function fated(effect: () => void): 'done' | 'refused' {
    const fate = fates.shift();
    if (fate?.kind === 'refused') return 'refused';
    if (fate === undefined || fate.kind === 'done, not answered') effect();
    if (fate?.kind === 'done late, not answered') late.push({ at: now + fate.ms, effect });
    if (fate) throw new ProblemError(problem('PG_NO_ANSWER', { server: '', why: 'cut', code: '' }));
    return 'done';
  }

  function become(server: FakeServer, change: Partial<FakeServer>): void {
    const isNew = Object.entries(change).some(([key, value]) => Reflect.get(server, key) !== value);
    if (!isNew) return;
    Object.assign(server, change);
    done += 1;
  }

  function sessionOf(server: FakeServer, isAdmin: boolean): Session {
    if (!server.up) throw unreachable('ECONNREFUSED');
    if (server.shut && !isAdmin) throw unreachable('28000');
    const began = server.starts;
    return {
      server: `127.0.0.1:${server.port}`,
      async query(text) {
        if (!server.up || server.starts !== began || (server.shut && !isAdmin)) {
          throw new ProblemError(
            problem('PG_NO_ANSWER', { server: '', why: 'ended', code: '57P01' }),
          );
        }
        return answer(server, text);
      },
    };
  }

  function answer(server: FakeServer, text: string): readonly Row[] {
    const standby = server.role === 'standby';
    if (text.includes('pg_promote(false)')) {
      if (!standby || server.system !== '7') return [{ promoted: null }];
      // One that is no standby any more takes no notice.
      const is = fated(() => {
        if (server.role === 'primary') return;
        become(server, { role: 'primary', timeline: server.timeline + 1 });
      });
      if (is === 'done') return [{ promoted: true }];
      throw new ProblemError(problem('PG_REFUSED', { server: '', why: 'no right', code: '42501' }));
    }
    if (text.includes('AS conninfo')) return [stateOf(server)];
    if (text.includes('AS standby')) return [{ standby, open: '0' }];
    if (text.includes('AS lsn')) return [{ lsn: lsnOf(server) }];
    if (text.includes('AS clean')) return [{ clean: true, after: '120' }];
    if (text.includes('AS given') || text.includes('AS super'))
      return [{ given: true, super: true }];
    if (text.includes('AS pending')) return [{ pending: false }];
    if (standby && text.startsWith('BEGIN READ WRITE')) {
      throw new ProblemError(problem('PG_REFUSED', { server: '', why: 'recovery', code: '0A000' }));
    }
    return [];
  }

  function at({ port }: Address): FakeServer {
    const found = Object.values(servers).find((server) => server.port === port);
    if (!found) throw unreachable('ENOTFOUND');
    return found;
  }

  return {
    servers,
    connections: {
      admin: async (address, task) => task(sessionOf(at(address), true)),
      application: async (address, task) => task(sessionOf(at(address), false)),
    },
    async run({ argv: [, verb, name = ''] }) {
      const server = servers[name];
      if (!server) return { exit: 'missing', said: '' };
      if (verb === 'status') {
        if (fates[0]?.kind === 'vanished') fated(() => undefined);
        return { exit: server.shut ? '0' : '1', said: '' };
      }
      const change = verb === 'fence' ? { up: false, shut: true } : { up: true, shut: false };
      const is = fated(() => become(server, change));
      return { exit: is === 'done' ? '0' : 'missing', said: '' };
    },
    effects: () => done,
    next: (fate) => fates.push(fate),
    now: () => now,
    pass(ms) {
      now += ms;
      for (const each of late.splice(0)) {
        if (each.at <= now) each.effect();
        else late.push(each);
      }
    },
  };
}

function serverOn(port: number): FakeServer {
  const isFirst = port === 5001;
  return {
    port,
    role: isFirst ? 'primary' : 'standby',
    system: '7',
    timeline: 1,
    received: 1_000,
    up: true,
    shut: false,
    starts: 1,
    upstream: isFirst ? '' : 'host=127.0.0.1 port=5001',
  };
}

function stateOf(server: FakeServer): Row {
  return {
    standby: server.role === 'standby',
    system: server.system,
    timeline: server.timeline,
    started_at: String(server.starts),
    received: lsnOf(server),
    replayed: lsnOf(server),
    replayed_at: 0,
    conninfo: server.upstream,
    streams: 0,
  };
}

function lsnOf({ received }: FakeServer): string {
  return `0/${received.toString(16).toUpperCase()}`;
}

function unreachable(code: string): ProblemError {
  return new ProblemError(problem('PG_UNREACHABLE', { server: '', why: code, code }));
}
