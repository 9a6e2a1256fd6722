import type { OwnCopy } from '../ports/own-copies.ts';
import type { Subject } from './manifest.ts';
import type { BackupRecord, TakenBackup } from './record.ts';

/** The backups of one subject: what the record says of them, held against what lies in their store. */
export interface BackupList {
  readonly subject: Subject;
  readonly store: string;
  /** Newest first. */
  readonly backups: readonly ListedBackup[];
  /** Files there that the record knows nothing of. */
  readonly strangers: readonly string[];
  /** Copies that others made and that lie where ours do, newest first: RDS by itself, somebody by hand. */
  readonly others?: readonly OwnCopy[];
  readonly failed?: BackupRecord['failed'];
}

export interface ListedBackup extends TakenBackup {
  /** It lies in its store, in the size that the record says. */
  readonly state: 'there' | 'gone' | 'another size' | 'elsewhere' | 'not to be seen from here';
  /** As whoever keeps it has it, where that is the target itself. */
  readonly copy?: OwnCopy;
}

/** `files` as the store lists them: artefacts and manifests. */
export function listOf(
  subject: Subject,
  record: BackupRecord,
  {
    store,
    files,
    manifestOf,
  }: {
    readonly store: string;
    readonly files: ReadonlyMap<string, number>;
    /** Name of the manifest that stands beside an artefact. */
    readonly manifestOf: (artefact: string) => string;
  },
): BackupList {
  const known = new Set(record.taken.flatMap(({ name }) => [name, manifestOf(name)]));
  const stateOf = (taken: TakenBackup): ListedBackup['state'] => {
    if (taken.store !== store) return 'elsewhere';
    const bytes = files.get(taken.name);
    if (bytes === undefined || !files.has(manifestOf(taken.name))) return 'gone';
    return bytes === taken.bytes ? 'there' : 'another size';
  };
  return {
    subject,
    store,
    backups: record.taken.map((taken) => ({ ...taken, state: stateOf(taken) })).toReversed(),
    strangers: [...files.keys()].filter((name) => !known.has(name)),
    ...(record.failed && { failed: record.failed }),
  };
}

/** The same where the target itself keeps them; `copies` is undefined where only what makes them knows of them. */
export function ownListOf(
  subject: Subject,
  record: BackupRecord,
  { store, copies }: { readonly store: string; readonly copies: readonly OwnCopy[] | undefined },
): BackupList {
  const byName = new Map(copies?.map((copy) => [copy.name, copy]));
  const ours = new Set(record.taken.map(({ name }) => name));
  const listed = (taken: TakenBackup): ListedBackup => {
    if (taken.store !== store) return { ...taken, state: 'elsewhere' };
    if (!copies) return { ...taken, state: 'not to be seen from here' };
    const copy = byName.get(taken.name);
    return copy ? { ...taken, state: 'there', copy } : { ...taken, state: 'gone' };
  };
  return {
    subject,
    store,
    backups: record.taken.map(listed).toReversed(),
    strangers: [],
    others: (copies ?? []).filter(({ name }) => !ours.has(name)),
    ...(record.failed && { failed: record.failed }),
  };
}
