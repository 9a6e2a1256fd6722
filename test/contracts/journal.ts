import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Event, Recorded } from '../../src/core/event.ts';
import type { AppendContext, Journal, StreamWrite } from '../../src/core/ports/journal.ts';

/** One store under test: opened on fresh ground, and opened again over what it kept. */
export interface JournalUnderTest {
  open(): Promise<Journal>;
  /** Closes as a process does that ends in good order, and opens what it left. */
  reopen(): Promise<Journal>;
  /** The store's own clock, in the hands of the test. */
  setTime(at: number): void;
}

/** What every store of the journal owes its readers and writers. */
export function journalContract(name: string, make: () => JournalUnderTest): void {
  describe(`journal contract: ${name}`, () => {
    let store: JournalUnderTest;
    let journal: Journal;

    beforeEach(async () => {
      store = make();
      store.setTime(1_000);
      journal = await store.open();
    });

    describe('append', () => {
      it('stamps stream, version, position, time, author and cause', async () => {
        const result = await journal.append([write('incident/a', 0, 'one', 'two')], by('d1'));
        expect(result).toEqual({
          ok: true,
          repeated: false,
          recorded: [
            recorded('incident/a', 1, 'one', {
              position: expect.any(Number),
              cause: 'd1',
              at: 1_000,
            }),
            recorded('incident/a', 2, 'two', {
              position: expect.any(Number),
              cause: 'd1',
              at: 1_000,
            }),
          ],
        });
      });

      it('answers what a reader will see', async () => {
        const event = {
          type: 'Noted',
          v: 1,
          text: 'é 🔔 \ud800',
          left: undefined,
          none: null,
          list: [1, { a: [] }],
        };
        const writes = [{ stream: 'incident/a', expectedVersion: 0, events: [event] }];
        const result = await journal.append(writes, by('d1'));
        expect(result.ok && result.recorded).toEqual(await journal.read('incident/a'));
        expect(await textOf(journal, 'incident/a')).toEqual(['é 🔔 \ud800']);
      });

      it('writes to several streams at once', async () => {
        await ok(journal, 'd1', write('incident/a', 0, 'a1'), write('operation/b', 0, 'b1', 'b2'));
        expect(await textOf(journal, 'incident/a')).toEqual(['a1']);
        expect(await textOf(journal, 'operation/b')).toEqual(['b1', 'b2']);
      });

      it('writes nothing anywhere when one stream has moved', async () => {
        await ok(journal, 'd1', write('incident/a', 0, 'a1'));
        const result = await journal.append(
          [write('operation/b', 0, 'b1'), write('incident/a', 0, 'a2')],
          by('d2'),
        );
        expect(result).toEqual({ ok: false, code: 'CONFLICT', stream: 'incident/a', actual: 1 });
        expect(await textOf(journal, 'operation/b')).toEqual([]);
        expect(await textOf(journal, 'incident/a')).toEqual(['a1']);
      });

      it('refuses a version that the stream has not reached', async () => {
        const result = await journal.append([write('incident/a', 3, 'a')], by('d1'));
        expect(result).toEqual({ ok: false, code: 'CONFLICT', stream: 'incident/a', actual: 0 });
      });

      it('asserts the version of a stream named without events', async () => {
        await ok(journal, 'd1', write('target/t', 0, 'locked'));
        const stale = await journal.append(
          [write('target/t', 0), write('operation/b', 0, 'b1')],
          by('d2'),
        );
        expect(stale).toEqual({ ok: false, code: 'CONFLICT', stream: 'target/t', actual: 1 });
        await ok(journal, 'd3', write('target/t', 1), write('operation/b', 0, 'b1'));
        expect(await textOf(journal, 'target/t')).toEqual(['locked']);
        expect(await textOf(journal, 'operation/b')).toEqual(['b1']);
      });

      it('only asserts when there are no events at all', async () => {
        expect(await journal.append([write('target/t', 0)], by('d1'))).toEqual({
          ok: true,
          repeated: false,
          recorded: [],
        });
        expect(await journal.streams('target/')).toEqual([]);
      });

      it('lets one of two writers win who saw the same version', async () => {
        const results = await Promise.all([
          journal.append([write('incident/a', 0, 'ana')], by('d1')),
          journal.append([write('incident/a', 0, 'ben')], by('d2')),
        ]);
        expect(results.filter((result) => result.ok)).toHaveLength(1);
        expect(await textOf(journal, 'incident/a')).toHaveLength(1);
      });

      it('does not let a refused append fail the others of its group', async () => {
        await ok(journal, 'd0', write('incident/taken', 0, 'first'));
        const appends = Array.from({ length: 40 }, (_, index) => {
          const stream = index % 2 === 0 ? `incident/${index}` : 'incident/taken';
          return journal.append(
            [write(`operation/${index}`, 0, 'x'), write(stream, 0, 'x')],
            by(`d1-${index}`),
          );
        });
        const results = await Promise.all(appends);
        expect(results.map((result) => result.ok)).toEqual(
          results.map((_, index) => index % 2 === 0),
        );
        expect(await journal.streams('operation/')).toHaveLength(20);
        expect(await textOf(journal, 'incident/taken')).toEqual(['first']);
      });

      it('never stamps a time earlier than the event before', async () => {
        store.setTime(5_000);
        await ok(journal, 'd1', write('incident/a', 0, 'one'));
        store.setTime(2_000);
        await ok(journal, 'd2', write('incident/b', 0, 'two'));
        journal = await store.reopen();
        await ok(journal, 'd3', write('incident/c', 0, 'three'));
        store.setTime(6_000);
        await ok(journal, 'd4', write('incident/d', 0, 'four'));
        const { recorded: all } = await journal.tail(0, 100);
        expect(all.filter(({ event }) => event.type === 'Noted').map(({ at }) => at)).toEqual([
          5_000, 5_000, 5_000, 6_000,
        ]);
      });
    });

    describe('a cause seen before', () => {
      it('gets its first result and writes nothing', async () => {
        const first = await journal.append(
          [write('incident/a', 0, 'one'), write('incident/b', 0, 'two')],
          by('d1'),
        );
        const again = await journal.append([write('incident/a', 0, 'another')], by('d1'));
        expect(again).toEqual({ ...first, repeated: true });
        expect(await textOf(journal, 'incident/a')).toEqual(['one']);
      });

      it('is known after a restart', async () => {
        const first = await journal.append([write('incident/a', 0, 'one')], by('d1'));
        journal = await store.reopen();
        expect(await journal.append([write('incident/a', 0, 'one')], by('d1'))).toEqual({
          ...first,
          repeated: true,
        });
      });

      it('is known inside one group', async () => {
        const results = await Promise.all(
          Array.from({ length: 10 }, () =>
            journal.append([write('incident/a', 0, 'one')], by('d1')),
          ),
        );
        expect(results.map((result) => result.ok && result.repeated)).toEqual([
          false,
          ...Array(9).fill(true),
        ]);
        expect(await textOf(journal, 'incident/a')).toEqual(['one']);
      });

      it('is free again when its append was refused', async () => {
        await ok(journal, 'd1', write('incident/a', 0, 'one'));
        expect(await journal.append([write('incident/a', 0, 'two')], by('d2'))).toMatchObject({
          ok: false,
        });
        await ok(journal, 'd2', write('incident/a', 1, 'two'));
        expect(await textOf(journal, 'incident/a')).toEqual(['one', 'two']);
      });
    });

    describe('a fence', () => {
      const partition = 'operations';

      it('lets its holder write, again and again', async () => {
        await ok(
          journal,
          { ...by('d1'), fence: { partition, token: 4 } },
          write('incident/a', 0, 'one'),
        );
        await ok(
          journal,
          { ...by('d2'), fence: { partition, token: 4 } },
          write('incident/a', 1, 'two'),
        );
        expect(await textOf(journal, 'incident/a')).toEqual(['one', 'two']);
      });

      it('keeps out who held it before, also after a restart', async () => {
        await ok(
          journal,
          { ...by('d1'), fence: { partition, token: 5 } },
          write('incident/a', 0, 'one'),
        );
        journal = await store.reopen();
        const late = await journal.append([write('incident/b', 0, 'late')], {
          ...by('d2'),
          fence: { partition, token: 4 },
        });
        expect(late).toEqual({ ok: false, code: 'FENCED' });
        expect(await textOf(journal, 'incident/b')).toEqual([]);
      });

      it('holds for its partition only', async () => {
        await ok(
          journal,
          { ...by('d1'), fence: { partition, token: 5 } },
          write('incident/a', 0, 'one'),
        );
        await ok(
          journal,
          { ...by('d2'), fence: { partition: 'threads', token: 1 } },
          write('incident/b', 0, 'two'),
        );
        expect(await textOf(journal, 'incident/b')).toEqual(['two']);
      });
    });

    describe('reading', () => {
      it('answers nothing for a stream that is not there', async () => {
        expect(await journal.read('incident/none')).toEqual([]);
      });

      it('starts at a version', async () => {
        await ok(journal, 'd1', write('incident/a', 0, 'one', 'two', 'three'));
        expect((await journal.read('incident/a', 2)).map(({ version }) => version)).toEqual([2, 3]);
      });

      it('tails all streams in order, page by page', async () => {
        for (let n = 0; n < 7; n++)
          await ok(journal, `d${n}`, write(`incident/${n % 3}`, Math.floor(n / 3), `text ${n}`));
        const seen: string[] = [];
        let position = 0;
        for (let end = false; !end; ) {
          const page = await journal.tail(position, 2);
          expect(page.recorded.length).toBeLessThanOrEqual(2);
          seen.push(
            ...page.recorded.map(({ event }) =>
              'text' in event ? String(event.text) : event.type,
            ),
          );
          ({ position, end } = page);
        }
        expect(seen).toEqual([
          'text 0',
          'text 1',
          'text 2',
          'text 3',
          'text 4',
          'text 5',
          'text 6',
        ]);
        expect(await journal.tail(position, 10)).toEqual({ recorded: [], position, end: true });
      });

      it('lists streams by prefix, in order', async () => {
        await ok(
          journal,
          'd1',
          write('incident/b', 0, 'x'),
          write('incident/a', 0, 'x'),
          write('incidents', 0, 'x'),
        );
        expect(await journal.streams('incident/')).toEqual(['incident/a', 'incident/b']);
        expect(await journal.streams('')).toEqual(['incident/a', 'incident/b', 'incidents']);
      });

      it('tells the same after a restart', async () => {
        await ok(journal, 'd1', write('incident/a', 0, 'one', 'two'));
        const before = await journal.read('incident/a');
        journal = await store.reopen();
        expect(await journal.read('incident/a')).toEqual(before);
      });
    });

    describe('beside the chain', () => {
      it('keeps blobs by their digest', async () => {
        const bytes = Buffer.from('a long output');
        const digest = await journal.blobs.put(bytes, 10_000);
        expect(digest).toBe(createHash('sha256').update(bytes).digest('hex'));
        expect(await journal.blobs.put(bytes, 5_000)).toBe(digest);
        expect(Buffer.from((await journal.blobs.get(digest)) ?? [])).toEqual(bytes);
        expect(await journal.blobs.get('0'.repeat(64))).toBeUndefined();
      });

      it('keeps secrets until they are deleted', async () => {
        await journal.keyring.set('session', Buffer.from([1, 2, 3]));
        await journal.keyring.set('seed/ana', Buffer.from([4]));
        journal = await store.reopen();
        expect(Buffer.from((await journal.keyring.get('session')) ?? [])).toEqual(
          Buffer.from([1, 2, 3]),
        );
        await journal.keyring.delete('session');
        expect(await journal.keyring.get('session')).toBeUndefined();
        expect(Buffer.from((await journal.keyring.get('seed/ana')) ?? [])).toEqual(
          Buffer.from([4]),
        );
      });

      it('keeps a snapshot for the evolve that made it', async () => {
        const [last] = await ok(journal, 'd1', write('incident/a', 0, 'one'));
        const snapshot = {
          name: 'incidents',
          evolve: '3',
          position: last?.position ?? 0,
          state: { open: ['a'] },
        };
        await journal.snapshots.save(snapshot);
        journal = await store.reopen();
        expect(await journal.snapshots.load('incidents', '3')).toEqual(snapshot);
        expect(await journal.snapshots.load('incidents', '4')).toBeUndefined();
        expect(await journal.snapshots.load('operations', '3')).toBeUndefined();
      });

      it('does not believe a snapshot from ahead of the journal', async () => {
        await journal.snapshots.save({ name: 'incidents', evolve: '3', position: 99, state: {} });
        expect(await journal.snapshots.load('incidents', '3')).toBeUndefined();
      });
    });
  });
}

interface Noted extends Event {
  readonly type: 'Noted';
  readonly text: string;
}

function write(stream: string, expectedVersion: number, ...texts: readonly string[]): StreamWrite {
  return {
    stream,
    expectedVersion,
    events: texts.map((text): Noted => ({ type: 'Noted', v: 1, text })),
  };
}

function by(cause: string): AppendContext {
  return { cause, by: 'ana' };
}

function recorded(
  stream: string,
  version: number,
  text: string,
  rest: { position: number; cause: string; at: number },
) {
  return { stream, version, by: 'ana', event: { type: 'Noted', v: 1, text }, ...rest };
}

async function ok(
  journal: Journal,
  context: string | AppendContext,
  ...writes: readonly StreamWrite[]
): Promise<readonly Recorded[]> {
  const result = await journal.append(writes, typeof context === 'string' ? by(context) : context);
  if (!result.ok) throw new Error(`refused: ${result.code}`);
  return result.recorded;
}

async function textOf(journal: Journal, stream: string): Promise<string[]> {
  const events = await journal.read(stream);
  return events.map(({ event }) => ('text' in event ? String(event.text) : event.type));
}
