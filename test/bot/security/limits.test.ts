import { describe, expect, it } from 'vitest';
import { createLimits } from '../../../src/bot/security/limits.ts';
import { T0 } from '../../core/given.ts';
import { startSmallBot } from '../../fakes/small-bot.ts';

const ana = { surface: 'slack/main', account: 'T01/ana' };
const stranger = { surface: 'slack/main', account: 'T01/nobody' };
const people = [{ id: 'ana', name: 'Ana', accounts: { slack: ['T01/ana'], console: ['ana'] } }];
const line = (text: string) => ({ kind: 'line', line: text }) as const;

function open(personPerMinute = 60) {
  const refused: string[] = [];
  const clock = { now: T0 };
  const limits = createLimits({
    limits: { personPerMinute, sourcePerMinute: 600 },
    settings: () => ({ people }),
    now: () => clock.now,
    refused: (door, code) => refused.push(`${door} ${code}`),
  });
  return { limits, refused, clock };
}

describe('what one person may say', () => {
  it('is thirty at once on all surfaces together, then one a second, with when to say it again', () => {
    const { limits, clock, refused } = open();
    for (let turn = 0; turn < 30; turn += 1) {
      const actor = turn % 2 === 0 ? ana : { surface: 'console', account: 'ana' };
      expect(limits.person(actor, line('status'))).toBeUndefined();
    }
    expect(limits.person(ana, line('status'))).toEqual({
      code: 'TOO_MANY_REQUESTS',
      facts: { seconds: 1 },
    });
    expect(refused).toEqual(['slack/main TOO_MANY_REQUESTS']);
    clock.now += 1000;
    expect(limits.person(ana, line('status'))).toBeUndefined();
  });

  it('never keeps them from stopping, declining, approving or freezing', () => {
    const { limits } = open(10);
    for (let turn = 0; turn < 100; turn += 1) limits.person(ana, line('logs checkout'));
    const press = { kind: 'approve', operation: 'op-1', hash: 'a'.repeat(64) } as const;
    for (const spoken of [
      line('stop op-1'),
      line('decline op-1'),
      line('freeze all for=1h reason="x"'),
      line('read-only on reason="x"'),
      { kind: 'press', press } as const,
      { kind: 'press', press: { kind: 'line', incident: '', line: 'cancel op-1' } } as const,
    ]) {
      expect(limits.person(ana, spoken)).toBeUndefined();
    }
  });

  it('is counted for strangers by account, and each of them as nobody', () => {
    const { limits, refused } = open();
    for (let turn = 0; turn < 31; turn += 1) limits.person(stranger, line('status'));
    expect(refused.filter((each) => each.endsWith('PERSON_NOT_BOUND'))).toHaveLength(31);
    expect(refused.at(-1)).toBe('slack/main TOO_MANY_REQUESTS');
    expect(limits.person(ana, line('status'))).toBeUndefined();
  });
});

it('a source sends ten seconds of its rate at once, and the others are not touched by it', () => {
  const { limits, refused } = open();
  for (let turn = 0; turn < 100; turn += 1) expect(limits.source('alertmanager/a')).toBe(0);
  expect(limits.source('alertmanager/a')).toBe(100);
  expect(refused).toEqual(['alertmanager/a WEBHOOK_TOO_MANY']);
  expect(limits.source('alertmanager/b')).toBe(0);
});

it('who is beyond it is answered and acknowledged, with nothing on disk, and stops nobody from stopping', async () => {
  const { bot, types } = await startSmallBot({
    limits: { personPerMinute: 60, sourcePerMinute: 60 },
  });
  const take = async (text: string, turn: number) =>
    (
      await bot.chat.take({
        kind: 'line',
        line: text,
        actor: ana,
        thread: '',
        cause: `slack/T01/${turn}`,
        from: { channel: 'C1', root: '' },
      })
    ).answer;
  const answers = await Promise.all(Array.from({ length: 40 }, (_, turn) => take('help', turn)));
  const isLimited = (answer: (typeof answers)[number]) =>
    JSON.stringify(answer.card).includes('TOO_MANY_REQUESTS');
  expect(answers.filter(isLimited)).toHaveLength(10);
  expect(types().filter((type) => type === 'AskTaken')).toHaveLength(30);
  expect(isLimited(await take('stop op-1', 99))).toBe(false);
  await bot.close();
});
