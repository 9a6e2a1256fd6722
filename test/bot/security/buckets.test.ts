import { describe, expect, it } from 'vitest';
import { createBuckets } from '../../../src/bot/security/buckets.ts';

const limits = { burst: 3, perMinute: 6, keysMax: 2 };

describe('a token bucket', () => {
  it('gives what it holds, then says when there is one again', () => {
    const buckets = createBuckets(limits);
    expect([1, 2, 3].map(() => buckets.take('ana', 0))).toEqual([0, 0, 0]);
    expect(buckets.take('ana', 0)).toBe(10_000);
    expect(buckets.take('ana', 4_000)).toBe(6_000);
    expect(buckets.take('ana', 10_000)).toBe(0);
    expect(buckets.take('ana', 10_000)).toBe(10_000);
  });

  it('is one for each key', () => {
    const buckets = createBuckets(limits);
    for (let turn = 0; turn < 9; turn += 1) buckets.take('ana', 0);
    expect(buckets.take('ben', 0)).toBe(0);
  });

  it('loses nothing when the clock is set back', () => {
    const buckets = createBuckets(limits);
    for (let turn = 0; turn < 3; turn += 1) buckets.take('ana', 60_000);
    expect(buckets.take('ana', 0)).toBeGreaterThan(0);
    expect(buckets.take('ana', 10_000)).toBe(0);
  });

  it('shares one among all beyond its memory, and remembers again once others are full', () => {
    const buckets = createBuckets(limits);
    for (const key of ['a', 'b']) buckets.take(key, 0);
    const others = ['c', 'd', 'e', 'f'].map((key) => buckets.take(key, 0));
    expect(others).toEqual([0, 0, 0, 10_000]);
    expect(buckets.take('g', 60_000)).toBe(0);
    expect(['h', 'i', 'j', 'k', 'l'].map((key) => buckets.take(key, 60_000)).at(-1)).toBe(10_000);
  });
});
