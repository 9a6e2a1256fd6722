import { setTimeout as delay } from 'node:timers/promises';
import type { Fence, Said } from '../../core/ports/fence.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { WriteClient, Written } from './client.ts';
import type { Cluster } from './cluster.ts';
import { at, list, record, text } from './json.ts';
import { intendedStart, intendedStop, stoppedFrom } from './plans/stand.ts';
import { readPods } from './pods.ts';
import type { Locator } from './schema.ts';
import type { Intended } from './simulate.ts';
import { readWorkload, type Workload, wordsFor, workloadPath } from './workload.ts';

export interface FencedPlace {
  readonly locator: Locator;
  /** How long its pod may take to end, ms. */
  readonly withinMs: number;
}

/** Part of a running step: never held back because other requests failed. */
const urgent = { urgent: true };
/** A write that met a newer object is made from that one. */
const triesMax = 3;
const lookEveryMs = 200;

/**
 * Scales the workload of one server to 0, so that nobody starts it again; a pod that is only deleted comes back. It holds
 * once no pod is left: one on a node that is silent may still run, and stays in the list.
 * https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/
 */
export function workloadFence(
  cluster: Cluster,
  { locator, withinMs }: FencedPlace,
  writer: () => WriteClient | Problem,
): Fence {
  const named = `${wordsFor(locator)} of kubernetes/${cluster.config.target}`;
  const read = () => readWorkload(cluster.reader, locator, cluster.digest, urgent);

  async function write(intended: (live: Workload) => Intended | undefined): Promise<Said> {
    const client = writer();
    if ('code' in client) return { exit: 'missing', said: client.code };
    for (let tries = 1; ; tries += 1) {
      const live = await read();
      const meant = intended(live);
      if (meant === undefined) return done;
      const written = await sent(client, live, meant);
      if (written.outcome !== 'conflict' || tries >= triesMax) return saidOf(written);
    }
  }

  async function holds(): Promise<Said> {
    const live = await read();
    if (live.replicas !== 0) return { exit: '1', said: `${named} has ${live.replicas} replicas` };
    const left = await readPods(cluster.reader, live);
    return left.length === 0 && live.generation <= live.observedGeneration
      ? done
      : { exit: '1', said: `${left.length} pods of ${named} are still there` };
  }

  return {
    raises: `${named} to 0 pods`,
    lifts: `${named} to as many as it had`,
    async plan() {
      const client = writer();
      if ('code' in client) throw new ProblemError(client);
      const live = await readWorkload(cluster.reader, locator, cluster.digest);
      const why = whyNot(live);
      if (why === undefined) return '';
      throw new ProblemError(problem('K8S_NO_FENCE', { workload: named, why }));
    },
    raise: () =>
      telling(async () => {
        const scaled = await write((live) =>
          live.replicas === 0 ? undefined : intendedStop(live),
        );
        if (scaled.exit !== '0') return scaled;
        const until = performance.now() + withinMs;
        for (;;) {
          const held = await holds();
          if (held.exit === '0' || performance.now() >= until) return held;
          await delay(lookEveryMs);
        }
      }),
    lift: () =>
      telling(() =>
        write((live) => (live.replicas > 0 ? undefined : intendedStart(live, numberIn(live)))),
      ),
    holds: () => telling(holds),
  };
}

const done: Said = { exit: '0', said: '' };

async function telling(task: () => Promise<Said>): Promise<Said> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { exit: 'unknown', said: wordsOf(error.problem) };
  }
}

function wordsOf({ code, facts }: Problem): string {
  return `${code}: ${Object.values(facts).join(', ')}`.slice(0, 200);
}

/** With the resourceVersion that was read: on anything newer it does not land. */
function sent(client: WriteClient, live: Workload, { send }: Intended): Promise<Written> {
  if ('put' in send) return client.put(workloadPath(live.locator), send.put, urgent);
  const metadata = {
    ...record(send.patch.body['metadata']),
    resourceVersion: live.resourceVersion,
  };
  const body = { ...send.patch.body, metadata };
  return client.patch(workloadPath(live.locator), { ...send.patch, body }, urgent);
}

function saidOf(written: Written): Said {
  if (written.outcome === 'written') return done;
  if (written.outcome === 'conflict') return { exit: 'missing', said: 'it moves on too fast' };
  const said = wordsOf(written.problem);
  return { exit: written.outcome === 'refused' ? 'missing' : 'unknown', said };
}

/** What else would be stopped, or who would start it again. */
function whyNot({ replicas, locator, raw }: Workload): string | undefined {
  if (locator.kind === 'daemonset') return 'a DaemonSet has no number of pods to set to 0';
  if (replicas > 1) return `it has ${replicas} replicas, so others would be stopped with it`;
  const owner = list(at(raw, 'metadata', 'ownerReferences'))
    .map(record)
    .find((each) => each['controller'] === true);
  return owner && `${text(owner['kind'])} ${text(owner['name'])} owns it and would start it again`;
}

function numberIn({ annotations }: Workload): number {
  const note = annotations[stoppedFrom] ?? '';
  return /^[1-9]\d{0,5}$/.test(note) ? Number(note) : 1;
}
