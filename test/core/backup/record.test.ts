import { describe, expect, it } from 'vitest';
import { listOf } from '../../../src/core/backup/listed.ts';
import {
  backupId,
  folderOf,
  manifestBeside,
  statementOf,
  streamOf,
} from '../../../src/core/backup/manifest.ts';
import { type BackupEvent, evolveBackups, noBackups } from '../../../src/core/backup/record.ts';
import { problem } from '../../../src/core/problem.ts';
import { manifest, subject, taken } from './sample.ts';

const recordOf = (...events: readonly BackupEvent[]) =>
  events.reduce((state, event, at) => evolveBackups(state, event, { at }), noBackups);

describe('what is backed up', () => {
  it('has a folder and a stream of its own', () => {
    expect(folderOf(subject)).toBe('checkout/production/database');
    expect(streamOf(subject)).toBe('backup/checkout/production/database');
  });

  it('names a backup by when it began and who asked, so that two never meet', () => {
    const at = Date.UTC(2026, 10, 26, 3, 0, 0, 999);
    expect(backupId(at, 'op-1a2b3c4d5e')).toBe('20261126T030000Z-1a2b3c');
    expect(backupId(at, 'op-ffffff0000')).not.toBe(backupId(at, 'op-1a2b3c4d5e'));
  });

  it('finds the manifest beside an artefact whatever its ending', () => {
    expect(manifestBeside('a.b/c/20261126T030000Z-1a2b3c.sql.gz')).toBe(
      'a.b/c/20261126T030000Z-1a2b3c.manifest.json',
    );
  });
});

describe('what is signed', () => {
  it('changes with every fact of the manifest', () => {
    const { artefact } = manifest;
    const others = [
      { ...manifest, id: 'b2' },
      { ...manifest, artefact: { ...artefact, bytes: 101 } },
      { ...manifest, artefact: { ...artefact, sha256: 'ab'.repeat(32) } },
      { ...manifest, content: { counts: { 'public.orders': 4999 }, uncounted: 0 } },
    ];
    const all = [manifest, ...others].map(statementOf);
    expect(new Set(all).size).toBe(5);
  });
});

describe('the record of backups', () => {
  it('forgets a failure once one succeeds', () => {
    const failed: BackupEvent = {
      type: 'BackupFailed',
      v: 1,
      operation: 'op-2',
      problem: problem('BACKUP_FAILED'),
    };
    expect(recordOf(taken(), failed).failed).toMatchObject({ operation: 'op-2', at: 1 });
    expect(recordOf(failed, taken()).failed).toBeUndefined();
    expect(recordOf(taken(), failed).taken).toHaveLength(1);
  });

  it('is held against what lies in the store', () => {
    const name = (id: string) => `checkout/production/database/${id}.dump`;
    const record = recordOf(
      taken({ id: 'b1', name: name('b1') }),
      taken({ id: 'b2', name: name('b2') }),
      taken({ id: 'b3', name: name('b3') }),
      taken({ id: 'b4', name: name('b4'), store: 's3://old' }),
      taken({ id: 'b5', name: name('b5') }),
    );
    const files = new Map([
      [name('b1'), 100],
      [manifestBeside(name('b1')), 9],
      [name('b2'), 99],
      [manifestBeside(name('b2')), 9],
      [name('b5'), 100],
      ['checkout/production/database/somebody.dump', 3],
    ]);
    const list = listOf(subject, record, {
      store: '/backups',
      files,
      manifestOf: manifestBeside,
    });
    expect(list.backups.map(({ id, state }) => [id, state])).toEqual([
      ['b5', 'gone'],
      ['b4', 'elsewhere'],
      ['b3', 'gone'],
      ['b2', 'another size'],
      ['b1', 'there'],
    ]);
    expect(list.strangers).toEqual(['checkout/production/database/somebody.dump']);
  });
});
