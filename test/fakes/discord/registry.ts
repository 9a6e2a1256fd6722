import type { Json } from './json.ts';
import type { Command, Guild } from './model.ts';
import { refusal } from './refusal.ts';
import { isInGuild, type World } from './world.ts';

/** The commands of one guild, or those of all. */
export interface Register {
  readonly guild: Guild | undefined;
  readonly commands: Map<string, Command>;
  /** Moments at which commands were created. */
  readonly creates: number[];
}

const dayMs = 86_400_000;
const createsPerDay = 200;

export function register(world: World, guild: Guild | undefined): Register {
  return guild
    ? { guild, commands: guild.commands, creates: guild.commandCreates }
    : { guild, commands: world.globalCommands, creates: world.globalCommandCreates };
}

/** All at once: what is not in the list is gone, and what has the name of an older one keeps its id. */
export function overwriteCommands(
  world: World,
  target: Register,
  declared: readonly Json[],
): readonly Command[] {
  const before = new Map([...target.commands.values()].map((one) => [keyOf(one), one]));
  const fresh = declared.filter((one) => !before.has(keyOf(one)));
  countCreates(world, target, fresh.length);
  target.commands.clear();
  return declared.map((one) =>
    put(world, target, { declared: one, before: before.get(keyOf(one)) }),
  );
}

/** One by itself; a name that exists is overwritten. */
export function storeCommand(
  world: World,
  target: Register,
  declared: Json,
): { readonly command: Command; readonly created: boolean } {
  const before = [...target.commands.values()].find((one) => keyOf(one) === keyOf(declared));
  if (!before) {
    if (target.commands.size >= 100) throw refusal(30032);
    countCreates(world, target, 1);
  }
  return { command: put(world, target, { declared, before }), created: !before };
}

/** What a person in this guild can use: its own commands and those of all, its own first. */
export function commandsIn(world: World, guild: Guild | undefined): readonly Command[] {
  if (guild && !isInGuild(world, guild)) return [];
  return [...(guild?.commands.values() ?? []), ...world.globalCommands.values()];
}

function put(
  world: World,
  target: Register,
  { declared, before }: { readonly declared: Json; readonly before: Command | undefined },
): Command {
  const same = before && JSON.stringify(before.declared) === JSON.stringify(declared);
  const command: Command = {
    id: before?.id ?? world.nextId(),
    guildId: target.guild?.id,
    type: Number(declared['type']),
    name: String(declared['name']),
    declared,
    version: same ? before.version : world.nextId(),
  };
  target.commands.set(command.id, command);
  return command;
}

function countCreates(world: World, { creates }: Register, count: number): void {
  const now = world.clock.now();
  const recent = creates.filter((at) => now - at < dayMs);
  if (recent.length + count > createsPerDay) throw refusal(30034);
  for (let made = 0; made < count; made += 1) creates.push(now);
}

function keyOf(command: { readonly [field: string]: unknown } | Command): string {
  return `${String(command['type'])} ${String(command['name'])}`;
}
