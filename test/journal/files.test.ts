import { chmodSync, copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backupJournal, embeddedOwnership, verifyJournal } from '../../src/journal/index.ts';
import { appended, cause, opened, tempPath, write } from './temp.ts';

describe('a backup', () => {
  it('is made while the journal runs, is one file, verifies and starts', async () => {
    const path = tempPath();
    const journal = await opened(path);
    await appended(journal, cause('d1'), write('incident/a', 0, 'one'));
    const digest = await journal.blobs.put(Buffer.from('output'), Date.now() + 60_000);
    const checkpoint = await journal.checkpoint();
    let appending = true;
    const busy = (async () => {
      for (let n = 0; appending; n++)
        await appended(journal, cause(`b${n}`), write(`operation/${n}`, 0, 'x'));
    })();
    const to = `${path}.backup`;
    await journal.backup(to);
    appending = false;
    await busy;

    expect(verifyJournal(to, { checkpoint: JSON.stringify(checkpoint) })).toMatchObject({
      ok: true,
    });
    for (const side of ['-wal', '-shm', '.keys']) expect(existsSync(`${to}${side}`)).toBe(false);
    const restored = await opened(to);
    expect(await restored.read('incident/a')).toHaveLength(1);
    expect(Buffer.from((await restored.blobs.get(digest)) ?? []).toString()).toBe('output');
    await appended(restored, cause('after'), write('incident/a', 1, 'two'));
  });

  it('never overwrites', async () => {
    const path = tempPath();
    const journal = await opened(path);
    await expect(journal.backup(path)).rejects.toThrow('BACKUP_EXISTS');
    await journal.close();
    await expect(backupJournal(`${path}.none`, `${path}.backup`)).rejects.toThrow(
      'JOURNAL_UNREADABLE',
    );
    expect(existsSync(`${path}.backup`)).toBe(false);
  });
});

describe('blobs', () => {
  it('go when nobody needs them any more', async () => {
    const journal = await opened(tempPath());
    const short = await journal.blobs.put(Buffer.from('short'), 10_000);
    const long = await journal.blobs.put(Buffer.from('long'), 10_000);
    await journal.blobs.put(Buffer.from('long'), 90_000);
    expect(await journal.blobs.prune(50_000)).toBe(1);
    expect(await journal.blobs.get(short)).toBeUndefined();
    expect(await journal.blobs.get(long)).toBeDefined();
  });

  it('are bounded', async () => {
    const journal = await opened(tempPath());
    await expect(journal.blobs.put(Buffer.alloc(17 * 1024 * 1024), 0)).rejects.toThrow(
      'BLOB_TOO_LARGE',
    );
  });

  it('are not shown when damaged', async () => {
    const path = tempPath();
    const journal = await opened(path);
    const digest = await journal.blobs.put(Buffer.from('output'), 10_000);
    const file = `${path}.blobs/${digest.slice(0, 2)}/${digest}`;
    chmodSync(file, 0o600);
    writeFileSync(file, 'outpux');
    expect(await journal.blobs.get(digest)).toBeUndefined();
  });
});

describe('a snapshot', () => {
  it('of another history at the same position is not believed', async () => {
    const [path, other] = [tempPath(), tempPath()];
    const journal = await opened(path);
    await appended(journal, cause('d1'), write('incident/a', 0, 'one'));
    await journal.snapshots.save({ name: 'all', evolve: '1', position: 1, state: {} });
    await journal.close();
    const replaced = await opened(other);
    await appended(replaced, cause('d1'), write('incident/a', 0, 'another'));
    await replaced.close();
    rmSync(`${path}.checkpoint`);
    copyFileSync(other, path);
    expect(await (await opened(path)).snapshots.load('all', '1')).toBeUndefined();
  });
});

describe('ownership and numbers', () => {
  it('grants every claim, with a token that grows with each start', async () => {
    const path = tempPath();
    const first = await opened(path);
    const before = await first.ownership.claim('threads');
    await first.close();
    const after = await (await opened(path)).ownership.claim('threads');
    expect(after?.token).toBe((before?.token ?? 0) + 1);
    expect(await embeddedOwnership().claim('threads')).toEqual({ partition: 'threads', token: 1 });
  });

  it('counts appends, events, commits and groups', async () => {
    const journal = await opened(tempPath());
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        journal.append([write(`incident/${n}`, 0, 'a', 'b')], cause(`d${n}`)),
      ),
    );
    await journal.append([write('incident/1', 0, 'refused')], cause('late'));
    const stats = journal.stats();
    expect(stats).toMatchObject({
      appends: 21,
      events: 40,
      commits: 1,
      waiting: 0,
      position: 40,
      accepting: true,
    });
    expect(stats.groupSizes).toMatchObject({ count: 1, sum: 20 });
    expect(stats.commitMs.count).toBe(1);
    expect(stats.databaseBytes + stats.walBytes).toBeGreaterThan(10_000);
  });
});
