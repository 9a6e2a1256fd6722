import { describe, expect, it } from 'vitest';
import { appended, cause, noted, opened, tempPath, write } from './temp.ts';

describe('an event that is too large', () => {
  it('is refused with its kind and its size, and nothing of its append is kept', async () => {
    const journal = await opened(tempPath());
    const large = { ...noted('x'.repeat(1024 * 1024)) };
    const both = [
      write('incident/a', 0, 'small'),
      { stream: 'incident/b', expectedVersion: 0, events: [large] },
    ];
    await expect(journal.append(both, cause('d1'))).rejects.toMatchObject({
      problem: { code: 'EVENT_TOO_LARGE', facts: { type: large.type, most: 1024 * 1024 } },
    });
    expect((await journal.tail(0, 100)).recorded).toEqual([]);
    await appended(journal, cause('d2'), write('incident/a', 0, 'small'));
  });
});
