/**
 * Who is in a group that somebody else keeps: a user group of a workspace, a role of a guild, whoever a schedule names at
 * this moment. Asked, never assumed: what cannot be reached answers nothing, and nobody counts by it.
 */
export interface Directory {
  /**
   * Asked anew each time; whoever calls decides how long an answer serves. `about`: the accounts that somebody wants to
   * know of; a directory that has no list it may read asks after each of them. What it says of any other account serves
   * nobody. Rejects with a ProblemError: the directory's own codes, for what cannot be reached, is not there or may not be read.
   */
  members(query: DirectoryQuery, about: readonly string[]): Promise<Roster>;
}

/** One group of one directory, as the configuration writes it: `{ kind: 'slack_usergroup', id: 'T01/S01' }`. */
export interface DirectoryQuery {
  readonly kind: string;
  readonly id: string;
  /** The kind of accounts it names, as `people:` binds them: `slack`. */
  readonly accounts: string;
  /** The workspace or guild that all of them are of: `T01`. Empty where accounts are of no such place. */
  readonly home: string;
}

export interface Roster {
  /** Accounts by the platform's ids, as `people:` binds them: `T01/U01`, `9001/1234`, `P01`. */
  readonly accounts: readonly string[];
  /** When it was so, ms since 1970: when the answer was asked for, never when it came. */
  readonly at: number;
}

/** `slack_usergroup T01/S01`: as it stands on the record and in messages. */
export function queryText({ kind, id }: Pick<DirectoryQuery, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}
