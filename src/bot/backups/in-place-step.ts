import { judgeContent } from '../../core/backup/compare.ts';
import type { Content, Manifest } from '../../core/backup/manifest.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { InPlace } from '../../core/ports/backup.ts';
import type { Checked, StepContext } from '../../core/ports/step.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { artefactOf } from './artefact.ts';
import { startJob } from './job.ts';
import type { BackupLedger } from './ledger.ts';
import { type LongStep, longStep } from './long-step.ts';
import { type Restoring, soundIn } from './restore-steps.ts';
import { wantedOf } from './taking.ts';

export const inPlaceKind = 'backup.restore-in-place';

/** Under this name it gives out what of the old state tells afterwards whether the new one has taken its place. */
const replaced = 'replaced';

/**
 * Restores a backup over what is in use, all of it or nothing. It is not begun a second time before it is known that the first
 * did not take effect: what was written since would be gone.
 */
export function inPlaceStep(of: (step: Step) => Restoring, ledger: BackupLedger): LongStep {
  const isDone = async (step: Step, { content }: Manifest, context: StepContext) => {
    const trace = 'token' in context ? context.token : context.outputs[replaced];
    // Nobody kept its answer: it was looked at, and believed to have taken effect.
    if (trace === undefined) return true;
    const made = of(step);
    const about = { mark: markOf(context), trace: String(trace) };
    return inPlaceOf(made).isDone(wantedOf(made.rule), content, about);
  };
  return longStep<Manifest>({
    output: replaced,
    async check(step): Promise<Checked> {
      const made = of(step);
      const manifest = await soundIn(step, made, ledger);
      const name = String(step.params['current']);
      const known = await made.restorer.identities(wantedOf(made.rule), [name]);
      if (known.get(name) !== step.preconditions['identity']) {
        const facts = {
          field: 'database',
          planned: `${name} as it was`,
          observed: `another ${name}`,
        };
        return { ok: false, problem: problem('PLAN_STALE', { target: step.target.id, ...facts }) };
      }
      const token = await inPlaceOf(made).trace(wantedOf(made.rule), manifest.content);
      return { ok: true, token };
    },
    async found(step, context) {
      const manifest = await soundIn(step, of(step), ledger);
      return (await isDone(step, manifest, context)) ? manifest : undefined;
    },
    begin(step, context) {
      const made = of(step);
      return startJob(
        async ({ signal, say }) => {
          const manifest = await soundIn(step, made, ledger);
          const { read, check } = artefactOf(made, manifest);
          say({ done: 0, of: 0, what: 'the backup is restored over what is in use' });
          try {
            const how = {
              mark: markOf(context),
              content: manifest.content,
              judge: async (held: Content) => judge(manifest, held, await check(signal)),
            };
            await read((copy) => inPlaceOf(made).restore(copy, wantedOf(made.rule), how, signal));
          } catch (error) {
            // Cut off over the very end, nobody was told whether it was committed.
            const isThere = await isDone(step, manifest, context).catch(() => false);
            if (!isThere) throw error;
          }
          return manifest;
        },
        {
          timeoutMs: made.rule.timeoutMs,
          otherwise: problem('RESTORE_FAILED', { id: String(step.params['id']) }),
          log: made.log,
        },
      );
    },
    async ended(step, { operation, outputs }, outcome): Promise<Problem | undefined> {
      if (!outcome.ok) return outcome.problem;
      const id = String(step.params['id']);
      const aside = `the backup ${outputs['backup'] ?? 'taken before it'}`;
      await ledger.tell(
        of(step).rule.subject,
        { type: 'BackupRestored', v: 1, id, operation, aside },
        `backup/${operation}/${id}/restored`,
      );
      return undefined;
    },
  });
}

function judge(manifest: Manifest, held: Content, seal: ReturnType<typeof judgeContent>[number]) {
  const { query: _, ...counted } = manifest.content;
  const wrong = [seal, ...judgeContent(counted, held)].filter(({ ok }) => !ok);
  if (wrong.length === 0) return;
  const found = wrong.map(({ says }) => says).join('; ');
  throw new ProblemError(problem('RESTORE_DIFFERS', { id: manifest.id, found }));
}

/** How the server shows it while it is at work: a process that comes after finds by it what one that died has left. */
function markOf({ operation }: StepContext): string {
  return `tocsin ${operation}`;
}

export function inPlaceOf({ restorer }: Restoring): InPlace {
  if (restorer.inPlace) return restorer.inPlace;
  const why =
    'This build cannot put a copy of that system over what is there, all of it or nothing.';
  throw new ProblemError(problem('RESTORE_NOT_IN_PLACE', { why }));
}
