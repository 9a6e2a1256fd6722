/**
 * Runs programs of other people on the machine where we run: `pg_dump`, `redis-cli`, `tar`. Handed in to integrations, which
 * may neither start one themselves in another way nor import each other for it.
 *
 * No shell reads anything: arguments are passed on as they are. Each runs in a process group of its own and is ended with
 * all that it has started. What it says is bounded, and what is secret never stands in an argument.
 */
export interface Programs {
  /** Where it is, and which version; undefined where it is in none of the folders. The first folder that has it counts. */
  find(name: string, folders: readonly string[]): Promise<Program | undefined>;
  /** Starts one. Throws what the signal holds where that is over already. */
  start(wanted: ProgramWanted): Running;
  /** Its standard output as text, without spaces around it; one that writes more than `most` characters is ended. */
  output(wanted: ProgramWanted, most?: number): Promise<string>;
  /**
   * The first of these users that the machine has, where we are root and a program should not be; undefined where we are not
   * root. Rejects with BACKUP_PROGRAM_FAILED where there is none of them.
   */
  lesserUser(names: readonly string[]): Promise<User | undefined>;
}

export interface Program {
  /** Absolute. */
  readonly path: string;
  /** `15.20`, as it answers `--version`; `?` where it does not say. */
  readonly version: string;
}

export interface User {
  readonly uid: number;
  readonly gid: number;
}

export interface ProgramWanted {
  /** Absolute. */
  readonly path: string;
  readonly args: readonly string[];
  /** All that it sees of an environment but `PATH` and `LC_ALL`; nothing of ours is handed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** More of its environment: taken out of whatever it says. A file that only we can read does as well; arguments never do. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Ends it after so long as well. */
  readonly withinMs?: number;
  /** Its standard input, at its own pace; nothing when absent. Where reading it fails, the program is ended and that is why. */
  readonly input?: AsyncIterable<Uint8Array>;
  /**
   * What its standard output is: `bytes` that somebody has to read to their end, `words` that count only where it fails. Bytes
   * when absent.
   */
  readonly writes?: 'bytes' | 'words';
  /** Under which user, where it is not ours. */
  readonly user?: User;
  /** Where it runs; absolute. */
  readonly folder?: string;
}

export interface Running {
  /** Its standard output, read once and at the reader's own pace; empty where it writes words. */
  readonly output: AsyncIterable<Uint8Array>;
  /**
   * Resolves once it has ended with 0 and its output was read. Rejects with BACKUP_PROGRAM_FAILED and what it said last, with
   * BACKUP_PROGRAM_KILLED where a signal ended it, with BACKUP_PROGRAM_MISSING where it could not be started, or with what the
   * reading of its input failed with. Nobody has to wait for it.
   */
  readonly ended: Promise<void>;
  /** Ends it with all that it has started: by SIGTERM where nothing else is said, and by SIGKILL some seconds later. */
  end(signal?: EndSignal): void;
}

export type EndSignal = 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGKILL';
