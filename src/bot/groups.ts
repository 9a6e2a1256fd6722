import type { Fuse } from '../core/operation/fuse.ts';
import type { Settings } from '../core/settings.ts';

/** The fuse as the settings have it, with whom its groups name at this moment. */
export function fuseOf(
  { fuse }: Settings,
  members: (group: string) => readonly string[],
): Fuse | undefined {
  return (
    fuse && {
      dangerPerHour: fuse.dangerPerHour,
      call: fuse.call.map((group) => ({ group, people: members(group) })),
    }
  );
}
