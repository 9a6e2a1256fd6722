import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocket, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createChecker } from '../../src/bot/checker.ts';
import type { HealthCheck } from '../../src/core/health.ts';
import type { TelemetryReader } from '../../src/core/ports/telemetry.ts';
import { problem } from '../../src/core/problem.ts';

const opened: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) server.close();
});

describe('an address that has to answer 200', () => {
  it.each<readonly [string, RequestListener, string, string]>([
    ['200', (_request, response) => response.end('ok'), 'passed', 'it answered 200'],
    [
      '200 and more than anybody reads',
      (_request, response) => response.end('x'.repeat(1_000_000)),
      'passed',
      'it answered 200',
    ],
    ['503', (_request, response) => response.writeHead(503).end(), 'failed', 'it answered 503'],
    [
      'a redirect, which is not followed',
      (_request, response) => response.writeHead(302, { location: '/well' }).end(),
      'failed',
      'it answered 302',
    ],
    ['nothing', () => undefined, 'failed', 'it did not answer whole and in time'],
    [
      'half',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '10' }).write('half');
        setImmediate(() => response.destroy());
      },
      'failed',
      'it did not answer whole and in time',
    ],
  ])('and answers %s', async (_what, handle, outcome, said) => {
    const url = await listening(handle);
    expect(await looked({ kind: 'http', url: `${url}/health` })).toMatchObject({ outcome, said });
  });

  it('is never one where clouds hand out credentials', async () => {
    const url = 'http://169.254.169.254/latest/meta-data';
    expect(await looked({ kind: 'http', url })).toMatchObject({
      outcome: 'failed',
      said: 'OUTBOUND_ADDRESS_REFUSED',
    });
  });
});

describe('a port that has to take connections', () => {
  it('passes while somebody listens, and fails once nobody does', async () => {
    const server = createSocket((socket) => socket.destroy());
    const port = await portOf(server);
    const check = { kind: 'tcp', host: '127.0.0.1', port } as const;
    expect(await looked(check)).toMatchObject({ outcome: 'passed' });
    await new Promise((resolve) => server.close(resolve));
    expect(await looked(check)).toMatchObject({ outcome: 'failed', said: 'ECONNREFUSED' });
  });
});

describe('what is measured', () => {
  const check = {
    kind: 'promql',
    expression: 'errors',
    side: 'below',
    bound: 1,
    measuredBy: 'prom',
  } as const;

  it('is asked now, of the Prometheus that is named', async () => {
    const asked: unknown[] = [];
    const seen = await looked(check, async (query, at) => {
      asked.push([query, at]);
      return { ok: true, value: { kind: 'samples', samples: [{ labels: {}, value: 0.5 }], of: 1 } };
    });
    expect([asked, seen]).toMatchObject([[['errors', 42]], { outcome: 'passed', said: '0.5' }]);
  });

  it('is no pass where nobody could be asked', async () => {
    const rests = { ok: false, problem: problem('PROMETHEUS_RESTS') } as const;
    expect(await looked(check, async () => rests)).toMatchObject({
      outcome: 'no data',
      said: 'PROMETHEUS_RESTS',
    });
    expect(await looked(check)).toMatchObject({ outcome: 'no data' });
    const broken = looked(check, () => Promise.reject(new Error('a secret')));
    expect(await broken).toMatchObject({ outcome: 'no data', said: 'it could not be looked at' });
  });
});

async function looked(check: HealthCheck, instant?: TelemetryReader['instant']) {
  const reader = instant && ({ instant } as TelemetryReader);
  const checker = createChecker({
    clock: { now: () => 42 },
    telemetry: (integration, target) =>
      `${integration}/${target}` === 'prometheus/prom' ? reader : undefined,
    timeoutMs: 300,
  });
  const [seen] = await checker.look([check]);
  return seen;
}

async function listening(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  opened.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return `http://127.0.0.1:${await portOf(server)}`;
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
