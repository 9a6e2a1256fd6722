import type { Build } from '../config.ts';
import { commands } from '../handlers/commands/index.ts';

/** What this build can do, as far as a configuration may speak of it. */
export const thisBuild: Build = { verbs: commands, validateTarget: () => [] };
