import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { REST_MS } from '../../../src/core/breaker.ts';
import { type Problem, ProblemError } from '../../../src/core/problem.ts';
import { Secret } from '../../../src/core/secret.ts';
import { ANSWER_MAX_BYTES } from '../../../src/integrations/alertmanager/client.ts';
import {
  type AlertmanagerApi,
  connect,
  problems,
} from '../../../src/integrations/alertmanager/index.ts';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const alert = {
  fingerprint: '2367894e3a1e84a3',
  labels: { alertname: 'KubePodCrashLooping', pod: 'a' },
  annotations: { summary: 'Pod a is crash-looping' },
  startsAt: '2026-11-20T12:23:25.041Z',
  endsAt: '2026-11-20T12:28:25.041Z',
  updatedAt: '2026-11-20T12:23:25.041Z',
  generatorURL: 'http://prometheus.example/graph',
  receivers: [{ name: 'hook' }],
  status: { state: 'active', silencedBy: [], inhibitedBy: [] },
};

describe('asking an Alertmanager what fires', () => {
  it('reads every alert with its state', async () => {
    const suppressed = (status: object) => ({
      ...alert,
      status: { state: 'suppressed', ...status },
    });
    const api = await answering([
      alert,
      { ...alert, status: { state: 'unprocessed', silencedBy: [], inhibitedBy: [] } },
      suppressed({ silencedBy: ['s-1'], inhibitedBy: [] }),
      suppressed({ silencedBy: [], inhibitedBy: ['fp'] }),
      suppressed({ silencedBy: [], inhibitedBy: [], mutedBy: ['weekend'] }),
    ]);
    const alerts = await api.ask();
    expect(alerts.map(({ state, silencedBy }) => [state, ...silencedBy])).toEqual([
      ['firing'],
      ['firing'],
      ['silenced', 's-1'],
      ['inhibited'],
      ['silenced', 'weekend'],
    ]);
    expect(alerts[0]).toMatchObject({
      fingerprint: '2367894e3a1e84a3',
      startsAt: Date.UTC(2026, 10, 20, 12, 23, 25, 41),
      generatorUrl: 'http://prometheus.example/graph',
    });
  });

  it('keeps the path prefix and asks for muted alerts too', async () => {
    const api = await answering([], { path: '/am/' });
    await api.ask();
    expect(api.requests[0]?.url).toBe(
      '/am/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true',
    );
  });

  it('sends the bearer, the password, or the credential of the address', async () => {
    const bearer = await answering([], { bearer: new Secret('t0k') });
    const basic = await answering([], { basic: { username: 'u', password: new Secret('p') } });
    const address = await answering([], { userinfo: 'u:p%40' });
    await Promise.all([bearer.ask(), basic.ask(), address.ask()]);
    expect(bearer.requests[0]?.headers.authorization).toBe('Bearer t0k');
    expect(basic.requests[0]?.headers.authorization).toBe('Basic dTpw');
    expect(address.requests[0]?.headers.authorization).toBe('Basic dTpwQA==');
  });
});

describe('an answer that cannot be believed', () => {
  it.each([
    ['a login page', '<html>', 'there is no JSON'],
    ['an object', '{"status":"success"}', 'there is no list of alerts'],
    [
      'an alert without a fingerprint',
      JSON.stringify([alert, { ...alert, fingerprint: '' }]),
      'alert 2 has no readable fingerprint',
    ],
    [
      'an alert without a start',
      JSON.stringify([{ ...alert, startsAt: 'soon' }]),
      'alert 1 has no readable startsAt',
    ],
    [
      'an alert without labels',
      JSON.stringify([{ ...alert, labels: null }]),
      'alert 1 has no readable labels',
    ],
    [
      'an alert with strange annotations',
      JSON.stringify([{ ...alert, annotations: { a: 1 } }]),
      'alert 1 has no readable annotations',
    ],
    [
      'a state nobody knows',
      JSON.stringify([{ ...alert, status: { state: 'gone' } }]),
      'alert 1 has no readable status',
    ],
    ['a list of numbers', '[1]', 'alert 1 has no readable fields'],
  ])('is refused whole: %s', async (_what, body, why) => {
    const api = await answering(body);
    expect(await api.problem()).toMatchObject({ code: 'ALERTMANAGER_UNREADABLE', facts: { why } });
  });

  it('is refused when it is endless', async () => {
    const api = await serving((_request, response) => {
      response.writeHead(200, { 'content-length': String(ANSWER_MAX_BYTES + 1) });
      const chunk = ' '.repeat(1024 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await api.problem()).toMatchObject({ code: 'ALERTMANAGER_TOO_LARGE' });
  });
});

describe('an Alertmanager that cannot be asked', () => {
  it.each([
    [401, 'ALERTMANAGER_UNAUTHORIZED'],
    [403, 'ALERTMANAGER_UNAUTHORIZED'],
    [404, 'ALERTMANAGER_REFUSED'],
    [302, 'ALERTMANAGER_REFUSED'],
    [500, 'ALERTMANAGER_REFUSED'],
  ])('says so at once: %i', async (status, code) => {
    const api = await serving((_request, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
    });
    expect(await api.problem()).toMatchObject({ code, facts: { status } });
    expect(api.requests.length).toBe(1);
  });

  it('is asked once more when its proxy is overloaded', async () => {
    const api = await serving((_request, response, count) => {
      response.writeHead(count === 1 ? 503 : 200).end('[]');
    });
    expect(await api.ask()).toEqual([]);
    expect(api.requests.length).toBe(2);
  });

  it('is named when it has gone, without its password', async () => {
    const api = await answering([], { userinfo: 'ana:canary' });
    await api.close();
    const problem = await api.problem();
    expect(problem).toMatchObject({
      code: 'ALERTMANAGER_UNREACHABLE',
      facts: { why: 'ECONNREFUSED' },
    });
    expect(JSON.stringify(problem)).not.toContain('canary');
  });

  it('does not keep us waiting when its answer trickles', async () => {
    const api = await serving(
      (_request, response) => {
        response.writeHead(200).write('[');
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 150 },
    );
    expect(await api.problem()).toMatchObject({ code: 'ALERTMANAGER_TIMEOUT' });
  });

  it('is left alone for a minute after five failures, then asked again', async () => {
    let isBroken = true;
    const api = await serving((_request, response) => {
      response.writeHead(isBroken ? 500 : 200).end('[]');
    });
    for (let turn = 0; turn < 5; turn += 1) await api.problem();
    expect(await api.problem()).toMatchObject({
      code: 'ALERTMANAGER_RESTS',
      facts: { failures: 5, seconds: 60 },
    });
    expect(api.requests.length).toBe(5);
    isBroken = false;
    api.pass(REST_MS);
    expect(await api.ask()).toEqual([]);
  });
});

describe('an Alertmanager that says how long it has been up', () => {
  it('is believed by its own clock, whatever ours says', async () => {
    const there = Date.UTC(2026, 10, 20, 12, 0, 0);
    const api = await serving((_request, response) => {
      const uptime = new Date(there - 90_000).toISOString();
      response.writeHead(200, { date: new Date(there).toUTCString() });
      response.end(JSON.stringify({ uptime }));
    });
    api.pass(1_000_000);
    expect(await api.upSince()).toBe(1_000_000 - 90_000);
    expect(api.requests[0]?.url).toBe('/api/v2/status');
  });

  it.each([['{}'], ['{"uptime":"yesterday"}'], ['[]']])('may not: %s', async (body) => {
    const api = await answering(body);
    expect(await api.upSince()).toBeUndefined();
  });
});

describe('the doctor', () => {
  const examined = (date: number, ourMs: number) =>
    serving((_request, response) => {
      response.writeHead(200, { date: new Date(date).toUTCString() }).end('[]');
    }).then((api) => {
      api.pass(ourMs);
      return api.doctor();
    });

  it('finds nothing wrong with one whose clock is ours', async () => {
    expect(await examined(1_000_000, 1_029_000)).toEqual([
      { check: 'api', facts: { alerts: 0 } },
      { check: 'clock', facts: {} },
    ]);
  });

  it('finds a clock that is fast or slow', async () => {
    for (const ours of [969_000, 1_031_000]) {
      expect(await examined(1_000_000, ours)).toMatchObject([
        { check: 'api' },
        { check: 'clock', problem: { code: 'ALERTMANAGER_CLOCK_SKEW', facts: { seconds: 31 } } },
      ]);
    }
  });

  it('says why one cannot be asked', async () => {
    const api = await answering('<html>');
    expect(await api.doctor()).toMatchObject([
      { check: 'api', problem: { code: 'ALERTMANAGER_UNREADABLE' } },
    ]);
  });
});

describe('the words', () => {
  it('name only facts that every problem of that code carries', async () => {
    const api = await answering('<html>');
    const { code, facts } = await api.problem();
    const words = Object.values(problems[code] ?? {}).join(' ');
    const named = [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(named.filter((name) => name !== undefined && !(name in facts))).toEqual([]);
  });
});

interface Api {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  ask(): ReturnType<ReturnType<typeof connect>['source']['current']>;
  problem(): Promise<Problem>;
  upSince(): Promise<number | undefined>;
  doctor(): ReturnType<ReturnType<typeof connect>['doctor']>;
  pass(ms: number): void;
  close(): Promise<void>;
}

type Options = Partial<AlertmanagerApi> & { readonly path?: string; readonly userinfo?: string };

function answering(body: unknown, options: Options = {}): Promise<Api> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return serving((_request, response) => response.writeHead(200).end(text), options);
}

async function serving(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  { path = '', userinfo, ...api }: Options = {},
): Promise<Api> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `${userinfo === undefined ? '' : `${userinfo}@`}127.0.0.1:${port}`;
  const clock = virtualClock();
  const url = `http://${host}${path}`;
  const integration = connect(
    { source: 'alertmanager/main', url, timeoutMs: 5000, ...api },
    { clock },
  );
  const close = async () => {
    integration.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  ends.push(close);
  return {
    url,
    requests,
    ask: () => integration.source.current(),
    upSince: async () => integration.source.upSince?.(),
    doctor: integration.doctor,
    problem: () =>
      integration.source.current().then(
        () => Promise.reject(new Error('it answered')),
        (error: unknown) => {
          if (error instanceof ProblemError) return error.problem;
          throw error;
        },
      ),
    pass: (ms) => clock.pass(ms),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Time that passes when it is told to; what is to run later runs at once. */
function virtualClock() {
  let now = 0;
  return {
    now: () => now,
    pass(ms: number) {
      now += ms;
    },
    after(_ms: number, run: () => void) {
      queueMicrotask(run);
      return () => undefined;
    },
  };
}

describe('an alert of our own', () => {
  const own = {
    key: 'down',
    labels: { alertname: 'TocsinDown' },
    annotations: {},
    startsAt: 0,
    endsAt: 1,
    url: '',
  };

  it('that an Alertmanager does not take is refused in words of alerts', async () => {
    const { url } = await serving((_request, response) => {
      response.writeHead(400).end('"invalid label set"');
    });
    const { sink, close } = connect(
      { source: 'alertmanager/main', url, timeoutMs: 5000 },
      { clock: virtualClock() },
    );
    ends.push(async () => close());
    expect(await sink.post([own])).toMatchObject({
      ok: false,
      problem: { code: 'ALERTMANAGER_ALERTS_REFUSED', facts: { status: 400 } },
    });
  });
});
