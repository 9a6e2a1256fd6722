import { type Build, type Config, type Loaded, loadConfig } from '../config.ts';
import { sayError } from './error.ts';
import type { Surroundings } from './reference.ts';

export interface CheckRequest {
  readonly file: string;
  readonly around: Surroundings;
  readonly build: Build;
  /** What is wrong with the runbooks, as `file:line: what, why, what to write instead`; none when nothing is. */
  checkRunbooks(): readonly string[];
}

export interface Checked {
  readonly ok: boolean;
  /** One fault per line, then the warnings; or the summary. */
  readonly text: string;
}

/** What `tocsin check` prints. */
export function check({ file, around, build, checkRunbooks }: CheckRequest): Checked {
  const loaded = loadConfig(file, around, build);
  const faults = [...(loaded.ok ? [] : loaded.errors.map(sayError)), ...checkRunbooks()];
  const warnings = loaded.warnings.map((warning) => `warning: ${warning}`);
  if (!loaded.ok || faults.length > 0) {
    const lines = [...faults, ...warnings, `${count(faults.length, 'fault')} in all`];
    return { ok: false, text: lines.join('\n') };
  }
  const told = webhookUrls(loaded.config).map(([source, url]) => `${source} sends to ${url}`);
  const fine = `${file} is fine: ${summary(loaded)}`;
  return { ok: true, text: [...warnings, ...told, fine].join('\n') };
}

/** What to write at the sender, by source; nothing where `server.public_url` does not say how we are reached. */
export function webhookUrls({ server, sources }: Config): readonly (readonly [string, string])[] {
  const base = server.publicUrl?.replace(/\/$/, '');
  if (base === undefined) return [];
  const names = [
    ...sources.alertmanager.map(({ name }) => `alertmanager/${name}`),
    ...sources.pagerduty.map(({ name }) => `pagerduty/${name}`),
    ...sources.grafana.map(({ name }) => `grafana/${name}`),
  ];
  return names.map((source) => [source, `${base}/webhooks/${source}`]);
}

function summary({ config, settings }: Extract<Loaded, { ok: true }>): string {
  const { people, groups, catalog, policy, routes } = settings;
  return [
    count(people.length, 'person', 'people'),
    count(groups.length, 'group'),
    count(Object.values(config.sources).flat().length, 'source'),
    count(routes.routes.length + 1, 'route'),
    count(catalog.services.length, 'service'),
    count(Object.values(config.targets).flat().length, 'target'),
    count(policy.rules.length, 'rule'),
  ].join(', ');
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
