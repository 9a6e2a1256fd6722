import { type Problem, problem } from '../../core/problem.ts';
import { mayI, missingRight } from './access.ts';
import type { Patch, Simulator, Written } from './client.ts';
import type { Cluster } from './cluster.ts';
import { isProblem } from './cluster.ts';
import { type Json, record } from './json.ts';
import type { Workload } from './workload.ts';
import { kinds, wordsFor, workloadPath } from './workload.ts';

/** The write a step will make, and what we think comes of it where the server does not say. */
export interface Intended {
  readonly send: { readonly put: Json } | { readonly patch: Patch };
  readonly local: Json;
}

export type Simulated =
  | { readonly ok: true; readonly object: Json; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problem: Problem };

/** Asks whether we may, then what would come of it. Nothing of it is kept by the server. */
export async function simulate(
  cluster: Cluster,
  workload: Workload,
  intended: Intended,
): Promise<Simulated> {
  const opened = cluster.simulator();
  if (isProblem(opened)) return { ok: false, problem: opened };
  const { locator } = workload;
  const right = {
    verb: 'put' in intended.send ? 'update' : 'patch',
    group: 'apps',
    resource: kinds[locator.kind].resource,
    name: locator.name,
  };
  const [allowed, written] = await Promise.all([
    mayI(opened, locator.namespace, right),
    dryRun(opened, workload, intended),
  ]);
  if (allowed === false) {
    // The refusal of the dry run names the user; the review does not.
    const user = written.outcome === 'refused' ? String(written.problem.facts['user'] ?? '') : '';
    const known = user === '' ? {} : { user };
    return {
      ok: false,
      problem: missingRight(cluster.config.target, locator, { ...right, ...known }),
    };
  }
  return judged(written, workload, intended);
}

/** Without the resourceVersion: a status that changes ten times a second must not spoil a simulation. */
function dryRun(simulator: Simulator, workload: Workload, intended: Intended): Promise<Written> {
  const path = workloadPath(workload.locator);
  if ('patch' in intended.send) return simulator.patch(path, intended.send.patch);
  const { resourceVersion: _any, ...metadata } = record(intended.send.put['metadata']);
  return simulator.put(path, { ...intended.send.put, metadata });
}

function judged(written: Written, workload: Workload, intended: Intended): Simulated {
  switch (written.outcome) {
    case 'written':
      return { ok: true, object: written.object, warnings: [] };
    case 'conflict':
      return unsimulated(workload, intended, 'The object changed meanwhile.');
    case 'unknown':
    case 'refused': {
      const { problem: refused } = written;
      const why = String(refused.facts['why'] ?? refused.code);
      // A webhook with side effects refuses every dry run; one that denies says so itself. Neither is the server's no.
      if (/admission webhook|does not support dry run|failed calling webhook/i.test(why)) {
        return unsimulated(workload, intended, why);
      }
      return written.outcome === 'unknown' && refused.code === 'K8S_SERVER_ERROR'
        ? unsimulated(workload, intended, why)
        : { ok: false, problem: refused };
    }
    default:
      return written satisfies never;
  }
}

function unsimulated(workload: Workload, intended: Intended, why: string): Simulated {
  const facts = { workload: wordsFor(workload.locator), why };
  return { ok: true, object: intended.local, warnings: [problem('K8S_NOT_SIMULATED', facts)] };
}
