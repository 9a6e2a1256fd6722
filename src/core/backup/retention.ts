import type { BackupRecord, TakenBackup } from './record.ts';

/** A backup stays while either keeps it. */
export interface Keep {
  /** So young. */
  readonly days?: number;
  /** Among so many of the newest. */
  readonly count?: number;
}

const dayMs = 86_400_000;

/**
 * Those that nothing keeps, oldest first. The newest that was verified stays whatever is said, and so does the newest of all:
 * somebody may need one before the next is verified.
 */
export function outlived(
  { taken }: BackupRecord,
  { days, count }: Keep,
  { store, now }: { readonly store: string; readonly now: number },
): readonly TakenBackup[] {
  const here = taken.filter((each) => each.store === store);
  const kept = new Set([newestVerified(here)?.id, here.at(-1)?.id]);
  return here.filter(({ id, startedAt }, index) => {
    const isYoung = days !== undefined && now - startedAt <= days * dayMs;
    const isAmong = count !== undefined && here.length - index <= count;
    return !kept.has(id) && !isYoung && !isAmong;
  });
}

export function newestVerified(taken: readonly TakenBackup[]): TakenBackup | undefined {
  return taken.findLast(({ verified }) => verified?.ok === true);
}
