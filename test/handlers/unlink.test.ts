import { beforeEach, describe, expect, it } from 'vitest';
import type { ServedDirectory } from '../../src/bot/rosters.ts';
import type { Surface } from '../../src/core/ports/surface.ts';
import {
  approve,
  codeOf,
  counter,
  ended,
  fresh,
  from,
  groups,
  hour,
  linked,
  open,
  planned,
  proposal,
} from './accounts.ts';

beforeEach(() => open());

describe('a linked account', () => {
  it('asks at once, and approves only a day later', async () => {
    await linked();
    const operation = await planned();
    const said = await approve(operation);
    expect(said).toContain('ACCOUNT_TOO_NEW');
    expect(said).toContain('2026-11-21T03:00:00');
    expect(await from(fresh, 'restart worker env=production')).toContain('The plan is ready');
    counter.clock.now += 24 * hour;
    const later = await planned();
    await approve(later);
    expect(counter.told('ApprovalGiven')).toMatchObject({
      approver: { person: 'ben', account: 'T01/U09' },
    });
  });

  it('says no at once: a decline makes things safer', async () => {
    await linked();
    const operation = await planned();
    expect(
      await from(
        fresh,
        `decline ${operation} ${(await counter.bot.engine.operation(operation))?.hash}`,
      ),
    ).toContain('record');
  });

  it('makes nobody two approvers', async () => {
    await linked();
    counter.clock.now += 24 * hour;
    await from(fresh, 'rollback checkout env=production');
    const said = await counter.presses('ben', 'approve', counter.operation());
    expect(said).toContain('APPROVE_OWN_REQUEST');
  });

  it('puts nobody into a group of a directory within its first day', async () => {
    const directory: ServedDirectory = {
      name: 'slack/main',
      lists: true,
      serves: () => true,
      members: async () => ({ accounts: ['T01/U09'], at: counter.clock.now }),
    };
    await open(
      `
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: dba } ], expires: 1d }
`,
      { directories: () => [directory] },
      { groups: `${groups}  dba: { slack_usergroup: T01/S01 }\n` },
    );
    await linked();
    const first = await planned();
    // From the console, where nothing is new.
    expect(await counter.presses('ben', 'approve', first)).toContain('NOT_AN_APPROVER');
    counter.clock.now += 24 * hour;
    await counter.presses('ben', 'approve', await planned());
    expect(counter.told('OperationApproved')).toBeDefined();
  });
});

describe('unlink', () => {
  it('takes a linked account away at once, and sessions with it', async () => {
    await linked();
    await counter.says('ben', 'unlink T01/U09');
    expect(await from(fresh, 'status')).toContain('PERSON_NOT_BOUND');
    expect(ended).toEqual(['ben']);
  });

  it('takes an account away that the configuration binds', async () => {
    await counter.says('ben', 'unlink T01/U02');
    expect(await counter.says('ben', 'status', { surface: 'slack/main' })).toContain(
      'PERSON_NOT_BOUND',
    );
    expect(await counter.says('ben', 'status')).not.toContain('PERSON_NOT_BOUND');
  });

  it('asks again what they approved and has not begun', async () => {
    const operation = await planned();
    await counter.presses('ben', 'approve', operation);
    await counter.says('ben', 'unlink T01/U02');
    expect((await counter.bot.engine.operation(operation))?.status).toBe('waiting');
    expect(counter.told('ApprovalWithdrawn')).toMatchObject({
      person: 'ben',
      because: { code: 'APPROVER_LEFT' },
    });
  });

  it('is done by an administrator for others, and by nobody else', async () => {
    expect(await counter.says('ana', 'unlink T01/U02')).toContain('NOT_AN_IDENTITY_ADMIN');
    expect(await counter.says('cleo', 'unlink T01/U02')).toContain('nobody’s any more');
  });

  it('of an account that is nobody’s says so', async () => {
    expect(await counter.says('ben', 'unlink T01/U77')).toContain('LINK_NOT_BOUND');
  });

  it('is not undone by anything but a proposal that somebody confirms, and then it is new', async () => {
    await counter.says('ben', 'unlink T01/U02');
    const old = { surface: 'slack/main', account: 'T01/U02' };
    await counter.says('ben', `link ${await codeOf(old)}`);
    await counter.says('cleo', `link confirm=${proposal()}`);
    expect(await from(old, 'status')).not.toContain('PERSON_NOT_BOUND');
    expect(await approve(await planned(), old)).toContain('ACCOUNT_TOO_NEW');
  });
});

describe('what happens to accounts', () => {
  it('is told on every account they had before, and to those who answer for security', async () => {
    const whispered: string[] = [];
    const slack = {
      name: 'slack/main',
      async whisper({ account }: { account: string }) {
        whispered.push(account);
        return { ok: true, ref: '' };
      },
    } as unknown as Surface;
    counter.bot.start([slack]);
    await linked();
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(whispered).toEqual(['T01/U02', 'T01/U02']);
    const notices = counter.journalled('SecurityNoticed');
    expect(notices.map(({ kind }) => kind)).toEqual(['account-changed', 'account-changed']);
    await counter.bot.close();
  });
});
