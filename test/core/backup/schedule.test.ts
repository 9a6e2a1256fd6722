import { describe, expect, it } from 'vitest';
import { localTime } from '../../../src/config/zones.ts';
import { type BackupEvent, evolveBackups, noBackups } from '../../../src/core/backup/record.ts';
import type { BackupRule } from '../../../src/core/backup/rule.ts';
import {
  dueOf,
  scheduleRules,
  scheduler,
  schedulerEvidence,
  troublesOf,
} from '../../../src/core/backup/schedule.ts';
import { judge } from '../../../src/core/operation/policy.ts';
import { problem } from '../../../src/core/problem.ts';
import { rule as allow } from '../operation/sample.ts';
import { subject, taken } from './sample.ts';

const hour = 3_600_000;
/** Every day at hour 3. */
const daily = {
  text: 'daily',
  last: (at: number) => Math.floor((at - 3 * hour) / day) * day + 3 * hour,
};
const day = 24 * hour;

const rule: BackupRule = {
  subject,
  source: { integration: 'postgres', target: 'pg-main', locator: {} },
  to: '/backups',
  where: 'tocsin.yaml:9',
  timeoutMs: hour,
  schedule: daily,
  lateAfterMs: hour,
};

describe('what is due', () => {
  it('is nothing that was due before the schedule was known', () => {
    expect(dueOf(daily, 10 * day + 4 * hour, 10 * day + 5 * hour)).toBeUndefined();
    expect(dueOf(daily, 10 * day + 2 * hour, 10 * day + 3 * hour)).toBe(10 * day + 3 * hour);
  });

  it('is the newest time alone, however many were missed', () => {
    expect(dueOf(daily, 10 * day, 17 * day)).toBe(16 * day + 3 * hour);
  });
});

describe('what is wrong with backups', () => {
  const scheduled: BackupEvent = { type: 'BackupScheduled', v: 1, schedule: 'daily' };
  const recordOf = (...events: readonly BackupEvent[]) =>
    events.reduce((state, event) => evolveBackups(state, event, { at: 10 * day }), noBackups);
  const names = (events: readonly BackupEvent[], now: number) =>
    troublesOf(rule, recordOf(...events), now).map(({ alertname }) => alertname);
  const at = (startedAt: number, bytes = 100) =>
    taken({ id: `b${startedAt}`, startedAt, endedAt: startedAt + 1, bytes });
  const failed = (code: string): BackupEvent => ({
    type: 'BackupFailed',
    v: 1,
    operation: 'op-9',
    problem: problem(code),
  });

  it('is nothing while the one that was due is there', () => {
    expect(names([scheduled, at(10 * day + 3 * hour)], 10 * day + 20 * hour)).toEqual([]);
  });

  it('is that one is late, an hour after it was due and not before', () => {
    expect(names([scheduled], 10 * day + 4 * hour - 1)).toEqual([]);
    expect(names([scheduled], 10 * day + 4 * hour)).toEqual(['TocsinBackupLate']);
    expect(names([scheduled, at(10 * day + 3 * hour)], 11 * day + 4 * hour)).toEqual([
      'TocsinBackupLate',
    ]);
  });

  it('is that the newest attempt failed, until one succeeds, and not that somebody stopped one', () => {
    expect(names([failed('BACKUP_FAILED')], 0)).toEqual(['TocsinBackupFailed']);
    expect(names([failed('BACKUP_FAILED'), at(1)], 0)).toEqual([]);
    expect(names([failed('BACKUP_STOPPED')], 0)).toEqual([]);
  });

  it('is that the newest is less than half of the one before', () => {
    expect(names([at(1, 100), at(2, 50)], 3)).toEqual([]);
    expect(names([at(1, 100), at(2, 49)], 3)).toEqual(['TocsinBackupShrank']);
    expect(names([at(1, 100), at(2, 49), at(3, 49)], 4)).toEqual([]);
  });

  it('is that the newest was verified and is not valid', () => {
    const verified = (ok: boolean): BackupEvent => ({
      type: 'BackupVerified',
      v: 1,
      id: 'b1',
      operation: 'op-3',
      ok,
      checks: [],
    });
    expect(names([at(1), verified(false)], 2)).toEqual(['TocsinBackupInvalid']);
    expect(names([at(1), verified(false), verified(true)], 2)).toEqual([]);
    expect(names([at(1), verified(false), at(2)], 2)).toEqual([]);
  });
});

describe('a schedule as the one who asks', () => {
  const about = {
    verb: 'backup',
    family: 'change',
    risk: 'change',
    service: 'checkout',
    environment: 'production',
    reason: '',
    targets: ['pg-main'],
    args: { what: 'database' },
    severities: [],
    at: 0,
  } as const;
  const policy = (...more: readonly Parameters<typeof allow>[0][]) => ({
    rules: [...scheduleRules([rule]), ...more.map((each) => allow(each))],
    digest: 'd',
    localTime,
  });
  const requester = schedulerEvidence('checkout/production/database');

  it('may back up what its entry says, without an approval, whatever rule comes after', () => {
    const verdict = judge(policy({ match: {} }), { ...about, requester });
    expect(verdict).toMatchObject({
      allowed: true,
      rule: { where: 'tocsin.yaml:9', places: [], requesters: [scheduler] },
    });
  });

  it.each([
    [{ service: 'mail' }],
    [{ environment: 'staging' }],
    [{ verb: 'restore', family: 'danger', risk: 'danger' as const }],
    [{ verb: 'verify-backup' }],
    [{ verb: 'retention', family: 'danger', risk: 'danger' as const }],
  ])('may nothing else: %o', (other) => {
    expect(judge(policy(), { ...about, ...other, requester }).allowed).toBe(false);
  });

  it('is denied by what denies everybody', () => {
    const deny = { kind: 'deny', where: 'tocsin.yaml:2', match: { verb: ['backup'] } } as const;
    const { rules, ...rest } = policy();
    expect(judge({ ...rest, rules: [deny, ...rules] }, { ...about, requester }).allowed).toBe(
      false,
    );
  });

  it('lends nobody else its rule', () => {
    const ana = { person: 'ana', surface: 'console', account: 'ana', memberships: [] };
    expect(judge(policy(), { ...about, requester: ana })).toMatchObject({
      allowed: false,
      problem: { code: 'POLICY_NO_RULE' },
    });
  });
});
