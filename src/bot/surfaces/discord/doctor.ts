import type { Finding } from '../../../core/ports/target.ts';
import { type Problem, problem } from '../../../core/problem.ts';
import type { Channels } from './channels.ts';
import type { Client, Failure, Request } from './client.ts';
import type { DiscordOptions } from './options.ts';
import { compare } from './registration.ts';
import { missingRights, type Standing } from './rights.ts';
import { applicationSelf, gatewayInfo, guildMember, guildRoles, someone } from './schema.ts';

export interface DoctorParts {
  readonly options: DiscordOptions;
  readonly client: Client;
  readonly channels: Channels;
}

/** Token, application, guild, commands, gateway, and the rights in each place that is used. Changes nothing. */
export async function examine(
  parts: DoctorParts,
  places: readonly string[],
): Promise<readonly Finding[]> {
  const { options, client } = parts;
  const self = await client.call({ method: 'GET', path: '/applications/@me' });
  if (!self.ok) return [{ check: 'token', facts: {}, problem: troubleOf(self.failure) }];
  const application = applicationSelf.parse(self.value);
  const findings: Finding[] = [applicationFinding(application, options)];
  const guild = await client.call({ method: 'GET', path: `/guilds/${options.guild}` });
  findings.push({
    check: 'guild',
    facts: { guild: options.guild },
    ...(guild.ok ? {} : { problem: guildTrouble(guild.failure, options.guild) }),
  });
  if (!guild.ok) return findings;
  const standing = await standingOf(parts);
  for (const place of new Set(places)) {
    findings.push(await placeFinding(parts, place, standing));
  }
  return [...findings, await commandsFinding(parts), ...(await gatewayFindings(parts))];
}

function applicationFinding(
  { id, verify_key: key }: { readonly id: string; readonly verify_key?: string | undefined },
  { application, publicKey, mode }: DiscordOptions,
): Finding {
  const facts = { application: id, mode };
  if (id !== application) {
    return {
      check: 'token',
      facts,
      problem: problem('DISCORD_APPLICATION_OTHER', { application, found: id }),
    };
  }
  const isOther =
    mode === 'http' && key !== undefined && key.toLowerCase() !== publicKey?.toLowerCase();
  return { check: 'token', facts, ...(isOther ? { problem: problem('DISCORD_KEY_OTHER') } : {}) };
}

async function standingOf({ client, options }: DoctorParts): Promise<Standing | Problem> {
  const { guild } = options;
  const ask = async (path: Request['path']) => {
    const called = await client.call({ method: 'GET', path });
    return called.ok ? { value: called.value } : troubleOf(called.failure);
  };
  const me = await ask('/users/@me');
  if ('code' in me) return me;
  const user = someone.parse(me.value).id;
  const member = await ask(`/guilds/${guild}/members/${user}`);
  if ('code' in member) return member;
  const roles = await ask(`/guilds/${guild}/roles`);
  if ('code' in roles) return roles;
  const permissions = new Map(
    guildRoles.parse(roles.value).map((role) => [role.id, BigInt(role.permissions)]),
  );
  return { guild, user, roles: guildMember.parse(member.value).roles, permissions };
}

async function placeFinding(
  { channels }: DoctorParts,
  place: string,
  standing: Standing | Problem,
): Promise<Finding> {
  const check = 'channel';
  const facts = { place };
  if ('code' in standing) return { check, facts, problem: standing };
  const listed = await channels.all();
  if (!listed.ok) return { check, facts, problem: troubleOf(listed.failure) };
  const id = channels.known(place);
  const channel = listed.channels.find((one) => one.id === id);
  if (!channel) return { check, facts, problem: problem('DISCORD_CHANNEL_UNKNOWN', { place }) };
  const missing = missingRights(standing, channel);
  return missing.length === 0
    ? { check, facts }
    : {
        check,
        facts,
        problem: problem('DISCORD_RIGHTS_MISSING', { place, rights: missing.join(', ') }),
      };
}

async function commandsFinding({ client, options }: DoctorParts): Promise<Finding> {
  const compared = await compare(client, options);
  if (!compared.ok) return { check: 'commands', facts: {}, problem: compared.problem };
  const names = compared.changed.join(', ');
  return {
    check: 'commands',
    facts: {},
    ...(names === '' ? {} : { problem: problem('DISCORD_COMMANDS_OTHER', { names }) }),
  };
}

async function gatewayFindings({ client, options }: DoctorParts): Promise<readonly Finding[]> {
  if (options.mode !== 'gateway') return [];
  const called = await client.call({ method: 'GET', path: '/gateway/bot' });
  if (!called.ok) return [{ check: 'gateway', facts: {}, problem: troubleOf(called.failure) }];
  const read = gatewayInfo.safeParse(called.value);
  const sessions = read.success ? read.data.session_start_limit.remaining : 0;
  return [
    { check: 'gateway', facts: { sessionsLeftToday: sessions, intents: 'guilds, guild messages' } },
  ];
}

function guildTrouble(failure: Failure, guild: string): Problem {
  if (failure.kind !== 'refused' || failure.status === 401) return troubleOf(failure);
  const { code, message } = failure;
  return problem('DISCORD_NOT_IN_GUILD', { guild, code, message });
}

function troubleOf(failure: Failure): Problem {
  switch (failure.kind) {
    case 'stopped':
      return failure.problem;
    case 'refused': {
      const { status, code, message } = failure;
      return status === 401
        ? problem('DISCORD_TOKEN_REFUSED')
        : problem('DISCORD_REFUSED', { place: 'the guild', status, code, message });
    }
    case 'limited':
      return problem('DISCORD_UNREACHABLE', { error: 'limited' });
    default:
      return problem('DISCORD_UNREACHABLE', { error: failure.error });
  }
}
