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
  readonly failed?: BackupRecord['failed'];
}

export interface ListedBackup extends TakenBackup {
  /** It lies in its store, in the size that the record says. */
  readonly state: 'there' | 'gone' | 'another size' | 'elsewhere';
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
