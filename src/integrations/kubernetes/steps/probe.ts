import type { Probed } from '../../../core/ports/step.ts';
import type { WritableCluster } from '../cluster.ts';
import { at, text } from '../json.ts';
import { readRevisions } from '../revisions.ts';
import type { Locator } from '../schema.ts';
import { mark, readWorkload, type Workload } from '../workload.ts';
import type { Token } from './token.ts';

export interface Suspect {
  readonly locator: Locator;
  readonly token: Token;
  /** How the marks of all attempts of the step begin. */
  readonly marks: string;
}

/**
 * Did the write land? What each answer rests on:
 *
 * `yes`: our mark stands on the object, or on a ReplicaSet of it, where the controller copies the annotations of its
 * Deployment. A mark gets into the cluster by our write and by nothing else, so it proves the write even after
 * somebody changed the object again, or rolled it back so that the mark left the Deployment itself.
 *
 * `no` needs two facts. It can no longer land: the object has left the resourceVersion the write carries, and the
 * server takes a write only at exactly that one. And it did not land: `metadata.generation` is the one that was read
 * with that resourceVersion. The server raises it with every change of the spec, ours always is one, and nothing can
 * lower it, so an equal generation says that no write of ours stands between. That the mark is missing proves
 * nothing: `kubectl rollout undo` and `kubectl replace` take annotations away.
 *
 * Everything else is `cannot-know`: still at the same resourceVersion (the request may yet arrive), somebody changed
 * the spec and no mark is to be seen, the object is gone or another one, or nobody answers.
 */
export async function probeWrite(cluster: WritableCluster, suspect: Suspect): Promise<Probed> {
  const { token, marks } = suspect;
  const live = await readWorkload(cluster.reader, suspect.locator, cluster.digest, {
    urgent: true,
  });
  if (live.uid !== token.uid) return 'cannot-know';
  if (isMarked(live.annotations[mark], marks)) return 'yes';
  if (live.resourceVersion === token.resourceVersion) return 'cannot-know';
  if (live.generation === token.generation) return 'no';
  return (await leftItsMark(cluster, live, marks)) ? 'yes' : 'cannot-know';
}

async function leftItsMark(
  cluster: WritableCluster,
  live: Workload,
  marks: string,
): Promise<boolean> {
  if (live.locator.kind !== 'deployment') return false;
  const revisions = await readRevisions(cluster.reader, live, cluster.digest);
  return revisions.some(({ raw }) =>
    isMarked(text(at(raw, 'metadata', 'annotations', mark)), marks),
  );
}

function isMarked(found: string | undefined, marks: string): boolean {
  return found?.startsWith(marks) ?? false;
}
