import { describe, expect, it } from 'vitest';
import { createLeaversLoop } from '../../../src/bot/loops/leavers.ts';
import type { ServedDirectory } from '../../../src/bot/rosters.ts';
import { stillClock } from '../../fakes/still-clock.ts';

type Standing = 'member' | 'left' | 'unknown';

function open(says: Readonly<Record<string, Standing | Error>>) {
  const clock = stillClock();
  const asked: string[] = [];
  const told: string[] = [];
  const directory = {
    name: 'slack/main',
    lists: true,
    serves: () => false,
    members: async () => ({ accounts: [], at: 0 }),
    isOf: (account: string) => account.startsWith('T01/'),
    async standing(account: string): Promise<Standing> {
      asked.push(account);
      const standing = says[account] ?? 'unknown';
      if (standing instanceof Error) throw standing;
      return standing;
    },
  } satisfies ServedDirectory;
  const loop = createLeaversLoop({
    clock,
    people: () => [
      { id: 'ana', name: 'Ana', accounts: { console: ['ana'], slack: ['T01/U01'] } },
      { id: 'ben', name: 'Ben', accounts: { console: ['ben'], slack: ['T01/U02', 'T02/U02'] } },
      // As linked accounts are: the same people once more.
      { id: 'ben', name: 'Ben', accounts: { console: ['ben'], slack: ['T01/U02'] } },
    ],
    directories: () => [directory],
    left: async (kind, account) => void told.push(`left ${kind} ${account}`),
    back: async (kind, account) => void told.push(`back ${kind} ${account}`),
    everyMs: 300_000,
    log: () => undefined,
  });
  return { clock, asked, told, loop };
}

describe('leavers', () => {
  it('are found account by account, each asked for once a turn, with a pause between', async () => {
    const { clock, asked, told, loop } = open({ 'T01/U01': 'member', 'T01/U02': 'left' });
    loop.start();
    await clock.passes(0);
    expect(asked).toEqual(['T01/U01']);
    await clock.passes(2_000);
    expect(asked).toEqual(['T01/U01', 'T01/U02']);
    expect(told).toEqual(['back slack T01/U01', 'left slack T01/U02']);
    await clock.passes(310_000);
    expect(asked).toHaveLength(4);
  });

  it('are none where nobody says so: a platform that is down makes nobody leave', async () => {
    const { clock, told, loop } = open({ 'T01/U01': new Error('down'), 'T01/U02': 'unknown' });
    loop.start();
    await clock.passes(10_000);
    expect(told).toEqual([]);
  });

  it('are looked for no more once it is closed', async () => {
    const { clock, asked, loop } = open({});
    loop.start();
    await clock.passes(0);
    await loop.close();
    await clock.passes(900_000);
    expect(asked).toHaveLength(1);
  });
});
