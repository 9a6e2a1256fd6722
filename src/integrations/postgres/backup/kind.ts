import type { Content } from '../../../core/backup/manifest.ts';
import type { BackupWanted, Copy, OpenBackup } from '../../../core/ports/backup.ts';
import type { DumpPlace } from './place.ts';
import type { Tools } from './programs.ts';
import type { Session } from './question.ts';

/** Where databases are, and with what they are copied. */
export interface Reach extends Tools {
  /** The name under `targets:`. */
  readonly target: string;
  /** Where dumps are tried; on a server of its own on this machine when absent. */
  readonly scratch?: Pick<Reach, 'target' | 'place'>;
  /** Where the database of a locator can be read now. Rejects with a ProblemError. */
  place(wanted: BackupWanted): Promise<DumpPlace>;
  /** Who asks, and the database where a locator names none: both are in a copy of the whole server as well. */
  readonly login: string;
  readonly database: string;
}

/** One way to copy a database, and to bring it back. */
export interface Kind {
  /** How an artefact of it is called, and the end of its file's name. */
  readonly encoding: string;
  readonly extension: string;
  /** Looks whether it can be made; `session` is in the database that is meant. */
  survey(session: Session, place: DumpPlace, wanted: BackupWanted): Promise<Surveyed>;
  /** Ends the session, once it is through or where it fails. */
  open(
    at: { readonly place: DumpPlace; readonly session: Session },
    wanted: BackupWanted,
    signal: AbortSignal,
  ): Promise<OpenBackup>;
  read(copy: Copy, signal: AbortSignal): Promise<void>;
  /** Brings it up on a server that is thrown away, and says what it holds. */
  rehearse(copy: Copy, wanted: BackupWanted, signal: AbortSignal): Promise<Content>;
  /** Restores what was the database `from` into an empty one in use, owners and grants included. */
  restore(
    copy: Copy,
    at: { readonly place: DumpPlace; readonly from: string },
    signal: AbortSignal,
  ): Promise<void>;
}

export interface Surveyed {
  /** `pg_dump 15.20`. */
  readonly program: string;
  readonly bytesAtMost: number;
}

export async function majorOf(session: Session): Promise<number> {
  const [row] = await session.ask(
    `SELECT current_setting('server_version_num')::int / 10000 AS major`,
  );
  return Number(row?.['major']);
}

/** `PostgreSQL 15.20` → 15. */
export function majorIn(server: string): number {
  return Number(/\d+/.exec(server)?.[0] ?? 0);
}
