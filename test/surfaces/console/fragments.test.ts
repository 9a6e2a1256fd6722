import { describe, expect, it } from 'vitest';
import {
  createFragments,
  createSequence,
  readCursor,
  writeCursor,
} from '../../../src/bot/surfaces/console/fragments.ts';

describe('fragments', () => {
  const one = (key: string, html: string) => ({ key, html, digest: '' });

  it('forget the incident that changed longest ago, and say so to those who ask for it', () => {
    const sequence = createSequence('e');
    const fragments = createFragments(sequence, 250);
    fragments.put('a', one('root', 'x'.repeat(100)));
    fragments.put('b', one('root', 'x'.repeat(100)));
    const before = sequence.current();
    fragments.put('c', one('root', 'x'.repeat(100)));
    expect(fragments.since('a', 0)).toBe('gone');
    expect(fragments.since('c', before)).toHaveLength(1);
  });

  it('never forget the one that is just shown, however long it is', () => {
    const fragments = createFragments(createSequence('e'), 10);
    expect(fragments.put('a', one('root', 'x'.repeat(100)))).toBeDefined();
    expect(fragments.since('a', 0)).toHaveLength(1);
  });

  it('have cursors that only this process reads', () => {
    const sequence = createSequence('abc');
    sequence.next();
    expect(readCursor(sequence, writeCursor(sequence))).toBe(1);
    for (const cursor of ['abd-1', 'abc-2', 'abc-1-1', 'abc--1', 'abc-1e0', 'abc-', '']) {
      expect(readCursor(sequence, cursor), cursor).toBeUndefined();
    }
  });
});
