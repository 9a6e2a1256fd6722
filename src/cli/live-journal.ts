import { userInfo } from 'node:os';
import { askHost, type HostRequest, hostDoorPath } from '../bot/host-door.ts';
import type { JournalCommand } from '../cli.ts';
import type { JournalConfig } from '../config/config.ts';
import { loadConfig, sayError, surroundings } from '../config.ts';
import { ProblemError } from '../core/problem.ts';
import { type OpenJournal, openJournal } from '../journal/index.ts';
import { thisBuild } from './build.ts';

/** Which journal a command is about. */
export interface Located {
  readonly path: string;
  /** It is the one of the configuration, which a bot may have open; else a file that somebody named. */
  readonly isLive: boolean;
  readonly signingKey: string | undefined;
  /** As it is configured. */
  readonly archive: JournalConfig['archive'];
}

/** Undefined, with the reason on standard error, where the configuration says nothing that can be used. */
export function locate({ journal, config: file }: JournalCommand): Located | undefined {
  if (journal !== undefined)
    return { path: journal, isLive: false, signingKey: undefined, archive: undefined };
  const loaded = loadConfig(file, surroundings(), thisBuild);
  if (loaded.ok) {
    const { path, signingKey, archive } = loaded.config.journal;
    return { path, isLive: true, signingKey: signingKey?.reveal(), archive };
  }
  for (const error of loaded.errors) process.stderr.write(`${sayError(error)}\n`);
  process.stderr.write('Or name the file: --journal FILE\n');
  return undefined;
}

/**
 * One process writes a journal. Where a bot runs, it is asked; where none does, the journal is opened, and nobody can
 * start one meanwhile.
 */
export async function inJournal<T>(
  { path, signingKey, archive }: Located,
  { ask, open }: { ask: HostRequest; open: (journal: OpenJournal) => Promise<T> },
): Promise<T | Readonly<Record<string, unknown>>> {
  try {
    return await askHost(hostDoorPath(path), ask);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'HOST_DOOR_CLOSED') throw error;
  }
  const journal = await openJournal({
    path,
    checkpointEveryMs: 0,
    ...(signingKey === undefined ? {} : { signingKey }),
    ...(archive === undefined ? {} : { archive: archive.folder }),
  });
  try {
    return await open(journal);
  } finally {
    await journal.close();
  }
}

/** Who is at the host, as the system knows them. */
export function hostUser(): string {
  return userInfo().username;
}
