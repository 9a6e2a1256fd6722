import { describe, expect, it } from 'vitest';
import { createDirectoriesLoop } from '../../../src/bot/loops/directories.ts';
import { createRosters } from '../../../src/bot/rosters.ts';
import type { Settings } from '../../../src/core/settings.ts';
import { stillClock } from '../../fakes/still-clock.ts';

const person = (id: string, account: string) => ({
  id,
  name: id,
  accounts: { console: [id], slack: [account] },
});
const query = { kind: 'slack_usergroup', id: 'T01/S01', accounts: 'slack', home: 'T01' };

function open({ lists }: { readonly lists: boolean }) {
  const clock = stillClock();
  const asked: (readonly string[])[] = [];
  const settings = {
    people: [person('ana', 'T01/U01'), person('ben', 'T01/U02'), person('cem', 'T02/U03')],
    groups: [{ name: 'dba', members: [], directories: [query] }],
  } as unknown as Settings;
  const rosters = createRosters({
    clock,
    sha256: (text) => text,
    times: () => ({ countWithinMs: 60_000, tellWithinMs: 86_400_000 }),
    directories: () => [
      {
        name: 'slack/main',
        lists,
        serves: () => true,
        async members(_query, about) {
          asked.push(about);
          return { accounts: ['T01/U02'], at: clock.now() };
        },
      },
    ],
    log: () => undefined,
  });
  const loop = createDirectoriesLoop({
    clock,
    settings: () => settings,
    rosters,
    everyMs: 300_000,
  });
  return { clock, asked, rosters, loop };
}

describe('directories', () => {
  it('are asked at the start and again and again, about everybody who has an account there', async () => {
    const { clock, asked, rosters, loop } = open({ lists: true });
    loop.start();
    await clock.passes(0);
    expect(asked).toEqual([['T01/U01', 'T01/U02']]);
    expect(rosters.told(query)?.accounts).toEqual(['T01/U02']);
    await clock.passes(300_000);
    expect(asked).toHaveLength(2);
  });

  it('without a list are asked after one account at a time, with a pause between', async () => {
    const { clock, asked, loop } = open({ lists: false });
    loop.start();
    await clock.passes(1_999);
    expect(asked).toEqual([['T01/U01']]);
    await clock.passes(1);
    expect(asked).toEqual([['T01/U01'], ['T01/U02']]);
  });

  it('are left alone once it is closed', async () => {
    const { clock, asked, loop } = open({ lists: false });
    loop.start();
    await clock.passes(0);
    await loop.close();
    await clock.passes(600_000);
    expect(asked).toHaveLength(1);
  });
});
