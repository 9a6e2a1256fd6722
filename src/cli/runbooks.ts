import type { Runbooks } from '../bot/bot.ts';

export function readRunbooks(_verbs: readonly string[]): {
  readonly runbooks: readonly never[];
  readonly faults: readonly string[];
} {
  return { runbooks: [], faults: [] };
}

export function runbooksOf(_runbooks: readonly never[]): Runbooks {
  return { hint: () => undefined, page: () => undefined };
}
