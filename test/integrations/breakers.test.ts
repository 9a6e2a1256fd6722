import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FAILURES_MAX, REST_MS } from '../../src/core/breaker.ts';
import { Secret } from '../../src/core/secret.ts';
import * as alertmanager from '../../src/integrations/alertmanager/index.ts';
import * as aws from '../../src/integrations/aws/index.ts';
import * as docker from '../../src/integrations/docker/index.ts';
import * as haproxy from '../../src/integrations/haproxy/index.ts';
import * as kubernetes from '../../src/integrations/kubernetes/index.ts';
import * as mongodb from '../../src/integrations/mongodb/index.ts';
import * as objectstore from '../../src/integrations/objectstore/index.ts';
import * as pagerduty from '../../src/integrations/pagerduty/index.ts';
import * as patroni from '../../src/integrations/patroni/index.ts';
import * as postgres from '../../src/integrations/postgres/index.ts';
import * as prometheus from '../../src/integrations/prometheus/index.ts';
import * as redis from '../../src/integrations/redis/index.ts';
import { step, target } from '../core/operation/sample.ts';
import { config as postgresConfig } from './postgres/step-worlds.ts';

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** Every client of an outside system that is asked behind a breaker, and one question to each. */
const systems: Readonly<Record<string, (there: There) => () => Promise<unknown>>> = {
  'alertmanager, and Grafana’s': ({ url, clock }) => {
    const { source } = alertmanager.connect({ source: 'a/main', url, timeoutMs }, { clock });
    return () => source.current().catch(() => undefined);
  },
  docker: ({ url, clock }) => {
    const { fence } = docker.connect({ target: 'host-1', at: { url }, timeoutMs }, { clock });
    return () =>
      fence('pg-1', 1_000)
        .plan()
        .catch(() => undefined);
  },
  haproxy: ({ url, clock }) => {
    const at = { host: '127.0.0.1', port: Number(new URL(url).port) };
    const config = { target: 'edge', instances: [{ name: 'lb-1', at }], timeoutMs };
    const traffic = haproxy.connect(config, { clock }).traffic({ backend: 'pg', servers: {} });
    return () => traffic.plan().catch(() => undefined);
  },
  kubernetes: ({ url, clock }) => {
    const read = { kind: 'server', server: url, token: 'token' } as const;
    const limits = { timeoutMs, bytesMax: 1_000, landsWithinMs: 90_000 };
    const deps = { clock, digestKey: randomBytes(32), log: { warn: () => undefined } };
    const { readers } = kubernetes.connect({ target: 'eu-1', read, ...limits }, deps);
    return () => readers.workload.history(workload);
  },
  'pagerduty, REST': ({ url, clock }) => {
    const { pager } = pagerdutyAt({ url, clock });
    return () => pager.open().catch(() => undefined);
  },
  'pagerduty, Events v2': ({ url, clock }) => {
    const { changes } = pagerdutyAt({ url, clock });
    const change = { summary: 'deployed', at: clock.now(), details: {}, url: '' };
    return () => changes.change('payments', change);
  },
  patroni: ({ url, clock }) => {
    const { planner } = patroniAt({ url, clock });
    return () => planner.draft(failover);
  },
  mongodb: ({ url, clock }) => {
    const member = { host: '127.0.0.1', port: Number(new URL(url).port) };
    const config = { target: 'db', set: 'rs0', members: [member], authSource: 'admin' };
    const { planner } = mongodb.connect({ ...config, timeoutMs: 100 }, { clock });
    return () => planner.draft(failover);
  },
  postgres: ({ url, clock }) => {
    const address = { host: '127.0.0.1', port: Number(new URL(url).port) };
    const nodes = [{ ...postgresConfig.nodes[0], name: 'db-1', address }];
    const { planner } = postgres.connect({ ...postgresConfig, nodes }, { clock });
    return () => planner.draft(failover);
  },
  aws: ({ url, clock }) => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
    const config = { target: 'aws-eu', region: 'eu-west-1', credentials, endpoint: url };
    const deps = { clock, pause: async () => undefined };
    const { planner } = aws.connect({ ...config, timeoutMs }, deps);
    const request = { ...failover, target: { ...failover.target, locator: { cluster: 'c' } } };
    return () => planner.draft(request);
  },
  objectstore: ({ url, clock }) => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
    const place = { to: 's3://backups/t', bucket: 'backups', prefix: 't', region: 'eu-west-1' };
    const config = { ...place, credentials, endpoint: url, pathStyle: true, timeoutMs };
    const store = objectstore.connect(config, { clock, pause: async () => undefined });
    return () => store.list('checkout/production/database').catch(() => undefined);
  },
  prometheus: ({ url, clock }) => {
    const api = { target: 'prom', url, timeoutMs, bytesMax: 1_000 };
    const { readers } = prometheus.connect(api, { clock });
    return () => readers.telemetry.instant('up', clock.now());
  },
  redis: ({ url, clock }) => {
    const { planner } = redisAt({ url, clock });
    return () => planner.draft(failover);
  },
};

describe.each(Object.entries(systems))('%s that does not answer', (_name, asking) => {
  it('is left alone for a minute after five failures, then one try decides', async () => {
    const there = await hangsUp();
    const ask = asking(there);
    await ask();
    const each = there.calls();
    expect(each).toBeGreaterThan(0);
    for (let turn = 0; turn < 4; turn += 1) await ask();
    const before = there.calls();
    // Some count each try, and some each question with its second try.
    expect(before).toBeGreaterThanOrEqual(FAILURES_MAX);
    for (let turn = 0; turn < 5; turn += 1) await ask();
    there.clock.passes(REST_MS - 1);
    await ask();
    expect(there.calls()).toBe(before);

    there.clock.passes(1);
    await Promise.all([ask(), ask(), ask()]);
    const tried = there.calls() - before;
    expect(tried).toBeGreaterThan(0);
    expect(tried).toBeLessThanOrEqual(each);
    await ask();
    expect(there.calls()).toBe(before + tried);
  });
});

describe.each([
  ['patroni', patroniAt],
  ['redis', redisAt],
])('a step on %s that does not answer', (_name, connectTo) => {
  it('is held up by no breaker: what was begun is looked after, settled and taken back', async () => {
    const there = await hangsUp();
    const { planner, openWriter } = connectTo(there);
    for (let turn = 0; turn < 6; turn += 1) await planner.draft(failover);
    const before = there.calls();
    const context = { operation: 'op-1', outputs: {}, startedAt: 0, token: 't', attempt: 1 };
    for (const [kind, driver] of Object.entries(openWriter().steps)) {
      expect(await driver.check(step('s1', { kind, params }), context)).toMatchObject({
        ok: false,
      });
      expect(await driver.probe(step('s1', { kind, params }), context)).toBe('cannot-know');
    }
    expect(there.calls()).toBeGreaterThan(before);
  });
});

const timeoutMs = 2_000;
const params = { master: '127.0.0.1:1', candidates: '127.0.0.1:2', leader: 'pg-a', candidate: '' };
const workload = {
  integration: 'kubernetes',
  target: 'eu-1',
  locator: { namespace: 'shop', deployment: 'checkout' },
  bounds: {},
  show: [],
};
const failover = {
  verb: 'failover',
  operation: 'op-1',
  service: 'checkout',
  target: { integration: 'x', target: target.id, locator: {}, bounds: {}, show: [] },
  args: {},
};

type At = Pick<There, 'url' | 'clock'>;

function pagerdutyAt({ url, clock }: At) {
  const token = new Secret('token');
  const api = { url, token, from: 'tocsin@example.com', services: [], teams: [] };
  const account = { source: 'pagerduty/main', eventsUrl: url, timeoutMs, api };
  const pages = new Map([['payments', new Secret('R0')]]);
  const nobody = { personOf: () => undefined, accountOf: () => undefined };
  return pagerduty.connect({ ...account, pages }, { clock, ...nobody });
}

function patroniAt({ url, clock }: At) {
  const times = { timeoutMs, actionTimeoutMs: timeoutMs };
  return patroni.connect({ target: 'pg-main', endpoints: [url], ...times }, { clock });
}

function redisAt({ url, clock }: At) {
  const sentinels = [{ host: '127.0.0.1', port: Number(new URL(url).port) }];
  const logins = { servers: {}, sentinelLogin: {} };
  const kind = 'sentinels' as const;
  const config = { kind, target: 'cache-main', sentinels, master: 'cache', timeoutMs, ...logins };
  return redis.connect(config, { clock });
}

interface There {
  readonly url: string;
  /** Connections that came. */
  calls(): number;
  readonly clock: {
    now(): number;
    after(ms: number, run: () => void): () => void;
    passes(ms: number): void;
  };
}

/** Takes every connection and ends it. Pauses between two tries of one question take no time. */
async function hangsUp(): Promise<There> {
  let calls = 0;
  let at = 1_000_000;
  const server = createServer((socket) => {
    calls += 1;
    socket.on('error', () => undefined);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const clock = {
    now: () => at,
    after(_ms: number, run: () => void) {
      const soon = setImmediate(run);
      return () => clearImmediate(soon);
    },
    passes(ms: number) {
      at += ms;
    },
  };
  return { url: `http://127.0.0.1:${port}`, calls: () => calls, clock };
}
