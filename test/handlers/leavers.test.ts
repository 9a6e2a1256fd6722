import { beforeEach, describe, expect, it } from 'vitest';
import { type Counter, openCounter } from './desk.ts';

let counter: Counter;
let ended: string[];

beforeEach(async () => {
  ended = [];
  counter = await openCounter(undefined, {
    endSessions: async (person) => {
      ended.push(person);
    },
  });
});

async function approvedByBen(): Promise<string> {
  await counter.says('ana', 'rollback checkout env=production');
  const operation = counter.operation();
  await counter.presses('ben', 'approve', operation);
  return operation;
}

const statusOf = async (operation: string) =>
  (await counter.bot.engine.operation(operation))?.status;

describe('somebody whose account was switched off', () => {
  it('is nobody there, their sessions end, and what they approved is asked again', async () => {
    const operation = await approvedByBen();
    expect(await statusOf(operation)).toBe('approved');
    await counter.bot.chat.left?.('slack', 'T01/U02');
    expect(await statusOf(operation)).toBe('waiting');
    expect(ended).toEqual(['ben']);
    expect(await counter.says('ben', 'status', { surface: 'slack/main' })).toContain(
      'PERSON_NOT_BOUND',
    );
    expect(counter.told('AccountBarred')).toMatchObject({ person: 'ben', why: 'left' });
  });

  it('is told of once, however often the platform says so', async () => {
    await counter.bot.chat.left?.('slack', 'T01/U02');
    await counter.bot.chat.left?.('slack', 'T01/U02');
    expect(counter.news().filter((type) => type === 'AccountBarred')).toHaveLength(1);
  });

  it('is nobody of ours: nothing happens', async () => {
    await counter.bot.chat.left?.('slack', 'T01/U99');
    expect(counter.news()).toEqual([]);
    expect(ended).toEqual([]);
  });

  it('takes nothing from anybody else', async () => {
    const operation = await approvedByBen();
    await counter.bot.chat.left?.('slack', 'T01/U01');
    expect(await statusOf(operation)).toBe('approved');
  });
});

describe('an approval that was taken from somebody', () => {
  it('leaves a place for somebody else, and the plan as it was', async () => {
    counter = await openCounter(
      `
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: deciders } ] }
`,
      {},
      {
        groups: `
  sre: { members: [ana] }
  deciders: { members: [ben, cleo] }
`,
      },
    );
    const operation = await approvedByBen();
    const { hash } = (await counter.bot.engine.operation(operation)) ?? {};
    await counter.bot.chat.left?.('slack', 'T01/U02');
    await counter.presses('cleo', 'approve', operation);
    const now = await counter.bot.engine.operation(operation);
    expect(now).toMatchObject({ status: 'approved', hash });
    expect(now?.approvals.map(({ evidence }) => evidence.person)).toEqual(['cleo']);
  });
});
