import { type BackupList, ownListOf } from '../../core/backup/listed.ts';
import type { BackupEvent } from '../../core/backup/record.ts';
import type { BackupRule } from '../../core/backup/rule.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { OwnCopies, OwnCopy } from '../../core/ports/own-copies.ts';
import type {
  Draft,
  DraftRequest,
  Planner,
  StepContext,
  StepDriver,
} from '../../core/ports/step.ts';
import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { BackupLedger } from './ledger.ts';
import { draftRetention, type Removing } from './retention-step.ts';
import { wantedOf } from './taking.ts';

/** A target that makes and keeps its copies by itself, and the entry that is about it. */
export interface Keeping {
  readonly rule: BackupRule;
  readonly copies: OwnCopies;
  readonly now: () => number;
}

/** Its own planner says how a copy is made and put in use there; what is kept is judged here, as for every backup. */
export async function draftOwn(
  { rule, copies, now }: Keeping,
  request: DraftRequest,
  { planner, ledger }: { readonly planner: Planner | undefined; readonly ledger: BackupLedger },
): Promise<Draft> {
  const { service, what } = rule.subject;
  const { integration, target } = rule.source;
  const lacks = (code: string): Draft => {
    const facts = { service, what, target: `${integration}/${target}` };
    return { ok: false, problem: problem(code, facts) };
  };
  if (request.verb === 'verify-backup') return lacks('BACKUP_NOT_TO_BE_READ');
  if (request.verb === 'retention') {
    return copies.remove
      ? draftRetention(removingOf({ rule, copies, now }), ledger)
      : lacks('RETENTION_NOT_OURS');
  }
  if (!planner) return lacks('BACKUP_CANNOT_BE_MADE');
  if (request.verb === 'restore' && copies.replaces.length === 0) {
    return lacks('RESTORE_CANNOT_BE_DONE');
  }
  if (request.args['at'] !== undefined) return lacks('RESTORE_NO_MOMENTS');
  return planner.draft({ ...request, args: { ...request.args, withinMs: rule.timeoutMs } });
}

export function removingOf({ rule, copies, now }: Keeping): Removing {
  const { service, what } = rule.subject;
  return {
    rule,
    store: { name: rule.to },
    now,
    unverified: problem('RETENTION_UNTRIED', { service, what }),
    remove: async ({ name }) => copies.remove?.(wantedOf(rule), name),
  };
}

/** What the record says, held against what the target has. */
export async function listOwn(
  { rule, copies }: Keeping,
  ledger: BackupLedger,
): Promise<BackupList> {
  const record = await ledger.of(rule.subject);
  const store = rule.to;
  if (!copies.list) return ownListOf(rule.subject, record, { store, copies: undefined });
  const wanted = wantedOf(rule);
  const listed = await copies.list(wanted);
  const known = new Set(listed.map(({ name }) => name));
  const missed = record.taken.filter((each) => each.store === store && !known.has(each.name));
  const found: OwnCopy[] = [];
  // What the database was called when it was taken may be another name than it has now.
  for (const { name } of missed.slice(-lookedForMax)) {
    const copy = await copies.find?.(wanted, name);
    if (copy) found.push(copy);
  }
  return ownListOf(rule.subject, record, { store, copies: [...listed, ...found] });
}

const lookedForMax = 20;

/** The target's own step, with what comes of it put on the record. */
export function recorded(
  driver: StepDriver,
  keepingOf: (step: Step) => Keeping,
  ledger: BackupLedger,
): StepDriver {
  async function failed(step: Step, { operation }: StepContext, because: Problem): Promise<void> {
    const { rule, copies } = keepingOf(step);
    if (!copies.makes.includes(step.kind)) return;
    const event = { type: 'BackupFailed', v: 1, operation, problem: because } as const;
    await ledger.tell(rule.subject, event, `backup/${operation}/failed`);
  }
  return {
    ...driver,
    async check(step, context) {
      const checked = await driver.check(step, context);
      const isLost = !checked.ok && !checked.ours && !context.sent;
      // What cannot even begin has come to nothing as well.
      if (isLost) await failed(step, context, checked.problem).catch(() => undefined);
      return checked;
    },
    async apply(step, context) {
      const applied = await driver.apply(step, context);
      if (applied.outcome === 'refused') await failed(step, context, applied.problem);
      return applied;
    },
    async observe(step, context) {
      const observed = await driver.observe(step, context);
      if (observed.state === 'failed') await failed(step, context, observed.problem);
      if (observed.state !== 'done') return observed;
      const keeping = keepingOf(step);
      const isMade = keeping.copies.makes.includes(step.kind);
      const event = isMade ? await takenOf(step, context, keeping) : restoredOf(step, context);
      const how = isMade ? 'taken' : 'restored';
      const cause = `backup/${context.operation}/${event.id}/${how}`;
      await ledger.tell(keeping.rule.subject, event, cause);
      return observed;
    },
  };
}

type Told<T extends BackupEvent['type']> = Extract<BackupEvent, { readonly type: T }>;

/** No artefact of ours and no manifest: its name is all that there is to it. */
async function takenOf(
  step: Step,
  context: StepContext,
  { rule, copies, now }: Keeping,
): Promise<Told<'BackupTaken'>> {
  const { operation, startedAt } = context;
  const name = copies.nameOf(step, context);
  const copy = await copies.find?.(wantedOf(rule), name).catch((error: unknown) => {
    if (error instanceof ProblemError) return undefined;
    throw error;
  });
  return {
    type: 'BackupTaken',
    v: 1,
    ...{ id: name, operation, store: rule.to, name, bytes: copy?.bytes ?? 0 },
    ...{ sha256: '', manifest: '', startedAt, endedAt: now() },
  };
}

function restoredOf({ params }: Step, { operation }: StepContext): Told<'BackupRestored'> {
  const [id, aside] = [String(params['id']), String(params['aside'])];
  return { type: 'BackupRestored', v: 1, id, operation, aside };
}
