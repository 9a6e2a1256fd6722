import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Copy } from '../../../core/ports/backup.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import { majorIn } from './kind.ts';
import { notWhole, unpacked } from './packed.ts';
import type { DumpPlace } from './place.ts';
import { programFor, type Tools } from './programs.ts';
import { type CommonWanted, quiet, type ScratchServer, withServer } from './scratch.ts';

/** A moment to which a copy is brought, by the log that is archived. */
export interface Moment {
  /** Milliseconds since 1970, by the clock of the server that wrote. */
  readonly at: number;
  /** Folder of the archive. */
  readonly wal: string;
}

interface Wanted {
  readonly login: ScratchServer['login'];
  readonly signal: AbortSignal;
  /** As far as the log in the copy itself goes when absent. */
  readonly moment?: Moment;
}

/**
 * Brings a whole server up from a base backup: unpacked, each file held against the manifest that the server wrote, then
 * recovered. It is reached by nobody, archives nothing, runs no job and follows no publisher: it must not take itself for the one
 * that it is a copy of.
 */
export async function withCluster<T>(
  tools: Tools,
  copy: Copy,
  { login, signal, moment }: Wanted,
  task: (place: DumpPlace) => Promise<T>,
): Promise<T> {
  const major = majorIn(copy.server);
  const wanted: ScratchServer = {
    major,
    isExact: true,
    signal,
    login,
    async prepare({ data, common }) {
      await mkdir(data, { mode: 0o700 });
      if (common.user) await chown(data, common.user.uid, common.user.gid);
      await unpack(tools, copy, { data, common });
      const { path } = await programFor(tools, 'pg_verifybackup', major, { isExact: true });
      await tools.programs.output({ ...common, path, args: ['--quiet', data] });
      await adopt(data, { common, recovers: moment !== undefined });
    },
    settings: (folder) => ({ ...settingsOf(folder), ...(moment && recoveryOf(moment)) }),
  };
  return withServer(tools, wanted, task);
}

/** Reads the archive to its end, and keeps nothing. */
export async function readCluster(tools: Tools, copy: Copy, signal: AbortSignal): Promise<void> {
  const input = unpacked(copy.bytes, 'zstd');
  const path = await tarOf(tools);
  const running = tools.programs.start({ path, args: ['--list', '--file=-'], input, signal });
  let names = 0;
  for await (const chunk of running.output) names += chunk.length;
  await running.ended;
  // An archive without anything in it is whole as well.
  if (names === 0) throw notWhole('tar', 'there is nothing in it');
}

async function unpack(
  tools: Tools,
  { bytes }: Copy,
  { data, common }: { readonly data: string; readonly common: CommonWanted },
): Promise<void> {
  const args = ['--extract', '--file=-', `--directory=${data}`, '--no-same-owner'];
  const path = await tarOf(tools);
  const input = unpacked(bytes, 'zstd');
  await tools.programs.start({ ...common, path, args, input, writes: 'words' }).ended;
}

async function tarOf({ programs }: Tools): Promise<string> {
  const found = await programs.find('tar', ['/usr/bin', '/bin', '/usr/local/bin']);
  if (found) return found.path;
  const why = 'it is in none of the usual folders';
  throw new ProblemError(problem('BACKUP_PROGRAM_MISSING', { program: 'tar', why }));
}

/** Nothing of how the server was set that it is a copy of counts here. */
async function adopt(
  data: string,
  { common: { user }, recovers }: { readonly common: CommonWanted; readonly recovers: boolean },
): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    'postgresql.conf': '',
    'postgresql.auto.conf': '',
    'pg_hba.conf': 'local all all trust\n',
    'pg_ident.conf': '',
    ...(recovers ? { 'recovery.signal': '' } : {}),
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(data, name), text, { mode: 0o600 });
    if (user) await chown(join(data, name), user.uid, user.gid);
  }
}

function settingsOf(folder: string): Readonly<Record<string, string>> {
  const data = join(folder, 'data');
  return {
    ...quiet,
    config_file: join(data, 'postgresql.conf'),
    hba_file: join(data, 'pg_hba.conf'),
    ident_file: join(data, 'pg_ident.conf'),
    // Nobody is let in before it is through, and what the other one allowed itself need not be allowed here.
    hot_standby: 'off',
    max_wal_senders: '0',
    max_prepared_transactions: '1000',
    max_locks_per_transaction: '256',
    // Otherwise a copy would take what is published for the one that it is a copy of.
    max_logical_replication_workers: '0',
    // Why it does not start is not to be drowned by what it does.
    log_min_messages: 'fatal',
  };
}

/** https://www.postgresql.org/docs/current/runtime-config-wal.html#RUNTIME-CONFIG-WAL-RECOVERY-TARGET */
function recoveryOf({ at, wal }: Moment): Readonly<Record<string, string>> {
  return {
    recovery_target_time: new Date(at).toISOString().replace('T', ' ').replace('Z', '+00'),
    recovery_target_action: 'promote',
    recovery_target_timeline: 'latest',
    restore_command: restoreCommand(wal),
  };
}

/** The server has its own shell read it: the folder is quoted, and `%` is `%%` there. */
export function restoreCommand(wal: string): string {
  const quoted = `'${wal.replaceAll("'", "'\\''").replaceAll('%', '%%')}'`;
  return `test -f ${quoted}/'%f' && cp ${quoted}/'%f' '%p'`;
}
