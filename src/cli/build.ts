import type { Build } from '../config.ts';
import { grammarVerbs } from '../config.ts';

/** What this build can do, as far as a configuration may speak of it. */
export const thisBuild: Build = { verbs: grammarVerbs, validateTarget: () => [] };
