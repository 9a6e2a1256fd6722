import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TurningClock, turningClock } from '../turning-clock.ts';
import { clientOf, outcomeOf, type Shop, startShop } from './given.ts';
import type { Fault } from './index.ts';

let clock: TurningClock;
let at: Shop;

beforeEach(async () => {
  clock = turningClock();
  at = await startShop({ clock, rates: 'unlimited' });
});

afterEach(() => at.slack.close());

const hasty = () => clientOf(at.slack, at.shop.botToken, { timeout: 60 });
const post = (text = 'hello') => outcomeOf(hasty().chat.postMessage({ channel: at.ops.id, text }));

describe('one call meets a fault', () => {
  it.each<[Fault, string, number]>([
    [{ kind: 'rate-limited', retryAfterS: 7 }, '429 after 7', 0],
    [{ kind: 'server-error' }, 'http 500', 0],
    [{ kind: 'refused', error: 'internal_error' }, 'internal_error', 0],
    [{ kind: 'reset' }, 'connection', 0],
    [{ kind: 'silent' }, 'connection', 0],
    [{ kind: 'answer-lost' }, 'connection', 1],
    [{ kind: 'answer-withheld' }, 'connection', 1],
  ])('%o: the client sees %s, and %i messages were posted', async (fault, seen, posted) => {
    at.slack.outage.next(1, fault);
    expect(await post()).toBe(seen);
    expect(at.ops.messages).toHaveLength(posted);
    expect(await post('after')).toBe('ok');
  });

  it('is slow: done at once, answered when the time has passed', async () => {
    at.slack.outage.next(1, { kind: 'slow', ms: 5_000 });
    const call = outcomeOf(at.client.chat.postMessage({ channel: at.ops.id, text: 'slow' }));
    await at.slack.until(() => at.shop.message(at.ops, 'slow'));
    clock.passes(5_000);
    expect(await call).toBe('ok');
  });

  it('lands late: applied ten seconds after the client has given up', async () => {
    at.slack.outage.next(1, { kind: 'late', ms: 10_000 });
    expect(await post('late')).toBe('connection');
    await at.slack.until(() => at.slack.waitingToLand() === 1);
    clock.passes(9_000);
    expect(at.ops.messages).toHaveLength(0);
    clock.passes(1_000);
    expect(at.shop.channelText(at.ops)).toContain('tocsin: late');
    expect(at.slack.waitingToLand()).toBe(0);
  });
});

it('aims at methods and channels', async () => {
  const dba = at.shop.channel('dba');
  at.slack.outage.next(1, { kind: 'server-error' }, { channel: dba.id });
  expect(await post()).toBe('ok');
  expect(await outcomeOf(at.client.conversations.list({}))).toBe('ok');
  const there = at.client.chat.postMessage({ channel: dba.id, text: 'x' });
  expect(await outcomeOf(there)).toBe('http 500');
});

it('fails a share of the calls, the same ones for the same seed', async () => {
  const kinds: readonly Fault[] = [{ kind: 'server-error' }, { kind: 'rate-limited' }];
  const run = async () => {
    const end = at.slack.outage.share(0.3, kinds, { seed: 7 });
    const seen: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      seen.push(await outcomeOf(at.client.chat.postMessage({ channel: at.ops.id, text: 'x' })));
    }
    end();
    return seen;
  };
  const first = await run();
  expect(await run()).toEqual(first);
  const failed = first.filter((one) => one !== 'ok').length;
  expect(failed).toBeGreaterThan(8);
  expect(failed).toBeLessThan(30);
  expect(await post()).toBe('ok');
});

it('is down until somebody mends it', async () => {
  at.slack.outage.from({ kind: 'reset' });
  expect([await post(), await post()]).toEqual(['connection', 'connection']);
  at.slack.outage.end();
  expect(await post()).toBe('ok');
  expect(at.slack.outage.met.get('reset')).toBe(2);
});
