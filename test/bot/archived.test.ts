import { describe, expect, it } from 'vitest';
import { isArchived } from '../../src/bot/archived.ts';
import { emptyReadings } from '../../src/bot/readings.ts';
import { apply } from '../../src/bot/stream-readers.ts';
import type { Recorded } from '../../src/core/event.ts';

const gone = (isPrivate: boolean): Recorded => ({
  stream: 'incident/old',
  version: 1,
  position: 1,
  at: 0,
  by: 'tocsin',
  cause: 'c',
  event: { type: 'Erased', v: 1, was: 'IncidentOpened', archived: { number: 1, isPrivate } },
});

const archived = {
  type: 'JournalArchived',
  v: 1,
  number: 1,
  file: 'tocsin.db-000001.archive',
  digest: '',
  from: 1,
  to: 1,
  events: 1,
  streams: 1,
  checkpoint: { number: 1, digest: '' },
};
const at = Date.UTC(2026, 2, 1);
const journal = {
  read: async () => [{ ...gone(false), stream: 'journal/archives', at, event: archived }],
};

describe('a thread that was archived', () => {
  it('is said to be, with its file and the day', async () => {
    const asked = isArchived(journal, { kind: 'incident', id: 'old' }, [gone(false)]);
    await expect(asked).rejects.toMatchObject({
      problem: {
        code: 'THREAD_ARCHIVED',
        facts: { thread: 'old', file: 'tocsin.db-000001.archive', date: '2026-03-01' },
      },
    });
  });

  it('is unknown to everybody where only its members saw it', async () => {
    expect(await isArchived(journal, { kind: 'incident', id: 'old' }, [gone(true)])).toBe(true);
  });

  it('is nothing that memory holds after a replay', () => {
    const readings = emptyReadings();
    apply(readings, gone(false));
    expect(readings.incidents.size).toBe(0);
    expect(readings.position).toBe(1);
  });
});
