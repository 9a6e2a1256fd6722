import { sayBytes } from '../../core/backup/estimate.ts';
import type { Manifest } from '../../core/backup/manifest.ts';
import type { TakenBackup } from '../../core/backup/record.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Draft } from '../../core/ports/step.ts';
import { problem } from '../../core/problem.ts';
import { duration } from '../../core/view/words.ts';
import { inPlaceKind, inPlaceOf } from './in-place-step.ts';
import type { Restoring } from './restore-steps.ts';
import { wantedOf } from './taking.ts';

export interface Replacing {
  readonly backup: TakenBackup;
  readonly sound: Manifest;
  /** What is in use is called so. */
  readonly current: string;
  /** What is written over. */
  readonly place: string;
  readonly safety: Step;
}

/** A safety backup, and the old one over what is in use. Nothing of that is kept but the safety backup: whoever writes stands still for both. */
export async function draftInPlace(restoring: Restoring, replacing: Replacing): Promise<Draft> {
  const { rule, store, now } = restoring;
  const { backup, sound, current, place, safety } = replacing;
  const { identity, interrupts, needs } = await inPlaceOf(restoring).place(wantedOf(rule), {
    encoding: sound.artefact.encoding,
    says: sayBytes(sound.source.bytes),
  });
  const step = stepOf(restoring, { backup, current, identity });
  const steps = [safety, step];
  return {
    ok: true,
    steps,
    targets: [safety.target, step.target],
    diff: steps.flatMap(({ change }) => change),
    warnings: [
      ...(backup.verified ? [] : [problem('RESTORE_NOT_VERIFIED', { id: backup.id })]),
      problem('RESTORE_OVERWRITES', { since: new Date(backup.startedAt).toISOString(), current }),
      ...(rule.stops ? [] : [problem('RESTORE_NOT_QUIET', { current, where: rule.where })]),
    ],
    blast: {
      restores: `${backup.id} of ${store.name}, ${sayBytes(backup.bytes)}, ${duration(Math.max(0, now() - backup.startedAt))} old`,
      over: `${place}, in place`,
      keeps: 'nothing of what is in use now but the safety backup',
      interrupts,
      needs,
      takes: `${duration(rule.timeoutMs)} at most for the safety backup, and as long for the restore`,
    },
    risk: 'danger',
    // What is written after the safety backup began is in neither of them.
    quiet: { from: safety.id, to: step.id },
  };
}

function stepOf(
  { rule, store }: Restoring,
  {
    backup,
    current,
    identity,
  }: { readonly backup: TakenBackup; readonly current: string; readonly identity: string },
): Step {
  const { integration, target, locator } = rule.source;
  return {
    id: 's2',
    kind: inPlaceKind,
    v: 1,
    target: { id: `${integration}/${target}`, identity: current },
    at: { integration, target, locator },
    change: [
      {
        path: `what ${current} holds`,
        what: 'changed',
        from: 'what is in use, in the backup of the step before',
        to: `${backup.name} in ${store.name}`,
      },
    ],
    params: { ...rule.subject, to: rule.to, query: rule.query ?? '', id: backup.id, current },
    preconditions: { identity, sha256: backup.sha256 },
    postconditions: { rows: 'as counted' },
    verify: {
      what: 'every table has the rows that it had, before it is committed',
      withinMs: rule.timeoutMs + 60_000,
    },
    guard: 'conditional',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
}
