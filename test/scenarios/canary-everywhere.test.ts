// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the configuration.

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { launch, run, tocsin } from '../support/tocsin-process.ts';
import { textOf } from '../tidy/tree.ts';

/** Every secret that a configuration can hold, each a word of its own that also changes when it is encoded. */
const names = [
  'API', 'KEYRING', 'AM_IN', 'AM_IN_PW', 'AM_OUT', 'AM_OUT_PW', 'PD_SIGN', 'PD_KEY', 'PD_API',
  'GF_IN', 'GF_IN_PW', 'GF_HMAC', 'GF_OUT', 'GF_OUT_PW', 'SL_BOT', 'SL_APP', 'SL_BOT_2', 'SL_SIGN',
  'DC', 'K8S_READ', 'K8S_WRITE', 'PROM', 'PROM_PW', 'HEARTBEAT',
  'RD_PW', 'RD_SENT_PW', 'PATRONI_PW', 'PATRONI_KEY', 'PATRONI_PG', 'PG_PW', 'PG_APP_PW', 'PG_FENCE', 'MONGO_PW', 'AWS_SECRET', 'AWS_SESSION',
  'PG_REJOIN', 'RD_READ', 'S3_SECRET', 'AGE',
] as const; // biome-ignore format: a table
const words: Readonly<Record<string, string>> = Object.fromEntries(
  names.map((name) => [`C_${name}`, `canary-${name.toLowerCase()}-9xk2+/Q7=mv8hq7pt3rw1jd9`]),
);
// A key of age is looked at, so this one is whole.
const age = {
  identity: 'AGE-SECRET-KEY-179RVLGS27VT3DRCS4Z7AKD296WRATZALFZPQ0NRWPS32VD26FH4QYJYJ7J',
  recipient: 'age1q0yteamv527u6pq7ekrwfhy9cgkn7mt9xhkz2hf0pzjhmgjcls3sr3hx06',
};
const env: Readonly<Record<string, string>> = { ...words, C_AGE: age.identity };
const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

let vendors: Vendors;
let folder: string;
let file: string;

beforeEach(async () => {
  vendors = await openVendors();
  folder = mkdtempSync(join(tmpdir(), 'tocsin-canary-'));
  file = join(folder, 'tocsin.yaml');
  writeFileSync(file, configText(vendors.url));
  writeFileSync(join(folder, 'signing.pem'), pem);
  writeFileSync(join(folder, 'client.pem'), '-----BEGIN CERTIFICATE-----\n');
});
afterEach(async () => {
  await vendors.close();
  rmSync(folder, { recursive: true, force: true });
});

it('no secret of the configuration is told by anything, though every vendor repeats what it is sent', {
  timeout: 180_000,
}, async () => {
  const ping = `${vendors.url}/ping/${env['C_HEARTBEAT']}`;
  const around = { ...env, C_HEARTBEAT: ping, TOCSIN_LOG_LEVEL: 'trace' };
  const texts = new Map<string, string>();
  const asks = async (name: string, ...command: readonly string[]) => {
    const argv = [tocsin, ...command, '--config', file];
    const { stdout, stderr } = await run({ argv, env: around });
    texts.set(name, stdout + stderr);
  };
  const bot = await launch({ argv: [tocsin, 'start', '--config', file], env: around });
  try {
    await eventually('each vendor was sent what it is due', () => sent(vendors).length >= 9, {
      withinMs: 60_000,
      say: () => sent(vendors).join(' '),
    });
    await asks('check', 'check');
    await asks('doctor', 'doctor');
    await asks('a second start', 'start');
    await asks('manifest', 'slack', 'manifest');
    await asks('register', 'discord', 'register');
    for (const [name, door] of Object.entries(doorsOf(bot.urls)))
      texts.set(name, await knock(door));
    await asks('tail', 'journal', 'tail');
    await bot.signal('SIGABRT');
  } finally {
    await bot.signal('SIGKILL');
  }
  texts.set('log', bot.output());
  writeFileSync(file, `${configText(vendors.url)}\nunknown: \${env:C_API}\n`);
  await asks('a fault beside a secret', 'check');
  for (const path of readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' })) {
    texts.set(`data/${path}`, readBytes(join(folder, 'data', path)));
  }

  expect(leaksIn(texts)).toEqual([]);
  // A search that finds nothing means something only where there was something to find.
  expect(texts.get('log')).toContain('"msg":"ready"');
  expect(texts.get('doctor')?.length).toBeGreaterThan(500);
  expect(texts.get('metrics')).toContain('tocsin_requests_refused_total');
  expect(leaksIn(new Map([['vendors', vendors.heard.join('\n')]])).length).toBeGreaterThan(9);
});

it('the table of secrets is that of the configuration', () => {
  const rows = textOf('docs/configuration.md').match(
    /^\| `[^`]+` \| (?:list of |map of )?secret \|.*$/gm,
  );
  // Slack has two workspaces here, and the signing key stands in a file.
  expect(rows?.length).toBe(names.length);
});

interface Vendors {
  readonly url: string;
  /** What it was sent, headers and bodies. */
  readonly heard: string[];
  close(): Promise<void>;
}

/** Answers as badly as a vendor can: its errors, pages and redirects repeat the credentials that it was sent. */
async function openVendors(): Promise<Vendors> {
  const heard: string[] = [];
  let turn = 0;
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const all = `${request.url} ${JSON.stringify(request.headers)} ${body}`;
      heard.push(all);
      turn += 1;
      const status = [500, 401, 200, 404, 302, 429][turn % 6] ?? 500;
      const echoed = { ok: false, error: `bad request: ${all}`, message: all, errors: [all] };
      response.writeHead(status, {
        'content-type': turn % 2 === 0 ? 'application/json' : 'text/html',
        'retry-after': '1',
        ...(status === 302 ? { location: `/?credential=${encodeURIComponent(all)}` } : {}),
      });
      response.end(JSON.stringify(echoed));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** Which secrets have left for where they belong. */
function sent({ heard }: Vendors): readonly string[] {
  const found = leaksIn(new Map([['', heard.join('\n')]]));
  return found.map((leak) => leak.split(' ')[0] ?? '');
}

function doorsOf(urls: {
  readonly server: string;
  readonly console: string;
  readonly metrics: string;
}) {
  const wrong = { authorization: 'Bearer wrong' };
  return {
    ready: { url: `${urls.server}/ready` },
    health: { url: `${urls.server}/health` },
    unauthenticated: {
      url: `${urls.server}/webhooks/alertmanager/main`,
      method: 'POST',
      headers: wrong,
    },
    'no such source': {
      url: `${urls.server}/webhooks/alertmanager/none`,
      method: 'POST',
      headers: wrong,
    },
    pagerduty: {
      url: `${urls.server}/webhooks/pagerduty/main`,
      method: 'POST',
      headers: { 'x-pagerduty-signature': 'v1=00' },
    },
    grafana: { url: `${urls.server}/webhooks/grafana/main`, method: 'POST', headers: wrong },
    slack: { url: `${urls.server}/slack/events`, method: 'POST' },
    api: { url: `${urls.console}/api/v1/incidents`, headers: wrong },
    openapi: { url: `${urls.console}/api/v1/openapi.json` },
    console: { url: `${urls.console}/incidents/` },
    metrics: { url: `${urls.metrics}/metrics` },
  };
}

async function knock({ url, ...how }: { readonly url: string } & RequestInit): Promise<string> {
  const answer = await fetch(url, { ...how, redirect: 'manual' });
  return `${JSON.stringify([...answer.headers])} ${await answer.text()}`;
}

function readBytes(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** As it is, in a URL, in JSON, in hex, and in base64 wherever it begins. */
function shapesOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].map((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes]).toString('base64');
    return text.slice(lead === 0 ? 0 : 4, -4);
  });
  const urlSafe = aligned.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [secret, encodeURIComponent(secret), bytes.toString('hex'), ...aligned, ...urlSafe];
}

function leaksIn(texts: ReadonlyMap<string, string>): readonly string[] {
  const key = String(pem).split('\n')[1] ?? '';
  const secrets = [...Object.entries(env), ['C_SIGNING_KEY', key] as const];
  return [...texts].flatMap(([place, text]) =>
    secrets.flatMap(([name, secret]) =>
      shapesOf(secret).some((shape) => text.includes(shape)) ? [`${name} in ${place}`] : [],
    ),
  );
}

function configText(url: string): string {
  return `version: 1
server:  { listen: 127.0.0.1:0, shutdown_grace: 2s }
console: { listen: 127.0.0.1:0, tokens: { ci: { token: \${env:C_API}, scopes: [read] } } }
metrics: { listen: 127.0.0.1:0 }
journal: { path: ./data/tocsin.db, signing_key: \${file:./signing.pem}, keyring_key: \${env:C_KEYRING} }
incident: { compare_every: 1s }
heartbeat: { ping: \${env:C_HEARTBEAT} }
people: [ { id: ana, name: Ana }, { id: ben, name: Ben } ]
groups: { sre: { members: [ana, ben] } }
sources:
  alertmanager:
    main:  { bearers: [ \${env:C_AM_IN} ], api: { url: "${url}/am", bearer: \${env:C_AM_OUT} } }
    other: { basic: { username: am, password: \${env:C_AM_IN_PW} }, api: { url: "${url}/am2", basic: { username: us, password: \${env:C_AM_OUT_PW} } } }
  pagerduty:
    main: { secrets: [ \${env:C_PD_SIGN} ], pages: { ops: \${env:C_PD_KEY} }, events_url: "${url}/events", api: { token: \${env:C_PD_API}, from: ops@example.com, url: "${url}/pd" } }
  grafana:
    main:  { bearers: [ \${env:C_GF_IN} ], api: { url: "${url}/gf", bearer: \${env:C_GF_OUT} } }
    other: { basic: { username: gf, password: \${env:C_GF_IN_PW} }, api: { url: "${url}/gf2", basic: { username: us, password: \${env:C_GF_OUT_PW} } } }
    third: { hmac: { secrets: [ \${env:C_GF_HMAC} ] } }
surfaces:
  slack:
    main:  { team: T01, bot_token: \${env:C_SL_BOT}, app_token: \${env:C_SL_APP}, api: "${url}/slack" }
    other: { team: T02, mode: http, bot_token: \${env:C_SL_BOT_2}, signing_secret: \${env:C_SL_SIGN}, api: "${url}/slack2" }
  discord:
    main: { guild: "9001", application: "77", token: \${env:C_DC}, api: "${url}/discord" }
default_route: { notify: sre, slack: [ "main/#ops", "other/#ops" ], discord: main/ops }
services:
  checkout:
    match: { app: checkout }
    environments:
      production:
        workload: { kubernetes: eu-1, namespace: shop, deployment: checkout }
        telemetry: { prometheus: prom }
        database: { postgres: db }
backups: [ { service: checkout, what: database, to: "s3://canary-backups/tocsin", encrypt: { recipients: [ "${age.recipient}" ], identity: \${env:C_AGE} } } ]
stores: { canary-backups: { endpoint: "${url}/s3", access_key_id: AKIA2, secret_access_key: \${env:C_S3_SECRET} } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
targets:
  eu-1: { kubernetes: { read: { server: "${url}/k8s", token: \${env:C_K8S_READ} }, write: { server: "${url}/k8s", token: \${env:C_K8S_WRITE} } } }
  prom:  { prometheus: { url: "${url}/prom", bearer: \${env:C_PROM} } }
  cache: { redis: { master: shop, sentinels: [ "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3" ], username: us, password: \${env:C_RD_PW}, sentinel_username: us, sentinel_password: \${env:C_RD_SENT_PW}, read: { password: \${env:C_RD_READ} } } }
  aws: { aws: { region: eu-west-1, access_key_id: AKIA1, secret_access_key: \${env:C_AWS_SECRET}, session_token: \${env:C_AWS_SESSION}, endpoint: "${url}/aws" } }
  mongo: { mongodb: { set: rs0, members: [ "127.0.0.1:1" ], username: us, password: \${env:C_MONGO_PW} } }
  pg: { patroni: { endpoints: [ "${url}/patroni" ], basic: { username: us, password: \${env:C_PATRONI_PW} }, postgres: { username: us, password: \${env:C_PATRONI_PG} } } }
  pg2: { patroni: { endpoints: [ "https://127.0.0.1:1" ], certificate: client.pem, key: \${env:C_PATRONI_KEY} } }
  db: { postgres: { nodes: { a: { address: "127.0.0.1:1" }, b: { address: "127.0.0.1:2" } }, username: us, password: \${env:C_PG_PW}, application: { username: app, password: \${env:C_PG_APP_PW} }, fence: { command: [ "/bin/true" ], undo: [ "/bin/true" ], env: { KEY: \${env:C_PG_FENCE} } }, rejoin: { command: [ "/bin/true" ], env: { KEY: \${env:C_PG_REJOIN} } } } }
  prom2: { prometheus: { url: "${url}/prom2", basic: { username: us, password: \${env:C_PROM_PW} } } }
`;
}
