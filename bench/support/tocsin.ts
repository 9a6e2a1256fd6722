import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Measured, type ProcessOptions, startMeasured } from './process.ts';

export const bearer = 'bench-8f2f0d5a7c61';
export const webhookPath = '/webhooks/alertmanager';

export interface Tocsin extends Measured {
  readonly urls: { readonly server: string; readonly console: string; readonly metrics: string };
  readonly journal: string;
  /** Every thread shows what it should. Answers how long that took. */
  settled(): Promise<number>;
  metric(name: string): Promise<number>;
}

export interface TocsinOptions {
  readonly folder: string;
  /** Further lines of the configuration. */
  readonly config?: string;
  /** Further keys of a person and of the default route, each with a comma before it. */
  readonly accounts?: Readonly<Record<'ana' | 'ben', string>>;
  readonly route?: string;
  /** Further people, who may do what ana and ben may. */
  readonly people?: readonly string[];
  /** Further lines below `sources:`. */
  readonly sources?: string;
  readonly env?: ProcessOptions['env'];
  readonly nodeFlags?: ProcessOptions['nodeFlags'];
}

const bundle = new URL(`../../${process.env['BENCH_DIST'] ?? 'dist'}/main.js`, import.meta.url);

/** The built bundle, as an operator would start it, with everything it writes below the folder. */
export async function startTocsin(options: TocsinOptions): Promise<Tocsin> {
  if (!existsSync(bundle)) throw new Error('There is no bundle. Run `npm run build` first.');
  const { folder } = options;
  const journal = join(folder, 'tocsin.db');
  const file = join(folder, 'tocsin.yaml');
  writeFileSync(file, configOf(journal, options));
  const measured = await startMeasured({
    program: bundle.href,
    argv: ['start', '--config', file],
    env: { ...options.env, BENCH_BEARER: bearer, NODE_ENV: 'production' },
    // As the image starts it.
    nodeFlags: ['--max-semi-space-size=8', ...(options.nodeFlags ?? [])],
  });
  const urls = {
    server: String(measured.ready['server']),
    console: String(measured.ready['console']),
    metrics: String(measured.ready['metrics']),
  };

  async function metric(name: string): Promise<number> {
    const answer = await fetch(`${urls.metrics}/metrics`);
    const text = await answer.text();
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? Number.NaN);
  }

  return {
    ...measured,
    urls,
    journal,
    metric,
    async settled() {
      const began = performance.now();
      while ((await metric('tocsin_threads_waiting')) > 0) await delay(100);
      return performance.now() - began;
    },
  };
}

/** A small catalogue with routes, people and policies: what a real one asks of each delivery is asked here too. */
function configOf(
  journal: string,
  { config = '', accounts, people = [], route = '', sources = '' }: TocsinOptions,
): string {
  return `version: 1
server:  { listen: 127.0.0.1:0 }
limits: { person_per_minute: 100000, source_per_minute: 100000000 }
console: { listen: 127.0.0.1:0 }
metrics: { listen: 127.0.0.1:0 }
journal: { store: sqlite, path: ${JSON.stringify(journal)} }
people:
  - { id: ana, name: Ana${accounts?.ana ?? ''} }
  - { id: ben, name: Ben${accounts?.ben ?? ''} }
${people.map((id) => `  - { id: ${id} }\n`).join('')}groups:
  sre: { members: [${['ana', 'ben', ...people].join(', ')}] }
sources:
  alertmanager: { main: { bearers: [ \${env:BENCH_BEARER} ] } }
${sources}routes:
  - { match: { severity: critical, team: payments }, notify: sre }
default_route: { notify: sre${route} }
policies:
  - { match: { risk: incident }, requesters: [sre], approvals: [] }
  - { match: { risk: read }, requesters: [sre], approvals: [] }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ], expires: 30m }
${people.length > 0 ? '  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }\n' : ''}${config}`;
}
