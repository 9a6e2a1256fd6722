import { describe, expect, it } from 'vitest';
import { createBreaker, FAILURES_MAX, REST_MS } from '../../src/core/breaker.ts';

describe('a breaker', () => {
  it('lets questions go until five in a row have failed, then none for a minute', () => {
    const { breaker, fail, pass } = given();
    for (let times = 1; times < FAILURES_MAX; times += 1) {
      fail();
      expect([breaker.take(), breaker.state(), breaker.health()]).toEqual([
        0,
        'closed',
        'degraded',
      ]);
    }
    fail();
    expect([breaker.take(), breaker.state(), breaker.health()]).toEqual([REST_MS, 'open', 'down']);
    pass(REST_MS - 1);
    expect(breaker.take()).toBe(1);
  });

  it('lets one question go after the rest, and no other beside it', () => {
    const { breaker, fail, pass } = given();
    for (let times = 0; times < FAILURES_MAX; times += 1) fail();
    pass(REST_MS);
    expect(breaker.state()).toBe('half-open');
    expect([breaker.take(), breaker.take() > 0]).toEqual([0, true]);
    fail();
    expect(breaker.take()).toBe(REST_MS);
    pass(REST_MS);
    expect(breaker.take()).toBe(0);
    breaker.succeeded();
    expect([breaker.take(), breaker.take(), breaker.health()]).toEqual([0, 0, 'ok']);
  });

  it('forgets failures that an answer came between', () => {
    const { breaker, fail } = given();
    for (let times = 0; times < FAILURES_MAX * 2; times += 1) {
      fail();
      if (times % 2 === 1) breaker.succeeded();
    }
    expect(breaker.state()).toBe('closed');
  });

  it('says once that a rest began, however many tries fail after it', () => {
    const { fail, pass, opened } = given();
    for (let times = 0; times < FAILURES_MAX + 3; times += 1) {
      fail();
      pass(REST_MS);
    }
    expect(opened()).toBe(1);
  });
});

function given() {
  let now = 1000;
  let times = 0;
  const breaker = createBreaker(
    () => now,
    () => {
      times += 1;
    },
  );
  return {
    breaker,
    fail: () => breaker.failed(),
    opened: () => times,
    pass(ms: number) {
      now += ms;
    },
  };
}
