import type { Draft } from '../../../core/ports/step.ts';
import { problem } from '../../../core/problem.ts';
import { at, record, whole } from '../json.ts';
import { type PatchMeta, patchMetadata } from '../rollback-body.ts';
import type { Intended } from '../simulate.ts';
import { type Workload, wordsFor } from '../workload.ts';
import { type Drafting, draftStep } from './draft.ts';
import { intendedReplicas } from './scale.ts';

export const stopKind = 'kubernetes.stop';
export const startKind = 'kubernetes.start';

/** On a workload that we stopped: how many replicas it had, for whoever finds it so, and for the start. */
export const stoppedFrom = 'tocsin.dev/stopped-from';

/** Under which name the step that stops a workload gives out how many replicas it had. */
export function numberOf(target: string): string {
  return `${target}.replicas`;
}

/** To 0, whatever bounds `scale` keeps to: how many it had is remembered when that is done, not when it is planned. */
export async function draftStop(drafting: Drafting): Promise<Draft> {
  const { workload } = drafting;
  const named = wordsFor(workload.locator);
  if (workload.locator.kind === 'daemonset') {
    return { ok: false, problem: problem('K8S_NOT_SCALABLE', { workload: named }) };
  }
  const draft = await draftStep(drafting, intendedStop(workload), {
    kind: stopKind,
    change: [
      {
        path: `${named} replicas`,
        what: 'changed',
        from: String(workload.replicas),
        to: '0, the number is remembered',
      },
    ],
    params: { replicas: workload.replicas },
    preconditions: {},
    postconditions: () => ({ replicas: 0 }),
    undo: 'irreversible',
    risk: 'danger',
    warnings: [problem('K8S_TO_ZERO', { workload: named })],
    blast: { podsAfter: 0 },
    replaces: false,
  });
  return within(draft, 'its pods are gone', endsWithinMs(workload));
}

/** As many as the stop found; one that runs is left as it is. */
export async function draftStart(drafting: Drafting): Promise<Draft> {
  const { workload } = drafting;
  const named = wordsFor(workload.locator);
  const draft = await draftStep(drafting, intendedStart(workload, workload.replicas), {
    kind: startKind,
    change: [
      {
        path: `${named} replicas`,
        what: 'changed',
        from: '0',
        to: `as many as it had, now ${workload.replicas}`,
      },
    ],
    params: { replicas: workload.replicas },
    preconditions: {},
    postconditions: () => ({}),
    undo: 'irreversible',
    risk: 'change',
    warnings: [],
    blast: {},
    replaces: false,
  });
  return within(draft, 'as many are available', undefined);
}

export function intendedStop(workload: Workload, meta: PatchMeta = {}): Intended {
  return noted(workload, { replicas: 0, meta, number: String(workload.replicas) });
}

export function intendedStart(
  workload: Workload,
  replicas: number,
  meta: PatchMeta = {},
): Intended {
  return noted(workload, { replicas, meta, number: null });
}

/** The same write as scaling, and the note beside it. */
function noted(
  workload: Workload,
  {
    replicas,
    meta,
    number,
  }: { readonly replicas: number; readonly meta: PatchMeta; readonly number: string | null },
): Intended {
  const { local } = intendedReplicas(workload, replicas);
  const metadata = patchMetadata(meta);
  const annotations = { ...record(metadata['annotations']), [stoppedFrom]: number };
  const body = { metadata: { ...metadata, annotations }, spec: { replicas } };
  return { send: { patch: { type: 'merge', body } }, local };
}

function within(draft: Draft, what: string, withinMs: number | undefined): Draft {
  if (!draft.ok) return draft;
  const steps = draft.steps.map((step) => ({
    ...step,
    verify: { what, withinMs: withinMs ?? step.verify.withinMs },
  }));
  return { ...draft, steps };
}

/** A pod that ends may take its grace period, and holds its connections as long. */
function endsWithinMs({ raw }: Workload): number {
  const grace = whole(at(raw, 'spec', 'template', 'spec', 'terminationGracePeriodSeconds'), 30);
  return grace * 1000 + 120_000;
}
