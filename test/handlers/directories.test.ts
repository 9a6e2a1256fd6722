import { beforeEach, describe, expect, it } from 'vitest';
import type { ServedDirectory } from '../../src/bot/rosters.ts';
import { ProblemError, problem } from '../../src/core/problem.ts';
import { type Counter, openCounter } from './desk.ts';

/** A user group that a test fills, silences and mends. */
interface Kept extends ServedDirectory {
  accounts: string[];
  silent: boolean;
}

function kept(accounts: string[]): Kept {
  const directory: Kept = {
    name: 'slack/main',
    lists: true,
    accounts,
    silent: false,
    serves: ({ kind }) => kind === 'slack_usergroup',
    async members() {
      if (directory.silent) throw new ProblemError(problem('SLACK_UNREACHABLE', {}));
      return { accounts: directory.accounts, at: counter.clock.now };
    },
  };
  return directory;
}

const groups = `
  sre: { members: [ana] }
  dba: { slack_usergroup: T01/S01 }
`;
const policies = `
  - { match: { risk: [incident, read] }, requesters: [sre, dba], approvals: [] }
  - { match: { risk: change }, requesters: [sre, dba], approvals: [ { count: 1, from: dba } ], expires: 30m }
`;

let counter: Counter;
let dba: Kept;

async function open(rules = policies, more: { groups?: string; checkout?: string } = {}) {
  dba = kept(['T01/U02']);
  counter = await openCounter(rules, { directories: () => [dba] }, { groups, ...more });
}

beforeEach(() => open());

const line = 'rollback checkout env=production';

describe('a group that a directory fills', () => {
  it('lets those approve whom it names, and records how that was known', async () => {
    await counter.says('ana', line);
    await counter.presses('ben', 'approve', counter.operation());
    expect(counter.told('ApprovalGiven')).toMatchObject({
      approver: {
        person: 'ben',
        memberships: [
          {
            group: 'dba',
            source: 'directory',
            query: 'slack_usergroup T01/S01',
            digest: expect.stringMatching(/^[0-9a-f]{64}$/),
            ageMs: 0,
          },
        ],
      },
    });
    expect(counter.told('OperationApproved')).toBeDefined();
  });

  it('lets nobody in by another account than the one it names', async () => {
    dba.accounts = ['T01/U99', 'T02/U02', 'U02', 'ben', 'ben@example.com', 'Ben', ''];
    await counter.says('ana', line);
    const said = await counter.presses('ben', 'approve', counter.operation());
    expect(said).toContain('NOT_AN_APPROVER');
  });

  it('lets nobody in who is bound to no account of that platform', async () => {
    dba.accounts = ['cleo', 'T01/U02'];
    await counter.says('ana', line);
    expect(await counter.presses('cleo', 'approve', counter.operation())).toContain(
      'NOT_AN_APPROVER',
    );
  });

  it('names the age of what it counted by', async () => {
    await counter.says('ben', 'who');
    counter.clock.now += 20_000;
    await counter.says('ana', line);
    await counter.presses('ben', 'approve', counter.operation());
    expect(counter.told('ApprovalGiven')).toMatchObject({
      approver: { memberships: [{ group: 'dba', ageMs: 20_000 }] },
    });
  });
});

describe('a directory that is silent', () => {
  beforeEach(() => {
    dba.silent = true;
  });

  it('refuses an approval that hangs on it, and says which and since when', async () => {
    await counter.says('ana', line);
    const said = await counter.presses('ben', 'approve', counter.operation());
    expect(said).toContain('DIRECTORY_UNREACHABLE');
    expect(said).toContain('slack_usergroup T01/S01 has not answered since 2026-11-20T03:00:00');
    expect(said).toContain('SLACK_UNREACHABLE');
    expect(counter.told('ApprovalGiven')).toBeUndefined();
  });

  it('refuses a request that hangs on it', async () => {
    expect(await counter.says('ben', line)).toContain('DIRECTORY_UNREACHABLE');
  });

  it('keeps nobody from asking whom the configuration itself lets ask', async () => {
    expect(await counter.says('ana', line)).toContain('The plan is ready');
  });

  it('refuses a decline and a stop that hang on it', async () => {
    await counter.says('ana', line);
    expect(await counter.presses('ben', 'decline', counter.operation())).toContain(
      'DIRECTORY_UNREACHABLE',
    );
    expect(await counter.says('ben', `stop ${counter.operation()}`)).toContain(
      'DIRECTORY_UNREACHABLE',
    );
  });

  it('counts by what it said before as long as that is young enough', async () => {
    dba.silent = false;
    await counter.says('ana', line);
    await counter.says('ben', 'who');
    dba.silent = true;
    counter.clock.now += 59_000;
    await counter.presses('ben', 'approve', counter.operation());
    expect(counter.told('ApprovalGiven')).toMatchObject({
      approver: { memberships: [{ ageMs: 59_000 }] },
    });
  });

  it('makes nothing easier: a rule that may match by such a group is not passed over', async () => {
    await open(
      `
  - { deny: { group: dba, verb: restart } }
  - { match: { group: dba }, requesters: [sre, dba], approvals: [ { count: 2, from: sre } ] }
  - { match: { risk: change }, requesters: [sre, dba], approvals: [] }
`,
      {
        groups: `
  sre: { members: [ana, cleo, ben] }
  dba: { slack_usergroup: T01/S01 }
`,
      },
    );
    dba.silent = true;
    expect(await counter.says('ben', line)).toContain('DIRECTORY_UNREACHABLE');
    expect(await counter.says('ben', 'restart checkout env=production')).toContain(
      'DIRECTORY_UNREACHABLE',
    );
    // Cleo has no account there: nobody has to be asked.
    expect(await counter.says('cleo', line)).toContain('The plan is ready');
  });
});

describe('what is said of such a group', () => {
  it('is said with its age', async () => {
    await counter.says('ben', 'who');
    counter.clock.now += 20_000;
    const said = await counter.says('ana', 'who');
    expect(said).toContain('Ben');
    expect(said).toContain('as the directory said 20 s ago');
  });

  it('is that nobody knows, where it has never answered', async () => {
    dba.silent = true;
    expect(await counter.says('ana', 'who')).toContain(
      'nobody knows who is in slack_usergroup T01/S01',
    );
  });

  it('is who could approve now, where, and who is on call', async () => {
    await open(policies, { groups, checkout: 'on_call: dba' });
    await counter.says('ben', 'who');
    counter.clock.now += 30_000;
    const said = await counter.says('ana', `policy ${line}`);
    expect(said).toContain('1 of dba: Ben, on call (console, slack)');
    expect(said).toContain('as the directory said 30 s ago');
  });

  it('is that somebody cannot be reached whose only surface is down', async () => {
    const slack = {
      surface: { name: 'slack/main' },
      home: 'T01',
      health: () => ({ state: 'down' as const, code: 'SLACK_UNREACHABLE' }),
    };
    dba = kept(['T01/U02']);
    const rules = `
  - { match: { risk: change }, requesters: [sre], surfaces: [slack], approvals: [ { count: 1, from: dba } ] }
`;
    counter = await openCounter(
      rules,
      { directories: () => [dba], chats: () => [slack] },
      { groups },
    );
    await counter.says('ben', 'who');
    expect(await counter.says('ana', `policy ${line}`)).toContain(
      'Ben (not reachable: slack is down)',
    );
  });
});

describe('a rule about whoever is on call', () => {
  const rules = `
  - { match: { risk: change, on_call: true }, requesters: [dba], approvals: [] }
  - { match: { risk: change }, requesters: [sre, dba], approvals: [ { count: 1, from: dba } ] }
`;

  it('decides for them, and for nobody else', async () => {
    await open(rules, { groups, checkout: 'on_call: dba' });
    await counter.says('ben', line);
    expect(counter.told('OperationApproved')).toBeDefined();
    counter.news();
    await counter.says('ana', 'restart checkout env=production');
    expect(counter.news()).not.toContain('OperationApproved');
  });

  it('holds for no other service than the one that names the group', async () => {
    await open(rules, { groups, checkout: 'on_call: dba' });
    await counter.says('ben', 'rollback worker env=production');
    expect(counter.told('OperationApproved')).toBeUndefined();
  });

  it('is not passed over while nobody can say who is on call', async () => {
    await open(rules, { groups, checkout: 'on_call: dba' });
    dba.silent = true;
    expect(await counter.says('ben', line)).toContain('DIRECTORY_UNREACHABLE');
  });

  it('is named where it does not decide now', async () => {
    await open(rules, { groups, checkout: 'on_call: dba' });
    expect(await counter.says('ana', `policy ${line}`)).toContain('whoever asks is on call');
  });
});
