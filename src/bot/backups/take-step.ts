import { estimateOf, roomNeeded, sayBytes } from '../../core/backup/estimate.ts';
import { statementOf } from '../../core/backup/manifest.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Checked } from '../../core/ports/step.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { manifestAt } from './kept.ts';
import type { BackupLedger } from './ledger.ts';
import { type LongStep, longStep } from './long-step.ts';
import { namesOf, startTaking, type Taken, type Taking, wantedOf } from './taking.ts';

export const takeKind = 'backup.take';

/** Takes a backup and gives out its id. */
export function takeStep(takingOf: (step: Step) => Taking, ledger: BackupLedger): LongStep {
  return longStep<Taken>({
    output: 'backup',
    outputs: ({ signed }) => ({ backup: signed.manifest.id }),
    async check(step, context): Promise<Checked> {
      const taking = takingOf(step);
      const survey = await taking.source.survey(wantedOf(taking.rule));
      if (!survey.ok) return survey;
      const lack = await lackOfRoom(taking, ledger, survey.value.bytesAtMost);
      if (lack) return { ok: false, problem: lack };
      return { ok: true, token: namesOf(taking, context, survey.value.extension).id };
    },
    async found(step, context) {
      const taking = takingOf(step);
      const signed = await manifestAt(taking.store, namesOf(taking, context, '').manifest);
      return signed && { signed, digest: taking.sha256(statementOf(signed.manifest)) };
    },
    begin: (step, context) => startTaking(takingOf(step), context, Number(step.params['estimate'])),
    async ended(step, { operation }, outcome) {
      const { rule, store } = takingOf(step);
      if (!outcome.ok) {
        await ledger.tell(
          rule.subject,
          { type: 'BackupFailed', v: 1, operation, problem: outcome.problem },
          `backup/${operation}/failed`,
        );
        return outcome.problem;
      }
      const { signed, digest } = outcome.value;
      const { id, artefact, startedAt, endedAt } = signed.manifest;
      const { name, bytes, sha256 } = artefact;
      await ledger.tell(
        rule.subject,
        {
          type: 'BackupTaken',
          v: 1,
          ...{ id, operation, store: store.name, name, bytes, sha256 },
          ...{ manifest: digest, startedAt, endedAt },
        },
        `backup/${operation}/${id}/taken`,
      );
      return undefined;
    },
  });
}

/** Why it does not fit; undefined where it does. */
export async function lackOfRoom(
  { rule, store }: Pick<Taking, 'rule' | 'store'>,
  ledger: BackupLedger,
  bytesAtMost: number,
): Promise<Problem | undefined> {
  const estimate = estimateOf(await ledger.of(rule.subject), bytesAtMost);
  const free = await store.room();
  const needed = roomNeeded(estimate);
  if (free === undefined || free >= needed) return undefined;
  return problem('BACKUP_NO_ROOM', {
    store: store.name,
    free: sayBytes(free),
    needed: sayBytes(needed),
    by: estimate.by,
  });
}
