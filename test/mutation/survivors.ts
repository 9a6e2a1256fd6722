import type { Survivor } from './report.ts';

/** What no suite notices, each with the reason why none could, or why it does not matter. */
export const survivors: readonly Survivor[] = [];
