import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Alertmanager {
  readonly version: string;
  post(alerts: readonly PostedAlert[]): Promise<void>;
  close(): Promise<void>;
}

export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The real one, from the machine's packages, with `route:` and `receivers:` as they are given. */
export async function startAlertmanager(folder: string, config: string): Promise<Alertmanager> {
  const file = join(folder, 'alertmanager.yml');
  writeFileSync(file, config);
  const port = await freePort();
  const child = spawn(
    process.env['BENCH_ALERTMANAGER'] ?? 'prometheus-alertmanager',
    [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.once('error', () => undefined);
  const url = `http://127.0.0.1:${port}`;
  return {
    version: await versionOf(url),
    async post(alerts) {
      const startsAt = new Date().toISOString();
      const answer = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts.map((alert) => ({ ...alert, startsAt }))),
      });
      if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}`);
      await answer.text();
    },
    async close() {
      child.kill();
      await ended;
    },
  };
}

async function versionOf(url: string): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const status = await fetch(`${url}/api/v2/status`).then(
      (answer) => answer.text(),
      () => '',
    );
    const version = /"version":"([^"]+)"/.exec(status)?.[1];
    if (version !== undefined) return version;
    await delay(50);
  }
  throw new Error(
    'There is no Alertmanager: install prometheus-alertmanager, or name it in BENCH_ALERTMANAGER.',
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
