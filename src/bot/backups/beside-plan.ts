import { sayBytes } from '../../core/backup/estimate.ts';
import type { Manifest } from '../../core/backup/manifest.ts';
import type { TakenBackup } from '../../core/backup/record.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Draft } from '../../core/ports/step.ts';
import { problem } from '../../core/problem.ts';
import { duration } from '../../core/view/words.ts';
import { intoKind, type Restoring } from './restore-steps.ts';
import { wantedOf } from './taking.ts';

/** Beside what is in use, and it stays there: for what cannot change its name. Whoever uses it is pointed there by hand. */
export async function draftBeside(
  restoring: Restoring,
  {
    backup,
    sound,
    current,
    mark,
  }: {
    readonly backup: TakenBackup;
    readonly sound: Manifest;
    readonly current: string;
    readonly mark: string;
  },
): Promise<Draft> {
  const { rule, restorer, store, now } = restoring;
  const { content, source } = sound;
  const wanted = { mark, content, bytes: source.bytes };
  const { next, interrupts, needs } = await restorer.place(wantedOf(rule), wanted);
  const step = stepOf(restoring, { backup, current, next });
  return {
    ok: true,
    steps: [step],
    targets: [step.target],
    diff: step.change,
    warnings: [
      ...(backup.verified ? [] : [problem('RESTORE_NOT_VERIFIED', { id: backup.id })]),
      problem('RESTORE_ONLY_BESIDE', { current, next }),
    ],
    blast: {
      restores: `${backup.id} of ${store.name}, ${sayBytes(backup.bytes)}, ${duration(Math.max(0, now() - backup.startedAt))} old`,
      into: next,
      keeps: `${current}, which stays in use`,
      interrupts,
      needs,
      takes: `${duration(rule.timeoutMs)} at most`,
    },
    risk: 'danger',
  };
}

function stepOf(
  { rule, store }: Restoring,
  {
    backup,
    current,
    next,
  }: { readonly backup: TakenBackup; readonly current: string; readonly next: string },
): Step {
  const { integration, target, locator } = rule.source;
  return {
    id: 's1',
    kind: intoKind,
    v: 1,
    target: { id: `${integration}/${target}`, identity: current },
    at: { integration, target, locator },
    change: [{ path: next, what: 'added', to: `from ${backup.name} in ${store.name}` }],
    params: {
      ...{ ...rule.subject, to: rule.to, query: rule.query ?? '', id: backup.id },
      // What is in use keeps its name.
      ...{ current, next, aside: '' },
    },
    preconditions: { sha256: backup.sha256 },
    postconditions: { rows: 'as counted' },
    verify: { what: 'all of it is there as it was', withinMs: rule.timeoutMs + 60_000 },
    guard: 'conditional',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
}
