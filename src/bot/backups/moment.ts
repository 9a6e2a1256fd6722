import type { Manifest } from '../../core/backup/manifest.ts';
import type { BackupRecord, TakenBackup } from '../../core/backup/record.ts';
import type { Moments } from '../../core/ports/backup.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { Restoring } from './restore-steps.ts';
import { wantedOf } from './taking.ts';
import { vouched } from './verifying.ts';

/** A moment between backups, and what it is reached from. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly backup: TakenBackup;
  /** How far the log of writes reaches behind that backup. */
  readonly to: number;
}

/** A whole moment: a day, a time and where that is so. */
const written = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * The newest backup before a moment from which it can be reached. Rejects where it cannot be, with what could be: the plan is
 * refused then, and nothing is changed.
 */
export async function momentOf(
  restoring: Restoring,
  { taken }: BackupRecord,
  text: string,
): Promise<Moment> {
  const at = written.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new ProblemError(problem('RESTORE_MOMENT_UNREADABLE', { at: text }));
  const { store, rule } = restoring;
  const moments = momentsOf(restoring);
  const here = taken.filter((each) => each.store === store.name && each.verified?.ok !== false);
  let oldest: number | undefined;
  for (const backup of here.toReversed()) {
    const { sound } = await vouched(restoring, backup);
    if (!sound?.content.log) continue;
    oldest = sound.content.log.at;
    if (oldest > at) continue;
    const { to } = await moments.span(wantedOf(rule), originOf(sound));
    if (at <= to) return { at, backup, to };
    throw outOfReach(text, { from: oldest, to });
  }
  if (oldest === undefined) {
    const { service, what } = rule.subject;
    throw new ProblemError(problem('RESTORE_MOMENT_NO_BASE', { service, what }));
  }
  throw outOfReach(text, { from: oldest });
}

/** Rejects with RESTORE_NO_MOMENTS where nobody can go between backups. */
export function momentsOf({ restorer, rule }: Restoring): Moments {
  if (restorer.moments) return restorer.moments;
  const { service, what } = rule.subject;
  throw new ProblemError(problem('RESTORE_NO_MOMENTS', { service, what }));
}

function originOf({ content, source }: Manifest) {
  return { content, server: source.server };
}

function outOfReach(
  at: string,
  { from, to }: { readonly from: number; readonly to?: number },
): ProblemError {
  const said = (time: number) => new Date(time).toISOString();
  const why =
    to === undefined
      ? `the oldest backup from which one can go on ended at ${said(from)}`
      : `from the newest backup before it one can go from ${said(from)} to ${said(to)}, where the archive ends`;
  return new ProblemError(problem('RESTORE_MOMENT_OUT_OF_REACH', { at, why }));
}
