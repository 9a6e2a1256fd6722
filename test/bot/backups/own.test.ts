import { describe, expect, it } from 'vitest';
import { openBackups } from '../../../src/bot/backups/index.ts';
import type { BackupRule } from '../../../src/core/backup/rule.ts';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { OwnCopies, OwnCopy } from '../../../src/core/ports/own-copies.ts';
import type { Observed, StepDriver } from '../../../src/core/ports/step.ts';
import { problem } from '../../../src/core/problem.ts';
import { signerFrom } from '../../../src/journal/checkpoint.ts';
import { rule as allow, sha256 } from '../../core/operation/sample.ts';
import { memorySource, memoryStore } from '../../fakes/backups.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';
import { startSmallBot } from '../../fakes/small-bot.ts';
import { stillClock } from '../../fakes/still-clock.ts';

const entry: BackupRule = {
  subject: { service: 'checkout', environment: 'production', what: 'database' },
  source: { integration: 'aws', target: 'keeper', locator: { instance: 'orders' } },
  to: 'aws/keeper',
  isOwn: true,
  where: 'tocsin.yaml:9',
  timeoutMs: 3_600_000,
  lateAfterMs: 3_600_000,
};

/** Something that makes and keeps copies by itself, and does what it is told to. */
function keeper(clock: { now(): number }) {
  const kept: OwnCopy[] = [];
  const world = {
    kept,
    ends: { state: 'done' } as Observed,
    refuses: false,
    isListed: false,
  };
  const find = async (_wanted: unknown, name: string) => kept.find((each) => each.name === name);
  const nameOf: OwnCopies['nameOf'] = (_step, { operation }) => `copy-of-${operation}`;
  const driver: StepDriver = {
    landsWithinMs: 1_000,
    check: async () => ({ ok: true, token: '' }),
    async apply(step, context) {
      if (world.refuses) return { outcome: 'refused', problem: problem('K8S_CRONJOB_BUSY', {}) };
      const name = nameOf(step, context);
      const common = { bytes: 2_048, status: 'available', isWhole: true, isEncrypted: true };
      kept.push({ ...common, name, at: clock.now(), by: 'tocsin' });
      return { outcome: 'applied', outputs: { backup: name } };
    },
    probe: async () => 'yes',
    observe: async () => world.ends,
    undo: () => 'irreversible',
  };
  const copies: OwnCopies = {
    makes: ['kept.make'],
    replaces: [],
    nameOf,
    survey: async () => ({ ok: true, value: {} }),
    ...{ find },
  };
  const listing: Partial<OwnCopies> = {
    list: async () => [...kept],
    async remove(_wanted, name) {
      kept.splice(
        kept.findIndex((each) => each.name === name),
        1,
      );
    },
  };
  return { world, driver, copies, listing };
}

async function started(rule: BackupRule = entry, lists = false) {
  const clock = stillClock();
  const journal = createMemoryJournal({ now: clock.now });
  const { world, driver, copies, listing } = keeper(clock);
  const rules = [rule];
  const backups = openBackups({
    ...{ rules, journal, sha256, stores: new Map(), now: clock.now, log: () => undefined },
    signer: signerFrom('11'.repeat(32)),
  });
  const target = backups.over({
    name: 'aws/keeper',
    copies: lists ? { ...copies, ...listing, replaces: ['kept.use'] } : copies,
    planner: {
      async draft({ verb, service, args, target: { target: name, locator } }) {
        const named = { id: 'backup/checkout/production/database', identity: 'it' };
        const step: Step = {
          ...{ id: 's1', kind: verb === 'restore' ? 'kept.use' : 'kept.make', v: 1, target: named },
          change: [],
          at: { integration: 'aws', target: name, locator },
          params: {
            ...{ service, environment: String(args['environment']), what: String(args['what']) },
            ...{ id: String(args['from']), aside: 'orders-before' },
          },
          ...{ preconditions: {}, postconditions: {}, guard: 'conditional', undo: 'irreversible' },
          verify: { what: 'it is there', withinMs: Number(args['withinMs']) },
          ...{ onFailure: 'stop', critical: false },
        };
        const blast = { takes: `${step.verify.withinMs}` };
        return {
          ...{ ok: true, steps: [step], targets: [named], diff: [], warnings: [], blast },
          risk: 'change',
        };
      },
    },
    openWriter: () => ({
      steps: { 'kept.make': driver, 'kept.use': driver },
      close: () => undefined,
    }),
    health: () => 'ok',
    doctor: async () => [],
    close: () => undefined,
  });
  const small = await startSmallBot({
    from: { clock, journal },
    rules: [
      allow({ match: { risk: ['change', 'read', 'incident'] }, places: [] }),
      allow({ match: { risk: ['danger'] }, places: [{ count: 2, from: 'sre' }] }),
    ],
    backups: { rules, backups, targets: [target] },
  });
  small.bot.start([]);
  return { small, world, journal, target };
}

const backup = 'backup checkout database env=production another=yes';
const list = 'backups checkout env=production';

describe('a backup that whoever holds the data keeps', () => {
  it('is on the record once it is made, and is listed without a size where nobody tells', async () => {
    const { small, world } = await started();
    await small.says('ana', backup);
    await small.clock.passes(3_000);
    const [copy] = world.kept;
    const listed = await small.says('ana', list);
    expect(listed).toContain(copy?.name);
    expect(listed).toContain('not to be seen from here');
    await small.bot.close();
  });

  it('that fails or is refused is told as every backup is, until one succeeds', async () => {
    const { small, world } = await started();
    world.ends = { state: 'failed', problem: problem('K8S_JOB_GONE', {}) };
    await small.says('ana', backup);
    await small.clock.passes(3_000);
    expect(await small.says('ana', list)).toContain('K8S_JOB_GONE');
    world.refuses = true;
    await small.says('ana', backup);
    await small.clock.passes(3_000);
    expect(await small.says('ana', list)).toContain('K8S_CRONJOB_BUSY');
    Object.assign(world, { refuses: false, ends: { state: 'done' } });
    await small.says('ana', backup);
    await small.clock.passes(3_000);
    expect(await small.says('ana', list)).not.toContain('K8S_CRONJOB_BUSY');
    await small.bot.close();
  });

  it('is asked for by its schedule, which needs nobody', async () => {
    const hour = 3_600_000;
    const schedule = {
      text: 'hourly UTC',
      last: (at: number) => Math.floor(at / hour) * hour,
    };
    const { small, world } = await started({ ...entry, schedule });
    await small.clock.passes(2 * hour);
    expect(world.kept.length).toBeGreaterThan(0);
    await small.bot.close();
  });

  it('is neither verified, nor removed, nor put back from here', async () => {
    const { small } = await started();
    const line = 'checkout database env=production';
    expect(await small.says('ana', `verify-backup ${line}`)).toContain('BACKUP_NOT_TO_BE_READ');
    expect(await small.says('ana', `retention ${line}`)).toContain('RETENTION_NOT_OURS');
    expect(await small.says('ana', `restore ${line} from=x name=y`)).toContain(
      'RESTORE_CANNOT_BE_DONE',
    );
    await small.bot.close();
  });

  it('is on the record as restored once its last step is done', async () => {
    const { small, journal, target } = await started(entry, true);
    const drafted = await target.planner?.draft({
      ...{ verb: 'restore', operation: 'op-7', service: 'checkout' },
      target: { ...entry.source, bounds: {}, show: [] },
      args: { what: 'database', environment: 'production', from: 'night' },
    });
    const [step] = drafted?.ok ? drafted.steps : [];
    const writer = target.openWriter?.();
    if (!step || !writer || 'code' in writer) throw new Error('it is planned');
    const context = { operation: 'op-7', outputs: {}, startedAt: 0 };
    // Looked at twice, as by a process that died in between: said once.
    for (const _ of [1, 2]) await writer.steps[step.kind]?.observe(step, context);
    const events = await journal.read('backup/checkout/production/database');
    expect(events.map(({ event }) => event)).toEqual([
      { type: 'BackupRestored', v: 1, id: 'night', operation: 'op-7', aside: 'orders-before' },
    ]);
    await small.bot.close();
  });

  it('of a keeper that lists them is removed as `keep` says, and those of others stand apart', async () => {
    const { small, world } = await started({ ...entry, keep: { count: 1 } }, true);
    const others = { bytes: 0, at: 1, status: 'failed', isWhole: false, isEncrypted: false };
    world.kept.push({ ...others, name: 'by-hand', by: 'somebody' });
    for (let night = 0; night < 2; night += 1) {
      await small.says('ana', backup);
      await small.clock.passes(3_000);
    }
    const listed = await small.says('ana', list);
    expect(listed).toContain('Made by others');
    expect(listed).toContain('FAILED · not encrypted');
    const planned = await small.says('ana', 'retention checkout database env=production');
    const [id = ''] = /op-[0-9a-f]+/.exec(planned) ?? [];
    const { plan } = (await small.bot.engine.operation(id)) ?? {};
    expect(plan).toMatchObject({
      diff: [{ what: 'removed', path: world.kept[1]?.name }],
      warnings: [{ code: 'RETENTION_UNTRIED' }],
    });
    await small.bot.close();
  });

  it('alone can stand beside what is in use: what lies in a store takes its place', async () => {
    const { isOwn: _, ...rule } = { ...entry, to: '/backups' };
    const restorer = Object.create(null);
    const stored = openBackups({
      rules: [rule],
      stores: new Map([['/backups', memoryStore()]]),
      journal: createMemoryJournal({ now: () => 0 }),
      signer: signerFrom('11'.repeat(32)),
      sha256,
      now: () => 0,
      log: () => undefined,
    }).over({
      name: 'postgres/pg-main',
      backup: memorySource(),
      restorer,
      health: () => 'ok',
      doctor: async () => [],
      close: () => undefined,
    });
    const drafted = await stored.planner?.draft({
      ...{ verb: 'restore', operation: 'op-7', service: 'checkout' },
      target: { ...rule.source, bounds: {}, show: [] },
      args: { what: 'database', environment: 'production', from: 'night', swap: 'no' },
    });
    expect(drafted).toMatchObject({ problem: { code: 'RESTORE_ALWAYS_SWAPS' } });
  });
});
