import { describe, expect, it } from 'vitest';
import { openBackups } from '../../../src/bot/backups/index.ts';
import { createBackupLedger } from '../../../src/bot/backups/ledger.ts';
import { manifestBeside } from '../../../src/core/backup/manifest.ts';
import type { BackupRule } from '../../../src/core/backup/rule.ts';
import type { Draft, StepDriver } from '../../../src/core/ports/step.ts';
import { ProblemError, problem } from '../../../src/core/problem.ts';
import { signerFrom } from '../../../src/journal/checkpoint.ts';
import { subject, taken } from '../../core/backup/sample.ts';
import { T0 } from '../../core/given.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { memorySource, memoryStore } from '../../fakes/backups.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';

const day = 86_400_000;
const context = { operation: 'op-7', outputs: {}, startedAt: T0 };

/** Five nights in a store, each with its manifest; b2 was verified. */
async function started(more: Partial<BackupRule> = { keep: { count: 2 } }) {
  const journal = createMemoryJournal({ now: () => T0 });
  const store = memoryStore();
  const ledger = createBackupLedger(journal);
  for (const night of [1, 2, 3, 4, 5]) {
    const name = `checkout/production/database/b${night}.dump`;
    const startedAt = T0 - (6 - night) * day;
    const event = taken({ id: `b${night}`, name, startedAt, endedAt: startedAt });
    await ledger.tell(subject, event, `taken/${night}`);
    store.kept.set(name, Buffer.from('x'));
    store.kept.set(manifestBeside(name), Buffer.from('{}'));
  }
  const verified = {
    type: 'BackupVerified',
    v: 1,
    operation: 'op-2',
    ok: true,
    checks: [],
  } as const;
  await ledger.tell(subject, { ...verified, id: 'b2' }, 'verified');
  const rule: BackupRule = {
    subject,
    source: { integration: 'postgres', target: 'pg-main', locator: {} },
    to: '/backups',
    where: 'tocsin.yaml:9',
    timeoutMs: 60_000,
    lateAfterMs: 60_000,
    ...more,
  };
  const target = openBackups({
    rules: [rule],
    stores: new Map([['/backups', store]]),
    journal,
    signer: signerFrom('11'.repeat(32)),
    sha256,
    now: () => T0,
    log: () => undefined,
  }).over({
    name: 'postgres/pg-main',
    backup: memorySource(),
    health: () => 'ok',
    doctor: async () => [],
    close: () => undefined,
  });
  const writer = target.openWriter?.();
  const draft = (): Promise<Draft> =>
    target.planner?.draft({
      verb: 'retention',
      operation: 'op-7',
      service: 'checkout',
      target: { ...rule.source, bounds: {}, show: [] },
      args: { what: 'database', environment: 'production' },
    }) ?? Promise.reject(new Error('it plans'));
  return { journal, store, ledger, verified, draft, writer };
}

async function planned(stage: Awaited<ReturnType<typeof started>>) {
  const drafted = await stage.draft();
  const step = drafted.ok ? drafted.steps[0] : undefined;
  if (!step || !stage.writer || 'code' in stage.writer) throw new Error('it is planned');
  const driver: StepDriver | undefined = stage.writer.steps[step.kind];
  if (!driver) throw new Error('somebody knows it');
  return { step, driver };
}

const dumps = ({ store }: Awaited<ReturnType<typeof started>>) =>
  [...store.kept.keys()].map((name) => name.replace('checkout/production/database/', ''));

describe('retention', () => {
  it('names each that would go, and removes nothing by being asked', async () => {
    const stage = await started();
    expect(await stage.draft()).toMatchObject({
      ok: true,
      risk: 'danger',
      diff: [
        { path: 'b1', what: 'removed' },
        { path: 'b3', what: 'removed' },
      ],
      blast: { keeps: 'the 2 newest, the newest verified (b2)' },
      warnings: [],
    });
    expect(dumps(stage)).toHaveLength(10);
  });

  it('removes those, with their manifests, and says so on the record', async () => {
    const stage = await started();
    const { step, driver } = await planned(stage);
    expect(await driver.check(step, context)).toMatchObject({ ok: true });
    await driver.apply(step, { ...context, token: '2', attempt: 1 });
    expect(await driver.observe(step, context)).toEqual({ state: 'done' });
    expect(dumps(stage).toSorted()).toEqual(
      ['b2', 'b4', 'b5'].flatMap((id) => [`${id}.dump`, `${id}.manifest.json`]),
    );
    expect((await stage.ledger.of(subject)).taken.map(({ id }) => id)).toEqual(['b2', 'b4', 'b5']);
  });

  it('whoever dies half-way is followed by one that removes the rest', async () => {
    const stage = await started();
    const { step, driver } = await planned(stage);
    const remove = stage.store.remove;
    let times = 0;
    Object.assign(stage.store, {
      remove: async (name: string) => {
        times += 1;
        if (times > 3) throw new ProblemError(problem('BACKUP_STORE_UNUSABLE', { store: 's' }));
        return remove(name);
      },
    });
    const broken = await driver.apply(step, { ...context, token: '2', attempt: 1 });
    expect(broken).toMatchObject({ outcome: 'refused' });
    Object.assign(stage.store, { remove });
    expect(await driver.probe(step, { ...context, token: '2', attempt: 1 })).toBe('no');
    await driver.apply(step, { ...context, token: '2', attempt: 2 });
    expect(await driver.probe(step, { ...context, token: '2', attempt: 2 })).toBe('yes');
  });

  it('stops where one of them has become the newest verified since', async () => {
    const stage = await started();
    const { step, driver } = await planned(stage);
    await stage.ledger.tell(subject, { ...stage.verified, id: 'b3' }, 'verified since');
    expect(await driver.check(step, context)).toMatchObject({
      ok: false,
      problem: { code: 'RETENTION_NEEDED', facts: { id: 'b3' } },
    });
    expect(dumps(stage)).toHaveLength(10);
  });

  it('is refused where nothing has to go, or nothing says what stays', async () => {
    expect(await (await started({ keep: { count: 5 } })).draft()).toMatchObject({
      problem: { code: 'RETENTION_NOTHING' },
    });
    expect(await (await started({})).draft()).toMatchObject({
      problem: { code: 'RETENTION_NOT_SAID' },
    });
  });
});
