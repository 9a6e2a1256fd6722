import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../../../src/bot/surfaces/console/open-api.ts';
import { exchange, type Reply, type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    tokens: [
      { name: 'grafana', token: 'read-token', scopes: ['read'] },
      { name: 'ci', token: 'line-token', scopes: ['read', 'commands'] },
    ],
  });
});
afterAll(() => stage.close());

const reader = { Authorization: 'Bearer read-token' };
const writer = { Authorization: 'Bearer line-token' };

function send(body: unknown, headers: Record<string, string>): Promise<Reply> {
  return exchange(`${stage.url}/api/v1/incidents/inc-1/lines`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function codeOf(reply: Reply): unknown {
  return [reply.status, JSON.parse(reply.body).problem?.code];
}

describe('reading with a token', () => {
  it('gives the incidents as on the board', async () => {
    const { incidents } = JSON.parse((await stage.get('/api/v1/incidents', reader)).body);
    expect(incidents.map((one: { incident: string }) => one.incident)).toEqual([
      'inc-1',
      'inc-2',
      'inc-0',
    ]);
    expect(incidents[0]).toMatchObject({
      title: 'checkout is crash-looping',
      openedAt: '2026-03-14T03:05:00.000Z',
      closedAt: null,
    });
  });

  it('gives a thread as the neutral card', async () => {
    const thread = JSON.parse((await stage.get('/api/v1/incidents/inc-1', reader)).body);
    expect(thread).toEqual(await stage.desk.thread('inc-1', 'followers'));
  });

  it('refuses strangers, and says what is not there', async () => {
    expect(codeOf(await stage.get('/api/v1/incidents'))).toEqual([401, 'CONSOLE_SIGNED_OUT']);
    expect((await stage.get('/api/v1/incidents', { Authorization: 'Bearer no' })).status).toBe(401);
    expect(
      (await stage.get('/api/v1/incidents', { Authorization: 'Basic cmVhZC10b2tlbg==' })).status,
    ).toBe(401);
    expect(codeOf(await stage.get('/api/v1/incidents/none', reader))).toEqual([
      404,
      'CONSOLE_NOT_FOUND',
    ]);
  });
});

describe('sending a line', () => {
  it('needs the scope', async () => {
    expect(codeOf(await send({ line: 'status' }, reader))).toEqual([403, 'CONSOLE_TOKEN_REFUSED']);
    expect((await send({ line: 'status', cause: 'bbbbbbbb' }, writer)).status).toBe(200);
    expect(stage.desk.said.at(-1)).toEqual({
      line: 'status',
      incident: 'inc-1',
      cause: 'console/token:ci/bbbbbbbb',
      actor: { kind: 'token', name: 'ci', scopes: ['read', 'commands'] },
    });
  });

  it.each([
    'approve op-41 7f3a9c21e4',
    'APPROVE op-41',
    ' approve op-41',
    '/ops approve op-41',
    '/tocsin   Approve op-41',
    'decline op-41',
    'settle op-41 done',
    'break-glass checkout',
  ])('never approves for a token: %j', async (line) => {
    const before = stage.desk.said.length;
    expect(codeOf(await send({ line }, writer))).toEqual([403, 'CONSOLE_TOKEN_APPROVES']);
    expect(stage.desk.said).toHaveLength(before);
  });

  it.each<[unknown, number, string]>([
    ['{', 400, 'CONSOLE_BODY_UNREADABLE'],
    [[], 400, 'CONSOLE_BODY_UNREADABLE'],
    [null, 400, 'CONSOLE_BODY_UNREADABLE'],
    [{ line: 1 }, 400, 'CONSOLE_BODY_UNREADABLE'],
    [{ line: '' }, 400, 'CONSOLE_LINE_EMPTY'],
    [{ line: 'a\nb' }, 400, 'CONSOLE_LINE_TOO_LONG'],
    [{ line: 'x'.repeat(20_000) }, 413, 'CONSOLE_BODY_TOO_LARGE'],
  ])('refuses %j', async (body, status, code) => {
    expect(codeOf(await send(body, writer))).toEqual([status, code]);
  });

  it('takes a person of the demo by header', async () => {
    expect((await send({ line: 'help' }, { 'Tocsin-As': 'ben' })).status).toBe(200);
    expect(stage.desk.said.at(-1)?.actor).toMatchObject({ person: 'ben', via: 'demo' });
    expect((await send({ line: 'help' }, { 'Tocsin-As': 'mallory' })).status).toBe(401);
  });
});

describe('the OpenAPI document', () => {
  it('is served and names exactly the routes there are', async () => {
    expect(JSON.parse((await stage.get('/api/v1/openapi.json')).body)).toEqual(openApi);
    const said = Object.entries(openApi.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => `${method.toUpperCase()} /api/v1${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      ),
    );
    const there = stage.console.routes
      .filter((route) => route.path.startsWith('/api/'))
      .map((route) => `${route.method} ${route.path}`);
    expect(said.sort()).toEqual(there.sort());
  });
});
