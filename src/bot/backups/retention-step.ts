import { sayBytes } from '../../core/backup/estimate.ts';
import { streamOf } from '../../core/backup/manifest.ts';
import type { TakenBackup } from '../../core/backup/record.ts';
import { newestVerified, outlived } from '../../core/backup/retention.ts';
import type { BackupRule } from '../../core/backup/rule.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Applied, Checked, Draft, Observed, StepDriver } from '../../core/ports/step.ts';
import { type Problem, ProblemError, problem, problemOf } from '../../core/problem.ts';
import type { BackupLedger } from './ledger.ts';

export const removeKind = 'backup.remove';

/** What backups are removed with, wherever they lie. */
export interface Removing {
  readonly rule: BackupRule;
  readonly store: { readonly name: string };
  readonly now: () => number;
  /** It may be gone already. */
  remove(backup: TakenBackup): Promise<void>;
  /** Why none of them can be verified from here; absent where they can. */
  readonly unverified?: Problem;
}

/** What would go, each by its name: the plan is the dry run. */
export async function draftRetention(removing: Removing, ledger: BackupLedger): Promise<Draft> {
  const { rule, store, now, unverified } = removing;
  const { service, what } = rule.subject;
  if (!rule.keep) return { ok: false, problem: problem('RETENTION_NOT_SAID', { service, what }) };
  const record = await ledger.of(rule.subject);
  const going = outlived(record, rule.keep, { store: store.name, now: now() });
  if (going.length === 0) {
    return { ok: false, problem: problem('RETENTION_NOTHING', { service, what }) };
  }
  const { integration, target, locator } = rule.source;
  const step: Step = {
    id: 's1',
    kind: removeKind,
    v: 1,
    target: { id: streamOf(rule.subject), identity: `${integration}/${target}` },
    at: { integration, target, locator },
    change: going.map(({ id, bytes, startedAt }) => ({
      path: id,
      what: 'removed',
      from: `${sayBytes(bytes)}, of ${new Date(startedAt).toISOString()}`,
    })),
    params: {
      ...rule.subject,
      to: rule.to,
      query: rule.query ?? '',
      ids: going.map(({ id }) => id).join(' '),
    },
    preconditions: { count: going.length },
    postconditions: { gone: going.length },
    verify: { what: 'they are gone', withinMs: 600_000 },
    guard: 'conditional',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
  const verified = newestVerified(record.taken);
  const { days, count } = rule.keep;
  return {
    ok: true,
    steps: [step],
    targets: [step.target],
    diff: step.change,
    warnings: verified ? [] : [unverified ?? problem('RETENTION_NONE_VERIFIED', { service, what })],
    blast: {
      removes: `${going.length} of ${record.taken.length} backups, ${sayBytes(sum(going))}, from ${store.name}`,
      keeps: [
        ...(days === undefined ? [] : [`what is at most ${days} days old`]),
        ...(count === undefined ? [] : [`the ${count} newest`]),
        `the newest verified (${verified?.id ?? 'there is none'})`,
      ].join(', '),
    },
    risk: 'danger',
  };
}

export function removeDriver(of: (step: Step) => Removing, ledger: BackupLedger): StepDriver {
  const left = async (step: Step): Promise<readonly TakenBackup[]> => {
    const ids = String(step.params['ids']).split(' ');
    const { taken } = await ledger.of(of(step).rule.subject);
    return taken.filter(({ id }) => ids.includes(id));
  };
  return {
    landsWithinMs: 60_000,
    async check(step): Promise<Checked> {
      try {
        const { rule } = of(step);
        const going = await left(step);
        const { taken } = await ledger.of(rule.subject);
        const needed = [newestVerified(taken)?.id, taken.at(-1)?.id];
        const kept = going.find(({ id }) => needed.includes(id));
        if (kept) return { ok: false, problem: problem('RETENTION_NEEDED', { id: kept.id }) };
        return { ok: true, token: String(going.length) };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    async apply(step, { operation }): Promise<Applied> {
      const { rule, remove } = of(step);
      try {
        for (const backup of await left(step)) {
          const { id } = backup;
          await remove(backup);
          await ledger.tell(
            rule.subject,
            { type: 'BackupRemoved', v: 1, id, operation },
            `backup/${operation}/${id}/removed`,
          );
        }
        return { outcome: 'applied' };
      } catch (error) {
        const { service, what } = rule.subject;
        const otherwise = problem('RETENTION_BROKE_OFF', { service, what });
        return { outcome: 'refused', problem: problemOf(error, otherwise) };
      }
    },
    // Whoever was at it is gone, and removes no more.
    probe: async (step) => ((await left(step)).length === 0 ? 'yes' : 'no'),
    async observe(step): Promise<Observed> {
      const more = (await left(step)).length;
      if (more === 0) return { state: 'done' };
      const { service, what } = of(step).rule.subject;
      return { state: 'failed', problem: problem('RETENTION_BROKE_OFF', { service, what }) };
    },
    undo: () => 'irreversible',
  };
}

function sum(backups: readonly TakenBackup[]): number {
  return backups.reduce((all, { bytes }) => all + bytes, 0);
}
