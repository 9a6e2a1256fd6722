import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakePerson, FakeRole } from '../../fakes/discord/index.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let dba: FakeRole;

beforeEach(async () => {
  stage = await openStage();
  dba = stage.guild.addRole('dba');
  stage.guild.giveRole(stage.ben, dba);
});
afterEach(() => stage.close());

const account = ({ id }: { readonly id: string }, guild = stage.guild.id) => `${guild}/${id}`;

const query = (role: string, guild = stage.guild.id) => ({
  kind: 'discord_role',
  id: `${guild}/${role}`,
  accounts: 'discord',
  home: guild,
});

async function membersOf(role: string, about: readonly string[]): Promise<readonly string[]> {
  return (await stage.connection.directory.members(query(role), about)).accounts;
}

const codeOf = (role = dba.id) =>
  membersOf(role, [account(stage.ben)]).then(
    () => 'an answer',
    (error) => error.problem?.code ?? String(error),
  );

describe('a role', () => {
  it('names those of ours who have it, without the privileged intent', async () => {
    expect(await membersOf(dba.id, [account(stage.ana), account(stage.ben)])).toEqual([
      account(stage.ben),
    ]);
    expect(stage.calls).not.toContain('GET /guilds/:id/members ok');
  });

  it('names nobody from whom it was taken', async () => {
    stage.guild.takeRole(stage.ben, dba);
    expect(await membersOf(dba.id, [account(stage.ben)])).toEqual([]);
  });

  it('names nobody who left the guild, or never was in it', async () => {
    stage.guild.removePerson(stage.ben);
    expect(await membersOf(dba.id, [account(stage.ben), account({ id: '999' })])).toEqual([]);
  });

  it('never makes a bot one of ours', async () => {
    const { guild } = stage;
    const about = [account({ id: stage.discord.applicationId })];
    expect(await membersOf(guild.botRole.id, about)).toEqual([]);
  });

  it('names nobody who has not passed the screening of the guild', async () => {
    stage.guild.screens(stage.ben, true);
    expect(await membersOf(dba.id, [account(stage.ben)])).toEqual([]);
    stage.guild.screens(stage.ben, false);
    expect(await membersOf(dba.id, [account(stage.ben)])).toEqual([account(stage.ben)]);
  });

  it('of one guild says nothing of the same user elsewhere', async () => {
    const other = stage.discord.addGuild('Other');
    other.addPerson(stage.ben);
    expect(await membersOf(dba.id, [account(stage.ben, other.id)])).toEqual([]);
  });

  it('of another guild is not asked for here, though its id is the same', () => {
    const { serves } = stage.connection.directory;
    expect(serves(query(dba.id))).toBe(true);
    expect(serves(query(dba.id, '9002'))).toBe(false);
    // A guild whose id begins like ours is another one.
    expect(serves(query(dba.id, `${stage.guild.id}1`))).toBe(false);
  });

  it('that is not there is no answer', async () => {
    expect(await codeOf('424242')).toBe('DISCORD_ROLE_UNKNOWN');
  });

  it('of a guild that the bot was taken out of is no answer', async () => {
    stage.guild.kickBot();
    expect(await codeOf()).toBe('DISCORD_REFUSED');
  });

  it('is no answer while Discord has trouble', async () => {
    await membersOf(dba.id, [account(stage.ben)]);
    stage.discord.outage.failNext(
      1,
      { kind: 'server error' },
      'GET /guilds/{guild_id}/members/{user_id}',
    );
    expect(await codeOf()).toBe('DISCORD_UNREACHABLE');
  });

  it('is asked after many people without being refused', async () => {
    const many: FakePerson[] = Array.from({ length: 8 }, (_, index) =>
      stage.guild.addPerson(`p${index}`, dba),
    );
    expect(
      await membersOf(
        dba.id,
        many.map((one) => account(one)),
      ),
    ).toHaveLength(8);
    expect(stage.calls.filter((call) => call.endsWith('limited'))).toEqual([]);
  });
});

describe('whether somebody is still there', () => {
  const standing = (of: string) => stage.connection.directory.standing?.(of);

  it('is asked for each member alone', async () => {
    expect(await standing(account(stage.ben))).toBe('member');
    stage.guild.removePerson(stage.ben);
    expect(await standing(account(stage.ben))).toBe('left');
  });

  it('is not known of whoever Discord does not know, or while it has trouble', async () => {
    expect(await standing(account({ id: '424242' }))).toBe('unknown');
    stage.discord.outage.failNext(1, { kind: 'server error' });
    expect(await standing(account(stage.ben))).toBe('unknown');
  });
});
