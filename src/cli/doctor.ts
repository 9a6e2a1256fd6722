import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ServedDirectory } from '../bot/rosters.ts';
import { exitCode } from '../cli.ts';
import { loadConfig, sayError, surroundings } from '../config.ts';
import { accountsFor } from '../core/group.ts';
import { queryText } from '../core/ports/directory.ts';
import type { TargetRef } from '../core/ports/step.ts';
import { type Facts, type Problem, problem, problemOf } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import { backupFindings } from './backups.ts';
import { bookOf } from './book.ts';
import { thisBuild } from './build.ts';
import { type ConnectChats, loadChats, nobodysDesk, uncounted } from './chats.ts';
import { createLogger } from './log.ts';
import { connectPagers } from './pagers.ts';
import { problemLine, sayLine } from './say.ts';
import { connectSources, connectTargets } from './targets.ts';

interface Finding {
  readonly about: string;
  readonly check: string;
  readonly facts: Facts;
  readonly problem?: Problem;
}

/** Asks every configured system whether it can be reached and used. Changes nothing but an empty object in each bucket of backups. */
export async function doctor(file: string): Promise<number> {
  // The clock that integrations wait by lets a process end; this one ends when it has its answers.
  const held = setInterval(() => undefined, 60_000);
  try {
    return await examine(file);
  } finally {
    clearInterval(held);
  }
}

async function examine(file: string): Promise<number> {
  const loaded = loadConfig(file, surroundings(), thisBuild);
  if (!loaded.ok) {
    for (const error of loaded.errors) process.stderr.write(`${sayError(error)}\n`);
    return exitCode.usage;
  }
  const { config, settings } = loaded;
  const log = createLogger('silent');
  const { targets, books } = await connectTargets(config, { digestKey: new Uint8Array(32), log });
  const sources = await connectSources(config);
  const pagers = await connectPagers(config, settings.people);
  const findings: Finding[] = [
    journalFolder(config.journal.path),
    ...archiveFolder(config.journal.archive?.folder),
  ];
  const backups = await backupFindings(settings, targets, config.stores);
  for (const target of targets) {
    const name = target.name.slice(target.name.indexOf('/') + 1);
    const used = settings.catalog.services
      .flatMap(({ environments }) => environments)
      .flatMap((environment) => Object.values(environment.targets))
      .concat(jobsIn(settings))
      .filter((ref) => ref.target === name);
    for (const found of await target.doctor(used)) findings.push({ about: target.name, ...found });
    target.close();
  }
  findings.push(...backups, ...(await sources.doctor()), ...(await pagers.doctor()));
  findings.push(...(await groupFindings(pagers.directories, settings)));
  sources.close();
  pagers.close();
  const chats = await loadChats(config);
  findings.push(...(await chatFindings(chats, settings)));
  const { problems: stores } = await import('../integrations/objectstore/index.ts');
  const { problems: age } = await import('../integrations/age/index.ts');
  const book = bookOf(...books, stores, age, ...sources.books, ...pagers.books, ...chats.books);
  for (const finding of findings) sayLine(sentence(finding, book));
  return findings.some(({ problem: found }) => found) ? exitCode.failed : exitCode.ok;
}

/** The CronJobs that make backups: no role of a service says where they are. */
function jobsIn({ backups = [] }: Settings): readonly TargetRef[] {
  return backups
    .filter(({ source }) => source.locator['cronjob'] !== undefined)
    .map(({ source }) => ({ ...source, bounds: {}, show: [] }));
}

/** Tokens, rights and channels of every chat platform, each with the places that routes name on it. */
async function chatFindings(chats: ConnectChats, settings: Settings): Promise<readonly Finding[]> {
  const { connections } = chats.connect({
    desk: nobodysDesk,
    metrics: uncounted,
    log: () => undefined,
  });
  const findings: Finding[] = [];
  for (const chat of connections) {
    const about = chat.surface.name;
    const { routes } = settings;
    const places = [...routes.routes, routes.otherwise].flatMap(
      ({ places: all }) => all[about] ?? [],
    );
    const groups = settings.groups
      .flatMap(({ directories }) => directories)
      .filter((query) => chat.directory.serves(query));
    for (const found of await chat.doctor([...new Set(places)], groups)) {
      findings.push({ about, ...found });
    }
    findings.push(...(await groupFindings([chat.directory], settings)));
    await chat.close();
  }
  return findings;
}

/** Each group that a directory keeps is asked for once: whether it may be read, and whether it names anybody of ours. */
async function groupFindings(
  directories: readonly ServedDirectory[],
  { groups, people }: Settings,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name: group, directories: queries } of groups) {
    for (const query of queries) {
      const served = directories.find((each) => each.serves(query));
      if (!served) continue;
      const finding = { about: served.name, check: 'group' };
      const facts = { group, directory: queryText(query) };
      try {
        const bound = accountsFor(query, people);
        const { accounts } = await served.members(query, bound);
        const ours = bound.filter((account) => accounts.includes(account)).length;
        findings.push({ ...finding, facts: { ...facts, people: ours } });
      } catch (error) {
        const because = problemOf(error, problem('DIRECTORY_FAILED', facts));
        findings.push({ ...finding, facts, problem: because });
      }
    }
  }
  return findings;
}

/** Less than this free and a busy night may fill the disk. */
const freeBytesMin = 512 * 1024 * 1024;

/** What loses or tears the journal although every write was acknowledged: statfs(2) names file systems by these. */
const undurable: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'memory'],
  [0x858458f6, 'memory'],
  // SQLite's log is shared memory between processes of one host. https://www.sqlite.org/wal.html#concurrency
  [0x6969, 'a network file system'],
  [0xff534d42, 'a network file system'],
  [0xfe534d42, 'a network file system'],
]);

/** `start` makes the folder, so a missing one is fine where it can be made. */
function archiveFolder(folder: string | undefined): Finding[] {
  if (folder === undefined) return [];
  const found = { about: 'journal', check: 'archive', facts: { folder } };
  try {
    accessSync(nearestThatStands(folder), constants.W_OK);
    return [found];
  } catch {
    return [{ ...found, problem: problem('ARCHIVE_FOLDER', { folder }) }];
  }
}

function journalFolder(path: string): Finding {
  const folder = dirname(resolve(path));
  const about = 'journal';
  try {
    const stands = nearestThatStands(folder);
    accessSync(stands, constants.W_OK);
    const { bavail, bsize, type } = statfsSync(stands);
    const freeBytes = bavail * bsize;
    const facts = { folder, freeMegabytes: Math.round(freeBytes / 1e6) };
    const on = undurable.get(type);
    const trouble =
      on !== undefined
        ? problem('JOURNAL_NOT_DURABLE', { folder, on })
        : freeBytes < freeBytesMin
          ? problem('JOURNAL_SPACE_LOW', facts)
          : undefined;
    return { about, check: 'space and durability', facts, ...(trouble && { problem: trouble }) };
  } catch {
    const because = problem('JOURNAL_FOLDER', { folder });
    return { about, check: 'folder', facts: { folder }, problem: because };
  }
}

function nearestThatStands(folder: string): string {
  return existsSync(folder) ? folder : nearestThatStands(dirname(folder));
}

function sentence(
  { about, check, facts, problem: found }: Finding,
  book: ReturnType<typeof bookOf>,
): string {
  if (!found) {
    const known = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
    return `ok    ${about}: ${[check, ...known].join(', ')}`;
  }
  return `FAIL  ${about}: ${check}: ${problemLine(found, book)}`;
}
