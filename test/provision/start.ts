import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { endProcess } from '../support/own-process.ts';
import { commandOf } from './command.ts';

export type Running = {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
};

/** A real Prometheus on a free port of 127.0.0.1, in a folder of its own that ends with it. */
export function startPrometheus(configuration: string): Promise<Running> {
  return startInFolder('prometheus', configuration, (folder) => [
    `--config.file=${join(folder, 'configuration.yml')}`,
    `--storage.tsdb.path=${join(folder, 'storage')}`,
    '--web.listen-address=127.0.0.1:0',
    '--web.enable-lifecycle',
    // Alerts sent before the Alertmanagers were discovered are dropped and come again only after this delay.
    '--rules.alert.resend-delay=5s',
  ]);
}

export function startAlertmanager(configuration: string): Promise<Running> {
  return startInFolder('alertmanager', configuration, (folder) => [
    `--config.file=${join(folder, 'configuration.yml')}`,
    `--storage.path=${join(folder, 'storage')}`,
    '--web.listen-address=127.0.0.1:0',
    '--cluster.listen-address=',
  ]);
}

export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: commandOf('chromium'),
    // Its sandbox needs kernel features that root in a container does not have.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

async function startInFolder(
  name: 'prometheus' | 'alertmanager',
  configuration: string,
  args: (folder: string) => readonly string[],
): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), `tocsin-${name}-`));
  await writeFile(join(folder, 'configuration.yml'), configuration);
  const child = spawn(commandOf(name), args(folder), { stdio: ['ignore', 'ignore', 'pipe'] });
  async function stop(): Promise<void> {
    await endProcess(child, 'SIGTERM');
    await rm(folder, { recursive: true, force: true });
  }
  try {
    const address = await listeningAddress(name, child);
    return { url: `http://${address}`, pid: child.pid ?? 0, stop };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Both servers print the port they were given. */
const listening = /msg="Listening on".*? address=(127\.0\.0\.1:[1-9]\d*)/;
/** Prometheus answers 503 until it says so, on a line that may come before the port or after it. */
const ready = { prometheus: 'Server is ready to receive web requests', alertmanager: '' };

function listeningAddress(name: keyof typeof ready, child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const [, address] = listening.exec(printed) ?? [];
      if (address && printed.includes(ready[name])) resolve(address);
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`${name} ended before it listened:\n${printed}`)));
  });
}
