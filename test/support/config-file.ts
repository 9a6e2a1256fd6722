import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../src/sandbox/index.ts';

export interface ConfigFolder {
  readonly folder: string;
  readonly file: string;
  readonly journal: string;
  readonly bearer: string;
  readonly env: Readonly<Record<string, string>>;
  /** Writes the file anew. */
  write(options?: Partial<ConfigParts>): void;
  remove(): void;
}

export interface ConfigParts {
  /** Base URL of an Alertmanager's API; none when empty. */
  readonly api: string;
  readonly labels: string;
  readonly requestTimeout: string;
  readonly landsWithin: string;
  readonly shutdownGrace: string;
  /** The credential that only reads. */
  readonly read: string;
  /** The sections `people:` and `groups:`. */
  readonly people: string;
  /** The section `surfaces:`; '' for none. */
  readonly surfaces: string;
  /** Further keys of the default route: `, slack: "main/#ops"`. */
  readonly route: string;
  /** The listener `console:`. */
  readonly console: string;
  /** Further keys of `journal:`: `, keyring_key: …`. */
  readonly journal: string;
}

const defaults: ConfigParts = {
  api: '',
  labels: 'namespace: shop, container: checkout',
  requestTimeout: '2s',
  landsWithin: '2s',
  shutdownGrace: '5s',
  read: '{ server: CLUSTER, token: ${env:STORY_READ} }',
  people: `people:
  - { id: ana, name: Ana }
  - { id: ben, name: Ben }
groups:
  sre: { members: [ana, ben] }
`,
  surfaces: '',
  route: '',
  console: '{ listen: 127.0.0.1:0 }',
  journal: '',
};

/** A folder with a configuration as an operator writes it, for a bot in a process of its own. */
export function configFolder(cluster: Sandbox, parts: Partial<ConfigParts> = {}): ConfigFolder {
  // A Unix socket stands beside the journal, and its path may be no longer than 103 bytes.
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-story-'));
  const file = join(folder, 'tocsin.yaml');
  const bearer = 'story-bearer';
  function write(now: Partial<ConfigParts> = {}): void {
    writeFileSync(file, textOf(cluster.url, { ...defaults, ...parts, ...now }));
  }
  write();
  return {
    folder,
    file,
    journal: join(folder, 'data', 'tocsin.db'),
    bearer,
    env: {
      STORY_BEARER: bearer,
      STORY_READ: cluster.token('read'),
      STORY_WRITE: cluster.token('write'),
    },
    write,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function textOf(cluster: string, parts: ConfigParts): string {
  const api = parts.api === '' ? '' : `, api: ${parts.api}`;
  return `version: 1
server:  { listen: 127.0.0.1:0, shutdown_grace: ${parts.shutdownGrace} }
console: ${parts.console}
metrics: { listen: 127.0.0.1:0 }
journal: { store: sqlite, path: ./data/tocsin.db${parts.journal} }
${parts.people}sources:
  alertmanager: { main: { bearers: [ \${env:STORY_BEARER} ]${api} } }
default_route: { notify: sre${parts.route} }
${parts.surfaces}services:
  checkout:
    match: { ${parts.labels} }
    environments:
      production:
        workload: { kubernetes: eu-1, namespace: shop, deployment: checkout, min: 2, max: 8 }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { risk: [change, danger] }, requesters: [sre], approvals: [ { count: 1, from: sre } ] }
targets:
  eu-1:
    kubernetes:
      read:  ${parts.read.replace('CLUSTER', cluster)}
      write: { server: ${cluster}, token: \${env:STORY_WRITE} }
      request_timeout: ${parts.requestTimeout}
      lands_within: ${parts.landsWithin}
`;
}
