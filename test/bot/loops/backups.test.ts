import { describe, expect, it } from 'vitest';
import { openBackups } from '../../../src/bot/backups/index.ts';
import type { ConnectedTarget } from '../../../src/bot/bot-parts.ts';
import { cronOf, lastUntil } from '../../../src/config/cron.ts';
import type { BackupRule } from '../../../src/core/backup/rule.ts';
import { signerFrom } from '../../../src/journal/checkpoint.ts';
import { T0 } from '../../core/given.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { type MemorySource, memorySource, memoryStore } from '../../fakes/backups.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';
import { type SmallBot, startSmallBot } from '../../fakes/small-bot.ts';
import { atRest, type StillClock } from '../../fakes/still-clock.ts';

const hour = 3_600_000;
const times = cronOf('0 3 * * *', 'Europe/Berlin');
const rule: BackupRule = {
  subject: { service: 'checkout', environment: 'production', what: 'database' },
  source: { integration: 'postgres', target: 'pg-main', locator: {} },
  to: '/backups',
  where: 'tocsin.yaml:9',
  timeoutMs: hour,
  schedule: { text: '0 3 * * * Europe/Berlin', last: (at) => lastUntil(times, at) },
  lateAfterMs: hour,
};

interface Stage {
  readonly small: SmallBot;
  readonly source: MemorySource;
  readonly backups: () => readonly string[];
  readonly asked: () => number;
  readonly open: () => readonly string[];
}

async function started(
  more: { readonly from?: Stage; readonly rule?: Partial<BackupRule> } = {},
): Promise<Stage> {
  const clock = more.from?.small.clock ?? leapingClock();
  const journal = more.from?.small.journal ?? createMemoryJournal({ now: clock.now });
  const source = more.from?.source ?? memorySource();
  const store = memoryStore();
  const rules = [{ ...rule, ...more.rule }];
  const opened = openBackups({
    rules,
    stores: new Map([['/backups', store]]),
    journal,
    signer: signerFrom('11'.repeat(32)),
    sha256,
    now: clock.now,
    log: () => undefined,
  });
  const target: ConnectedTarget = {
    name: 'postgres/pg-main',
    backup: source,
    health: () => 'ok',
    doctor: async () => [],
    close: () => undefined,
  };
  const small = await startSmallBot({
    from: { clock, journal },
    backups: { rules, backups: opened, targets: [opened.over(target)] },
  });
  small.bot.start([]);
  const of = (type: string) => journal.all.filter(({ event }) => event.type === type);
  return {
    small,
    source,
    backups: () => of('BackupTaken').map(({ at }) => new Date(at).toISOString().slice(0, 16)),
    asked: () => of('OperationAsked').length,
    open: () =>
      small.bot.desk
        .openIncidents()
        .map(({ opened: { groupLabels } }) => groupLabels['alertname'] ?? ''),
  };
}

/** Hours pass at once, as on a machine that was suspended; then it goes on for some seconds. */
async function passes({ small }: Stage, ms: number): Promise<void> {
  await small.clock.passes(ms);
  for (let turn = 0; turn < 8; turn += 1) await small.clock.passes(1000);
  await small.clock.passes(31_000);
  await small.clock.passes(1000);
}

/** Whatever fell due while it leapt comes once. */
function leapingClock(): StillClock {
  const timers = new Set<{ readonly due: number; readonly run: () => void }>();
  let now = T0;
  return {
    now: () => now,
    after(ms, run) {
      const timer = { due: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async passes(ms) {
      now += ms;
      for (const timer of [...timers].filter(({ due }) => due <= now)) {
        timers.delete(timer);
        timer.run();
      }
      await atRest();
    },
    waiting: () => timers.size,
  };
}

describe('a schedule', () => {
  it('takes a backup when it is due, in its zone, asked by nobody and approved by its entry', async () => {
    const stage = await started();
    await passes(stage, 0);
    await passes(stage, 22 * hour);
    expect(stage.asked()).toBe(0);
    await passes(stage, hour);
    expect(stage.backups()).toHaveLength(1);
    expect(stage.small.types('backup/checkout/production/database')).toEqual([
      'BackupScheduled',
      'BackupTaken',
    ]);
    const asked = stage.small.journal.all.find(({ event }) => event.type === 'OperationAsked');
    expect(asked?.event).toMatchObject({
      requester: { person: '@schedule', surface: 'schedule' },
      line: 'backup checkout database env=production',
    });
    expect(stage.open()).toEqual([]);
    await stage.small.bot.close();
  });

  it('makes up once for what was missed while nobody was there', async () => {
    const first = await started();
    await passes(first, hour);
    await first.small.bot.close();
    await first.small.clock.passes(5 * 24 * hour);
    const second = await started({ from: first });
    await passes(second, hour);
    expect(second.backups()).toHaveLength(1);
    await second.small.bot.close();
    // Another start finds that it is done.
    const third = await started({ from: second });
    await passes(third, hour);
    expect(third.asked()).toBe(1);
    await third.small.bot.close();
  });

  it('says that one failed, goes on the next day, and takes that back', async () => {
    const stage = await started();
    await passes(stage, 0);
    stage.source.holds = undefined;
    await passes(stage, 23 * hour);
    expect(stage.open()).toEqual(['TocsinBackupFailed']);
    await passes(stage, hour);
    expect(stage.backups()).toEqual([]);
    expect(stage.asked()).toBe(1);
    expect([...stage.open()].toSorted()).toEqual(['TocsinBackupFailed', 'TocsinBackupLate']);
    stage.source.holds = 'rows';
    await passes(stage, 24 * hour);
    expect(stage.backups()).toHaveLength(1);
    const still = stage.small.bot.desk.openIncidents().filter(({ firing }) => firing > 0);
    expect(still).toEqual([]);
    await stage.small.bot.close();
  });

  it('says that one shrank', async () => {
    const stage = await started();
    await passes(stage, 0);
    stage.source.holds = 'r'.repeat(100);
    await passes(stage, 23 * hour);
    stage.source.holds = 'r'.repeat(20);
    await passes(stage, 24 * hour);
    expect(stage.backups()).toHaveLength(2);
    expect(stage.open()).toEqual(['TocsinBackupShrank']);
    await stage.small.bot.close();
  });

  it('verifies the newest when that is due', async () => {
    const every = cronOf('30 2 * * *', 'UTC');
    const stage = await started({
      rule: { verify: { text: '30 2 * * * UTC', last: (at) => lastUntil(every, at) } },
    });
    await passes(stage, 0);
    await passes(stage, 23 * hour);
    await passes(stage, 3 * hour);
    expect(stage.small.types('backup/checkout/production/database')).toEqual([
      'BackupScheduled',
      'BackupTaken',
      'BackupVerified',
    ]);
    await stage.small.bot.close();
  });

  it('is held by a freeze as anybody is, and the freeze is why', async () => {
    const stage = await started();
    await passes(stage, 0);
    await stage.small.says('ana', 'freeze checkout for=2d reason="the sale"');
    await passes(stage, 24 * hour);
    expect(stage.backups()).toEqual([]);
    expect(stage.open()).toContain('TocsinBackupFailed');
    await stage.small.bot.close();
  });
});
