import { isJson, type Json, object, strings } from './json.ts';
import type { Channel, Mentions, User } from './model.ts';
import { may } from './permissions.ts';
import type { World } from './world.ts';

/** Whom a text may mention: https://discord.com/developers/docs/resources/message#allowed-mentions-object */
export interface Allowance {
  readonly everyone: boolean;
  readonly users: 'all' | readonly string[];
  readonly roles: 'all' | readonly string[];
  readonly repliedUser: boolean;
}

/** What counts when a bot's request says nothing, and for a person who types. */
export const wholeAllowance: Allowance = {
  everyone: true,
  users: 'all',
  roles: 'all',
  repliedUser: true,
};

/** What counts in what Discord writes itself. */
export const noAllowance: Allowance = {
  everyone: false,
  users: [],
  roles: [],
  repliedUser: false,
};

/** What counts when an answer to an interaction says nothing. */
export const webhookAllowance: Allowance = { ...wholeAllowance, everyone: false, roles: [] };

export function allowanceOf(value: unknown, otherwise: Allowance): Allowance {
  if (!isJson(value)) return otherwise;
  const parse = strings(value['parse']);
  return {
    everyone: parse.includes('everyone'),
    users: parse.includes('users') ? 'all' : strings(value['users']),
    roles: parse.includes('roles') ? 'all' : strings(value['roles']),
    repliedUser: value['replied_user'] === true,
  };
}

export interface Parsed {
  readonly live: Mentions;
  /** Users and roles that hear it; `everyone` or `here`. */
  readonly pinged: readonly string[];
}

interface Written {
  readonly channel: Channel;
  readonly author: User;
  readonly content: string;
  readonly components: readonly Json[];
  /** The author of the message that is answered. */
  readonly answers: User | undefined;
}

/**
 * Finds the mentions in a text and keeps those that are allowed. Embeds mention nobody; texts among the components do.
 * A mention inside code counts here: whether the service lets it pass is not published, so nobody may rely on it.
 */
export function parseMentions(world: World, written: Written, allowed: Allowance): Parsed {
  const text = [written.content, ...textsOf(written.components)].join('\n');
  const { channel } = written;
  const mayAll = may(channel, written.author.id, 'mentionEveryone');

  const named = ids(text, /<@!?(\d{1,20})>/g).filter((id) => world.users.has(id));
  const users = named.filter((id) => allowed.users === 'all' || allowed.users.includes(id));
  if (written.answers && allowed.repliedUser && !users.includes(written.answers.id)) {
    users.push(written.answers.id);
  }
  const roles = ids(text, /<@&(\d{1,20})>/g)
    .filter((id) => id !== channel.guild?.id)
    .filter((id) => mayAll || channel.guild?.roles.get(id)?.mentionable === true)
    .filter((id) => allowed.roles === 'all' || allowed.roles.includes(id));
  const all = /@(everyone|here)/.exec(text);
  const everyone = all !== null && allowed.everyone && mayAll && channel.guild !== undefined;
  return {
    live: { users, roles, everyone },
    pinged: [
      ...users.filter((id) => id !== written.author.id && may(channel, id, 'viewChannel')),
      ...roles,
      ...(everyone && all?.[1] ? [all[1]] : []),
    ],
  };
}

/** Texts of components of the second version, at any depth. */
export function textsOf(components: readonly Json[]): readonly string[] {
  return components.flatMap((component) => {
    const own = component['type'] === 10 ? [String(component['content'] ?? '')] : [];
    const below = Array.isArray(component['components']) ? component['components'] : [];
    return [...own, ...textsOf(below.map(object))];
  });
}

function ids(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].flatMap((match) => match[1] ?? []))];
}
