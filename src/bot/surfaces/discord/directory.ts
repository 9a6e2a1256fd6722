import { ProblemError, problem } from '../../../core/problem.ts';
import type { ServedDirectory } from '../../rosters.ts';
import type { Called, Client, Failure, Request } from './client.ts';
import { codes } from './failures.ts';
import type { DiscordOptions } from './options.ts';
import { guildRoles, memberSchema } from './schema.ts';

/**
 * Roles of the guild. To list everybody in a role takes a privileged intent; to ask after one member takes none, so each
 * account that somebody wants to know of is asked for. Bots and people who have not passed the guild's screening are in
 * no group here.
 * https://discord.com/developers/docs/resources/guild#get-guild-member
 */
export function createDirectory(
  client: Client,
  { guild, name, clock }: Pick<DiscordOptions, 'guild' | 'name' | 'clock'>,
): ServedDirectory {
  const asking = new Map<string, Promise<Called>>();
  let roles: { readonly ids: ReadonlySet<string>; readonly at: number } | undefined;

  /** Where only the account of limits holds it back it waits a moment: several are asked after together. */
  async function read(path: Request['path']): Promise<Called> {
    for (let attempt = 1; ; attempt += 1) {
      const called = await client.call({ method: 'GET', path });
      if (called.ok || called.failure.kind !== 'limited' || attempt === triesMax) return called;
      const { afterMs } = called.failure;
      if (afterMs > waitMostMs) return called;
      await new Promise<void>((resolve) => clock.after(afterMs, resolve));
    }
  }

  /** Several groups ask after the same member at the same moment. */
  function memberOf(user: string): Promise<Called> {
    const path = `/guilds/${guild}/members/${user}` as const;
    const asked = asking.get(user) ?? read(path).finally(() => asking.delete(user));
    asking.set(user, asked);
    return asked;
  }

  async function rolesOf(account: string): Promise<readonly string[]> {
    const user = account.slice(guild.length + 1);
    const called = await memberOf(user);
    if (!called.ok) {
      if (isNobody(called.failure)) return [];
      throw new ProblemError(troubleOf(called.failure));
    }
    const found = memberSchema.safeParse(called.value);
    // An answer about somebody else is none about them.
    if (!found.success || found.data.user.id !== user) {
      throw new ProblemError(
        problem('DISCORD_UNREACHABLE', { error: 'an answer of another shape' }),
      );
    }
    const { user: person, pending, roles: held } = found.data;
    return person.bot === true || pending ? [] : held;
  }

  /** A role that was deleted is in no list any more: nobody has it, and nobody ever will. */
  async function wantRole(role: string): Promise<void> {
    if (roles && clock.now() - roles.at < rolesMs && roles.ids.has(role)) return;
    const path = `/guilds/${guild}/roles` as const;
    const called = await read(path);
    if (!called.ok) throw new ProblemError(troubleOf(called.failure));
    const found = guildRoles.safeParse(called.value);
    if (!found.success) {
      throw new ProblemError(
        problem('DISCORD_UNREACHABLE', { error: 'an answer of another shape' }),
      );
    }
    roles = { ids: new Set(found.data.map(({ id }) => id)), at: clock.now() };
    if (!roles.ids.has(role))
      throw new ProblemError(problem('DISCORD_ROLE_UNKNOWN', { guild, role }));
  }

  return {
    name,
    lists: false,
    serves: ({ kind, id }) => kind === 'discord_role' && id.startsWith(`${guild}/`),
    isOf: (account) => account.startsWith(`${guild}/`),
    async standing(account) {
      const called = await memberOf(account.slice(guild.length + 1));
      if (called.ok) return 'member';
      const { failure } = called;
      const isGone = failure.kind === 'refused' && failure.code === codes.unknownMember;
      return isGone ? 'left' : 'unknown';
    },
    async members(query, about) {
      const at = clock.now();
      const role = query.id.slice(guild.length + 1);
      await wantRole(role);
      const ours = about.filter((account) => account.startsWith(`${guild}/`));
      const accounts: string[] = [];
      for (let first = 0; first < ours.length; first += together) {
        const some = ours.slice(first, first + together);
        const held = await Promise.all(some.map(rolesOf));
        accounts.push(...some.filter((_, index) => held[index]?.includes(role)));
      }
      return { accounts, at };
    },
  };

  function troubleOf(failure: Failure) {
    if (failure.kind === 'stopped') return failure.problem;
    if (failure.kind === 'limited') return problem('DISCORD_UNREACHABLE', { error: 'limited' });
    if (failure.kind !== 'refused') return problem('DISCORD_UNREACHABLE', { error: failure.error });
    const { status, code, message } = failure;
    return status === 401
      ? problem('DISCORD_TOKEN_REFUSED')
      : problem('DISCORD_REFUSED', { place: 'the guild', status, code, message });
  }
}

/** Whoever left the guild, and whoever never was: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
function isNobody(failure: Failure): boolean {
  return (
    failure.kind === 'refused' &&
    (failure.code === codes.unknownMember || failure.code === codes.unknownUser)
  );
}

const rolesMs = 10 * 60_000;
const together = 5;
const triesMax = 5;
const waitMostMs = 2_500;
