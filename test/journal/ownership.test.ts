import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProblemError } from '../../src/core/problem.ts';
import {
  type OpenJournal,
  openJournal,
  tailJournal,
  verifyJournal,
} from '../../src/journal/index.ts';
import { appended, cause, opened, TEST_KEY, tempPath, write } from './temp.ts';

interface Running {
  readonly child: ChildProcess;
  /** Causes whose append was acknowledged, as printed so far. */
  readonly acknowledged: string[];
  /** Ends the process as a power cut would, and waits until all it printed was read. */
  kill(): Promise<void>;
  until(count: number): Promise<void>;
}

async function appender(path: string, callers: number, run: number): Promise<Running> {
  const file = new URL('./child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, path, String(callers), String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout });
  const acknowledged: string[] = [];
  lines.on('line', (line) => line !== 'ready' && acknowledged.push(line));
  await once(lines, 'line');
  return {
    child,
    acknowledged,
    kill: async () => {
      const read = once(lines, 'close');
      child.kill('SIGKILL');
      await read;
    },
    until: async (count) => {
      while (acknowledged.length < count) await once(lines, 'line');
    },
  };
}

describe('a journal that another process owns', () => {
  it('is refused, and says by whom', async () => {
    const path = tempPath();
    const running = await appender(path, 1, 0);
    const refusal = await openJournal({ path, signingKey: TEST_KEY }).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(ProblemError);
    expect(refusal).toMatchObject({
      problem: {
        code: 'JOURNAL_OWNED',
        facts: {
          path,
          pid: running.child.pid,
          since: expect.stringMatching(/^\d{4}-/),
          host: expect.any(String),
        },
      },
    });
    await running.kill();
  });

  it('is refused inside one process too', async () => {
    const path = tempPath();
    await opened(path);
    await expect(openJournal({ path, signingKey: TEST_KEY })).rejects.toThrow('JOURNAL_OWNED');
  });

  it('is free after a close', async () => {
    const path = tempPath();
    await (await opened(path)).close();
    expect(existsSync(`${path}.owner`)).toBe(false);
    await (await opened(path)).close();
  });

  it('can be verified and read while it runs', async () => {
    const path = tempPath();
    const running = await appender(path, 4, 0);
    await running.until(50);
    const report = verifyJournal(path);
    expect(report).toMatchObject({ ok: true, finding: undefined });
    expect(report.events).toBeGreaterThanOrEqual(150);
    expect(tailJournal(path, { limit: 10 }).recorded).toHaveLength(10);
    await running.kill();
  });
});

/** How many events each stream with a prefix has, in one reading of the journal. */
async function lengthsOf(journal: OpenJournal, prefix: string): Promise<number[]> {
  const lengths = new Map<string, number>();
  for (let position = 0, end = false; !end; ) {
    const page = await journal.tail(position, 2_000);
    for (const { stream, version } of page.recorded) lengths.set(stream, version);
    ({ position, end } = page);
  }
  return [...lengths].filter(([stream]) => stream.startsWith(prefix)).map(([, length]) => length);
}

describe('a process that is killed while it appends', () => {
  it('leaves every acknowledged append whole, and nothing half', async () => {
    const path = tempPath();
    const all: string[] = [];
    for (let run = 0; run < (process.env['TOCSIN_FULL'] === '1' ? 12 : 3); run++) {
      const running = await appender(path, 1 + run * 7, run);
      await running.until(20 + run * 60);
      await running.kill();
      all.push(...running.acknowledged);

      const journal = await opened(path);
      const incidents = await journal.streams('incident/');
      const operations = await journal.streams('operation/');
      expect(incidents).toEqual(expect.arrayContaining(all.map((each) => `incident/${each}`)));
      expect(operations.map((stream) => stream.slice(10))).toEqual(
        incidents.map((stream) => stream.slice(9)),
      );
      expect(await lengthsOf(journal, 'operation/')).toEqual(operations.map(() => 2));
      expect(await journal.verify()).toMatchObject({ ok: true, finding: undefined });
      await journal.close();
    }
  }, 600_000);

  it('is owned by nobody, and takes the same deliveries again without effect', async () => {
    const path = tempPath();
    const running = await appender(path, 8, 0);
    await running.until(30);
    await running.kill();
    const journal = await opened(path);
    const before = journal.stats().position;
    for (const each of running.acknowledged) {
      const again = await journal.append([write(`incident/${each}`, 0, 'again')], cause(each));
      expect(again).toMatchObject({ ok: true, repeated: true, recorded: [{}, {}, {}] });
    }
    expect(journal.stats().position).toBe(before);
    await appended(journal, cause('new'), write('incident/new', 0, 'new'));
  });
});
