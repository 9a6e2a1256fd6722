import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand } from '../../provision/command.ts';
import { serverNamed } from '../../provision/servers.ts';
import { endProcess } from '../../support/own-process.ts';

/** A real Alertmanager on a free port, known to be ours, and the receiver it delivers to. */
export interface AlertmanagerServer {
  readonly url: string;
  readonly pid: number;
  /** Bodies in the order they came. */
  readonly bodies: readonly string[];
  /** Resolves once this many bodies have come. */
  received(count: number): Promise<readonly string[]>;
  post(alerts: readonly unknown[]): Promise<void>;
  silence(matchers: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

export interface AlertmanagerOptions {
  readonly groupBy?: readonly string[];
  readonly maxAlerts?: number;
  readonly receiver?: string;
  /** A free one when absent. */
  readonly port?: number;
  /** Where it gossips, and where the other of the pair does; alone when absent. */
  readonly cluster?: { readonly own: number; readonly other: number };
}

/** Empty where the machine has none. */
export const ALERTMANAGER = findCommand(serverNamed('alertmanager')) ?? '';

export async function startAlertmanager(
  options: AlertmanagerOptions = {},
): Promise<AlertmanagerServer> {
  const directory = await mkdtemp(join(tmpdir(), 'tocsin-alertmanager-'));
  const hook = await startReceiver();
  // The identity under which it must answer: another Alertmanager on our port would not know it.
  const receiver = options.receiver ?? `tocsin.test-${process.pid}-${hook.port}`;
  const file = join(directory, 'alertmanager.yml');
  await writeFile(file, configuration(receiver, hook.port, options));
  const port = options.port ?? (await freePort());
  const child = spawn(
    ALERTMANAGER,
    [
      `--config.file=${file}`,
      `--storage.path=${directory}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.external-url=http://alertmanager.example',
      '--web.route-prefix=/',
      ...clusterFlags(options.cluster),
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  await ready(url, receiver, child);
  return {
    url,
    pid: child.pid ?? 0,
    bodies: hook.bodies,
    received: hook.received,
    post: (alerts) => post(`${url}/api/v2/alerts`, alerts).then(() => undefined),
    silence: (matchers) => silence(url, matchers),
    async close() {
      await endProcess(child, 'SIGTERM');
      await hook.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A pair settles for ten gossips, and who sends waits for who would have before: seconds of a test, not of what it shows. */
function clusterFlags(cluster: AlertmanagerOptions['cluster']): readonly string[] {
  if (!cluster) return ['--cluster.listen-address='];
  return [
    `--cluster.listen-address=127.0.0.1:${cluster.own}`,
    `--cluster.peer=127.0.0.1:${cluster.other}`,
    '--cluster.gossip-interval=50ms',
    '--cluster.peer-timeout=1s',
  ];
}

function configuration(receiver: string, port: number, options: AlertmanagerOptions): string {
  const groupBy = options.groupBy ?? ['alertname'];
  return `
route:
  receiver: '${receiver}'
  group_by: [${groupBy.map((name) => `'${name}'`).join(', ')}]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: '${receiver}'
    webhook_configs:
      - url: http://127.0.0.1:${port}/
        send_resolved: true
        max_alerts: ${options.maxAlerts ?? 0}
`;
}

async function ready(url: string, receiver: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`Alertmanager ended with ${child.exitCode}`);
    const names = await fetch(`${url}/api/v2/receivers`).then(
      (answer) => answer.text(),
      () => '',
    );
    if (names.includes(receiver)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no Alertmanager of ours at ${url}`);
}

interface Receiver {
  readonly port: number;
  readonly bodies: readonly string[];
  received(count: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

async function startReceiver(): Promise<Receiver> {
  const bodies: string[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await new Response(request as unknown as ReadableStream).text());
    response.end();
    for (const wake of waiting.splice(0)) wake();
  });
  await listen(server);
  return {
    port: (server.address() as AddressInfo).port,
    bodies,
    async received(count) {
      while (bodies.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return bodies;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function post(url: string, body: unknown): Promise<Response> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

async function silence(url: string, matchers: Readonly<Record<string, string>>): Promise<string> {
  const answer = await post(`${url}/api/v2/silences`, {
    matchers: Object.entries(matchers).map(([name, value]) => ({ name, value, isRegex: false })),
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 600_000).toISOString(),
    createdBy: 'test',
    comment: 'test',
  });
  const { silenceID } = (await answer.json()) as { silenceID: string };
  return silenceID;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
