import { inPlaceKind } from '../../../src/bot/backups/in-place-step.ts';
import { openBackups } from '../../../src/bot/backups/index.ts';
import { discardKind, intoKind, swapKind } from '../../../src/bot/backups/restore-steps.ts';
import { removeKind } from '../../../src/bot/backups/retention-step.ts';
import { takeKind } from '../../../src/bot/backups/take-step.ts';
import { verifyKind } from '../../../src/bot/backups/verify-step.ts';
import type { BackupRule } from '../../../src/core/backup/rule.ts';
import { compensationsOf, type Step } from '../../../src/core/operation/plan.ts';
import type { StepDriver } from '../../../src/core/ports/step.ts';
import { signerFrom } from '../../../src/journal/checkpoint.ts';
import type { BegunWorld } from '../../contracts/begun-steps.ts';
import type { StepWorld } from '../../contracts/steps.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { memoryPlaces, memorySource, memoryStore } from '../../fakes/backups.ts';
import { createMemoryJournal } from '../../fakes/memory-journal.ts';
import { eventually } from '../../support/eventually.ts';

const operation = 'op-2222222222';
const day = 86_400_000;

/** Every kind of step that backups bring, as `over` registers it. */
export function backupKinds(): readonly string[] {
  return Object.keys(stage().writer().steps);
}

/** Of a kind whose one write the target itself guards. */
export const stepWorlds: Readonly<Record<string, () => Promise<StepWorld>>> = {
  [swapKind]: swapWorld,
};

/** Of kinds that are begun and followed, and may be begun twice. */
export const begunWorlds: Readonly<Record<string, () => Promise<BegunWorld>>> = {
  [takeKind]: async () => {
    const { store, drafted, world, source } = stage();
    const [step] = await drafted('backup');
    return world(step, {
      results: () => manifests(store.kept),
      leftovers: () => store.kept.size - 2 * manifests(store.kept),
      breaks: () => {
        source.holds = undefined;
      },
    });
  },
  [verifyKind]: async () => {
    const { journal, store, drafted, world, taken } = await withBackup();
    const [step] = await drafted('verify-backup');
    const count = () => journal.all.filter(({ event }) => event.type === 'BackupVerified').length;
    return world(step, {
      results: count,
      leftovers: () => 0,
      breaks: () => store.kept.delete(`${taken}.dump`),
    });
  },
  [intoKind]: async () => {
    const { places, store, drafted, world, taken, restoring } = await withBackup();
    const [, step] = await drafted('restore', restoring);
    return world(step, {
      results: () => (places.holds.get('restored_222222')?.text === 'rows' ? 1 : 0),
      leftovers: () => (places.holds.has('restored_222222') ? 1 : 0),
      breaks: () => store.kept.delete(`${taken}.dump`),
    });
  },
  [inPlaceKind]: async () => {
    const { places, store, drafted, world, taken, restoring } = await withBackup();
    const [, step] = await drafted('restore', { ...restoring, in: 'place' });
    return world(step, {
      results: () => (places.holds.get('checkout')?.text === 'rows' ? 1 : 0),
      leftovers: () => places.holds.size - 1,
      breaks: () => store.kept.delete(`${taken}.dump`),
    });
  },
  [discardKind]: async () => {
    const { places, drafted, world, restoring } = await withBackup();
    const [, , swap] = await drafted('restore', restoring);
    const [step] = swap ? compensationsOf(swap) : [];
    places.holds.set('restored_222222', { id: '9', text: 'rows' });
    return world(step, {
      results: () => (places.holds.has('restored_222222') ? 0 : 1),
      leftovers: () => 0,
      isShort: true,
    });
  },
  [removeKind]: async () => {
    const { store, drafted, world, take } = await withBackup();
    await take('op-3333333333', day);
    const [step] = await drafted('retention');
    return world(step, {
      results: () => (manifests(store.kept) === 1 ? 1 : 0),
      leftovers: () => 0,
      isShort: true,
    });
  },
};

async function swapWorld(): Promise<StepWorld> {
  const { places, drafted, writer, restoring } = await withBackup();
  const [, , step] = await drafted('restore', restoring);
  if (!step) throw new Error('a restore changes names last');
  places.holds.set('restored_222222', { id: '9', text: 'rows' });
  let now = 10 * day;
  let landing: { at: number; land: () => void } | undefined;
  return {
    step,
    operation,
    now: () => now,
    driver: () => driverIn(writer().steps, step),
    effects: places.swaps,
    async pass(ms) {
      now += ms;
      if (!landing || landing.at > now) return;
      landing.land();
      landing = undefined;
    },
    loseAnswer: () => {
      places.fault = 'answer lost';
    },
    loseRequest: () => {
      places.fault = 'request lost';
      places.silent = 1;
    },
    delayEffect: (ms) => {
      places.fault = (land) => {
        landing = { at: now + ms, land };
      };
    },
    refuse: () => {
      places.fault = 'refused';
    },
    stir: async () => undefined,
    isStill: true,
    spoil: async () => void places.holds.set('checkout', { id: '77', text: 'made anew' }),
    async cover() {
      // What was kept aside is renamed by hand.
      const kept = places.holds.get('before_222222');
      places.holds.delete('before_222222');
      if (kept) places.holds.set('kept_by_hand', kept);
    },
    close: async () => undefined,
  };
}

async function withBackup() {
  const made = stage();
  const take = async (by: string, later: number) => {
    const [step] = await made.drafted('backup', {}, by);
    const context = { operation: by, outputs: {}, startedAt: later };
    const driver = driverIn(made.writer().steps, step);
    const checked = await driver.check(step, context);
    if (!checked.ok) throw new Error(checked.problem.code);
    await driver.apply(step, { ...context, token: checked.token, attempt: 1 });
    await eventually(
      'it is taken',
      async () => (await driver.observe(step, context)).state === 'done',
    );
    return checked.token;
  };
  const id = await take('op-1111111111', 0);
  return {
    ...made,
    take,
    taken: `checkout/production/database/${id}`,
    restoring: { from: id, name: 'checkout' },
  };
}

function stage() {
  const store = memoryStore();
  const source = memorySource();
  const places = memoryPlaces();
  const journal = createMemoryJournal({ now: () => 0 });
  const rule: BackupRule = {
    subject: { service: 'checkout', environment: 'production', what: 'database' },
    source: { integration: 'postgres', target: 'pg-main', locator: {} },
    to: store.name,
    where: 'tocsin.yaml:9',
    timeoutMs: 60_000,
    lateAfterMs: 3_600_000,
    keep: { count: 1 },
  };
  const open = () =>
    openBackups({
      rules: [rule],
      stores: new Map([[store.name, store]]),
      journal,
      signer: signerFrom('11'.repeat(32)),
      sha256,
      now: () => 10 * day,
      log: () => undefined,
    }).over({
      name: 'postgres/pg-main',
      backup: source,
      restorer: places,
      health: () => 'ok',
      doctor: async () => [],
      close: () => undefined,
    });
  function writer() {
    const opened = open().openWriter?.();
    if (!opened || 'code' in opened) throw new Error('it can be written');
    return opened;
  }
  async function drafted(
    verb: string,
    args: Readonly<Record<string, string>> = {},
    by = operation,
  ): Promise<readonly [Step, ...(Step | undefined)[]]> {
    const draft = await open().planner?.draft({
      verb,
      operation: by,
      service: 'checkout',
      target: { ...rule.source, bounds: {}, show: [] },
      args: { what: 'database', environment: 'production', ...args },
    });
    if (!draft?.ok) throw new Error(JSON.stringify(draft));
    const [first, ...more] = draft.steps;
    if (!first) throw new Error('it has a step');
    return [first, ...more];
  }
  function world(
    step: Step | undefined,
    more: Omit<BegunWorld, 'step' | 'operation' | 'driver' | 'close'>,
  ): BegunWorld {
    if (!step) throw new Error('there is such a step');
    let current: ReturnType<typeof writer> | undefined;
    return {
      ...more,
      step,
      operation,
      driver() {
        // Who was there before is dead, and what it had under way with it.
        current?.close();
        current = writer();
        return driverIn(current.steps, step);
      },
      close: () => current?.close(),
    };
  }
  return { store, source, places, journal, writer, drafted, world };
}

function driverIn(steps: Readonly<Record<string, StepDriver>>, { kind }: Step): StepDriver {
  const driver = steps[kind];
  if (!driver) throw new Error(`nobody knows ${kind}`);
  return driver;
}

function manifests(kept: ReadonlyMap<string, unknown>): number {
  return [...kept.keys()].filter((name) => name.endsWith('.manifest.json')).length;
}
