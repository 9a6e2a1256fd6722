import { isDeepStrictEqual } from 'node:util';
import { type Problem, problem } from '../../../core/problem.ts';
import type { Client } from './client.ts';
import { discordCommands } from './commands.ts';
import type { ensuredOf } from './failures.ts';
import type { DiscordOptions } from './options.ts';
import { registeredCommands } from './schema.ts';

export type Registered =
  | { readonly ok: true; readonly changed: readonly string[] }
  /** `again`: it may work later. */
  | { readonly ok: false; readonly again: boolean; readonly problem: Problem };

type Place = Pick<DiscordOptions, 'application' | 'guild'>;

/** Registers the commands where they differ from those of this program: a guild takes two hundred new ones a day. */
export async function register(client: Client, place: Place): Promise<Registered> {
  const compared = await compare(client, place);
  if (!compared.ok || compared.changed.length === 0) return compared;
  const body = discordCommands();
  const called = await client.call({ method: 'PUT', path: pathOf(place), body });
  return called.ok ? compared : refusedBy(called.failure);
}

/** Names of the commands that are missing, differ, or are too many. */
export async function compare(client: Client, place: Place): Promise<Registered> {
  const called = await client.call({ method: 'GET', path: pathOf(place) });
  if (!called.ok) return refusedBy(called.failure);
  const wanted = new Map(discordCommands().map((one) => [nameOf(one), plainOf(one)]));
  const there = new Map(
    registeredCommands.parse(called.value).map((one) => [nameOf(one), plainOf(one)]),
  );
  const names = new Set([...wanted.keys(), ...there.keys()]);
  const changed = [...names].filter(
    (name) => !isDeepStrictEqual(wanted.get(name), there.get(name)),
  );
  return { ok: true, changed };
}

function pathOf({ application, guild }: Place) {
  return `/applications/${application}/guilds/${guild}/commands` as const;
}

function refusedBy(failure: Parameters<typeof ensuredOf>[0]): Registered {
  if (failure.kind === 'refused') {
    const { status, code, message } = failure;
    if (status === 401)
      return { ok: false, again: false, problem: problem('DISCORD_TOKEN_REFUSED') };
    return {
      ok: false,
      again: false,
      problem: problem('DISCORD_COMMANDS_REFUSED', { status, code, message }),
    };
  }
  const error = failure.kind === 'stopped' ? failure.problem : undefined;
  const words = 'error' in failure ? failure.error : failure.kind;
  return {
    ok: false,
    again: true,
    problem: error ?? problem('DISCORD_UNREACHABLE', { error: words }),
  };
}

function nameOf({ name, type }: { readonly name: string; readonly type: number }): string {
  return type === 1 ? `/${name}` : name;
}

/** Without what Discord adds: ids, versions, and the defaults that it writes out or leaves away. */
function plainOf(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(plainOf);
  if (typeof part !== 'object' || part === null) return part;
  const kept = Object.entries(part).filter(([name, value]) => {
    if (!compared.includes(name) || value === null || value === undefined) return false;
    return value !== false && !(Array.isArray(value) && value.length === 0);
  });
  return Object.fromEntries(kept.map(([name, value]) => [name, plainOf(value)]));
}

const compared = [
  'name',
  'type',
  'description',
  'required',
  'autocomplete',
  'min_value',
  'choices',
  'value',
  'options',
];
