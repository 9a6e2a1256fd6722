import { basename } from 'node:path';
import { folderOf } from '../core/backup/manifest.ts';
import type { BackupRule } from '../core/backup/rule.ts';
import type { Schedule } from '../core/backup/schedule.ts';
import type { Catalog, Service } from '../core/catalog.ts';
import { readStops } from './backup-stops.ts';
import { cronOf, lastUntil } from './cron.ts';
import type { ReadDocument } from './document.ts';
import { didYouMean, type Path, sayList } from './error.ts';
import { type CopiedPlace, checkOwn, jobOf, keepers } from './own-backups.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';
import { bucketIn } from './store-schema.ts';
import type { Targets } from './targets.ts';

type Written = Section<'backups'>[number];

export interface BackupScope {
  readonly document: ReadDocument;
  readonly report: Report;
  readonly absolute: (path: string) => string;
  readonly catalog: Catalog;
  /** False when services were refused in part: which there are is then not known. */
  readonly servicesKnown: boolean;
  readonly targets: Pick<Targets, 'kinds' | 'patroni'>;
}

/** What this build makes copies of, by system. */
const able: readonly string[] = ['postgres', 'patroni', 'redis', 'mongodb', 'files'];

/** What is backed up, and where it is kept. */
export function readBackups(
  written: Section<'backups'>,
  scope: BackupScope,
): readonly BackupRule[] {
  if (!scope.servicesKnown) return [];
  const rules = written.flatMap((entry, index) => readBackup(entry, ['backups', index], scope));
  for (const [index, { subject }] of rules.entries()) {
    const name = folderOf(subject);
    if (rules.findIndex((each) => folderOf(each.subject) === name) === index) continue;
    scope.report.error(['backups', index], {
      what: `two entries of backups are about ${name}`,
      why: 'which of them a command means could not be told',
      instead: 'write one',
    });
  }
  return rules;
}

function readBackup(
  entry: Written,
  path: Path,
  { document, report, absolute, catalog, targets }: BackupScope,
): readonly BackupRule[] {
  const service = catalog.services.find(({ name }) => name === entry.service);
  if (!service) {
    report.error([...path, 'service'], {
      what: `backups names the service "${entry.service}"`,
      why: 'there is no service of that name',
      instead: didYouMean(
        entry.service,
        catalog.services.map(({ name }) => name),
        'add it to services',
      ),
    });
    return [];
  }
  const place = entry.by
    ? jobOf(entry, service, { path, report, kinds: targets.kinds })
    : roleOf(entry, service, { path, report });
  if (!place) return [];
  const { environment, target } = place;
  if (target.isOwn) checkOwn(entry, { path, report, target });
  if (!target.isOwn && !able.includes(target.integration)) {
    report.error([...path, 'what'], {
      what: `the ${entry.what} of ${service.name} is a ${target.integration} target`,
      why: `this build makes copies of ${sayList([...able, ...keepers])} only`,
      instead: 'take the entry out',
    });
    return [];
  }
  const { integration, target: name, locator } = target;
  if (!target.isOwn && entry.to === undefined) {
    report.error(path, {
      what: `backups[${path[1]}] does not say where the ${entry.what} of ${service.name} is kept`,
      why: `a ${integration} keeps no copies of its own`,
      instead: 'write to: FOLDER, or to: s3://BUCKET/PREFIX',
    });
    return [];
  }
  if (
    integration === 'patroni' &&
    !isRead({ name, service: service.name }, { entry, path, report, targets })
  )
    return [];
  const { database, query, timeout, schedule, verify, time_zone: zone } = entry;
  checkRuns(entry, { path, report });
  checkIdle(entry, integration, { path, report });
  checkWal(entry, { path, report });
  return [
    {
      subject: { service: service.name, environment, what: entry.what },
      source: {
        integration,
        target: name,
        locator: {
          ...locator,
          ...(database !== undefined && { database }),
          ...(entry.as !== undefined && { as: entry.as }),
          ...(entry.wal !== undefined && { wal: absolute(entry.wal) }),
        },
      },
      ...(entry.to === undefined || target.isOwn
        ? { to: `${integration}/${name}`, isOwn: true as const }
        : { to: bucketIn(entry.to) ? entry.to : absolute(entry.to) }),
      where: `${basename(document.file)}:${document.lineOf(path)}`,
      timeoutMs: timeout,
      lateAfterMs: entry.late_after,
      ...keepOf(entry, { path, report }),
      ...encryptionOf(entry, { path, report }),
      ...readStops(entry.stops, environment, { path, report, catalog }),
      ...(schedule !== undefined && { schedule: scheduleOf(schedule, zone) }),
      ...(verify !== undefined && { verify: scheduleOf(verify, zone) }),
      ...(query !== undefined && { query }),
    },
  ];
}

/** Patroni says who leads; what is there is read by SQL. */
function isRead(
  { name, service }: { readonly name: string; readonly service: string },
  {
    entry,
    path,
    report,
    targets,
  }: Pick<BackupScope, 'report' | 'targets'> & { readonly entry: Written; readonly path: Path },
): boolean {
  if (targets.patroni.find(({ target }) => target === name)?.postgres) return true;
  report.error([...path, 'what'], {
    what: `the ${entry.what} of ${service} is behind Patroni, and nothing says who reads it`,
    why: 'a backup is read by SQL, with a user of its own',
    instead: `write postgres: { username: … } into targets.${name}.patroni`,
  });
  return false;
}

/** The role of the service that is copied, in the environment that is meant. */
function roleOf(
  entry: Written,
  service: Service,
  at: { readonly path: Path; readonly report: Report },
): CopiedPlace | undefined {
  const environment = environmentOf(entry, service, at);
  const target = environment?.targets[entry.what];
  if (!environment || !target) return undefined;
  const isOwn = keepers.includes(target.integration);
  return { environment: environment.name, target: { ...target, isOwn } };
}

function encryptionOf(
  { encrypt, verify }: Written,
  { path, report }: { readonly path: Path; readonly report: Report },
): Pick<BackupRule, 'encrypt'> {
  if (!encrypt) return {};
  const { recipients, identity: found = [] } = encrypt;
  if (verify !== undefined && found.length === 0) {
    report.error([...path, 'verify'], {
      what: `verify of backups[${path[1]}] could not look at what it holds`,
      why: 'it is encrypted, and there is no identity to open it with',
      instead: 'write encrypt.identity, or take verify out and verify it where the key is',
    });
  }
  return { encrypt: { recipients, identities: found } };
}

function keepOf(
  { keep }: Written,
  { path, report }: { readonly path: Path; readonly report: Report },
): Pick<BackupRule, 'keep'> {
  if (!keep) return {};
  const { days, count } = keep;
  if (days === undefined && count === undefined) {
    report.error([...path, 'keep'], {
      what: `keep of backups[${path[1]}] says nothing`,
      why: 'it would let go of all but the newest',
      instead: 'write keep: { days: 30, count: 10 }, or take it out',
    });
  }
  return {
    keep: { ...(days !== undefined && { days }), ...(count !== undefined && { count }) },
  };
}

function scheduleOf(cron: string, zone: string): Schedule {
  const times = cronOf(cron, zone);
  return { text: `${cron} ${zone}`, last: (at) => lastUntil(times, at) };
}

/** What keys say nothing to whom, and why. */
const idle: Readonly<Record<string, Idle>> = {
  redis: {
    name: 'a Redis',
    keys: ['database', 'query', 'as', 'wal'],
    why: 'all its databases are copied, and their keys are counted',
  },
  files: {
    name: 'files',
    keys: ['database', 'query', 'as', 'wal'],
    why: 'all paths of the target are copied, byte for byte',
  },
  mongodb: {
    name: 'a MongoDB',
    keys: ['query', 'as', 'wal', 'stops'],
    why: 'it is copied in one way, documents are counted, and it is restored beside what stays in use',
  },
};

interface Idle {
  readonly name: string;
  readonly keys: readonly ('database' | 'query' | 'as' | 'wal' | 'stops')[];
  readonly why: string;
}

function checkIdle(
  entry: Written,
  integration: string,
  { path, report }: { readonly path: Path; readonly report: Report },
): void {
  const { name, keys, why } = idle[integration] ?? { name: '', keys: [], why: '' };
  for (const key of keys) {
    if (entry[key] === undefined) continue;
    const what = `${key} of backups[${path[1]}] says nothing to ${name}`;
    report.error([...path, key], { what, why, instead: 'take it out' });
  }
}

/** Only a copy of the whole server can be gone on from. */
function checkWal(
  { as, wal }: Written,
  { path, report }: { readonly path: Path; readonly report: Report },
): void {
  if (wal === undefined || as === 'base') return;
  report.error([...path, 'wal'], {
    what: `backups[${path[1]}] names an archive of the log`,
    why: 'it goes on from base backups alone',
    instead: 'write as: base beside it, or take it out',
  });
}

function checkRuns(
  entry: Written,
  { path, report }: { readonly path: Path; readonly report: Report },
): void {
  for (const key of ['schedule', 'verify'] as const) {
    const cron = entry[key];
    if (cron === undefined || cronOf(cron, 'UTC').nextRun(new Date(Date.UTC(2026, 0, 1)))) continue;
    report.error([...path, key], {
      what: `${key} of backups[${path[1]}] never comes`,
      why: `no day fits "${cron}"`,
      instead: 'write for example "0 3 * * *"',
    });
  }
}

function environmentOf(
  { environment: named, what }: Written,
  service: Service,
  { path, report }: { readonly path: Path; readonly report: Report },
) {
  const having = service.environments.filter(({ targets }) => targets[what] !== undefined);
  const names = having.map(({ name }) => name);
  const found =
    named === undefined
      ? having.length === 1 && having[0]
      : having.find(({ name }) => name === named);
  if (found) return found;
  if (named !== undefined) {
    report.error([...path, 'environment'], {
      what: `backups names the environment "${named}" of ${service.name}`,
      why: `none of that name has a ${what}`,
      instead: didYouMean(named, names, `write ${what}: { … } there, or take the entry out`),
    });
    return undefined;
  }
  report.error(path, {
    what: `backups does not say which environment of ${service.name} it is about`,
    why: having.length === 0 ? `none of them has a ${what}` : `${sayList(names)} have a ${what}`,
    instead: having.length === 0 ? 'take the entry out' : `write environment: ${names[0]}`,
  });
  return undefined;
}
