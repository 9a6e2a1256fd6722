import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { REST_MS } from '../../../src/core/breaker.ts';
import { Secret } from '../../../src/core/secret.ts';
import {
  connect,
  type PrometheusApi,
  problems,
} from '../../../src/integrations/prometheus/index.ts';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const minute = 60_000;
const noon = Date.UTC(2026, 10, 20, 12);
const wanted = { query: 'up', from: noon, to: noon + 3 * minute, stepMs: minute };

describe('asking a Prometheus for a time', () => {
  it('gives each series on the steps that were asked for, with holes where nothing was measured', async () => {
    const { telemetry, requests } = await answering(
      matrix(
        [{ instance: 'a' }, { 0: '1', 2: '2.5' }],
        [{ instance: 'b' }, { 1: 'NaN', 2: '+Inf', 3: '4' }],
      ),
    );
    expect(await telemetry.range(wanted)).toEqual({
      ok: true,
      value: {
        kind: 'series',
        from: noon,
        stepMs: minute,
        series: [
          { labels: { instance: 'a' }, values: [1, null, 2.5, null] },
          { labels: { instance: 'b' }, values: [null, null, null, 4] },
        ],
        of: 2,
      },
    });
    const asked = new URL(requests[0]?.url ?? '', 'http://prom');
    expect(asked.pathname).toBe('/api/v1/query_range');
    expect(asked.searchParams.get('start')).toBe('1795176000.000');
    expect(asked.searchParams.get('step')).toBe('60.000');
  });

  it('says no data of an empty answer, and of one that holds no number', async () => {
    for (const answer of [matrix(), matrix([{}, { 0: 'NaN' }])]) {
      const { telemetry } = await answering(answer);
      expect(await telemetry.range(wanted)).toEqual({ ok: true, value: { kind: 'no data' } });
    }
  });

  it('never asks for more points than a Prometheus gives', async () => {
    const { telemetry, requests } = await answering(matrix());
    await telemetry.range({ query: 'up', from: 0, to: 365 * 86_400_000, stepMs: 1000 });
    const step = Number(new URL(requests[0]?.url ?? '', 'http://prom').searchParams.get('step'));
    expect((365 * 86_400) / step + 1).toBeLessThanOrEqual(11_000);
  });

  it('reads so many series and counts the others', async () => {
    const many = Array.from({ length: 700 }, (_, at) => [{ pod: `p-${at}` }, { 0: '1' }] as const);
    const { telemetry } = await answering(matrix(...many));
    const looked = await telemetry.range(wanted);
    const value = looked.ok && looked.value.kind === 'series' ? looked.value : undefined;
    expect([value?.series.length, value?.of]).toEqual([500, 700]);
  });
});

describe('asking a Prometheus for now', () => {
  it('gives a value for each series, and no data for none', async () => {
    const vector = (...result: object[]) => ({
      status: 'success',
      data: { resultType: 'vector', result },
    });
    const some = await answering(vector({ metric: { a: 'b' }, value: [1, '0.25'] }));
    expect(await some.telemetry.instant('up', noon)).toEqual({
      ok: true,
      value: { kind: 'samples', samples: [{ labels: { a: 'b' }, value: 0.25 }], of: 1 },
    });
    const none = await answering(vector());
    expect(await none.telemetry.instant('up', noon)).toEqual({
      ok: true,
      value: { kind: 'no data' },
    });
    const scalar = await answering({
      status: 'success',
      data: { resultType: 'scalar', result: [1, '3'] },
    });
    expect(await scalar.telemetry.instant('3', noon)).toMatchObject({
      value: { samples: [{ value: 3 }] },
    });
  });
});

describe('the way to a Prometheus', () => {
  it('has the prefix, the bearer and the password', async () => {
    const bearer = await answering(matrix(), { path: '/prom/', bearer: new Secret('t0k') });
    const basic = await answering(matrix(), {
      basic: { username: 'u', password: new Secret('p') },
    });
    await bearer.telemetry.range(wanted);
    await basic.telemetry.range(wanted);
    expect(bearer.requests[0]?.url).toMatch(/^\/prom\/api\/v1\/query_range\?/);
    expect(bearer.requests[0]?.headers.authorization).toBe('Bearer t0k');
    expect(basic.requests[0]?.headers.authorization).toBe('Basic dTpw');
  });

  it('leads through its own proxy', async () => {
    const seen: string[] = [];
    const proxy = await serving((request, response) => {
      seen.push(`${request.url} ${request.headers['proxy-authorization']}`);
      response.end(JSON.stringify(matrix()));
    });
    const { telemetry } = connected('http://prom.invalid', {
      proxy: proxy.replace('//', '//ana:canary@'),
    });
    expect(await telemetry.range(wanted)).toMatchObject({ ok: true });
    expect(seen[0]).toMatch(
      /^http:\/\/prom\.invalid\/api\/v1\/query_range\?\S+ Basic YW5hOmNhbmFyeQ==$/,
    );
  });

  it('takes a long question in the body', async () => {
    const { telemetry, requests } = await answering(matrix());
    await telemetry.range({ ...wanted, query: `up{a=~"${'x'.repeat(5000)}"}` });
    expect([requests[0]?.method, requests[0]?.url]).toEqual(['POST', '/api/v1/query_range']);
  });

  it('is not gone with a question that is too long for anybody', async () => {
    const { telemetry, requests } = await answering(matrix());
    const looked = await telemetry.range({ ...wanted, query: 'x'.repeat(9000) });
    expect(codeOf(looked)).toBe('PROMETHEUS_QUERY_REFUSED');
    expect(requests).toEqual([]);
  });
});

describe('a Prometheus that does not answer as it should', () => {
  it.each([
    [401, '', 'PROMETHEUS_UNAUTHORIZED', 1],
    [403, '', 'PROMETHEUS_UNAUTHORIZED', 1],
    [407, '', 'PROMETHEUS_PROXY', 1],
    [302, '', 'PROMETHEUS_REFUSED', 1],
    [404, 'not here', 'PROMETHEUS_REFUSED', 1],
    [500, '', 'PROMETHEUS_REFUSED', 1],
    [429, '', 'PROMETHEUS_REFUSED', 2],
    [503, 'overloaded', 'PROMETHEUS_REFUSED', 2],
    [
      400,
      '{"status":"error","errorType":"bad_data","error":"parse error"}',
      'PROMETHEUS_QUERY_REFUSED',
      1,
    ],
    [
      422,
      '{"status":"error","errorType":"execution","error":"many-to-many"}',
      'PROMETHEUS_QUERY_REFUSED',
      1,
    ],
    [
      503,
      '{"status":"error","errorType":"timeout","error":"query timed out"}',
      'PROMETHEUS_TIMEOUT',
      1,
    ],
    [200, '<html>', 'PROMETHEUS_UNREADABLE', 1],
    [200, '{"status":"success"}', 'PROMETHEUS_UNREADABLE', 1],
    [
      200,
      '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1]]}]}}',
      'PROMETHEUS_UNREADABLE',
      1,
    ],
    [
      200,
      '{"status":"success","data":{"resultType":"matrix","result":[7]}}',
      'PROMETHEUS_UNREADABLE',
      1,
    ],
  ])('%i %s ends as %s after %i tries', async (status, body, code, tries) => {
    const { telemetry, requests } = await answering(body, {}, status);
    expect(codeOf(await telemetry.range(wanted))).toBe(code);
    expect(requests.length).toBe(tries);
  });

  it('is cut off when it says too much, and when it says nothing in time', async () => {
    const large = await answering(matrix([{ a: 'x'.repeat(4000) }, { 0: '1' }]), {
      bytesMax: 1024,
    });
    expect(codeOf(await large.telemetry.range(wanted))).toBe('PROMETHEUS_TOO_LARGE');
    const url = await serving(() => undefined);
    const silent = connected(url, { timeoutMs: 100 });
    expect(codeOf(await silent.telemetry.range(wanted))).toBe('PROMETHEUS_TIMEOUT');
  });

  it('is left alone for a minute after five failures, then asked by one alone', async () => {
    const world = await answering('', {}, 500);
    for (let turn = 0; turn < 5; turn += 1) await world.telemetry.range(wanted);
    expect(world.health()).toBe('down');
    expect(codeOf(await world.telemetry.range(wanted))).toBe('PROMETHEUS_RESTS');
    expect(world.requests.length).toBe(5);
    world.passes(REST_MS);
    const together = await Promise.all([
      world.telemetry.range(wanted),
      world.telemetry.range(wanted),
    ]);
    expect(together.map(codeOf)).toEqual(['PROMETHEUS_REFUSED', 'PROMETHEUS_RESTS']);
    expect(world.requests.length).toBe(6);
    world.passes(REST_MS);
    world.answers(matrix());
    expect(await world.telemetry.range(wanted)).toMatchObject({ ok: true });
    expect(world.health()).toBe('ok');
  });

  it('that refuses a question is well', async () => {
    const body = '{"status":"error","errorType":"bad_data","error":"parse error"}';
    const { telemetry, health } = await answering(body, {}, 400);
    for (let turn = 0; turn < 9; turn += 1) await telemetry.range(wanted);
    expect(health()).toBe('ok');
  });

  it('never has its password in a problem', async () => {
    const { telemetry } = await answering('', { bearer: new Secret('canary') }, 500);
    expect(JSON.stringify(await telemetry.range(wanted))).not.toContain('canary');
  });

  it('has words for every code', () => {
    for (const words of Object.values(problems)) expect(Object.values(words).join('')).not.toBe('');
  });
});

interface Answering {
  readonly path?: string;
}

async function answering(
  answer: object | string,
  { path = '', ...api }: Answering & Partial<PrometheusApi> = {},
  status = 200,
) {
  const requests: IncomingMessage[] = [];
  let said = { status, text: typeof answer === 'string' ? answer : JSON.stringify(answer) };
  const url = await serving((request, response) => {
    requests.push(request);
    response.writeHead(said.status, { 'content-type': 'application/json' }).end(said.text);
  });
  return {
    ...connected(url + path, api),
    requests,
    answers(next: object) {
      said = { status: 200, text: JSON.stringify(next) };
    },
  };
}

function connected(url: string, api: Partial<PrometheusApi>) {
  let ahead = 0;
  const clock = {
    now: () => noon + ahead,
    after(_ms: number, run: () => void) {
      queueMicrotask(run);
      return () => undefined;
    },
  };
  const integration = connect(
    { target: 'prometheus/prom', url, timeoutMs: 5000, bytesMax: 1024 * 1024, ...api },
    { clock },
  );
  ends.push(async () => integration.close());
  return {
    telemetry: integration.readers.telemetry,
    health: integration.health,
    passes(ms: number) {
      ahead += ms;
    },
  };
}

async function serving(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Each series by its labels and its values by their step. */
function matrix(...all: readonly (readonly [object, Readonly<Record<number, string>>])[]) {
  const result = all.map(([metric, values]) => ({
    metric,
    values: Object.entries(values).map(([step, value]) => [noon / 1000 + Number(step) * 60, value]),
  }));
  return { status: 'success', data: { resultType: 'matrix', result } };
}

function codeOf(looked: object): string {
  return 'problem' in looked && looked.problem instanceof Object && 'code' in looked.problem
    ? String(looked.problem.code)
    : 'none';
}
