// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import {
  type Build,
  type Loaded,
  loadConfig,
  type Surroundings,
  sayError,
  wholeGrammar,
} from '../../src/config.ts';

export interface Around {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly build?: Build;
}

/** One line per section; each test writes its own instead, and those come first, from line 1. */
const sections: Readonly<Record<string, string>> = {
  version: 'version: 1',
  console: 'console: { listen: 127.0.0.1:8081 }',
  people: 'people: [ { id: ana, name: Ana }, { id: ben }, { id: cem } ]',
  groups: 'groups: { sre: { members: [ana, ben] }, dba: { members: [cem] } }',
  sources:
    'sources: { alertmanager: { main: { bearers: [ ${env:AM_TOKEN} ], api: http://am:9093 } } }',
  default_route: 'default_route: { notify: sre }',
  services:
    'services: { checkout: { match: { app: checkout }, environments: { production: { workload: { kubernetes: eu-1, namespace: shop, deployment: checkout } } } } }',
  policies:
    'policies: [ { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ] } ]',
  targets:
    'targets: { eu-1: { kubernetes: { read: { kubeconfig: r.yaml }, write: { kubeconfig: w.yaml } } } }',
};

/** A sound configuration with these sections instead of its own. An empty text leaves a section out. */
export function yaml(own: Readonly<Record<string, string>> = {}): string {
  const mine = Object.values(own);
  const others = Object.keys(sections)
    .filter((name) => !Object.hasOwn(own, name))
    .map((name) => sections[name] ?? '');
  return [...mine, ...others].filter((text) => text !== '').join('\n');
}

/** The machine a test pretends to be on; the configuration lies in /etc/tocsin. */
export function aroundOf(text: string, { env = {}, files = {} }: Around = {}): Surroundings {
  const all: Readonly<Record<string, string>> = { '/etc/tocsin/tocsin.yaml': text, ...files };
  return {
    env: { AM_TOKEN: 'am-token', ...env },
    files: {
      read(path: string): string {
        const found = all[path];
        if (found !== undefined) return found;
        throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
      },
    },
  };
}

export function load(text: string, around: Around = {}): Loaded {
  const { build = wholeGrammar } = around;
  return loadConfig('/etc/tocsin/tocsin.yaml', aroundOf(text, around), build);
}

/** The messages without the folder. */
export function faultsOf(text: string, around?: Around): readonly string[] {
  const loaded = load(text, around);
  return loaded.ok ? [] : loaded.errors.map(sayError).map(short);
}

export function warningsOf(text: string, around?: Around): readonly string[] {
  return load(text, around).warnings.map(short);
}

/** The configuration, or a failure that says why there is none. */
export function accepted(text: string, around?: Around): Extract<Loaded, { ok: true }> {
  const loaded = load(text, around);
  if (loaded.ok) return loaded;
  throw new Error(loaded.errors.map(sayError).join('\n'));
}

function short(text: string): string {
  return text.replaceAll('/etc/tocsin/', '');
}
