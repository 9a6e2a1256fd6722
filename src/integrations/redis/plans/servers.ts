import type { Step } from '../../../core/operation/plan.ts';
import type { Draft, DraftRequest } from '../../../core/ports/step.ts';
import { problem } from '../../../core/problem.ts';
import type { Pair } from '../servers.ts';
import { handOverMs } from '../steps/hand-over.ts';
import { handOverKind } from '../steps/kinds.ts';
import { namedIn, wholeOf } from './base.ts';

/** One step: the master is told to hand over, and does it only once the replica has everything. */
export function draftHandOver(request: DraftRequest, pair: Pair): Draft {
  const { target } = request.target;
  const { master, silent } = pair;
  const named = namedIn(request);
  const replicas = pair.replicas.filter(({ name }) => named === '' || name === named);
  const [first] = replicas;
  if (!first) {
    const known = pair.replicas.map(({ name }) => name).join(', ') || 'none';
    return named === ''
      ? { ok: false, problem: problem('REDIS_NO_REPLICA', { target, master: master.name }) }
      : { ok: false, problem: problem('REDIS_NOT_TO', { target, to: named, why: known }) };
  }
  const candidates = replicas
    .map(({ name }) => name)
    .sort()
    .join(', ');
  const step: Step = {
    ...wholeOf(request, master.runId),
    id: 's1',
    kind: handOverKind,
    change: [
      {
        path: 'master',
        what: 'changed',
        from: master.name,
        to:
          replicas.length === 1
            ? candidates
            : `one of ${candidates}: the one that received most; by name where they are equal`,
      },
      { path: master.name, what: 'changed', from: 'master', to: 'replica of the new master' },
    ],
    params: { master: master.name, candidates },
    preconditions: { master: master.name, runId: master.runId, candidates },
    postconditions: { master: candidates },
    verify: {
      what: 'the new master takes a write, and the old one follows it',
      withinMs: 60_000,
    },
    onFailure: 'stop',
    critical: false,
  };
  return {
    ok: true,
    steps: [step],
    targets: [step.target],
    diff: step.change,
    warnings: [
      problem('REDIS_NOTHING_LOST', { master: master.name, seconds: handOverMs / 1000 }),
      problem('REDIS_CLIENTS_STAY', { master: master.name }),
      ...(silent.length > 0 ? [problem('REDIS_NODES_SILENT', { nodes: silent.join(', ') })] : []),
    ],
    blast: {
      redis: target,
      master: master.name,
      replicas: pair.replicas.length,
      loses: 'nothing acknowledged',
      takes: `as a rule less than a second without writes, ${handOverMs / 1000} s at most`,
    },
    risk: 'danger',
  };
}
