import { linkedSince } from '../core/identity/link.ts';
import type { BotParts } from './bot-parts.ts';
import { membersTold, type Sources } from './evidence.ts';
import type { IdentityRecord } from './identity/record.ts';
import { createDirectoriesLoop } from './loops/directories.ts';
import { createRosters } from './rosters.ts';

/** Who is in the groups that are kept elsewhere. */
export function createDirectories(parts: BotParts, record: IdentityRecord) {
  const rosters = createRosters({
    ...parts,
    times: () => parts.settings().directories,
    directories: parts.directories ?? (() => []),
  });
  const everyMs = parts.times.compareEveryMs;
  const linked = (kind: string, account: string) => linkedSince(record.state(), kind, account);
  return {
    /** What is known of people, and how to ask for the rest of it. */
    sources: (): Sources => ({
      settings: parts.settings(),
      rosters,
      now: parts.clock.now,
      linkedSince: linked,
    }),
    directoriesLoop: createDirectoriesLoop({ ...parts, rosters, everyMs }),
    members: (group: string) => membersTold(group, { settings: parts.settings(), rosters }).people,
  };
}
