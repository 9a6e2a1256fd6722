import { setTimeout as pause } from 'node:timers/promises';

/** Patience for a condition, not a measure: a busy machine is slow, and only what never comes is a failure. */
const patienceMs = 15_000;

/** Waits until it is so: what `look` answers, once that is neither undefined nor false. */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  options: { readonly withinMs?: number; readonly say?: () => string } = {},
): Promise<Exclude<T, undefined | false>> {
  const until = Date.now() + (options.withinMs ?? patienceMs);
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
    if (Date.now() > until) break;
    await pause(5);
  }
  throw new Error(`it never came to this: ${what}${options.say ? `\n${options.say()}` : ''}`);
}
