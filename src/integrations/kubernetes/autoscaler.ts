import { type Problem, problem, problemOf } from '../../core/problem.ts';
import type { ReadClient } from './client.ts';
import { at, type Json, text, whole } from './json.ts';
import { kinds, type Workload, wordsFor } from './workload.ts';

export interface Autoscaler {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** The HorizontalPodAutoscaler that points at the workload, if one does. */
export async function readAutoscaler(
  client: ReadClient,
  workload: Workload,
): Promise<{ readonly found?: Autoscaler; readonly warnings: readonly Problem[] }> {
  try {
    const all = await listAutoscalers(client, workload.locator.namespace);
    const ours = all.find(
      (hpa) =>
        text(at(hpa, 'spec', 'scaleTargetRef', 'kind')) === kinds[workload.locator.kind].kind &&
        text(at(hpa, 'spec', 'scaleTargetRef', 'name')) === workload.locator.name,
    );
    if (ours === undefined) return { warnings: [] };
    const found = {
      name: text(at(ours, 'metadata', 'name')),
      min: whole(at(ours, 'spec', 'minReplicas'), 1),
      max: whole(at(ours, 'spec', 'maxReplicas')),
    };
    return { found, warnings: [] };
  } catch (error) {
    const why = problemOf(error, problem('K8S_UNEXPECTED')).code;
    const facts = { workload: wordsFor(workload.locator), why };
    return { warnings: [problem('K8S_HPA_UNKNOWN', facts)] };
  }
}

/** `autoscaling/v2` from 1.23 on; before it, `v1` has all we read. */
async function listAutoscalers(client: ReadClient, namespace: string): Promise<readonly Json[]> {
  const path = (version: string): string =>
    `/apis/autoscaling/${version}/namespaces/${encodeURIComponent(namespace)}/horizontalpodautoscalers`;
  try {
    return await client.listAll(path('v2'));
  } catch (error) {
    if (problemOf(error, problem('')).code !== 'K8S_NOT_FOUND') throw error;
    return client.listAll(path('v1'));
  }
}
