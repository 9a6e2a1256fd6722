import type { BotParts } from './bot.ts';
import { membersTold } from './evidence.ts';
import { createDirectoriesLoop } from './loops/directories.ts';
import { createRosters } from './rosters.ts';

/** Who is in the groups that are kept elsewhere. */
export function createDirectories(parts: BotParts) {
  const rosters = createRosters({
    ...parts,
    times: () => parts.settings().directories,
    directories: parts.directories ?? (() => []),
  });
  const everyMs = parts.times.compareEveryMs;
  return {
    rosters,
    directoriesLoop: createDirectoriesLoop({ ...parts, rosters, everyMs }),
    members: (group: string) => membersTold(group, { settings: parts.settings(), rosters }).people,
  };
}
