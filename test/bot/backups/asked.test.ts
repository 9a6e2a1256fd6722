import { describe, expect, it } from 'vitest';
import { openBackups } from '../../../src/bot/backups/index.ts';
import type { BackupRule } from '../../../src/core/backup/rule.ts';
import { signerFrom } from '../../../src/journal/checkpoint.ts';
import { rule as allow, sha256 } from '../../core/operation/sample.ts';
import { memorySource, memoryStore } from '../../fakes/backups.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';
import { type SmallBot, startSmallBot } from '../../fakes/small-bot.ts';
import { stillClock } from '../../fakes/still-clock.ts';

const entry: BackupRule = {
  subject: { service: 'checkout', environment: 'production', what: 'database' },
  source: { integration: 'postgres', target: 'pg-main', locator: {} },
  to: '/backups',
  where: 'tocsin.yaml:9',
  timeoutMs: 3_600_000,
  lateAfterMs: 3_600_000,
};

/** Ana and ben are sre; who asks for a backup needs nobody else. */
async function started(
  rules: readonly BackupRule[] = [entry],
  from?: Pick<SmallBot, 'clock' | 'journal'>,
) {
  const clock = from?.clock ?? stillClock();
  const journal = from?.journal ?? createMemoryJournal({ now: clock.now });
  const source = memorySource();
  const store = memoryStore();
  const backups = openBackups({
    rules,
    stores: new Map(rules.map(({ to }) => [to, to === store.name ? store : memoryStore(to)])),
    journal,
    signer: signerFrom('11'.repeat(32)),
    sha256,
    now: clock.now,
    log: () => undefined,
  });
  const target = backups.over({
    name: 'postgres/pg-main',
    backup: source,
    health: () => 'ok',
    doctor: async () => [],
    close: () => undefined,
  });
  const small = await startSmallBot({
    from: { clock, journal },
    rules: [allow({ match: { risk: ['change', 'read', 'incident'] }, places: [] })],
    backups: { rules, backups, targets: [target] },
  });
  small.bot.start([]);
  return { small, source, store, backups };
}

describe('a backup that somebody asks for', () => {
  it('is taken, listed, verified, and listed as verified', async () => {
    const { small, store } = await started();
    expect(await small.says('ana', 'backups checkout env=production')).toContain('None is there.');
    await small.says('ana', 'backup checkout database env=production');
    await small.clock.passes(3_000);
    expect([...store.kept.keys()]).toHaveLength(2);
    const listed = await small.says('ana', 'backups checkout env=production');
    expect(listed).toContain('not verified');
    await small.says('ana', 'verify-backup checkout database env=production');
    await small.clock.passes(3_000);
    expect(await small.says('ana', 'backups checkout env=production')).toContain('verified ');
    expect(await small.says('ana', 'backups checkout env=production')).not.toContain(
      'not verified',
    );
    await small.bot.close();
  });

  it('is measured: what there is, what passed, what failed', async () => {
    const { small, source, backups } = await started();
    await small.says('ana', 'backup checkout database env=production');
    await small.clock.passes(3_000);
    await small.says('ana', 'verify-backup checkout database env=production');
    await small.clock.passes(60_000);
    const [reading] = backups.readings();
    expect(reading).toMatchObject({ subject: entry.subject, underWay: 0 });
    expect(reading?.record?.taken).toMatchObject([{ bytes: 4, verified: { ok: true } }]);
    // It is read once to hold it against its checksum and once to restore it, each time behind its manifest.
    expect(reading?.bytes.get('written')).toBeGreaterThan(4);
    expect(reading?.bytes.get('read')).toBeGreaterThan(8);
    expect([...(reading?.failures ?? [])]).toEqual([]);

    source.holds = undefined;
    await small.says('ana', 'backup checkout database env=production another=yes');
    await small.clock.passes(3_000);
    expect([...(backups.readings()[0]?.failures ?? [])]).toEqual([]);
    source.holds = 'rows';
    await small.says('ana', 'backup checkout database env=production another=yes');
    source.holds = undefined;
    await small.clock.passes(3_000);
    expect([...(backups.readings()[0]?.failures ?? [])]).toEqual([['backup', 1]]);
    await small.bot.close();
  });

  it('that fails is told with what failed, and what lies there that nobody knows is counted', async () => {
    const { small, source, store } = await started();
    await small.says('ana', 'backup checkout database env=production');
    source.holds = undefined;
    await small.clock.passes(3_000);
    store.kept.set('checkout/production/database/mine.dump', Buffer.from('x'));
    const listed = await small.says('ana', 'backups checkout env=production');
    expect(listed).toContain('The newest attempt failed');
    expect(listed).toContain('POSTGRES_BACKUP_UNREACHABLE');
    expect(listed).toContain('1 files there are of no backup');
    await small.bot.close();
  });

  it('is refused where nothing says where it would be kept', async () => {
    const { small, store } = await started([]);
    expect(await small.says('ana', 'backup checkout database env=production')).toContain(
      'BACKUP_NOT_CONFIGURED',
    );
    expect(await small.says('ana', 'backups checkout env=production')).toContain(
      'BACKUP_NOT_CONFIGURED',
    );
    expect(store.kept.size).toBe(0);
    await small.bot.close();
  });

  it('that lies where backups are kept no more is neither verified nor called bad', async () => {
    const { small } = await started();
    await small.says('ana', 'backup checkout database env=production');
    await small.clock.passes(3_000);
    await small.bot.close();
    const next = await started([{ ...entry, to: '/elsewhere' }], small);
    const { says, bot } = next.small;
    expect(await says('ana', 'backups checkout env=production')).toContain('is elsewhere');
    expect(await says('ana', 'verify-backup checkout database env=production')).toContain(
      'BACKUP_NONE_YET',
    );
    await bot.close();
  });

  it('is none that there is not: to verify or to put back', async () => {
    const { small } = await started();
    expect(await small.says('ana', 'verify-backup checkout database env=production')).toContain(
      'BACKUP_NONE_YET',
    );
    expect(
      await small.says('ana', 'verify-backup checkout database from=b9 env=production'),
    ).toContain('BACKUP_UNKNOWN');
    expect(
      await small.says('ana', 'restore checkout database from=b9 name=x env=production'),
    ).toContain('POLICY_NO_RULE');
    for (const words of ['name=x', 'from=b9 at=2026-11-26T03:00:00Z name=x']) {
      expect(
        await small.says('ana', `restore checkout database ${words} env=production`),
      ).toContain('RESTORE_FROM_OR_AT');
    }
    await small.bot.close();
  });
});
