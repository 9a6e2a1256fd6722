import { type BackupList, listOf } from '../../core/backup/listed.ts';
import { folderOf, manifestBeside, subjectIn } from '../../core/backup/manifest.ts';
import { type BackupRule, ruleOf } from '../../core/backup/rule.ts';
import { canonical } from '../../core/operation/hash.ts';
import type { Step } from '../../core/operation/plan.ts';
import type { ArtefactStore, Cipher, Signer } from '../../core/ports/backup.ts';
import type { Journal } from '../../core/ports/journal.ts';
import type { OwnCopies } from '../../core/ports/own-copies.ts';
import type { Draft, DraftRequest, StepDriver } from '../../core/ports/step.ts';
import type { Looked } from '../../core/ports/workload.ts';
import { ProblemError, problem } from '../../core/problem.ts';
import type { ConnectedTarget, Log } from '../bot-parts.ts';
import { inPlaceKind, inPlaceStep } from './in-place-step.ts';
import { type BackupLedger, createBackupLedger } from './ledger.ts';
import type { LongStep } from './long-step.ts';
import { type BackupReading, createMeter, type Meter } from './meter.ts';
import { draftOwn, type Keeping, listOwn, recorded, removingOf } from './own.ts';
import { draftBackup } from './planner.ts';
import { draftRestore } from './restore-plan.ts';
import {
  discardDriver,
  discardKind,
  intoKind,
  intoStep,
  type Restoring,
  swapDriver,
  swapKind,
} from './restore-steps.ts';
import { draftRetention, type Removing, removeDriver, removeKind } from './retention-step.ts';
import { takeKind, takeStep } from './take-step.ts';
import type { Taking } from './taking.ts';
import { draftVerify, verifyKind, verifyStep } from './verify-step.ts';

export interface BackupParts {
  readonly rules: readonly BackupRule[];
  /** By what `to` says. */
  readonly stores: ReadonlyMap<string, ArtefactStore>;
  /** By the folder of the subject, where its entry says `encrypt`. */
  readonly ciphers?: ReadonlyMap<string, Cipher>;
  readonly journal: Pick<Journal, 'append' | 'read'>;
  readonly signer: Signer;
  readonly sha256: (text: string) => string;
  readonly now: () => number;
  readonly log: Log;
}

export interface Backups {
  /** The target as it is, with the verbs and steps of backups where it can be copied. */
  over(target: ConnectedTarget): ConnectedTarget;
  list(rule: BackupRule): Promise<Looked<BackupList>>;
  readonly ledger: BackupLedger;
  /** One for each entry, in their order. */
  readings(): readonly BackupReading[];
}

/** Brings those who make copies and those who keep them together, and puts on the record what comes of it. */
export function openBackups(parts: BackupParts): Backups {
  const meter = createMeter(({ params }) => subjectIn(params));
  const ledger = countedLedger(createBackupLedger(parts.journal), meter);
  const keepers = new Map<string, OwnCopies>();
  return {
    ledger,
    readings: () => parts.rules.map(({ subject }) => meter.of(subject, ledger.lastSeen(subject))),
    over(target) {
      if (target.copies) keepers.set(target.name, target.copies);
      return withBackups(target, parts, { ledger, meter });
    },
    async list(rule) {
      try {
        if (rule.isOwn) {
          const copies = keepers.get(rule.to);
          if (copies) return { ok: true, value: await listOwn({ ...parts, rule, copies }, ledger) };
          const lack = problem('BACKUP_CANNOT_BE_MADE', { target: rule.to });
          return { ok: false, problem: lack };
        }
        const store = storeOf(parts, rule);
        const folder = folderOf(rule.subject);
        const files = new Map(
          (await store.list(folder)).map(({ name, bytes }) => [name, bytes] as const),
        );
        const record = await ledger.of(rule.subject);
        const kept = { store: store.name, files, manifestOf: manifestBeside };
        return { ok: true, value: listOf(rule.subject, record, kept) };
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
  };
}

function withBackups(
  target: ConnectedTarget,
  parts: BackupParts,
  { ledger, meter }: { readonly ledger: BackupLedger; readonly meter: Meter },
): ConnectedTarget {
  const { backup: source, copies, restorer, planner, openWriter } = target;
  if (!source && !copies) return target;
  const taking = (rule: BackupRule): Taking => {
    const store = () => meter.store(storeOf(parts, rule), rule.subject);
    if (source) return { ...parts, rule, source, store: store(), ...sealedBy(parts, rule) };
    throw new ProblemError(problem('BACKUP_CANNOT_BE_MADE', { target: target.name }));
  };
  const keeping = (rule: BackupRule): Keeping => {
    if (copies) return { ...parts, rule, copies };
    throw new ProblemError(problem('BACKUP_CANNOT_BE_MADE', { target: target.name }));
  };
  const takingOf = (step: Step) => taking(ruleIn(parts, step));
  const keepingOf = (step: Step) => keeping(ownRuleIn(parts, step));
  const removing = (rule: BackupRule): Removing => {
    if (rule.isOwn) return removingOf(keeping(rule));
    const { store } = taking(rule);
    return {
      ...{ rule, store, now: parts.now },
      // The manifest goes first: what is left half-way is no backup any more, and is taken away by the next try.
      async remove({ name }) {
        await store.remove(manifestBeside(name));
        await store.remove(name);
      },
    };
  };
  const restoring = (made: Taking): Restoring => {
    if (restorer) return { ...made, restorer };
    throw new ProblemError(problem('RESTORE_CANNOT_BE_DONE', { target: target.name }));
  };
  const restoringOf = (step: Step) => restoring(takingOf(step));
  const drafts: Readonly<Record<string, (made: Taking, request: DraftRequest) => Promise<Draft>>> =
    {
      backup: (made) => draftBackup(made, ledger),
      'verify-backup': (made, request) => draftVerify(made, ledger, request),
      retention: (made) => draftRetention(removing(made.rule), ledger),
      async restore(made, request) {
        if (request.args['swap'] === undefined) {
          return draftRestore(restoring(made), ledger, request);
        }
        const facts = { target: target.name };
        return { ok: false, problem: problem('RESTORE_ALWAYS_SWAPS', facts) };
      },
    };

  async function draft(request: DraftRequest): Promise<Draft> {
    const own = drafts[request.verb];
    if (!own) {
      const { verb } = request;
      const otherwise = problem('BACKUP_CANNOT_BE_MADE', { verb, target: target.name });
      return planner ? planner.draft(request) : { ok: false, problem: otherwise };
    }
    const subject = subjectIn({ ...request.args, service: request.service });
    const rule = ruleOf(parts.rules, subject);
    if (!rule) return { ok: false, problem: problem('BACKUP_NOT_CONFIGURED', { ...subject }) };
    try {
      if (rule.isOwn) return await draftOwn(keeping(rule), request, { planner, ledger });
      return await own(taking(rule), request);
    } catch (error) {
      if (error instanceof ProblemError) return { ok: false, problem: error.problem };
      throw error;
    }
  }
  return {
    ...target,
    planner: { draft },
    openWriter() {
      const opened = openWriter?.();
      const writer = opened && !('code' in opened) ? opened : undefined;
      const kinds: Readonly<Record<string, LongStep>> = {
        [takeKind]: takeStep(takingOf, ledger),
        [verifyKind]: verifyStep(takingOf, ledger),
        [intoKind]: intoStep(restoringOf, ledger),
        [inPlaceKind]: inPlaceStep(restoringOf, ledger),
      };
      const steps: Record<string, StepDriver> = {
        ...writer?.steps,
        [swapKind]: swapDriver(restoringOf, ledger),
        [discardKind]: discardDriver(restoringOf),
        [removeKind]: removeDriver((step) => removing(ruleIn(parts, step)), ledger),
      };
      for (const kind of [...(copies?.makes ?? []), ...(copies?.replaces ?? [])]) {
        const made = steps[kind];
        if (made) steps[kind] = recorded(made, keepingOf, ledger);
      }
      for (const [kind, step] of Object.entries(kinds)) {
        meter.watch(step);
        steps[kind] = step.driver;
      }
      for (const [kind, verb] of Object.entries(counted)) {
        const driver = steps[kind];
        if (driver) steps[kind] = meter.over(driver, verb, ({ params }) => subjectIn(params));
      }
      return {
        steps,
        close() {
          for (const kind of Object.values(kinds)) kind.close();
          writer?.close();
        },
      };
    },
  };
}

/** What fails of these is on no record of backups. */
const counted: Readonly<Record<string, string>> = {
  [verifyKind]: 'verify-backup',
  [intoKind]: 'restore',
  [inPlaceKind]: 'restore',
  [swapKind]: 'restore',
};

function countedLedger(ledger: BackupLedger, meter: Meter): BackupLedger {
  return {
    ...ledger,
    async tell(subject, event, cause) {
      await ledger.tell(subject, event, cause);
      if (event.type === 'BackupFailed') meter.failed(subject, 'backup');
    },
  };
}

function sealedBy({ ciphers }: BackupParts, { subject, encrypt }: BackupRule) {
  if (!encrypt) return {};
  const cipher = ciphers?.get(folderOf(subject));
  if (!cipher) throw new TypeError(`nothing encrypts ${folderOf(subject)}`);
  return { cipher };
}

function storeOf({ stores }: BackupParts, { to }: BackupRule): ArtefactStore {
  const store = stores.get(to);
  if (!store) throw new TypeError(`no store is connected for ${to}`);
  return store;
}

/** The entry that a step of the target itself was planned by. */
function ownRuleIn({ rules }: BackupParts, { params }: Step): BackupRule {
  const subject = subjectIn(params);
  const rule = ruleOf(rules, subject);
  if (rule) return rule;
  throw new ProblemError(problem('BACKUP_NOT_CONFIGURED', { ...subject }));
}

/** The entry that a step was planned by. One that says something else by now cannot be followed. */
function ruleIn({ rules }: BackupParts, { params, target, at }: Step): BackupRule {
  const subject = subjectIn(params);
  const rule = ruleOf(rules, subject);
  if (!rule) throw new ProblemError(problem('BACKUP_NOT_CONFIGURED', { ...subject }));
  const recipients = rule.encrypt?.recipients.join(' ') ?? '';
  const isSame =
    rule.to === params['to'] &&
    (rule.query ?? '') === params['query'] &&
    canonical(rule.source.locator) === canonical(at.locator) &&
    // Only what is written says for whom.
    (params['recipients'] ?? recipients) === recipients;
  if (!isSame) {
    const moved = { target: target.id, field: 'backups', planned: 'another entry' };
    throw new ProblemError(problem('PLAN_STALE', { ...moved, observed: rule.where }));
  }
  return rule;
}
