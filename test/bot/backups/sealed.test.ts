import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { signedManifestIn } from '../../../src/bot/backups/schema.ts';
import { Secret } from '../../../src/core/secret.ts';
import { connect } from '../../../src/integrations/age/index.ts';
import { memorySource } from '../../fakes/backups.ts';
import {
  type BackupStage,
  driverOf,
  type Life,
  run,
  stageOf,
  stepsOf,
} from '../../real/backup/stage.ts';

const place = 'checkout/production/database';
const id = '20261126T030000Z-1a2b3c';
const [ours, theirs] = await Promise.all([pair(), pair()]);
const encrypt = { recipients: [ours.recipient], identities: [new Secret(ours.identity)] };
const withoutKey = { ...encrypt, identities: [] };
const otherKey = { ...encrypt, identities: [new Secret(theirs.identity)] };

describe('a backup that is encrypted', () => {
  it('says so in its plan, its name and its manifest, and holds nothing that can be read', async () => {
    const stage = staged();
    const plan = await stage.life({ encrypt }).draft('backup');
    expect(plan).toMatchObject({
      ok: true,
      warnings: [],
      blast: { encrypted: `for ${ours.recipient}` },
      diff: [{ path: `backup (pg_dump custom, encrypted for ${ours.recipient.slice(0, 12)}…)` }],
    });
    expect(await taken(stage)).toMatchObject({ state: 'done' });
    expect(readdirSync(join(stage.folder, place))).toEqual([
      `${id}.dump.age`,
      `${id}.manifest.json`,
    ]);
    const stored = bytesOf(stage);
    expect(stored.toString('latin1')).not.toContain('rows');
    const { artefact } = manifestOf(stage);
    expect(artefact).toMatchObject({
      bytes: stored.length,
      encryption: 'age',
      recipients: [ours.recipient],
    });
    const opened: Uint8Array[] = [];
    const cipher = connect({ recipients: [], identities: [ours.identity] });
    async function* stream() {
      yield stored;
    }
    for await (const part of cipher.open(stream())) opened.push(part);
    expect(Buffer.concat(opened).toString()).toBe('rows');
  });

  it('is verified as any other where the key is', async () => {
    const stage = staged();
    await taken(stage);
    expect(await verified(stage.life({ encrypt }))).toMatchObject({ state: 'done' });
    expect(await eventsOf(stage)).toEqual(['BackupTaken', 'BackupVerified']);
    expect(await checksOf(stage)).toEqual([
      'signature true',
      'record true',
      'checksum true',
      'readable true',
      'restored true',
      'rows true',
    ]);
  });

  it('stays what it is when its entry encrypts for others, or no more', async () => {
    const stage = staged();
    await run(stage.life(), stepsOf(await stage.life().draft('backup'))[0] ?? never());
    expect(await verified(stage.life({ encrypt }))).toMatchObject({ state: 'done' });
    const sealed = staged();
    await taken(sealed);
    expect(await verified(sealed.life())).toMatchObject({
      state: 'failed',
      problem: { code: 'BACKUP_NOT_OPENED' },
    });
  });

  it.each([
    ['no key', withoutKey],
    ['the key of somebody else', otherKey],
  ])(
    'is verified as far as its encryption with %s, and nobody calls it valid or bad',
    async (_, own) => {
      const stage = staged();
      await taken(stage);
      const plan = await stage.life({ encrypt: own }).draft('verify-backup');
      expect(plan).toMatchObject({
        warnings: [{ code: 'BACKUP_NO_KEY', facts: { id, recipients: ours.recipient } }],
        blast: { restoresInto: 'nothing: there is no key to open it with' },
      });
      expect(await verified(stage.life({ encrypt: own }))).toMatchObject({
        state: 'failed',
        problem: { code: 'BACKUP_NOT_OPENED', facts: { recipients: ours.recipient } },
      });
      expect(await eventsOf(stage)).toEqual(['BackupTaken']);
    },
  );

  it.each([
    ['cut', (bytes: Buffer) => bytes.subarray(0, -5), withoutKey],
    ['changed in a bit', flipped, withoutKey],
    ['cut, and a key is there', (bytes: Buffer) => bytes.subarray(0, -5), encrypt],
    ['changed in a bit, and a key is there', flipped, encrypt],
    ['empty', () => Buffer.alloc(0), encrypt],
  ])('that is %s is found invalid', async (_, change, own) => {
    const stage = staged();
    await taken(stage);
    writeFileSync(fileOf(stage), change(bytesOf(stage)));
    expect(await verified(stage.life({ encrypt: own }))).toMatchObject({
      state: 'failed',
      problem: { code: 'BACKUP_INVALID', facts: { found: expect.stringMatching(/^checksum: /) } },
    });
    expect((await checksOf(stage)).includes('checksum false')).toBe(true);
  });

  it('is not taken for others than it was approved for', async () => {
    const stage = staged();
    const [step = never()] = stepsOf(await stage.life({ encrypt }).draft('backup'));
    const others = { ...encrypt, recipients: [theirs.recipient] };
    for (const more of [{ encrypt: others }, {}]) {
      const life = stage.life(more);
      expect(await driverOf(life, step).check(step, now)).toMatchObject({
        ok: false,
        problem: { code: 'PLAN_STALE' },
      });
    }
    expect(readdirSync(stage.folder)).toEqual([]);
  });
});

const now = { operation: 'op-1a2b3c4d5e', outputs: {}, startedAt: Date.UTC(2026, 10, 26, 3, 0, 0) };

function staged(): BackupStage {
  const source = { integration: 'postgres', target: 'pg-main', locator: {} };
  return stageOf('database', source, { backup: memorySource() });
}

async function taken(stage: BackupStage) {
  const life = stage.life({ encrypt });
  return run(life, stepsOf(await life.draft('backup'))[0] ?? never());
}

async function verified(life: Life) {
  return run(life, stepsOf(await life.draft('verify-backup'))[0] ?? never());
}

function fileOf({ folder }: BackupStage): string {
  return join(folder, place, `${id}.dump.age`);
}

function bytesOf(stage: BackupStage): Buffer {
  return readFileSync(fileOf(stage));
}

function manifestOf({ folder }: BackupStage) {
  const text = readFileSync(join(folder, place, `${id}.manifest.json`), 'utf8');
  return signedManifestIn(text)?.manifest ?? never();
}

async function eventsOf({ journal }: BackupStage): Promise<readonly string[]> {
  return (await journal.read(`backup/${place}`)).map(({ event }) => event.type);
}

async function checksOf({ journal }: BackupStage): Promise<readonly string[]> {
  const last = (await journal.read(`backup/${place}`)).at(-1)?.event;
  const checks: unknown = last && 'checks' in last ? last.checks : [];
  if (!Array.isArray(checks)) return [];
  return checks.map(({ name, ok }) => `${name} ${ok}`);
}

function flipped(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8((changed[changed.length - 3] ?? 0) ^ 1, changed.length - 3);
  return changed;
}

async function pair() {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

function never(): never {
  throw new Error('there is one');
}
