import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readBackups } from './config/backups.ts';
import type { Config, HeartbeatConfig, JournalConfig, SurfacesConfig } from './config/config.ts';
import { readCorrelation } from './config/correlation.ts';
import { type ReadDocument, readDocument } from './config/document.ts';
import { type ConfigError, sayError } from './config/error.ts';
import type { Listen } from './config/field.ts';
import { readFreezes } from './config/freezes.ts';
import { readGroups } from './config/groups.ts';
import { checkListeners, readConsole, readServer } from './config/listeners.ts';
import { checkGroup, readPeople, readRecord } from './config/people.ts';
import { readPolicies } from './config/policies.ts';
import { runPolicyTests } from './config/policy-tests.ts';
import { readTelemetry } from './config/prometheus.ts';
import type { Domain } from './config/reach.ts';
import type { Files, Surroundings } from './config/reference.ts';
import { createReport, type OpenReport } from './config/report.ts';
import { readRoutes, readSecurity } from './config/routes.ts';
import { type ReadSections, readSections, type Sections } from './config/sections.ts';
import { readServices } from './config/services.ts';
import { readAlertmanagers, readGrafanas, readPagerduties } from './config/sources.ts';
import { checkStepUp, readIdentityAdmins } from './config/step-up.ts';
import { readStores } from './config/stores.ts';
import { readSurfaces, surfaceKinds } from './config/surfaces.ts';
import { readTargets, type Targets, type ValidateTarget } from './config/targets.ts';
import { grammarVerbs, type Verb } from './config/verbs.ts';
import { type JudgeLine, readWatches } from './config/watch.ts';
import { scheduleRules } from './core/backup/schedule.ts';
import type { Catalog } from './core/catalog.ts';
import { mayBeIn } from './core/group.ts';
import type { Group, Settings } from './core/settings.ts';

export type * from './config/config.ts';
export { digestOf } from './config/policy-digest.ts';
export type { StoreConfig } from './config/stores.ts';
export type { ConfigError, Files, JudgeLine, Listen, Surroundings, ValidateTarget, Verb };
export { sayError };

export type Loaded =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly settings: Settings;
      readonly warnings: readonly string[];
    }
  | {
      readonly ok: false;
      readonly errors: readonly ConfigError[];
      readonly warnings: readonly string[];
    };

/** What this build can do, as far as a configuration may speak of it. */
export interface Build {
  readonly verbs: readonly Verb[];
  readonly validateTarget: ValidateTarget;
  /** What a line that is to be proposed means; absent where nobody can say. */
  readonly judgeLine?: JudgeLine;
}

export { grammarVerbs };

/** A build with the whole grammar, for tests. */
export const wholeGrammar: Build = { verbs: grammarVerbs, validateTarget: () => [] };

/** The machine the process runs on. */
export function surroundings(): Surroundings {
  return { env: process.env, files: { read: (path) => readFileSync(path, 'utf8') } };
}

/** Reads and judges the one file. Everything that is wrong with it is in the answer, in the order of its lines. */
export function loadConfig(file: string, around: Surroundings, build: Build): Loaded {
  const text = readText(file, around.files);
  if (typeof text !== 'string') return { ok: false, errors: [text], warnings: [] };
  const absolute = (path: string) => resolve(dirname(resolve(file)), path);
  const files: Files = { read: (path) => around.files.read(absolute(path)) };
  const parsed = readDocument({ file, text }, { env: around.env, files });
  if (!parsed.ok) return { ok: false, errors: parsed.errors, warnings: [] };
  const { document } = parsed;
  const report = createReport(document);
  const read = readSections(document, report);
  const made = read && readAll(read, { document, report, absolute, files, build });
  const { errors, warnings } = report;
  return made && errors.length === 0
    ? { ok: true, ...made, warnings }
    : { ok: false, errors, warnings };
}

interface Scope {
  readonly document: ReadDocument;
  readonly report: OpenReport;
  readonly absolute: (path: string) => string;
  readonly files: Files;
  readonly build: Build;
}

function readAll(read: ReadSections, scope: Scope): { config: Config; settings: Settings } {
  const { sections, clean } = read;
  const { report, build } = scope;
  const targets = readTargets(sections.targets, {
    ...scope,
    validateTarget: build.validateTarget,
  });
  const connected = { targets, surfaces: readSurfaces(sections.surfaces, scope) };
  const settings = readSettings(read, connected, scope);
  if (clean('server', 'console', 'metrics')) {
    const { server, console, metrics } = sections;
    checkListeners(
      { server: server.listen, console: console.listen, metrics: metrics.listen },
      report,
    );
  }
  warnEmpty(sections, report);
  const watch = readWatches(sections.watch, {
    ...{ ...scope, settings, judgeLine: build.judgeLine },
    servicesKnown: clean('services', 'targets'),
  });
  const stores = readStores(sections.stores, {
    ...scope,
    backups: settings.backups ?? [],
    backupsKnown: clean('backups', 'services', 'targets'),
  });
  return { settings, config: { ...readConfig(sections, connected, scope), watch, stores } };
}

interface Connected {
  readonly targets: Targets;
  readonly surfaces: SurfacesConfig;
}

function readSettings(
  { sections, clean }: ReadSections,
  { targets, surfaces }: Connected,
  scope: Scope,
): Settings {
  const { document, report, build } = scope;
  const keepers = {
    surfaces,
    pagerduty: Object.keys(sections.sources.pagerduty ?? {}),
    report,
  };
  const people = readPeople(sections.people, keepers);
  const groups = readGroups(sections.groups, people, {
    ...keepers,
    // One that only sends webhooks cannot be asked who is in a schedule.
    pagerduty: keepers.pagerduty.filter((name) => sections.sources.pagerduty?.[name]?.api),
  });
  const pages = waysToPage(sections.sources);
  const ways = pages.map(({ pager, via }) => `${pager.slice('pagerduty/'.length)}/${via}`);
  const routes = readRoutes(sections.routes, sections.default_route, {
    groups,
    surfaces,
    pages: ways,
    report,
  });
  const security = readSecurity(sections.security, routes.otherwise, {
    groups,
    surfaces,
    pages: ways,
    report,
  });
  const targetScope = { ...scope, groups, pages: ways, validateTarget: build.validateTarget };
  const catalog = readServices(sections.services, targets, targetScope);
  const telemetry = readTelemetry(sections.sources, { catalog, targets, scope: targetScope });
  const policy = readPolicies(sections.policies, {
    document,
    report,
    people,
    groups,
    domain: {
      verbs: build.verbs,
      places: placesOf(catalog),
      surfaces: surfaceKinds(surfaces),
      rosters: rostersOf(people, groups),
    },
    rostersKnown: clean('people', 'groups'),
    rulesKnown: clean('policies', 'services'),
  });
  if (clean('people', 'groups', 'services', 'policies', 'policy_tests')) {
    runPolicyTests(sections.policy_tests, {
      policy,
      people,
      groups,
      catalog,
      verbs: build.verbs,
      report,
    });
  }
  const identityAdmins = readIdentityAdmins(sections.identity_admins, { groups, report });
  if (clean('policies', 'console', 'journal')) {
    const { console, journal } = sections;
    checkStepUp({ policy, identityAdmins, console, journal, report });
  }
  const servicesKnown = clean('services');
  const correlation = readCorrelation(sections.correlation, {
    ...{ document, report, servicesKnown },
    services: catalog.services.map(({ name }) => name),
    sources: sourceNames(sections.sources),
  });
  const freezes = readFreezes(sections.freezes, { document, report, catalog, servicesKnown });
  const record = readRecord(sections.record, { groups, report });
  const fuse = readFuse(sections.fuse, routes.otherwise.notify, { groups, report });
  const backups = readBackups(sections.backups, { ...scope, catalog, servicesKnown, targets });
  const rest = { routes, correlation, pages, security, telemetry, record, fuse, freezes, backups };
  const rules = [...scheduleRules(backups), ...policy.rules];
  const ruled = { policy: { ...policy, rules } };
  return { people, groups, identityAdmins, catalog, ...ruled, ...rest, ...readPaces(sections) };
}

/** How much of it, and how fast. */
function readPaces({
  directories,
  ask,
  quotas,
}: Sections): Pick<Settings, 'directories' | 'ask' | 'pendingMax'> {
  const { count_within: countWithinMs, tell_within: tellWithinMs } = directories;
  return {
    directories: { countWithinMs, tellWithinMs },
    ask: { everyMs: ask.every, atOnce: ask.at_once },
    pendingMax: quotas.pending,
  };
}

function readFuse(
  { danger_per_hour: dangerPerHour, call }: Sections['fuse'],
  otherwise: string | undefined,
  { groups, report }: Pick<Settings, 'groups'> & Pick<Scope, 'report'>,
): NonNullable<Settings['fuse']> {
  for (const group of call ?? []) checkGroup(group, { path: ['fuse', 'call'], groups, report });
  return { dangerPerHour, call: call ?? (otherwise ? [otherwise] : []) };
}

/**
 * The groups that each person may be in at a time. One that a directory fills is taken alone: with fewer groups fewer rules
 * hold, so that no rule is reached by more of them only.
 */
function rostersOf(people: Settings['people'], groups: Settings['groups']): Domain['rosters'] {
  return people.flatMap((person) => {
    const isNamed = ({ members }: Group) => members.includes(person.id);
    const fixed = groups.filter(isNamed).map(({ name }) => name);
    const others = groups.filter((group) => !isNamed(group) && mayBeIn(group, person));
    return [fixed, ...others.map(({ name }) => [...fixed, name])];
  });
}

function readConfig(
  sections: Sections,
  { targets, surfaces }: Connected,
  scope: Scope,
): Omit<Config, 'watch' | 'stores'> {
  const { report, document } = scope;
  const { incident } = sections;
  return {
    file: resolve(document.file),
    server: readServer(sections.server, report),
    console: readConsole(sections.console, report),
    metrics: { listen: sections.metrics.listen },
    journal: readJournal(sections.journal, scope),
    incident: {
      resolvedJoinMs: incident.resolved_join,
      compareEveryMs: incident.compare_every,
      ackReminderMs: incident.ack_reminder,
      silenceWarningMs: incident.silence_warning,
    },
    limits: {
      personPerMinute: sections.limits.person_per_minute,
      sourcePerMinute: sections.limits.source_per_minute,
    },
    heartbeat: readHeartbeat(sections.heartbeat),
    sources: {
      alertmanager: readAlertmanagers(sections.sources, report),
      pagerduty: readPagerduties(sections.sources, report),
      grafana: readGrafanas(sections.sources, report),
    },
    surfaces,
    targets: {
      kubernetes: targets.kubernetes,
      prometheus: targets.prometheus,
      patroni: targets.patroni,
      aws: targets.aws,
      mongodb: targets.mongodb,
      redis: targets.redis,
      files: targets.files,
      postgres: targets.postgres,
      haproxy: targets.haproxy,
      docker: targets.docker,
    },
  };
}

function sourceNames(sources: Sections['sources']): readonly string[] {
  return (['alertmanager', 'grafana', 'pagerduty'] as const).flatMap((kind) =>
    Object.keys(sources[kind] ?? {}).map((name) => `${kind}/${name}`),
  );
}

function waysToPage({ pagerduty = {} }: Sections['sources']): NonNullable<Settings['pages']> {
  return Object.entries(pagerduty).flatMap(([name, { pages }]) =>
    Object.keys(pages).map((via) => ({ pager: `pagerduty/${name}`, via })),
  );
}

function readHeartbeat({ ping, every, timeout }: Sections['heartbeat']): HeartbeatConfig {
  return { everyMs: every, timeoutMs: timeout, ...(ping && { ping }) };
}

function readJournal(
  { store, path, archive, retain, signing_key, keyring_key = [] }: Sections['journal'],
  { report, absolute }: Scope,
): JournalConfig {
  if (store === 'redis') {
    report.error(['journal', 'store'], {
      what: 'journal.store is "redis"',
      why: 'this build has no redis journal',
      instead: 'write store: sqlite',
    });
  }
  if ((archive === undefined) !== (retain === undefined)) {
    report.error(['journal', archive === undefined ? 'retain' : 'archive'], {
      what: `journal.${archive === undefined ? 'retain' : 'archive'} stands alone`,
      why: 'what moves into the archive is told by both: where to, and when',
      instead:
        archive === undefined
          ? 'write archive: ./data/archive beside it'
          : 'write retain: 400d beside it',
    });
  }
  return {
    store: 'sqlite',
    path: absolute(path),
    ...(archive !== undefined &&
      retain !== undefined && { archive: { folder: absolute(archive), retainMs: retain } }),
    ...(signing_key && { signingKey: signing_key }),
    keyringKeys: keyring_key,
  };
}

function placesOf({ services }: Catalog): Domain['places'] {
  return services.flatMap((service) =>
    service.environments.map(({ name, targets }) => ({
      service: service.name,
      environment: name,
      onCall: service.onCall,
      targets: [...new Set(Object.values(targets).map(({ target }) => target))],
    })),
  );
}

function warnEmpty(sections: Sections, report: OpenReport): void {
  const { people, policies, services, sources } = sections;
  if (people.length === 0) report.warn(['people'], 'there are no people: nobody can sign in');
  if (policies.length === 0)
    report.warn(['policies'], 'there are no policies: every change is refused');
  if (Object.keys(services).length === 0) {
    report.warn(['services'], 'there are no services: no command has anything to act on');
  }
  const { alertmanager, pagerduty, grafana } = sources;
  if (Object.keys({ ...alertmanager, ...pagerduty, ...grafana }).length === 0) {
    report.warn(['sources'], 'there are no sources: incidents are declared by people only');
  }
}

function readText(file: string, files: Files): string | ConfigError {
  try {
    return files.read(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    return {
      file,
      line: 1,
      what: 'the configuration cannot be read',
      why: code === 'ENOENT' ? 'there is no such file' : `the system says ${code}`,
      instead: 'name another with --config, or begin with examples/minimal/tocsin.yaml',
    };
  }
}
