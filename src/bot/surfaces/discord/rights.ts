import type { Channel } from './schema.ts';

/** What the bot needs in a channel: https://discord.com/developers/docs/topics/permissions */
export const neededRights = {
  'View Channel': 1n << 10n,
  'Send Messages': 1n << 11n,
  'Embed Links': 1n << 14n,
  'Attach Files': 1n << 15n,
  'Read Message History': 1n << 16n,
  'Create Public Threads': 1n << 35n,
  'Send Messages in Threads': 1n << 38n,
} as const;

/** Without it a locked thread stays shut, and the thread of a doubled card stays behind. */
export const wishedRights = { 'Manage Threads': 1n << 34n } as const;

/** The bits that an invitation asks for. */
export const invitedRights = Object.values({ ...neededRights, ...wishedRights }).reduce(
  (all, bit) => all | bit,
  0n,
);

export interface Standing {
  readonly guild: string;
  readonly user: string;
  readonly roles: readonly string[];
  /** By role, everyone's under the id of the guild. */
  readonly permissions: ReadonlyMap<string, bigint>;
}

const administrator = 1n << 3n;

/** Names of the rights that are missing in a channel: everyone's overwrites, then those of roles, then its own. */
export function missingRights(
  { guild, user, roles, permissions }: Standing,
  { permission_overwrites: overwrites = [] }: Channel,
): readonly string[] {
  const base = [guild, ...roles].reduce((all, role) => all | (permissions.get(role) ?? 0n), 0n);
  if ((base & administrator) !== 0n) return [];
  const layers = [
    overwrites.filter(({ id }) => id === guild),
    overwrites.filter(({ id, type }) => type === 0 && id !== guild && roles.includes(id)),
    overwrites.filter(({ id, type }) => type === 1 && id === user),
  ];
  const bits = layers.reduce((held, layer) => {
    const deny = layer.reduce((all, one) => all | BigInt(one.deny), 0n);
    const allow = layer.reduce((all, one) => all | BigInt(one.allow), 0n);
    return (held & ~deny) | allow;
  }, base);
  return Object.entries({ ...neededRights, ...wishedRights })
    .filter(([, bit]) => (bits & bit) === 0n)
    .map(([name]) => name);
}
