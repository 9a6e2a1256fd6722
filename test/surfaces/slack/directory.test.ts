import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakePerson } from '../../fakes/slack/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
let ana: FakePerson;
let ben: FakePerson;

beforeEach(async () => {
  stage = await startStage();
  ana = stage.shop.person('ana');
  ben = stage.shop.person('ben');
});
afterEach(() => stage.close());

const account = ({ id }: FakePerson) => `${stage.shop.id}/${id}`;

const query = (id: string) => ({
  kind: 'slack_usergroup',
  id: `${stage.shop.id}/${id}`,
  accounts: 'slack',
  home: stage.shop.id,
});

async function membersOf(id: string, ...about: readonly FakePerson[]): Promise<readonly string[]> {
  return (await stage.connection.directory.members(query(id), about.map(account))).accounts;
}

const codeOf = (id: string) =>
  membersOf(id, ana, ben).then(
    () => 'an answer',
    (error) => error.problem?.code ?? String(error),
  );

describe('a user group', () => {
  it('names those of ours who are in it', async () => {
    const { id } = stage.shop.group('dba', [ben]);
    expect(await membersOf(id, ana, ben)).toEqual([account(ben)]);
  });

  it('is of one workspace: those of others are not asked for here', () => {
    const { serves } = stage.connection.directory;
    expect(serves(query('S01'))).toBe(true);
    expect(serves({ ...query('S01'), id: 'TOTHER/S01' })).toBe(false);
    expect(serves({ ...query('S01'), kind: 'discord_role' })).toBe(false);
  });

  it.each(['guest', 'single-channel-guest', 'stranger'] as const)(
    'never makes a %s one of ours, though it names them',
    async (kind) => {
      const eve = stage.shop.person('eve', { kind });
      const { id } = stage.shop.group('dba', [ben, eve]);
      expect(await membersOf(id, ben, eve)).toEqual([account(ben)]);
    },
  );

  it('never makes a bot one of ours', async () => {
    const group = stage.shop.group('dba', [ben]);
    group.members = [...group.members, stage.shop.botUser, 'USLACKBOT'];
    const bots = [`${stage.shop.id}/${stage.shop.botUser}`, `${stage.shop.id}/USLACKBOT`];
    const { accounts } = await stage.connection.directory.members(query(group.id), bots);
    expect(accounts).toEqual([]);
  });

  it('names nobody whose account was switched off, two minutes later at most', async () => {
    const { id } = stage.shop.group('dba', [ben]);
    expect(await membersOf(id, ben)).toEqual([account(ben)]);
    const user = stage.shop.state.users.get(ben.id);
    if (user) user.deactivated = true;
    stage.clock.passes(2 * 60_000 + 1);
    expect(await membersOf(id, ben)).toEqual([]);
  });

  it('makes nobody of another workspace one of ours, though their user id is the same', async () => {
    const { id } = stage.shop.group('dba', [ben]);
    const about = [`TOTHER/${ben.id}`];
    const { accounts } = await stage.connection.directory.members(query(id), about);
    expect(accounts).toEqual([]);
  });

  it('that is disabled or gone is no answer', async () => {
    const group = stage.shop.group('dba', [ben]);
    group.disabled = true;
    expect(await codeOf(group.id)).toBe('SLACK_GROUP_NOT_FOUND');
    expect(await codeOf('S0NOWHERE')).toBe('SLACK_GROUP_NOT_FOUND');
  });

  it('that may not be read is no answer, and says what is missing', async () => {
    const { id } = stage.shop.group('dba', [ben]);
    stage.shop.revokesScope('usergroups:read');
    expect(await codeOf(id)).toBe('SLACK_SCOPE_MISSING');
  });

  it('of a workspace without such a plan is no answer', async () => {
    const { id } = stage.shop.group('dba', [ben]);
    stage.shop.state.paid = false;
    expect(await codeOf(id)).toBe('SLACK_GROUPS_NOT_IN_PLAN');
  });

  it.each(['server-error', 'rate-limited', 'reset'] as const)(
    'is no answer while Slack has trouble: %s',
    async (kind) => {
      const { id } = stage.shop.group('dba', [ben]);
      stage.slack.outage.next(1, { kind }, { methods: ['usergroups.users.list'] });
      expect(await codeOf(id)).toBe('SLACK_UNREACHABLE');
    },
  );

  it('is no answer where Slack does not say what somebody in it is', async () => {
    const { id } = stage.shop.group('dba', [ben]);
    stage.slack.outage.next(1, { kind: 'server-error' }, { methods: ['users.info'] });
    expect(await codeOf(id)).toBe('SLACK_UNREACHABLE');
  });

  it('of more people than any group has is no answer', async () => {
    const group = stage.shop.group('dba', [ben]);
    group.members = Array.from({ length: 20_001 }, (_, index) => `U${index}`);
    expect(await codeOf(group.id)).toBe('SLACK_UNREACHABLE');
  });
});

describe('whether somebody is still there', () => {
  const standing = (of: string) => stage.connection.directory.standing?.(of);

  it('is asked anew each time', async () => {
    expect(await standing(account(ben))).toBe('member');
    const user = stage.shop.state.users.get(ben.id);
    if (user) user.deactivated = true;
    expect(await standing(account(ben))).toBe('left');
  });

  it('is not known of whoever Slack does not know, or while it has trouble', async () => {
    expect(await standing(`${stage.shop.id}/U0NOBODY`)).toBe('unknown');
    stage.slack.outage.next(1, { kind: 'server-error' }, { methods: ['users.info'] });
    expect(await standing(account(ben))).toBe('unknown');
  });

  it('is told by Slack itself, and then known at once', async () => {
    const left: string[] = [];
    stage.desk.left = async (kind, who) => void left.push(`${kind} ${who}`);
    await stage.connected();
    await stage.shop.deactivates(ben);
    await eventually('it is heard', () => left.length === 1);
    expect(left).toEqual([`slack ${account(ben)}`]);
  });
});
