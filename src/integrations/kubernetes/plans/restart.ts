import type { Draft } from '../../../core/ports/step.ts';
import { problem } from '../../../core/problem.ts';
import { readAutoscaler } from '../autoscaler.ts';
import { at, record, texts } from '../json.ts';
import { type PatchMeta, patchMetadata } from '../rollback-body.ts';
import type { Intended } from '../simulate.ts';
import { bareTemplate } from '../template.ts';
import { type Workload, wordsFor } from '../workload.ts';
import { type Drafting, draftStep, emptyWorkload, shownReplicas } from './draft.ts';

export const restartKind = 'kubernetes.restart';

const restartedAt = 'kubectl.kubernetes.io/restartedAt';

/** Every pod is replaced by one of the same template, as `kubectl rollout restart` does. */
export async function draftRestart(drafting: Drafting): Promise<Draft> {
  const { cluster, workload } = drafting;
  const facts = { workload: wordsFor(workload.locator) };
  if (workload.paused) return { ok: false, problem: problem('K8S_PAUSED', facts) };
  const stamp = freshStamp(workload, cluster.clock.now());
  const autoscaler = await readAutoscaler(cluster.reader, workload);
  return draftStep(drafting, intendedRestart(workload, stamp), {
    kind: restartKind,
    change: [{ path: 'restarted at', what: 'changed', to: stamp }],
    params: { restartedAt: stamp },
    preconditions: {
      template: workload.digest,
      paused: false,
      ...shownReplicas(workload, autoscaler.found),
    },
    postconditions: (would) => ({
      template: cluster.digest(bareTemplate(at(would, 'spec', 'template'))),
      paused: false,
    }),
    // The pods that ended do not come back; the annotation alone could be, and would restart them once more.
    undo: 'irreversible',
    risk: 'change',
    warnings: emptyWorkload(workload),
    blast: {},
    replaces: true,
  });
}

export function intendedRestart(workload: Workload, stamp: string, meta: PatchMeta = {}): Intended {
  const { spec } = workload.raw;
  const metadata = record(at(workload.template, 'metadata'));
  const annotations = { ...texts(metadata['annotations']), [restartedAt]: stamp };
  return {
    send: {
      patch: {
        type: 'merge',
        body: {
          metadata: patchMetadata(meta),
          spec: { template: { metadata: { annotations: { [restartedAt]: stamp } } } },
        },
      },
    },
    local: {
      ...workload.raw,
      spec: {
        ...record(spec),
        template: { ...workload.template, metadata: { ...metadata, annotations } },
      },
    },
  };
}

/** kubectl writes whole seconds, and two restarts in one second are then none. RFC 3339 allows a fraction. */
function freshStamp(workload: Workload, now: number): string {
  const standing = texts(at(workload.template, 'metadata', 'annotations'))[restartedAt];
  const stamp = new Date(now).toISOString();
  return stamp === standing ? new Date(now + 1).toISOString() : stamp;
}
