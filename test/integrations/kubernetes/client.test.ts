import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ProblemError } from '../../../src/core/problem.ts';
import { readClient, writeClient } from '../../../src/integrations/kubernetes/client.ts';
import {
  type Connection,
  openConnection,
} from '../../../src/integrations/kubernetes/connection.ts';
import { openCredential } from '../../../src/integrations/kubernetes/credentials.ts';
import type { KubernetesConfig } from '../../../src/integrations/kubernetes/schema.ts';
import { sayable } from './world.ts';

const opened: (() => void)[] = [];
const warned: string[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
  warned.length = 0;
});

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

interface Stage {
  readonly connection: Connection;
  readonly config: KubernetesConfig;
  readonly clock: { now(): number; at: number };
  count(): number;
}

/** An API server that answers as told, and a client of it. */
async function stage(answer: Answer, more: Partial<KubernetesConfig> = {}): Promise<Stage> {
  let count = 0;
  const server: Server = createServer((request, response) => {
    count += 1;
    answer(request, response, count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config: KubernetesConfig = {
    target: 'eu-1',
    read: { kind: 'server', server: `http://127.0.0.1:${port}`, token: 'canary-token' },
    timeoutMs: 3_000,
    bytesMax: 1_000,
    landsWithinMs: 90_000,
    ...more,
  };
  const clock = { at: 1_000, now: () => clock.at };
  const credential = openCredential(config.read, 'eu-1');
  const log = { warn: (_fields: object, message: string) => void warned.push(message) };
  const connection = openConnection(config, credential, { clock, log });
  opened.push(() => {
    connection.close();
    server.closeAllConnections();
    server.close();
  });
  return { connection, config, clock, count: () => count };
}

async function codeFrom(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'answered';
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    sayable(error.problem);
    return error.problem.code;
  }
}

const status = (code: number, body: object = {}, headers: Record<string, string> = {}): Answer => {
  return (_request, response) => {
    response.writeHead(code, headers).end(JSON.stringify(body));
  };
};

describe('a read', () => {
  it.each([
    [401, 'K8S_UNAUTHORIZED'],
    [404, 'K8S_NOT_FOUND'],
    [422, 'K8S_INVALID'],
    [429, 'K8S_THROTTLED'],
    [500, 'K8S_SERVER_ERROR'],
    [302, 'K8S_UNEXPECTED'],
  ])('says in our words what a %i means', async (code, expected) => {
    const { connection, config } = await stage(status(code));
    expect(await codeFrom(readClient(connection, config).get('/x'))).toBe(expected);
  });

  it('that is forbidden names who, what and the rule', async () => {
    const message =
      'deployments.apps "web" is forbidden: User "chatops-bot" cannot get resource "deployments" in API group "apps" in the namespace "default"';
    const { connection, config } = await stage(status(403, { kind: 'Status', message }));
    const path = '/apis/apps/v1/namespaces/default/deployments/web';
    const asked = readClient(connection, config).get(path);
    await expect(asked).rejects.toMatchObject({
      problem: {
        code: 'K8S_FORBIDDEN',
        facts: {
          user: 'chatops-bot',
          verb: 'get',
          namespace: 'default',
          rule: 'apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"]',
        },
      },
    });
  });

  it.each([[429], [500], [503]])('is tried once more after a %i', async (code) => {
    const { connection, config, count } = await stage((request, response, turn) =>
      status(turn === 1 ? code : 200, { fine: true })(request, response, turn),
    );
    expect(await readClient(connection, config).get('/x')).toEqual({ fine: true });
    expect(count()).toBe(2);
  });

  it('is tried once more after a connection that broke, and not a third time', async () => {
    const { connection, config, count } = await stage((request) => request.socket.destroy());
    expect(await codeFrom(readClient(connection, config).get('/x'))).toBe('K8S_NO_ANSWER');
    expect(count()).toBe(2);
  });

  it('does not wait longer than its deadline because the server asks it to', async () => {
    const { connection, config, count } = await stage(status(429, {}, { 'retry-after': '60' }));
    expect(await codeFrom(readClient(connection, config).get('/x'))).toBe('K8S_THROTTLED');
    expect(count()).toBe(1);
  });

  it('ends at its deadline when nothing comes', async () => {
    const { connection, config } = await stage(() => undefined, { timeoutMs: 150 });
    expect(await codeFrom(readClient(connection, config).get('/x'))).toBe('K8S_TIMEOUT');
  });

  it('ends at its deadline when an answer drips', async () => {
    const { connection, config } = await stage(
      (_request, response) => {
        response.writeHead(200).write('{');
        const drip = setInterval(() => response.write(' '), 20);
        opened.push(() => clearInterval(drip));
      },
      { timeoutMs: 200 },
    );
    expect(await codeFrom(readClient(connection, config).get('/x'))).toBe('K8S_NO_ANSWER');
  });

  it('stops reading an answer that is too large', async () => {
    const { connection, config } = await stage(status(200, { long: 'x'.repeat(5_000) }));
    expect(await codeFrom(readClient(connection, config).get('/x'))).toBe('K8S_TOO_LARGE');
  });

  it('of something that is no API server says so', async () => {
    const { connection, config } = await stage((_request, response) => {
      response.writeHead(200).end('<html>');
    });
    expect(await codeFrom(readClient(connection, config).get('/x'))).toBe('K8S_UNEXPECTED');
  });

  it('where nobody listens is unreachable', async () => {
    const { connection, config } = await stage(() => undefined, {
      read: { kind: 'server', server: 'http://127.0.0.1:1' },
    });
    expect(await codeFrom(readClient(connection, config).get('/x'))).toBe('K8S_UNREACHABLE');
  });

  it('reads all pages of a list', async () => {
    const { connection, config } = await stage((request, response, turn) => {
      const next = new URL(request.url ?? '', 'http://x').searchParams.get('continue');
      const metadata = next === null ? { continue: 'more' } : {};
      status(200, { metadata, items: [{ page: turn }] })(request, response, turn);
    });
    const all = await readClient(connection, config).listAll('/x');
    expect(all).toEqual([{ page: 1 }, { page: 2 }]);
  });

  it('never says the token, nor a secret in the answer', async () => {
    const message = 'denied: password=canary-2 for Bearer canary-token-longer';
    const { connection, config } = await stage(status(422, { kind: 'Status', message }));
    const asked = readClient(connection, config).get('/x');
    await expect(asked).rejects.not.toThrow(/canary/);
  });
});

describe('a write', () => {
  it.each([
    [200, 'written'],
    [409, 'conflict'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [422, 'refused'],
    [429, 'refused'],
    [408, 'unknown'],
    [500, 'unknown'],
    [503, 'unknown'],
    [504, 'unknown'],
    [302, 'unknown'],
  ])('answered %i is %s', async (code, outcome) => {
    const { connection } = await stage(status(code));
    expect((await writeClient(connection).put('/x', {})).outcome).toBe(outcome);
  });

  it.each([
    ['no answer', (() => undefined) as Answer],
    ['a broken connection', ((request) => request.socket.destroy()) as Answer],
  ])('with %s is unknown, and is not sent again', async (_what, answer) => {
    const { connection, count } = await stage(answer, { timeoutMs: 150 });
    expect((await writeClient(connection).put('/x', {})).outcome).toBe('unknown');
    expect(count()).toBe(1);
  });

  it('with an answer that breaks off after its head is written', async () => {
    const { connection } = await stage((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half":');
      setImmediate(() => response.destroy());
    });
    expect(await writeClient(connection).put('/x', {})).toEqual({ outcome: 'written', object: {} });
  });

  it('to where nobody listens is refused: nothing was sent', async () => {
    const { connection } = await stage(() => undefined, {
      read: { kind: 'server', server: 'http://127.0.0.1:1' },
    });
    expect(await writeClient(connection).put('/x', {})).toMatchObject({
      outcome: 'refused',
      problem: { code: 'K8S_UNREACHABLE' },
    });
  });

  it('carries the field manager', async () => {
    let url = '';
    const { connection } = await stage((request, response, turn) => {
      url = request.url ?? '';
      status(200)(request, response, turn);
    });
    await writeClient(connection).patch('/x', { type: 'merge', body: {} });
    expect(url).toBe('/x?fieldManager=tocsin');
  });
});

describe('a cluster that does not answer', () => {
  it('is left alone for a minute after five failures, then tried once', async () => {
    let isWell = false;
    const { connection, config, clock, count } = await stage((request, response, turn) =>
      status(isWell ? 200 : 500)(request, response, turn),
    );
    const { get } = readClient(connection, config);
    expect(connection.health()).toBe('ok');
    await codeFrom(get('/x'));
    expect(connection.health()).toBe('degraded');
    for (let turn = 0; turn < 2; turn += 1) await codeFrom(get('/x'));
    const before = count();
    expect(await codeFrom(get('/x'))).toBe('K8S_PAUSED_CALLS');
    expect(count()).toBe(before);
    expect(warned).toHaveLength(1);
    expect(connection.health()).toBe('down');

    clock.at += 60_000;
    expect(await codeFrom(get('/x'))).not.toBe('answered');
    expect(count()).toBe(before + 1);
    expect(await codeFrom(get('/x'))).toBe('K8S_PAUSED_CALLS');

    clock.at += 60_000;
    isWell = true;
    expect(await codeFrom(get('/x'))).toBe('answered');
    expect(await codeFrom(get('/x'))).toBe('answered');
    expect(connection.health()).toBe('ok');
  });

  it('is still asked by a step that runs', async () => {
    const { connection, config, count } = await stage(status(500));
    const { get } = readClient(connection, config);
    for (let turn = 0; turn < 4; turn += 1) await codeFrom(get('/x'));
    const before = count();
    expect(await codeFrom(get('/x', {}, { urgent: true }))).toBe('K8S_SERVER_ERROR');
    expect(count()).toBeGreaterThan(before);
  });
});
