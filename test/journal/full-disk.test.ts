import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { OpenJournal } from '../../src/journal/index.ts';
import { appended, cause, opened, write } from './temp.ts';

const MIB = 1024 * 1024;
const disk = mkdtempSync(join(tmpdir(), 'tocsin-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]);

afterAll(() => {
  if (mounted.status === 0) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

describe.skipIf(mounted.status !== 0)(
  'a full disk (skipped where a file system of 16 MiB cannot be mounted)',
  () => {
    it('refuses appends, lets running steps write their results, and takes appends again when there is room', async () => {
      const path = join(disk, 'journal.db');
      const journal = await opened(path, { reserveBytes: 2 * MIB });
      expect(journal.stats()).toMatchObject({ accepting: true, reserveHeld: true });
      fill(400_000);

      const written = await appendUntilFull(journal);
      expect(written).toBeGreaterThan(5);
      expect(journal.stats()).toMatchObject({ accepting: false, reserveHeld: true });

      const urgent = cause('result', { urgent: true });
      const both = await Promise.allSettled([
        journal.append([write('incident/refused', 0, 'x')], cause('refused')),
        journal.append([write('operation/result', 0, 'y'.repeat(200_000))], urgent),
      ]);
      expect(both).toMatchObject([
        { status: 'rejected', reason: { problem: { code: 'JOURNAL_FULL', facts: { path } } } },
        { status: 'fulfilled', value: { ok: true } },
      ]);
      for (let n = 0; n < 20; n++) {
        await appended(
          journal,
          cause(`result ${n}`, { urgent: true }),
          write(`operation/${n}`, 0, 'z'.repeat(20_000)),
        );
      }
      expect(journal.stats()).toMatchObject({ accepting: false, reserveHeld: false });
      expect(await journal.streams('incident/')).toHaveLength(written);
      expect(await journal.streams('operation/')).toHaveLength(21);
      expect(await journal.verify()).toMatchObject({ ok: true, finding: undefined });

      rmSync(join(disk, 'filler'));
      await vi.waitFor(
        () => expect(journal.stats()).toMatchObject({ accepting: true, reserveHeld: true }),
        { timeout: 10_000 },
      );
      await appended(journal, cause('after'), write('incident/after', 0, 'x'));
      await journal.close();

      const again = await opened(path, { reserveBytes: 2 * MIB });
      expect(await again.streams('incident/')).toHaveLength(written + 1);
      expect(await again.streams('incident/refused')).toEqual([]);
      expect(await again.verify()).toMatchObject({ ok: true });
      await again.close();
    });

    it('loses nothing when it stays full until the end', async () => {
      const path = join(disk, 'second.db');
      const journal = await opened(path, { reserveBytes: MIB });
      fill(300_000);
      const written = await appendUntilFull(journal);
      await expect(journal.blobs.put(Buffer.alloc(MIB, 7), Date.now())).rejects.toThrow(
        'JOURNAL_FULL',
      );
      await journal.close();
      rmSync(join(disk, 'filler'));
      const again = await opened(path, { reserveBytes: MIB });
      expect(await again.streams('incident/')).toHaveLength(written);
      expect(await again.verify()).toMatchObject({ ok: true });
    });
  },
);

/** Leaves so many bytes free. */
function fill(bytes: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize - bytes, 1));
}

async function appendUntilFull(journal: OpenJournal): Promise<number> {
  for (let n = 0; ; n++) {
    const result = await journal
      .append([write(`incident/${n}`, 0, 'x'.repeat(10_000))], cause(`d${n}`))
      .catch((error: unknown) => error);
    if (!(result instanceof Error)) continue;
    expect(result.message).toContain('JOURNAL_FULL');
    return n;
  }
}
