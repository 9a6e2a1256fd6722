import { tell } from './events.ts';
import { type FakePerson, personOf } from './person.ts';
import type { Platform } from './platform.ts';
import { channelText, messageText, threadText } from './rendering.ts';
import type { Bot, Channel, Message, Team, User, UserGroup, UserKind } from './state.ts';
import { userJson } from './user-json.ts';

export interface WorkspaceOptions {
  readonly name?: string;
  /** `T…`; drawn when absent. */
  readonly id?: string;
  readonly botToken?: string;
  readonly scopes?: readonly string[];
  /** A plan that has user groups. */
  readonly paid?: boolean;
}

export interface ChannelOptions {
  readonly id?: string;
  readonly private?: boolean;
  /** Shared with another organisation (Slack Connect). */
  readonly shared?: boolean;
  /** The app under test is a member unless this is false. */
  readonly bot?: boolean;
  /** People; all members and guests of the workspace when absent. */
  readonly members?: readonly FakePerson[];
}

export interface PersonOptions {
  readonly id?: string;
  readonly kind?: Exclude<UserKind, 'bot'>;
  readonly realName?: string;
}

/** One workspace in which the app is installed, and everybody in it. */
export interface FakeWorkspace {
  readonly id: string;
  readonly name: string;
  /** `xoxb-…` of the app under test. */
  readonly botToken: string;
  readonly botUser: string;
  readonly botId: string;
  /** For tests that look closer: the state itself. */
  readonly state: Team;

  channel(name: string, options?: ChannelOptions): Channel;
  person(name: string, options?: PersonOptions): FakePerson;
  group(
    handle: string,
    members: readonly FakePerson[],
    options?: { readonly id?: string },
  ): UserGroup;
  /** Another app of the same workspace, with a token of its own. */
  otherApp(name: string, options?: { readonly scopes?: readonly string[] }): Bot;

  /** An address that posts into this channel in the name of another app. */
  incomingWebhook(bot: Bot, channel: Channel): string;

  archives(channel: Channel): Promise<unknown>;
  unarchives(channel: Channel): Promise<unknown>;
  deletesChannel(channel: Channel): Promise<unknown>;
  renames(channel: Channel, name: string): void;
  /** Takes the app out of a channel. */
  kicks(channel: Channel): Promise<unknown>;
  /** Takes the app back in. */
  invites(channel: Channel): Promise<unknown>;
  revokesScope(scope: string): void;
  /** An administrator switches somebody's account off. */
  deactivates(person: FakePerson): Promise<unknown>;
  /** The app is uninstalled: its token is worth nothing any more. */
  revokesToken(): Promise<unknown>;

  /** A channel as people read it: roots in order, their replies below them, indented. */
  channelText(channel: Channel): string;
  /** One thread, its root first. */
  threadText(root: Message): string;
  messageText(message: Message): string;
  /** What stands in the channel itself, oldest first. */
  roots(channel: Channel): readonly Message[];
  replies(root: Message): readonly Message[];
  /** The newest message whose text, as people read it, contains these words. */
  message(channel: Channel, words: string): Message | undefined;
}

/** Everything the features of the bot can ask for; a test that wants less says so. */
export const usualScopes: readonly string[] = [
  'app_mentions:read',
  'channels:history',
  'channels:join',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'reactions:read',
  'usergroups:read',
  'users:read',
];

export function workspaceOf(platform: Platform, team: Team): FakeWorkspace {
  const { bot } = team;
  const channelBy = (message: Message): Channel => {
    const channel = team.channels.get(message.channel);
    if (!channel) throw new Error(`No channel ${message.channel} in ${team.name}.`);
    return channel;
  };
  const channelEvent = (
    name: string,
    channel: Channel,
    more: Readonly<Record<string, unknown>> = {},
  ) =>
    Promise.resolve(
      tell(platform, { team, channel, name, event: { type: name, channel: channel.id, ...more } }),
    );
  const prefix = ({ kind }: Channel) => (kind === 'private' ? 'group' : 'channel');

  return {
    id: team.id,
    name: team.name,
    botToken: bot.token,
    botUser: bot.user,
    botId: bot.id,
    state: team,
    channel: (name, options = {}) => createChannel(platform, team, { name, ...options }),
    person(name, options = {}) {
      const user = createUser(platform, team, { name, ...options });
      return personOf({ platform, team, user }, user);
    },
    group(handle, members, { id = platform.ids.next('S') } = {}) {
      const group = { id, handle, members: members.map((one) => one.id), disabled: false };
      team.groups.set(id, group);
      return group;
    },
    otherApp: (name, { scopes = usualScopes } = {}) =>
      createBot(platform, team, { appId: platform.ids.next('A'), name, scopes }),
    incomingWebhook(hookBot, channel) {
      const secret = platform.ids.secret();
      platform.webhooks.set(secret, { team, channel, bot: hookBot });
      return `${platform.url}/services/${team.id}/${hookBot.id}/${secret}`;
    },
    archives(channel) {
      channel.archived = true;
      return channelEvent(`${prefix(channel)}_archive`, channel);
    },
    unarchives(channel) {
      channel.archived = false;
      return channelEvent(`${prefix(channel)}_unarchive`, channel);
    },
    deletesChannel(channel) {
      channel.deleted = true;
      return channelEvent(`${prefix(channel)}_deleted`, channel);
    },
    renames(channel, name) {
      channel.name = name;
    },
    kicks(channel) {
      channel.members.delete(bot.user);
      return channelEvent(`${prefix(channel)}_left`, channel);
    },
    invites(channel) {
      channel.members.add(bot.user);
      return channelEvent('member_joined_channel', channel, { user: bot.user, team: team.id });
    },
    revokesScope(scope) {
      bot.scopes.delete(scope);
    },
    deactivates({ id }) {
      const user = team.users.get(id);
      if (!user) throw new Error(`No user ${id} in ${team.name}.`);
      user.deactivated = true;
      const event = { type: 'user_change', user: userJson(user, team), event_ts: '1.0' };
      return Promise.resolve(tell(platform, { team, name: 'user_change', event }));
    },
    revokesToken() {
      const told = Promise.resolve(
        tell(platform, {
          team,
          name: 'tokens_revoked',
          event: { type: 'tokens_revoked', tokens: { oauth: [], bot: [bot.user] } },
        }),
      );
      bot.revoked = true;
      return told;
    },
    channelText: (channel) => channelText(channel, team),
    threadText: (root) => threadText(channelBy(root), root, team),
    messageText: (message) => messageText(message, team),
    roots: (channel) => channel.messages.filter(({ thread }) => thread === undefined),
    replies: (root) => channelBy(root).messages.filter(({ thread }) => thread === root.ts),
    message: (channel, words) =>
      channel.messages.findLast((one) => messageText(one, team).includes(words)),
  };
}

export function createTeam(platform: Platform, options: WorkspaceOptions): Team {
  const name = options.name ?? 'shop';
  const id = options.id ?? platform.ids.next('T');
  const botUser = platform.ids.next('U');
  const bot: Bot = {
    appId: platform.app.id,
    name: platform.app.name,
    token: options.botToken ?? `xoxb-${platform.ids.secret()}`,
    user: botUser,
    id: platform.ids.next('B'),
    scopes: new Set(options.scopes ?? usualScopes),
    revoked: false,
  };
  const team: Team = {
    id,
    domain: name,
    name,
    bot,
    bots: new Map([[bot.token, bot]]),
    users: new Map(),
    channels: new Map(),
    groups: new Map(),
    files: new Map(),
    views: new Map(),
    modals: new Map(),
    homes: new Map(),
    paid: options.paid ?? true,
  };
  platform.teams.set(id, team);
  addBotUser(team, bot);
  return team;
}

function createBot(
  platform: Platform,
  team: Team,
  { appId, name, scopes }: { appId: string; name: string; scopes: readonly string[] },
): Bot {
  const bot: Bot = {
    appId,
    name,
    token: `xoxb-${platform.ids.secret()}`,
    user: platform.ids.next('U'),
    id: platform.ids.next('B'),
    scopes: new Set(scopes),
    revoked: false,
  };
  team.bots.set(bot.token, bot);
  addBotUser(team, bot);
  for (const channel of team.channels.values()) {
    if (channel.kind === 'public') channel.members.add(bot.user);
  }
  return bot;
}

function addBotUser(team: Team, { user, name }: Bot): void {
  team.users.set(user, {
    id: user,
    team: team.id,
    name,
    realName: name,
    kind: 'bot',
    deactivated: false,
  });
}

function createChannel(
  platform: Platform,
  team: Team,
  options: ChannelOptions & { readonly name: string },
): Channel {
  const everybody = [...team.users.values()].filter(({ kind }) => kind !== 'bot');
  const channel: Channel = {
    id: options.id ?? platform.ids.next('C'),
    team: team.id,
    name: options.name,
    kind: options.private ? 'private' : 'public',
    shared: options.shared ?? false,
    archived: false,
    deleted: false,
    created: platform.clock.now(),
    members: new Set([
      ...(options.members ?? everybody.filter((one) => belongs(one, options))).map(({ id }) => id),
      ...(options.bot === false ? [] : [team.bot.user]),
    ]),
    messages: [],
    ephemerals: [],
  };
  team.channels.set(channel.id, channel);
  return channel;
}

/** A stranger sees shared channels only. */
function belongs({ kind }: User, { shared }: { readonly shared?: boolean }): boolean {
  return kind !== 'stranger' || shared === true;
}

/** Whoever comes later is in the channels that are there already. */
function createUser(
  platform: Platform,
  team: Team,
  { name, id, kind = 'member', realName = name }: PersonOptions & { readonly name: string },
): User {
  const user: User = {
    id: id ?? platform.ids.next('U'),
    team: kind === 'stranger' ? platform.ids.next('T') : team.id,
    name,
    realName,
    kind,
    deactivated: false,
  };
  team.users.set(user.id, user);
  for (const channel of team.channels.values()) {
    const open = channel.kind === 'public' && kind !== 'single-channel-guest';
    if (open && belongs(user, channel)) channel.members.add(user.id);
  }
  return user;
}
