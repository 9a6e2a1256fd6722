import type { Fuse } from '../core/operation/fuse.ts';
import type { Settings } from '../core/settings.ts';

/** The fuse as the settings have it, with whom its groups name at this moment. */
export function fuseOf(settings: Settings): Fuse | undefined {
  const { fuse } = settings;
  return (
    fuse && {
      dangerPerHour: fuse.dangerPerHour,
      call: fuse.call.map((group) => ({ group, people: membersOf(settings, group) })),
    }
  );
}

/** Whom a group names, of those that the configuration names itself. */
export function membersOf({ groups }: Settings, group: string): readonly string[] {
  return groups.find(({ name }) => name === group)?.members ?? [];
}
