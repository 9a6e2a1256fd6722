// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePng } from '../../bot/graphs/picture.ts';
import { type Running, startPrometheus } from '../../provision/start.ts';
import { eventually } from '../../support/eventually.ts';
import { launch, type TocsinProcess, tocsin } from '../../support/tocsin-process.ts';

let folder: string;
let metrics: Server;
let prometheus: Running;
let bot: TocsinProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-graph-'));
  metrics = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end('shop_load{pod="a"} 0.75\nshop_load{pod="b"} 0.1\n');
  });
  await new Promise<void>((resolve) => metrics.listen(0, '127.0.0.1', resolve));
  const { port } = metrics.address() as AddressInfo;
  prometheus = await startPrometheus(`
global: { scrape_interval: 200ms, scrape_timeout: 200ms }
scrape_configs: [ { job_name: shop, static_configs: [ { targets: [ "127.0.0.1:${port}" ] } ] } ]
`);
  await writeFile(join(folder, 'tocsin.yaml'), configuration(prometheus.url));
  bot = await launch({
    argv: [tocsin, 'start', '--config', join(folder, 'tocsin.yaml')],
    env: { AM_TOKEN: 'am-token', READ_TOKEN: 'read-token' },
  });
});

afterAll(async () => {
  await bot?.signal('SIGTERM');
  await prometheus?.stop();
  await new Promise((resolve) => metrics.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const api = async (path: string, body?: object): Promise<string> => {
  const answer = await fetch(`${bot.urls.console}/api/v1/${path}`, {
    headers: { authorization: 'Bearer read-token', 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return answer.text();
};

const fires = (alertname: string, generatorURL: string) =>
  fetch(`${bot.urls.server}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { authorization: 'Bearer am-token', 'content-type': 'application/json' },
    body: JSON.stringify(delivery(alertname, generatorURL)),
  });

describe('an alert that a real Prometheus measures', () => {
  it('shows what it measures in its thread, and the pictures are kept', async () => {
    const delivered = await fires(
      'LoadHigh',
      'http://elsewhere.example/graph?g0.expr=shop_load+%3E+0.5',
    );
    expect(delivered.status).toBe(200);
    const id = await eventually(
      'the incident is open',
      async () => /"(inc-[\w-]+)"/.exec(await api('incidents'))?.[1],
    );
    const thread = await eventually(
      'its graph is in its thread',
      async () => {
        const text = await api(`incidents/${id}`);
        return text.includes('Graph of') ? text : undefined;
      },
      { withinMs: 60_000, say: () => bot.output() },
    );
    expect(thread).toContain('alerts above 0.5');
    const pictures = await pngsBelow(join(folder, 'data'));
    expect(pictures.map((bytes) => decodePng(bytes).width)).toEqual([1600, 1600]);
  });

  it('says so where there is no data, and asks nobody whom the alert names', async () => {
    await fires('Nothing', `${bot.urls.metrics}/graph?g0.expr=nobody_measures_this+%3E+1`);
    const counted = async () => (await fetch(`${bot.urls.metrics}/metrics`)).text();
    await eventually(
      'it was asked and there was nothing',
      async () => /tocsin_graphs_total\{outcome="no-data"\} [1-9]/.test(await counted()),
      { withinMs: 60_000, say: () => bot.output() },
    );
    const ready = await fetch(`${bot.urls.server}/ready`);
    expect(await ready.json()).toMatchObject({ 'prometheus/prom': { state: 'ok' } });
  });
});

async function pngsBelow(path: string): Promise<readonly Buffer[]> {
  const files = await readdir(path, { recursive: true, withFileTypes: true });
  const all = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name))),
  );
  return all.filter((bytes) => bytes.subarray(1, 4).toString() === 'PNG');
}

function configuration(url: string): string {
  return `version: 1
server: { listen: 127.0.0.1:0 }
console: { listen: 127.0.0.1:0, tokens: { reader: { token: \${env:READ_TOKEN}, scopes: [read] } } }
metrics: { listen: 127.0.0.1:0 }
journal: { path: ./data/tocsin.db }
people: [ { id: ana } ]
sources: { alertmanager: { main: { bearers: [ \${env:AM_TOKEN} ], telemetry: { prometheus: prom } } } }
default_route: {}
targets: { prom: { prometheus: { url: "${url}", timeout: 5s } } }
`;
}

function delivery(alertname: string, generatorURL: string) {
  const labels = { alertname, severity: 'critical', pod: 'a', instance: 'shop', job: 'shop' };
  const startsAt = new Date(Date.now() - 60_000).toISOString();
  return {
    version: '4',
    groupKey: `{}:{alertname="${alertname}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'tocsin',
    groupLabels: { alertname },
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://am.example',
    alerts: [
      {
        status: 'firing',
        labels,
        annotations: {},
        startsAt,
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL,
        fingerprint: alertname.padEnd(16, '0'),
      },
    ],
  };
}
