import { type Check, judgeContent } from '../../core/backup/compare.ts';
import type { Manifest } from '../../core/backup/manifest.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Restorer } from '../../core/ports/backup.ts';
import type { Applied, Checked, Observed, StepDriver } from '../../core/ports/step.ts';
import { type Problem, ProblemError, problem, problemOf } from '../../core/problem.ts';
import { artefactOf } from './artefact.ts';
import { startJob } from './job.ts';
import type { BackupLedger } from './ledger.ts';
import { type LongStep, longStep } from './long-step.ts';
import { momentsOf } from './moment.ts';
import { lackOfKey } from './sealed.ts';
import { type Taking, wantedOf } from './taking.ts';
import { chosen, unknownBackup } from './verify-step.ts';
import { vouched } from './verifying.ts';

export const intoKind = 'backup.restore-beside';
export const swapKind = 'backup.swap';
export const discardKind = 'backup.discard';

export interface Restoring extends Taking {
  readonly restorer: Restorer;
}

/** Restores a backup into a new database beside the one in use, and holds it against what was counted. */
export function intoStep(of: (step: Step) => Restoring, ledger: BackupLedger): LongStep {
  return longStep<Manifest>({
    async check(step): Promise<Checked> {
      await soundIn(step, of(step), ledger);
      return { ok: true, token: String(step.params['id']) };
    },
    // What is half there looks like what is whole: it is begun anew, from nothing.
    found: async () => undefined,
    begin(step) {
      const made = of(step);
      return startJob(
        async ({ signal, say }) => {
          const manifest = await soundIn(step, made, ledger);
          say({ done: 0, of: 0, what: 'the backup is restored beside what is in use' });
          const name = String(step.params['next']);
          const asked = manifest.content.query?.asked;
          const wanted = { ...wantedOf(made.rule), ...(asked !== undefined && { query: asked }) };
          const { read, check } = artefactOf(made, manifest);
          try {
            const at = step.params['at'];
            const checks: Check[] = [];
            await read(async (copy) => {
              if (at === undefined) {
                const held = await made.restorer.into(copy, { ...wanted, name, say }, signal);
                checks.push(...judgeContent(manifest.content, held));
              } else {
                // What it held at that moment nobody counted: it is held against the server that was brought there.
                await momentsOf(made).into(copy, { ...wanted, name, at: Number(at) }, signal);
              }
            });
            checks.push(await check(signal));
            const wrong = checks.filter(({ ok }) => !ok);
            if (wrong.length === 0) return manifest;
            const found = wrong.map(({ says }) => says).join('; ');
            throw new ProblemError(problem('RESTORE_DIFFERS', { id: manifest.id, found }));
          } catch (error) {
            await made.restorer.drop(wanted, name).catch((left: unknown) => {
              made.log('what was restored half-way is still there', { name, error: left });
            });
            throw error;
          }
        },
        {
          timeoutMs: made.rule.timeoutMs,
          otherwise: problem('RESTORE_FAILED', { id: String(step.params['id']) }),
          log: made.log,
        },
      );
    },
    async ended(step, { operation }, outcome): Promise<Problem | undefined> {
      if (!outcome.ok) return outcome.problem;
      const { current, aside } = swapOf(step);
      // Otherwise it is restored once the names have changed.
      if (aside !== '') return undefined;
      const id = String(step.params['id']);
      await ledger.tell(
        of(step).rule.subject,
        { type: 'BackupRestored', v: 1, id, operation, aside: current },
        `backup/${operation}/${id}/restored`,
      );
      return undefined;
    },
  });
}

/** The restored database takes the name of the one in use, which is kept under another. */
export function swapDriver(of: (step: Step) => Restoring, ledger: BackupLedger): StepDriver {
  const identitiesOf = (step: Step) => {
    const { rule, restorer } = of(step);
    return restorer.identities(wantedOf(rule), [
      swapOf(step).current,
      swapOf(step).aside,
      swapOf(step).next,
    ]);
  };
  return {
    landsWithinMs: 60_000,
    async check(step): Promise<Checked> {
      try {
        const known = await identitiesOf(step);
        const { current, next, aside } = swapOf(step);
        const now = known.get(current);
        if (now === undefined || known.has(aside) || !known.has(next)) {
          return { ok: false, problem: moved(step, [...known.keys()].join(', ')) };
        }
        const planned = step.preconditions['identity'];
        return now === planned
          ? { ok: true, token: now }
          : { ok: false, problem: moved(step, `another ${current}`) };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    async apply(step, { token }): Promise<Applied> {
      const { rule, restorer } = of(step);
      try {
        if (!restorer.swap) {
          const why = problem('RESTORE_CANNOT_BE_DONE', { target: step.target.id });
          return { outcome: 'refused', problem: why };
        }
        const how = await restorer.swap(wantedOf(rule), swapOf(step), token);
        return how === 'swapped' ? { outcome: 'applied' } : { outcome: 'moved' };
      } catch (error) {
        const known = await identitiesOf(step).catch(() => undefined);
        // Both names change together, so the one that is kept aside tells.
        if (known?.has(swapOf(step).aside)) return { outcome: 'applied' };
        const because = problemOf(
          error,
          problem('RESTORE_FAILED', { id: String(step.params['id']) }),
        );
        return { outcome: known ? 'refused' : 'unknown', problem: because };
      }
    },
    async probe(step) {
      const known = await identitiesOf(step).catch(() => undefined);
      return known?.has(swapOf(step).aside) ? 'yes' : 'cannot-know';
    },
    async observe(step, { operation }): Promise<Observed> {
      const known = await identitiesOf(step).catch(() => undefined);
      if (!known) {
        const what = 'the names cannot be looked at';
        return { state: 'progress', progress: { done: 0, of: 0, what } };
      }
      const { current, aside } = swapOf(step);
      if (!known.has(current) || !known.has(aside)) {
        return { state: 'failed', problem: moved(step, [...known.keys()].join(', ')) };
      }
      const { subject } = of(step).rule;
      const id = String(step.params['id']);
      await ledger.tell(
        subject,
        { type: 'BackupRestored', v: 1, id, operation, aside },
        `backup/${operation}/${id}/restored`,
      );
      return { state: 'done' };
    },
    undo: () => 'irreversible',
  };
}

/** The way out where names were not changed: what was restored goes, what is in use stays as it is. */
export function discardDriver(of: (step: Step) => Restoring): StepDriver {
  const isGone = async (step: Step) => {
    const { rule, restorer } = of(step);
    const { next } = swapOf(step);
    return !(await restorer.identities(wantedOf(rule), [next])).has(next);
  };
  return {
    landsWithinMs: 60_000,
    check: async () => ({ ok: true, token: '' }),
    async apply(step): Promise<Applied> {
      const { rule, restorer } = of(step);
      try {
        await restorer.drop(wantedOf(rule), swapOf(step).next);
        return { outcome: 'applied' };
      } catch (error) {
        const otherwise = problem('RESTORE_FAILED', { id: String(step.params['id']) });
        return { outcome: 'unknown', problem: problemOf(error, otherwise) };
      }
    },
    probe: async (step) => ((await isGone(step).catch(() => false)) ? 'yes' : 'cannot-know'),
    async observe(step): Promise<Observed> {
      if (await isGone(step)) return { state: 'done' };
      return { state: 'progress', progress: { done: 0, of: 1, what: 'it is still there' } };
    },
    undo: () => 'irreversible',
  };
}

function swapOf({ params }: Step) {
  const [current, next, aside] = ['current', 'next', 'aside'].map((name) => String(params[name]));
  return { current: current ?? '', next: next ?? '', aside: aside ?? '' };
}

function moved(step: Step, observed: string): Problem {
  const { current, aside } = swapOf(step);
  const planned = `${current} as it was, and no ${aside}`;
  return problem('PLAN_STALE', { target: step.target.id, field: 'databases', planned, observed });
}

/** The manifest of the backup that was planned, as long as everything about it is as it was signed. */
export async function soundIn(
  step: Step,
  made: Restoring,
  ledger: BackupLedger,
): Promise<Manifest> {
  const id = step.params['id'];
  const backup = chosen(await ledger.of(made.rule.subject), made.store.name, id);
  if (!backup) throw new ProblemError(unknownBackup(made.rule.subject, id));
  const { sound, checks } = await vouched(made, backup);
  if (sound) {
    const lack = await lackOfKey(made, sound);
    if (lack) throw new ProblemError(lack);
    return sound;
  }
  const found = checks.filter(({ ok }) => !ok).map(({ says }) => says);
  throw new ProblemError(problem('BACKUP_INVALID', { id: backup.id, found: found.join('; ') }));
}
