import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createRosters, type Rosters, type ServedDirectory } from '../../src/bot/rosters.ts';
import type { DirectoryQuery, Roster } from '../../src/core/ports/directory.ts';
import { ProblemError, problem } from '../../src/core/problem.ts';
import { T0 } from '../core/given.ts';
import { type StillClock, stillClock } from '../fakes/still-clock.ts';

const dba: DirectoryQuery = {
  kind: 'slack_usergroup',
  id: 'T01/S01',
  accounts: 'slack',
  home: 'T01',
};
const bound = ['T01/U01', 'T01/U02', 'T01/U03'];
const ben = { query: dba, accounts: ['T01/U02'], bound };

let clock: StillClock;
let asked: string[][];
let answer: () => Promise<Roster>;
let directory: ServedDirectory;
let rosters: Rosters;

beforeEach(() => {
  clock = stillClock();
  asked = [];
  answer = async () => ({ accounts: ['T01/U02'], at: clock.now() });
  directory = {
    name: 'slack/main',
    lists: true,
    serves: ({ id }) => id.startsWith('T01/'),
    members: (_query, about) => {
      asked.push([...about]);
      return answer();
    },
  };
  rosters = createRosters({
    clock,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    times: () => ({ countWithinMs: 60_000, tellWithinMs: 86_400_000 }),
    directories: () => [directory],
    log: () => undefined,
  });
});

const down = async (): Promise<Roster> => {
  throw new ProblemError(problem('SLACK_UNREACHABLE', {}));
};

describe('a directory that answers', () => {
  it('says who is in the group and who is not, as of when it was asked', async () => {
    expect(await rosters.counted(ben)).toMatchObject({ ok: true, isIn: true, at: T0 });
    expect(await rosters.counted({ ...ben, accounts: ['T01/U01'] })).toMatchObject({ isIn: false });
    expect(asked).toEqual([bound]);
  });

  it('is asked once for all who ask at the same moment', async () => {
    await Promise.all([rosters.counted(ben), rosters.counted(ben), rosters.counted(ben)]);
    expect(asked).toHaveLength(1);
  });

  it('is asked again once what it said is too old to decide by', async () => {
    await rosters.counted(ben);
    await clock.passes(60_001);
    answer = async () => ({ accounts: [], at: clock.now() });
    expect(await rosters.counted(ben)).toMatchObject({ ok: true, isIn: false });
  });

  it('is asked anew where that is wanted, however young the answer is', async () => {
    await rosters.counted(ben);
    answer = async () => ({ accounts: [], at: clock.now() });
    expect(await rosters.counted({ ...ben, anew: true })).toMatchObject({ isIn: false });
  });

  it('is asked about each account alone where it has no list', async () => {
    directory = { ...directory, lists: false };
    await rosters.counted(ben);
    await rosters.counted({ ...ben, accounts: ['T01/U01'] });
    expect(asked).toEqual([['T01/U02'], ['T01/U01']]);
  });

  it('speaks of nobody but those it was asked about', async () => {
    directory = { ...directory, lists: false };
    await rosters.counted({ ...ben, accounts: ['T01/U01'] });
    // It named U02 as well, unasked.
    expect(rosters.told(dba)?.accounts).toEqual([]);
  });

  it('has a digest of its own for each roster', async () => {
    const first = await rosters.counted(ben);
    answer = async () => ({ accounts: ['T01/U02', 'T01/U03'], at: clock.now() });
    const second = await rosters.counted({ ...ben, anew: true });
    if (!first.ok || !second.ok) throw new Error('both answer');
    expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(second.digest).not.toBe(first.digest);
  });

  it('makes no answer younger by dating it into the future', async () => {
    answer = async () => ({ accounts: ['T01/U02'], at: T0 + 10 * 86_400_000 });
    expect(await rosters.counted(ben)).toMatchObject({ ok: true, at: T0 });
    await clock.passes(60_001);
    answer = down;
    expect(await rosters.counted(ben)).toMatchObject({ ok: false });
  });
});

describe('a directory that is down', () => {
  it('lets nobody count, and says which it is, since when and why', async () => {
    answer = down;
    const counted = await rosters.counted(ben);
    expect(counted).toEqual({
      ok: false,
      problem: problem('DIRECTORY_UNREACHABLE', {
        directory: 'slack_usergroup T01/S01',
        since: '2026-11-20T03:00:00.000Z',
        because: 'SLACK_UNREACHABLE',
      }),
    });
  });

  it('still counts by what it said within the time that is configured, and not a moment longer', async () => {
    await rosters.counted(ben);
    answer = down;
    await clock.passes(59_999);
    expect(await rosters.counted({ ...ben, anew: true })).toMatchObject({ ok: true, isIn: true });
    await clock.passes(2);
    expect(await rosters.counted(ben)).toMatchObject({ ok: false });
  });

  it('still tells for a day, with the age of what is told', async () => {
    await rosters.counted(ben);
    answer = down;
    await clock.passes(86_400_000);
    expect(rosters.told(dba)).toEqual({ accounts: ['T01/U02'], at: T0 });
    await clock.passes(1);
    expect(rosters.told(dba)).toBeUndefined();
  });

  it('is left alone for a while, longer each time, and the first silence keeps its time', async () => {
    answer = down;
    await rosters.counted(ben);
    await rosters.counted(ben);
    expect(asked).toHaveLength(1);
    await clock.passes(5_000);
    await rosters.counted(ben);
    await clock.passes(5_000);
    const counted = await rosters.counted(ben);
    expect(asked).toHaveLength(2);
    expect(counted).toMatchObject({ problem: { facts: { since: '2026-11-20T03:00:00.000Z' } } });
    await clock.passes(5_000);
    answer = async () => ({ accounts: ['T01/U02'], at: clock.now() });
    expect(await rosters.counted(ben)).toMatchObject({ ok: true, isIn: true });
  });

  it('that does not answer at all is waited for three seconds', async () => {
    answer = () => new Promise(() => undefined);
    const counted = rosters.counted(ben);
    await clock.passes(3_000);
    expect(await counted).toMatchObject({
      ok: false,
      problem: { facts: { because: 'DIRECTORY_SLOW' } },
    });
  });

  it('that answers too late is not heard', async () => {
    let late: (roster: Roster) => void = () => undefined;
    answer = () => new Promise((resolve) => (late = resolve));
    const counted = rosters.counted(ben);
    await clock.passes(3_000);
    await counted;
    late({ accounts: ['T01/U02'], at: clock.now() });
    expect(rosters.told(dba)).toBeUndefined();
  });

  it('is none at all where nothing keeps that group', async () => {
    const counted = await rosters.counted({ ...ben, query: { ...dba, id: 'T09/S01' } });
    expect(counted).toMatchObject({ problem: { facts: { because: 'DIRECTORY_NOT_CONNECTED' } } });
  });
});

describe('a roster that cannot be one', () => {
  it('of more accounts than any group has counts for nothing', async () => {
    const accounts = Array.from({ length: 20_001 }, (_, index) => `T01/U${index}`);
    answer = async () => ({ accounts: [...accounts, 'T01/U02'], at: clock.now() });
    expect(await rosters.counted(ben)).toMatchObject({
      problem: { facts: { because: 'DIRECTORY_UNREADABLE' } },
    });
  });

  it('that is empty lets nobody in', async () => {
    answer = async () => ({ accounts: [], at: clock.now() });
    expect(await rosters.counted(ben)).toMatchObject({ ok: true, isIn: false });
  });

  it('of a directory that throws something else is silence too', async () => {
    answer = async () => {
      throw new TypeError('undefined is not a function');
    };
    expect(await rosters.counted(ben)).toMatchObject({
      problem: { facts: { because: 'DIRECTORY_FAILED' } },
    });
  });
});
