import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChecker } from '../../../src/bot/checker.ts';
import { connect, type Integration } from '../../../src/integrations/prometheus/index.ts';
import { type Running, startPrometheus } from '../../provision/start.ts';
import { eventually } from '../../support/eventually.ts';

let load = 0.25;
let metrics: Server;
let prometheus: Running;
let integration: Integration;

const clock = {
  now: Date.now,
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

beforeAll(async () => {
  metrics = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(`shop_load{pod="a"} ${load}\nshop_load{pod="b"} 0.1\n`);
  });
  await new Promise<void>((resolve) => metrics.listen(0, '127.0.0.1', resolve));
  const { port } = metrics.address() as AddressInfo;
  prometheus = await startPrometheus(`
global: { scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms }
scrape_configs: [ { job_name: shop, static_configs: [ { targets: [ "127.0.0.1:${port}" ] } ] } ]
`);
  integration = connect(
    { target: 'prometheus/prom', url: prometheus.url, timeoutMs: 5000, bytesMax: 1024 * 1024 },
    { clock },
  );
});

afterAll(async () => {
  integration?.close();
  await prometheus?.stop();
  await new Promise((resolve) => metrics.close(resolve));
});

describe('a real Prometheus', () => {
  it('gives the value of an alert below its threshold as well', async () => {
    const { telemetry } = integration.readers;
    const measure = telemetry.measureOf(
      'http://elsewhere.example/graph?g0.expr=shop_load%7Bjob%3D%22shop%22%7D+%3E+0.5&g0.tab=1',
    );
    expect(measure).toMatchObject({ threshold: { comparison: '>', value: 0.5 } });
    const query = measure?.query ?? '';
    load = 0.75;
    const seen = await eventually('the new value is scraped', async () => {
      const looked = await telemetry.instant(query, Date.now());
      if (!looked.ok || looked.value.kind !== 'samples') return false;
      const values = looked.value.samples.map(({ labels, value }) => [labels['pod'], value]);
      return values.some(([, value]) => value === 0.75) && values;
    });
    expect(seen).toContainEqual(['b', 0.1]);
    const to = Date.now();
    const ranged = await telemetry.range({ query, from: to - 60_000, to, stepMs: 1000 });
    const value = ranged.ok && ranged.value.kind === 'series' ? ranged.value : undefined;
    expect(value?.of).toBe(2);
    const a = value?.series.find(({ labels }) => labels['pod'] === 'a');
    expect(a?.values.length).toBe(61);
    // A minute ago nothing ran, and the newest value is the one above the line.
    expect([a?.values[0], a?.values.at(-1)]).toEqual([null, 0.75]);
  });

  it('says no data of what nobody measures, and of what is asked before anybody did', async () => {
    const { telemetry } = integration.readers;
    const now = Date.now();
    expect(await telemetry.instant('nobody_measures_this', now)).toEqual({
      ok: true,
      value: { kind: 'no data' },
    });
    const wanted = {
      query: 'shop_load',
      from: now - 86_400_000,
      to: now - 3_600_000,
      stepMs: 60_000,
    };
    expect(await telemetry.range(wanted)).toEqual({ ok: true, value: { kind: 'no data' } });
  });

  it('is what health checks are judged by: well, unwell, and not measured', async () => {
    const { telemetry } = integration.readers;
    const checker = createChecker({ clock: { now: Date.now }, telemetry: () => telemetry });
    const ask = { kind: 'promql', side: 'below', bound: 0.5, measuredBy: 'prom' } as const;
    await eventually('there is data', async () => {
      const known = await telemetry.instant('shop_load', Date.now());
      return known.ok && known.value.kind === 'samples';
    });
    const seen = await checker.look([
      { ...ask, expression: 'shop_load{pod="b"}' },
      { ...ask, expression: 'shop_load' },
      { ...ask, expression: 'nobody_measures_this' },
      { ...ask, expression: 'shop_load / 0 - shop_load / 0' },
      { ...ask, expression: 'sum(' },
    ]);
    expect(seen.map(({ outcome, said }) => [outcome, said])).toEqual([
      ['passed', '0.1'],
      ['failed', '0.75, 1 of 2 series'],
      ['no data', 'nothing was measured'],
      ['no data', 'what was measured is no number'],
      ['no data', 'PROMETHEUS_QUERY_REFUSED'],
    ]);
  });

  it('refuses what it cannot work out, in its own words, and stays well', async () => {
    const { telemetry } = integration.readers;
    await eventually('there is data', async () => {
      const known = await telemetry.instant('shop_load', Date.now());
      return known.ok && known.value.kind === 'samples';
    });
    const looked = await telemetry.instant('sum(', Date.now());
    expect(looked).toMatchObject({ ok: false, problem: { code: 'PROMETHEUS_QUERY_REFUSED' } });
    expect(JSON.stringify(looked)).toContain('parse error');
    const double = await telemetry.instant('shop_load + on (job) shop_load', Date.now());
    expect(double).toMatchObject({ ok: false, problem: { code: 'PROMETHEUS_QUERY_REFUSED' } });
    expect(integration.health()).toBe('ok');
  });

  it('takes a year of it and a long question', async () => {
    const { telemetry } = integration.readers;
    const to = Date.now();
    const year = { query: 'shop_load', from: to - 365 * 86_400_000, to, stepMs: 1000 };
    expect(await telemetry.range(year)).toMatchObject({ ok: true });
    const query = `shop_load{pod!~"${'x|'.repeat(2500)}x"}`;
    expect(await telemetry.instant(query, Date.now())).toMatchObject({
      ok: true,
      value: { kind: 'samples' },
    });
  });

  it('tells doctor its version', async () => {
    expect(await integration.doctor()).toMatchObject([
      { check: 'api', facts: { version: expect.stringMatching(/^\d+\.\d+/) } },
    ]);
  });
});
