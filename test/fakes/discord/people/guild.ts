import { createChannel } from '../channels.ts';
import { guildCreateJson } from '../gateway/hello.ts';
import { channelTypes, type Guild, type Member, type User } from '../model.ts';
import { bitsOf, type PermissionName, usual } from '../permissions.ts';
import { memberJson, roleJson } from '../wire.ts';
import { intents, type World } from '../world.ts';
import { type FakeChannel, fakeChannel, type Named } from './channel.ts';
import { type FakePerson, fakePerson } from './person.ts';

export interface FakeRole extends Named {
  readonly name: string;
  readonly mention: string;
}

/** A server. Its owner is nobody of the story. */
export interface FakeGuild {
  readonly id: string;
  readonly name: string;
  readonly everyone: FakeRole;
  /** The bot's own role, for `grant` and `revoke`. */
  readonly botRole: FakeRole;
  addChannel(
    name: string,
    options?: { readonly announcement?: boolean; readonly topic?: string },
  ): FakeChannel;
  addRole(
    name: string,
    options?: { readonly permissions?: readonly PermissionName[]; readonly mentionable?: boolean },
  ): FakeRole;
  /** A new person, or one whom another guild knows already. */
  addPerson(who: string | FakePerson, ...roles: readonly FakeRole[]): FakePerson;
  /** He leaves, or is made to. */
  removePerson(person: FakePerson): void;
  /** The screening of the guild: pending until they have agreed to its rules. */
  screens(person: FakePerson, isPending: boolean): void;
  giveRole(person: FakePerson, role: FakeRole): void;
  takeRole(person: FakePerson, role: FakeRole): void;
  /** Changes what a role may do in the whole guild. */
  grant(role: FakeRole, ...names: readonly PermissionName[]): void;
  revoke(role: FakeRole, ...names: readonly PermissionName[]): void;
  kickBot(): void;
  inviteBot(): void;
  /** Without the scope `applications.commands` the bot can register nothing here. */
  setCommandScope(granted: boolean): void;
  /** The guild is down for a while, or back. */
  setUnavailable(unavailable: boolean): void;
  channels(): readonly FakeChannel[];
  /** Names of the commands that people can use here. */
  commands(): readonly string[];
}

const behind = new WeakMap<FakeGuild, Guild>();

export function guildBehind(handle: FakeGuild): Guild {
  const guild = behind.get(handle);
  if (!guild) throw new Error('this guild is of another fake');
  return guild;
}

/** With the bot in it, and with what its invitation asked for: the usual, and to manage threads unless told otherwise. */
export function createGuild(
  world: World,
  name: string,
  botPermissions: readonly PermissionName[] = ['manageThreads', 'pinMessages'],
): FakeGuild {
  const id = world.nextId();
  const guild: Guild = {
    id,
    name,
    ownerId: world.nextId(),
    roles: new Map([[id, role(id, '@everyone', usual)]]),
    members: new Map(),
    commands: new Map(),
    commandScope: true,
    commandCreates: [],
  };
  const botRole = role(world.nextId(), world.bot.username, usual | bitsOf(botPermissions));
  guild.roles.set(botRole.id, botRole);
  guild.members.set(world.bot.id, memberOf(world, world.bot, [botRole.id]));
  world.guilds.set(id, guild);
  tellOfGuild(world, guild);
  return fakeGuild(world, guild, botRole.id);
}

function fakeGuild(world: World, guild: Guild, botRoleId: string): FakeGuild {
  function addRole(name: string, options: Parameters<FakeGuild['addRole']>[1] = {}): FakeRole {
    const added = {
      ...role(world.nextId(), name, bitsOf(options.permissions ?? [])),
      mentionable: options.mentionable ?? false,
      position: guild.roles.size,
    };
    guild.roles.set(added.id, added);
    tellGuild('GUILD_ROLE_CREATE', () => ({ guild_id: guild.id, role: roleJson(added) }));
    return roleHandle(added.id, name);
  }

  function addPerson(who: string | FakePerson, ...roles: readonly FakeRole[]): FakePerson {
    const user = typeof who === 'string' ? newUser(world, who) : userOf(world, who);
    const member = memberOf(
      world,
      user,
      roles.map(({ id }) => id),
    );
    guild.members.set(user.id, member);
    tellMembers('GUILD_MEMBER_ADD', () => ({ ...memberJson(member), guild_id: guild.id }));
    return typeof who === 'string' ? fakePerson(world, user) : who;
  }

  function change(person: FakePerson, work: (member: Member) => void): void {
    const member = guild.members.get(person.id);
    if (!member) throw new Error(`${person.name} is not in ${guild.name}`);
    work(member);
    tellMembers('GUILD_MEMBER_UPDATE', () => ({ ...memberJson(member), guild_id: guild.id }));
  }

  function setBits(handle: FakeRole, bits: (before: bigint) => bigint): void {
    const changed = guild.roles.get(handle.id);
    if (!changed) throw new Error(`${guild.name} has no role ${handle.name}`);
    changed.permissions = bits(changed.permissions);
    tellGuild('GUILD_ROLE_UPDATE', () => ({ guild_id: guild.id, role: roleJson(changed) }));
  }

  const tellGuild = (name: string, body: () => Record<string, unknown>): void => {
    world.emit({ name, intents: [intents.guilds], guild, body });
  };
  const tellMembers = (name: string, body: () => Record<string, unknown>): void => {
    world.emit({ name, intents: [intents.guildMembers], guild, body });
  };

  const handle: FakeGuild = {
    id: guild.id,
    name: guild.name,
    everyone: roleHandle(guild.id, '@everyone'),
    botRole: roleHandle(botRoleId, world.bot.username),
    addChannel(name, { announcement = false, topic } = {}) {
      const type = announcement ? channelTypes.announcement : channelTypes.text;
      const draft = { name, type, ...(topic === undefined ? {} : { topic }) };
      return fakeChannel(world, createChannel(world, guild, draft));
    },
    addRole,
    addPerson,
    removePerson(person) {
      guild.members.delete(person.id);
      tellMembers('GUILD_MEMBER_REMOVE', () => ({
        guild_id: guild.id,
        user: { id: person.id, username: person.name },
      }));
    },
    screens: (person, isPending) =>
      change(person, (member) => {
        member.pending = isPending;
      }),
    giveRole: (person, given) => change(person, ({ roles }) => roles.add(given.id)),
    takeRole: (person, taken) => change(person, ({ roles }) => roles.delete(taken.id)),
    grant: (whose, ...names) => setBits(whose, (before) => before | bitsOf(names)),
    revoke: (whose, ...names) => setBits(whose, (before) => before & ~bitsOf(names)),
    kickBot() {
      tellGuild('GUILD_DELETE', () => ({ id: guild.id }));
      guild.members.delete(world.bot.id);
    },
    inviteBot() {
      guild.members.set(world.bot.id, memberOf(world, world.bot, [botRoleId]));
      tellOfGuild(world, guild);
    },
    setCommandScope(granted) {
      guild.commandScope = granted;
    },
    setUnavailable(unavailable) {
      if (unavailable) tellGuild('GUILD_DELETE', () => ({ id: guild.id, unavailable: true }));
      else tellOfGuild(world, guild);
    },
    channels: () =>
      [...world.channels.values()]
        .filter((one) => one.guild === guild && !one.thread)
        .map((one) => fakeChannel(world, one)),
    commands: () =>
      [...guild.commands.values(), ...world.globalCommands.values()].map((one) => one.name),
  };
  behind.set(handle, guild);
  return handle;
}

function tellOfGuild(world: World, guild: Guild): void {
  world.emit({
    name: 'GUILD_CREATE',
    intents: [intents.guilds],
    guild,
    body: () => guildCreateJson(world, guild),
  });
}

function role(id: string, name: string, permissions: bigint) {
  return { id, name, permissions, position: 0, mentionable: false };
}

function roleHandle(id: string, name: string): FakeRole {
  return { id, name, mention: `<@&${id}>` };
}

function newUser(world: World, username: string): User {
  const user: User = { id: world.nextId(), username, bot: false, takesDirectMessages: true };
  world.users.set(user.id, user);
  return user;
}

function userOf(world: World, person: FakePerson): User {
  const user = world.users.get(person.id);
  if (!user) throw new Error(`${person.name} is of another fake`);
  return user;
}

function memberOf(world: World, user: User, roles: readonly string[]): Member {
  return { user, roles: new Set(roles), joinedAt: world.clock.now(), pending: false };
}
