import type { Change, StepUndo } from '../../../core/operation/plan.ts';
import type { Draft } from '../../../core/ports/step.ts';
import { type Facts, type Problem, problem } from '../../../core/problem.ts';
import { readAutoscaler } from '../autoscaler.ts';
import { at, type Json, roundedNumber, whole } from '../json.ts';
import { type Revision, readRevisions } from '../revisions.ts';
import { locallyPatched, rolledBackDeployment, rolledBackPatch } from '../rollback-body.ts';
import type { Intended } from '../simulate.ts';
import { bareTemplate, short } from '../template.ts';
import { type Workload, wordsFor } from '../workload.ts';
import { type Drafting, draftStep, emptyWorkload, shownReplicas } from './draft.ts';

export const setTemplate = 'kubernetes.set-template';

/** Back to the revision before, or to the one named by `to=`. Bound by uid and template, never by its number. */
export async function draftRollback(drafting: Drafting): Promise<Draft> {
  const { cluster, request, workload } = drafting;
  const asked = askedRevision(request.args['to']);
  if (typeof asked !== 'number') return { ok: false, problem: asked };
  const refusal = unfit(workload, asked);
  if (refusal) return { ok: false, problem: refusal };

  const revisions = await readRevisions(cluster.reader, workload, cluster.digest);
  const chosen = choose(revisions, workload, asked);
  if ('code' in chosen) return { ok: false, problem: chosen };
  return draftTemplate(drafting, chosen, revisions);
}

/** The step that puts the template of a kept revision back. */
export async function draftTemplate(
  drafting: Drafting,
  chosen: Revision,
  revisions: readonly Revision[],
): Promise<Draft> {
  const { cluster, workload } = drafting;
  const current = revisions.find((revision) => revision.digest === workload.digest);
  const autoscaler = await readAutoscaler(cluster.reader, workload);

  return draftStep(drafting, intendedFor(workload, chosen), {
    kind: setTemplate,
    change: changeOf(current, chosen, workload),
    params: paramsFor(chosen),
    preconditions: {
      template: workload.digest,
      paused: false,
      ...shownReplicas(workload, autoscaler.found),
    },
    postconditions: (would) => ({
      template: cluster.digest(bareTemplate(at(would, 'spec', 'template'))),
      paused: false,
    }),
    undo: undoOf(current, chosen, workload),
    risk: 'change',
    warnings: [...wayBack(current, workload), ...emptyWorkload(workload), ...brokenPods(workload)],
    blast: { revision: chosen.number, images: chosen.images.join(', ') },
    replaces: true,
  });
}

/** The write of it, marked and conditional when told so, by the rule of its kind. */
export function intendedFor(
  workload: Workload,
  revision: Pick<Revision, 'raw'>,
  meta: { readonly mark?: string; readonly resourceVersion?: string } = {},
): Intended {
  if (workload.locator.kind === 'deployment') {
    const put = rolledBackDeployment(workload.raw, revision.raw, meta.mark);
    return { send: { put }, local: put };
  }
  return {
    send: { patch: rolledBackPatch(revision.raw, meta) },
    local: locallyPatched(workload, revision.raw),
  };
}

/** Whatever must hold for a rollback of this object to be right, at planning and again before the write. */
export function unfit(workload: Workload, asked: number): Problem | undefined {
  const facts = { workload: wordsFor(workload.locator) };
  if (workload.paused) return problem('K8S_PAUSED', facts);
  const field = workload.locator.kind === 'deployment' ? roundedNumber(workload.raw) : undefined;
  if (field !== undefined) return problem('K8S_ROUNDED_NUMBER', { ...facts, field });
  const { generation, observedGeneration: observed } = workload;
  return asked === 0 && observed < generation
    ? problem('K8S_CONTROLLER_BEHIND', { ...facts, generation, observed })
    : undefined;
}

/** 0 for the one before, as kubectl has it. */
function askedRevision(to: Facts[string] | undefined): number | Problem {
  if (to === undefined) return 0;
  const asked =
    typeof to === 'number' ? to : /^\d{1,9}$/.test(String(to)) ? Number(to) : Number.NaN;
  return Number.isInteger(asked) && asked > 0
    ? asked
    : problem('K8S_BAD_ARGUMENT', {
        argument: 'to',
        value: String(to),
        wanted: 'a revision number',
      });
}

function choose(
  revisions: readonly Revision[],
  workload: Workload,
  asked: number,
): Revision | Problem {
  const facts = { workload: wordsFor(workload.locator) };
  const chosen =
    asked === 0 ? revisions[1] : revisions.find((revision) => revision.number === asked);
  if (chosen === undefined) {
    if (asked > 0) {
      const numbers = revisions
        .map((revision) => revision.number)
        .sort((one, other) => one - other);
      const said = numbers.length === 0 ? 'none' : numbers.join(', ');
      return problem('K8S_REVISION_NOT_FOUND', { ...facts, revision: asked, revisions: said });
    }
    const limit = at(workload.raw, 'spec', 'revisionHistoryLimit');
    const why = limit === 0 ? 'revisionHistoryLimit is 0.' : 'It was deployed only once.';
    return problem('K8S_NO_HISTORY', { ...facts, why });
  }
  return chosen.digest === workload.digest
    ? problem('K8S_ALREADY_AT_REVISION', { ...facts, revision: chosen.number })
    : chosen;
}

function changeOf(from: Revision | undefined, to: Revision, workload: Workload): readonly Change[] {
  const named = (revision: Revision): string => `${revision.number} (${revision.name})`;
  const imagesFrom = (from?.images ?? imagesIn(workload.raw)).join(', ');
  const imagesTo = to.images.join(', ');
  const before = from === undefined ? 'a template of no revision' : named(from);
  const revision: Change = { path: 'revision', what: 'changed', from: before, to: named(to) };
  const template: Change = {
    path: 'template',
    what: 'changed',
    from: short(from?.digest ?? workload.digest),
    to: short(to.digest),
  };
  return imagesFrom === imagesTo
    ? [revision, template]
    : [revision, template, { path: 'images', what: 'changed', from: imagesFrom, to: imagesTo }];
}

function imagesIn(raw: Json): readonly string[] {
  const containers = at(raw, 'spec', 'template', 'spec', 'containers');
  return Array.isArray(containers) ? containers.map((one) => String(at(one, 'image') ?? '')) : [];
}

function paramsFor(revision: Revision): Facts {
  return {
    revision: revision.number,
    revisionName: revision.name,
    revisionUid: revision.uid,
    template: revision.digest,
  };
}

function undoOf(current: Revision | undefined, chosen: Revision, workload: Workload): StepUndo {
  return current === undefined
    ? 'irreversible'
    : { change: changeOf(chosen, current, workload), params: paramsFor(current) };
}

function wayBack(current: Revision | undefined, workload: Workload): readonly Problem[] {
  const facts = { workload: wordsFor(workload.locator) };
  if (current === undefined) {
    const why = 'The template that runs now is kept by no revision.';
    return [problem('K8S_NO_WAY_BACK', { ...facts, why })];
  }
  return at(workload.raw, 'spec', 'revisionHistoryLimit') === 0
    ? [problem('K8S_NO_WAY_BACK', { ...facts, why: 'revisionHistoryLimit is 0.' })]
    : [];
}

/**
 * A broken pod that never got ready holds up a StatefulSet even after the template is good again.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
function brokenPods({ raw, locator, replicas }: Workload): readonly Problem[] {
  const parallel = at(raw, 'spec', 'podManagementPolicy') === 'Parallel';
  const ready = whole(at(raw, 'status', 'readyReplicas'));
  return locator.kind === 'statefulset' && !parallel && ready < replicas
    ? [problem('K8S_FORCED_ROLLBACK', { workload: wordsFor(locator), broken: replicas - ready })]
    : [];
}
