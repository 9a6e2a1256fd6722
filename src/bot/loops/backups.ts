import { receiveIntent } from '../../core/alert/intake.ts';
import { folderOf } from '../../core/backup/manifest.ts';
import type { BackupRecord } from '../../core/backup/record.ts';
import type { BackupRule } from '../../core/backup/rule.ts';
import {
  backupAlert,
  backupSource,
  dueOf,
  fingerprintOf,
  type Schedule,
  schedulerEvidence,
  type Trouble,
  troublesOf,
} from '../../core/backup/schedule.ts';
import { terminal } from '../../core/operation/operation.ts';
import type { Ownership } from '../../core/ports/journal.ts';
import type { OperationCommand } from '../../handlers/command.ts';
import { backup } from '../../handlers/commands/backup.ts';
import { verifyBackup } from '../../handlers/commands/verify-backup.ts';
import type { Desk } from '../../handlers/desk.ts';
import { planOperation } from '../../handlers/plan.ts';
import type { BackupLedger } from '../backups/ledger.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine.ts';

export interface BackupsLoopOptions {
  readonly engine: Engine;
  readonly desk: Desk;
  readonly clock: Clock;
  readonly ownership: Ownership;
  readonly ledger: BackupLedger;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export interface BackupsLoop {
  start(): void;
  turn(): Promise<void>;
  close(): Promise<void>;
}

/** Schedules are told to the minute. */
const everyMs = 30_000;

/**
 * Asks for what is due, and says what is wrong with what there is. Nothing rings: each turn compares what the schedule says
 * with what is on the record, so that a time that nobody was there for is made up for, once.
 */
export function createBackupsLoop(options: BackupsLoopOptions): BackupsLoop {
  const { engine, desk, clock, ledger, log } = options;
  let stop: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  function plan(ms: number): void {
    if (closed) return;
    stop = clock.after(ms, () => {
      running = turn()
        .catch((error: unknown) => log('backups turn failed', { error }))
        .then(() => {
          running = undefined;
          plan(everyMs);
        });
    });
  }

  async function turn(): Promise<void> {
    if (!(await options.ownership.claim('backups'))) return;
    const told = toldBy(engine);
    for (const rule of desk.settings.backups ?? []) {
      try {
        await look(rule, told);
      } catch (error) {
        log('a schedule could not be followed', { backup: folderOf(rule.subject), error });
      }
    }
  }

  async function look(rule: BackupRule, told: ReadonlySet<string>): Promise<void> {
    const record = await seen(rule, await ledger.of(rule.subject));
    const since = record.scheduled?.at ?? Number.POSITIVE_INFINITY;
    if (rule.schedule) await ask(backup, rule, { schedule: rule.schedule, since });
    if (rule.verify && record.taken.some(({ store }) => store === rule.to)) {
      await ask(verifyBackup, rule, { schedule: rule.verify, since });
    }
    await tell(rule, troublesOf(rule, record, clock.now()), told);
  }

  /** A schedule begins when it is first seen: nobody has missed what was due before. */
  async function seen(rule: BackupRule, record: BackupRecord): Promise<BackupRecord> {
    const text = [rule.schedule, rule.verify].map((each) => each?.text ?? '-').join(' / ');
    if ((!rule.schedule && !rule.verify) || record.scheduled?.text === text) return record;
    const at = clock.now();
    const cause = `backup/${folderOf(rule.subject)}/scheduled/${at}`;
    await ledger.tell(rule.subject, { type: 'BackupScheduled', v: 1, schedule: text }, cause);
    return ledger.of(rule.subject);
  }

  async function ask(
    command: OperationCommand,
    { subject }: BackupRule,
    { schedule, since }: { readonly schedule: Schedule; readonly since: number },
  ): Promise<void> {
    const due = dueOf(schedule, since, clock.now());
    if (due === undefined) return;
    const { service, environment, what } = subject;
    const cause = `backup/${folderOf(subject)}/${command.name}/due/${due}`;
    const id = `op-${desk.sha256(cause).slice(0, 10)}`;
    if ((await engine.operation(id)) || isUnderWay(command.name, subject)) return;
    const planned = await planOperation(
      command,
      {
        desk,
        at: clock.now(),
        by: schedulerEvidence(folderOf(subject)),
        line: `${command.name} ${service} ${what} env=${environment}`,
        args: { service, what, env: environment, another: 'yes' },
        service,
        environment,
        incident: undefined,
        request: cause,
      },
      { cause, by: 'tocsin' },
    );
    if (planned.refused) {
      log('what is due was refused', { operation: planned.operation, code: planned.refused.code });
      if (command !== backup) return;
      await ledger.tell(
        subject,
        { type: 'BackupFailed', v: 1, operation: id, problem: planned.refused },
        `${cause}/failed`,
      );
    }
  }

  /** One that takes longer than the time between two is not followed by another before it has ended. */
  function isUnderWay(
    verb: string,
    { service, environment, what }: BackupRule['subject'],
  ): boolean {
    for (const { state } of engine.readings.operations.values()) {
      const { asked, status, judged } = state;
      if (asked?.verb !== verb || terminal.has(status) || status === 'none') continue;
      const isSame = asked.service === service && asked.environment === environment;
      if (isSame && judged?.args['what'] === what) return true;
    }
    return false;
  }

  async function tell(
    { subject }: BackupRule,
    troubles: readonly Trouble[],
    told: ReadonlySet<string>,
  ): Promise<void> {
    const { settings } = desk;
    const service = settings.catalog.services.find(({ name }) => name === subject.service);
    const environment = service?.environments.find(({ name }) => name === subject.environment);
    const place = service && environment ? { service, environment } : undefined;
    const now = clock.now();
    for (const alertname of alertnames) {
      const trouble = troubles.find((each) => each.alertname === alertname);
      if ((trouble !== undefined) === told.has(fingerprintOf(alertname, subject))) continue;
      const over: Trouble = { alertname, severity: 'warning', summary: '' };
      const about = { place, isOver: trouble === undefined, now };
      const intent = receiveIntent(backupAlert(trouble ?? over, subject, about), {
        settings,
        index: engine.readings.correlation,
        now,
        sha256: desk.sha256,
        sourceAnswers: false,
      });
      const how = trouble ? 'firing' : 'over';
      await engine.receive(intent, {
        cause: `${fingerprintOf(alertname, subject)}/${how}/${now}`,
        by: 'tocsin',
      });
    }
  }

  return {
    start: () => plan(0),
    turn,
    async close() {
      closed = true;
      stop?.();
      await running;
    },
  };
}

const alertnames: readonly Trouble['alertname'][] = [
  'TocsinBackupFailed',
  'TocsinBackupLate',
  'TocsinBackupShrank',
  'TocsinBackupInvalid',
];

/** What open incidents say already, of this process or of one before it. */
function toldBy({ readings }: Engine): ReadonlySet<string> {
  const told = new Set<string>();
  for (const { state } of readings.incidents.values()) {
    // One that a person closed counts as long as it is remembered: it is not said again at once.
    if (state.status === 'none' || state.opened.source !== backupSource) continue;
    for (const [fingerprint, { status }] of state.alerts) {
      if (status === 'firing') told.add(fingerprint);
    }
  }
  return told;
}
