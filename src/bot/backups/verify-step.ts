import { sayBytes } from '../../core/backup/estimate.ts';
import { streamOf } from '../../core/backup/manifest.ts';
import type { BackupRecord, TakenBackup } from '../../core/backup/record.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { Scratch } from '../../core/ports/backup.ts';
import type { Checked, Draft, DraftRequest } from '../../core/ports/step.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import { duration } from '../../core/view/words.ts';
import { startJob } from './job.ts';
import type { BackupLedger } from './ledger.ts';
import { type LongStep, longStep } from './long-step.ts';
import { lackOfKey } from './sealed.ts';
import { type Taking, wantedOf } from './taking.ts';
import { type Report, verify, vouched } from './verifying.ts';

export const verifyKind = 'backup.verify';

/** Reads a backup whole, restores it where it is thrown away, and compares what it holds with what was counted. */
export function verifyStep(takingOf: (step: Step) => Taking, ledger: BackupLedger): LongStep {
  return longStep<Report>({
    async check(step): Promise<Checked> {
      const taking = takingOf(step);
      const lack = await lackOfScratch(taking, Number(step.params['bytes']));
      if (lack) return { ok: false, problem: lack };
      const backup = await backupIn(step, taking, ledger);
      return { ok: true, token: backup.id };
    },
    async found(step, { operation }) {
      const backup = await backupIn(step, takingOf(step), ledger);
      const { verified } = backup;
      return verified?.operation === operation ? verified : undefined;
    },
    begin(step) {
      const taking = takingOf(step);
      return startJob(
        async (going) => verify(taking, await backupIn(step, taking, ledger), going),
        {
          timeoutMs: taking.rule.timeoutMs,
          otherwise: problem('BACKUP_VERIFY_FAILED', { id: String(step.params['id']) }),
          log: taking.log,
        },
      );
    },
    async ended(step, { operation }, outcome): Promise<Problem | undefined> {
      if (!outcome.ok) return outcome.problem;
      const { rule } = takingOf(step);
      const id = String(step.params['id']);
      const { ok, checks } = outcome.value;
      await ledger.tell(
        rule.subject,
        { type: 'BackupVerified', v: 1, id, operation, ok, checks },
        `backup/${operation}/${id}/verified`,
      );
      const wrong = checks.filter((each) => !each.ok).map(({ name, says }) => `${name}: ${says}`);
      return ok ? undefined : problem('BACKUP_INVALID', { id, found: wrong.join('; ') });
    },
  });
}

/** `from` names one; the newest is meant where it does not. */
export async function draftVerify(
  taking: Taking,
  ledger: BackupLedger,
  { args }: DraftRequest,
): Promise<Draft> {
  const { rule, source, store } = taking;
  const record = await ledger.of(rule.subject);
  const backup = chosen(record, store.name, args['from']);
  if (!backup) return { ok: false, problem: unknownBackup(rule.subject, args['from']) };
  const { sound, checks } = await vouched(taking, backup);
  const closed = sound && (await lackOfKey(taking, sound));
  const bytes = closed ? 0 : (sound?.source.bytes ?? 0);
  const lack = await lackOfScratch(taking, bytes);
  if (lack) return { ok: false, problem: lack };
  const reach = reachOf(await source.scratch(wantedOf(rule)), { id: backup.id, bytes, closed });
  const { integration, target, locator } = rule.source;
  const step: Step = {
    id: 's1',
    kind: verifyKind,
    v: 1,
    target: { id: streamOf(rule.subject), identity: `${integration}/${target}` },
    at: { integration, target, locator },
    change: [
      { path: `what is known of ${backup.id}`, what: 'changed', from: 'as below', to: 'verified' },
    ],
    params: { ...rule.subject, to: rule.to, query: rule.query ?? '', id: backup.id, bytes },
    preconditions: { sha256: backup.sha256 },
    postconditions: { verified: true },
    verify: {
      what: reach.what,
      withinMs: rule.timeoutMs + 60_000,
    },
    guard: 'conditional',
    undo: 'irreversible',
    onFailure: 'stop',
    critical: false,
  };
  const wrong = checks.filter(({ ok }) => !ok);
  return {
    ok: true,
    steps: [step],
    targets: [step.target],
    diff: step.change,
    warnings: [
      ...wrong.map(({ says }) => problem('BACKUP_DOUBTFUL', { id: backup.id, why: says })),
      ...reach.warnings,
    ],
    blast: {
      reads: `${backup.name} in ${store.name}, ${sayBytes(backup.bytes)}`,
      restoresInto: reach.restoresInto,
      verified: backup.verified
        ? `${backup.verified.ok ? 'valid' : 'invalid'} when it was verified last`
        : 'never before',
      takes: `${duration(rule.timeoutMs)} at most`,
    },
    risk: 'change',
  };
}

/** How far it goes: no further than its encryption without a key, and no further than reading it where nothing brings it up. */
function reachOf(
  { place, onlyRead }: Scratch,
  {
    id,
    bytes,
    closed,
  }: { readonly id: string; readonly bytes: number; readonly closed: Problem | undefined },
) {
  if (closed) {
    const restoresInto = 'nothing: there is no key to open it with';
    return { what: 'signature and checksum', restoresInto, warnings: [closed] };
  }
  const read = 'signature, checksum, read to its end';
  if (onlyRead !== undefined) {
    const warnings = [problem('BACKUP_ONLY_READ', { id, why: onlyRead })];
    return { what: `${read}, rows counted`, restoresInto: place, warnings };
  }
  const restoresInto = `${place}, about ${sayBytes(bytes)}, gone afterwards`;
  return { what: `${read}, restored, rows counted`, restoresInto, warnings: [] };
}

/** Of those that lie in a store: one that lies elsewhere cannot be looked at, and is none the worse for it. */
export function chosen(
  { taken }: BackupRecord,
  store: string,
  from: unknown,
): TakenBackup | undefined {
  const here = taken.filter((each) => each.store === store);
  return from === undefined ? here.at(-1) : here.find(({ id }) => id === from);
}

export function unknownBackup(
  { service, what }: Taking['rule']['subject'],
  from: unknown,
): Problem {
  return from === undefined
    ? problem('BACKUP_NONE_YET', { service, what })
    : problem('BACKUP_UNKNOWN', { service, what, id: String(from) });
}

async function backupIn(
  step: Step,
  { rule, store }: Taking,
  ledger: BackupLedger,
): Promise<TakenBackup> {
  const id = step.params['id'];
  const found = chosen(await ledger.of(rule.subject), store.name, id);
  if (!found) throw new ProblemError(unknownBackup(rule.subject, id));
  return found;
}

/** Restored it takes what it took there, and indexes are built anew. */
export async function lackOfScratch(
  { source, rule }: Pick<Taking, 'source' | 'rule'>,
  bytes: number,
): Promise<Problem | undefined> {
  const { place, roomBytes } = await source.scratch(wantedOf(rule));
  if (roomBytes > bytes * 1.5) return undefined;
  const facts = { store: place, free: sayBytes(roomBytes), needed: sayBytes(bytes * 1.5) };
  return problem('BACKUP_NO_ROOM', { ...facts, by: 'what it holds' });
}
