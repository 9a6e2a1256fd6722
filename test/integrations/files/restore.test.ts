import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import { createArchives } from '../../../src/integrations/files/index.ts';
import { createRestorer } from '../../../src/integrations/files/restorer.ts';
import type { FilesConfig } from '../../../src/integrations/files/schema.ts';
import {
  type BackupStage,
  context,
  driverOf,
  type Life,
  run,
  stageOf,
  startedAt,
  stepsOf,
} from '../../real/backup/stage.ts';
import { configOf, folderOf } from './given.ts';

const isRoot = process.getuid?.() === 0;
const id = '20261126T030000Z-1a2b3c';
const restoring = { operation: 'op-9999999999', startedAt: startedAt + 3_600_000 };
const later = { ...context, ...restoring };

interface World {
  readonly stage: BackupStage;
  readonly around: string;
  /** A folder and, elsewhere, a file. */
  readonly etc: string;
  readonly conf: string;
}

/** A backup is there, and what is in use has changed since. */
async function world(more: Partial<FilesConfig> = {}): Promise<World> {
  const around = folderOf();
  const etc = join(around, 'etc', 'checkout');
  const conf = join(around, 'nginx', 'nginx.conf');
  mkdirSync(join(etc, 'conf.d'), { recursive: true });
  mkdirSync(join(around, 'nginx'));
  writeFileSync(join(etc, 'checkout.yaml'), 'workers: 4\n');
  writeFileSync(join(etc, 'conf.d', 'tls.yaml'), 'tls: true\n');
  chmodSync(join(etc, 'conf.d'), 0o550);
  symlinkSync('conf.d/tls.yaml', join(etc, 'current'));
  writeFileSync(conf, 'worker_processes 2;\n');
  if (isRoot) chownSync(conf, 1234, 2345);
  const stage = stageWith(configOf([etc, conf], more));
  const life = stage.life();
  const [step] = stepsOf(await life.draft('backup'));
  if (!step) throw new Error('it has a step');
  expect(await run(life, step)).toMatchObject({ state: 'done' });
  writeFileSync(join(etc, 'checkout.yaml'), 'workers: 0\n');
  writeFileSync(join(etc, 'added.yaml'), 'new');
  writeFileSync(conf, 'broken');
  return { stage, around, etc, conf };
}

function stageWith(config: FilesConfig): BackupStage {
  const source = { integration: 'files', target: config.target, locator: {} };
  const copied = { backup: createArchives(config), restorer: createRestorer(config) };
  return stageOf('config', source, copied);
}

function drafted(life: Life, more: Readonly<Record<string, string>> = {}) {
  return life.draft('restore', { from: id, name: 'checkout-etc', ...more }, restoring.operation);
}

function three([one, two, last]: readonly Step[]): readonly [Step, Step, Step] {
  if (!one || !two || !last) throw new Error('a restore has three steps');
  return [one, two, last];
}

const text = (...way: readonly string[]) => readFileSync(join(...way), 'utf8');
const names = ({ around }: World) => ({
  etc: readdirSync(join(around, 'etc')).toSorted(),
  nginx: readdirSync(join(around, 'nginx')).toSorted(),
});
const untouched = { etc: ['checkout'], nginx: ['nginx.conf'] };

it('files take the place of what is in use, with owners and rights, and what was in use is kept', async () => {
  const there = await world();
  const { stage, etc, conf } = there;
  const life = stage.life();
  expect(await drafted(life, { name: 'checkout' })).toMatchObject({
    ok: false,
    problem: { code: 'RESTORE_NAME_NOT_TYPED', facts: { name: 'checkout-etc' } },
  });
  const plan = await drafted(life);
  expect(plan).toMatchObject({
    ok: true,
    risk: 'danger',
    targets: [{ id: 'backup/checkout/production/config' }, { id: 'files/checkout-etc' }],
    blast: {
      keeps: 'what is in use now, as checkout-etc_before_999999',
      interrupts: expect.stringContaining(`${etc}_before_999999, ${conf}_before_999999`),
    },
  });
  for (const step of stepsOf(plan)) {
    const ended = await run(life, step, restoring);
    expect(ended, `${step.id} ${JSON.stringify(ended)}`).toMatchObject({ state: 'done' });
  }
  expect(text(etc, 'checkout.yaml')).toBe('workers: 4\n');
  expect(text(etc, 'current')).toBe('tls: true\n');
  expect(existsSync(join(etc, 'added.yaml'))).toBe(false);
  expect(text(conf)).toBe('worker_processes 2;\n');
  expect(statSync(join(etc, 'conf.d')).mode & 0o777).toBe(0o550);
  if (isRoot) expect(statSync(conf)).toMatchObject({ uid: 1234, gid: 2345 });
  expect(text(`${etc}_before_999999`, 'checkout.yaml')).toBe('workers: 0\n');
  expect(text(`${conf}_before_999999`)).toBe('broken');
  expect(names(there)).toEqual({
    etc: ['checkout', 'checkout_before_999999'],
    nginx: ['nginx.conf', 'nginx.conf_before_999999'],
  });
  expect(stage.journal.all.map(({ event }) => event.type)).toEqual([
    'BackupTaken',
    'BackupTaken',
    'BackupRestored',
  ]);
});

/** As a process leaves it that dies between two names. */
function dieBetween({ around, etc, conf }: World, moved: 'nothing' | 'one' | 'all but the note') {
  const note = 'checkout-etc_restored_999999\ncheckout-etc_before_999999\nend\n';
  writeFileSync(join(around, 'etc', '.checkout.tocsin-swap'), note);
  if (moved === 'nothing') return;
  renameSync(etc, `${etc}_before_999999`);
  if (moved === 'one') return;
  renameSync(`${etc}_restored_999999`, etc);
  renameSync(conf, `${conf}_before_999999`);
  renameSync(`${conf}_restored_999999`, conf);
}

it.each(['nothing', 'one', 'all but the note'] as const)(
  'whoever follows a process that died when it had renamed %s brings it to its end',
  async (moved) => {
    const there = await world();
    const { stage, etc, conf } = there;
    const [, into, swap] = three(stepsOf(await drafted(stage.life())));
    // What an earlier attempt left half-way goes first.
    mkdirSync(`${etc}_restored_999999`);
    writeFileSync(join(`${etc}_restored_999999`, 'half'), '');
    expect(await run(stage.life(), into, restoring)).toMatchObject({ state: 'done' });
    expect(existsSync(join(`${etc}_restored_999999`, 'half'))).toBe(false);
    dieBetween(there, moved);
    const driver = driverOf(stage.life(), swap);
    const checked = await driver.check(swap, later);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
    expect(await driver.probe(swap, { ...later, token: '1', attempt: 1 })).toBe('cannot-know');
    const given = { ...later, token: checked.token, attempt: 2 };
    expect(await driver.apply(swap, given)).toMatchObject({ outcome: 'applied' });
    expect(await driver.probe(swap, given)).toBe('yes');
    expect(await driver.observe(swap, later)).toMatchObject({ state: 'done' });
    // A second one is refused: the names are those of others.
    expect(await driver.apply(swap, given)).toMatchObject({ outcome: 'moved' });
    expect(text(etc, 'checkout.yaml')).toBe('workers: 4\n');
    expect(text(conf)).toBe('worker_processes 2;\n');
    expect(names(there).etc).toEqual(['checkout', 'checkout_before_999999']);
  },
);

it.each(['nothing', 'one', 'all but the note'] as const)(
  'the way out of a change that had renamed %s leaves everything as it was',
  async (moved) => {
    const there = await world();
    const { stage, etc, conf } = there;
    const [, into, swap] = three(stepsOf(await drafted(stage.life())));
    await run(stage.life(), into, restoring);
    dieBetween(there, moved);
    const [discard] = swap.onFailure === 'stop' ? [] : swap.onFailure.compensate;
    if (!discard) throw new Error('it has a way out');
    expect(await run(stage.life(), discard, restoring)).toMatchObject({ state: 'done' });
    expect(names(there)).toEqual(untouched);
    expect(text(etc, 'checkout.yaml')).toBe('workers: 0\n');
    expect(text(conf)).toBe('broken');
  },
);

it('what somebody put in the place meanwhile is not put aside', async () => {
  const there = await world();
  const { stage, conf } = there;
  const [, into, swap] = three(stepsOf(await drafted(stage.life())));
  await run(stage.life(), into, restoring);
  writeFileSync(`${conf}.new`, 'of somebody else');
  renameSync(`${conf}.new`, conf);
  expect(await driverOf(stage.life(), swap).check(swap, later)).toMatchObject({
    ok: false,
    problem: { code: 'PLAN_STALE' },
  });
  expect(text(conf)).toBe('of somebody else');
});

it('an archive that was harmed is not put beside, and one of other paths nowhere', async () => {
  const there = await world();
  const { stage, around, conf } = there;
  const [, into] = three(stepsOf(await drafted(stage.life())));
  truncateSync(join(stage.folder, 'checkout', 'production', 'config', `${id}.tar.zst`), 120);
  expect(await run(stage.life(), into, restoring)).toMatchObject({
    state: 'failed',
    problem: { code: 'BACKUP_PROGRAM_FAILED' },
  });
  expect(names(there)).toEqual(untouched);

  const { restorer } = { restorer: createRestorer(configOf([join(around, 'etc'), conf])) };
  const coming = {
    mark: '999999',
    bytes: 0,
    content: { counts: {}, uncounted: 0, trees: { '/etc/shadow': { bytes: 1, sha256: '' } } },
  };
  await expect(restorer.place({ locator: {} }, coming)).rejects.toMatchObject({
    problem: { code: 'FILES_OTHER_PATHS' },
  });
});

it('what cannot be put aside is found out before anybody approves', async () => {
  const coming = (path: string, bytes: number) => ({
    mark: '999999',
    bytes,
    content: { counts: {}, uncounted: 0, trees: { [path]: { bytes, sha256: '' } } },
  });
  const at = (path: string) => createRestorer(configOf([path]));
  // A file system of its own on every machine.
  await expect(at('/proc').place({ locator: {} }, coming('/proc', 0))).rejects.toMatchObject({
    problem: { code: 'FILES_MOUNTED' },
  });
  const { etc } = await world();
  await expect(at(etc).place({ locator: {} }, coming(etc, 2 ** 52))).rejects.toMatchObject({
    problem: { code: 'FILES_NO_ROOM' },
  });
  const long = join(folderOf(), 'x'.repeat(250));
  mkdirSync(long);
  await expect(at(long).place({ locator: {} }, coming(long, 0))).rejects.toMatchObject({
    problem: { code: 'FILES_UNREADABLE', facts: { why: 'ENAMETOOLONG' } },
  });
});

it('nothing is taken away but what a restore made', async () => {
  const { etc } = await world();
  const restorer = createRestorer(configOf([etc]));
  for (const name of ['checkout-etc', '', 'checkout-etc_old', 'x', 'checkout-etc_before_../../x']) {
    await expect(restorer.drop({ locator: {} }, name)).rejects.toThrow(
      'nothing that a restore made',
    );
  }
  expect(text(etc, 'checkout.yaml')).toBe('workers: 0\n');
});

it('a note that somebody else wrote changes no name', async () => {
  const there = await world();
  const { stage, around, etc } = there;
  writeFileSync(join(around, 'etc', '.checkout.tocsin-swap'), '../../x\n../../y\nend\n');
  const restorer = createRestorer(configOf([etc]));
  expect([
    ...(await restorer.identities({ locator: {} }, ['checkout-etc', '../../x'])),
  ]).toHaveLength(1);
  const [, into, swap] = three(stepsOf(await drafted(stage.life())));
  await run(stage.life(), into, restoring);
  expect(await run(stage.life(), swap, restoring)).toMatchObject({ state: 'done' });
  expect(names(there).etc).toEqual(['checkout', 'checkout_before_999999']);
});
