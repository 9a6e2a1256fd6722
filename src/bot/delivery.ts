import type { Surface } from '../core/ports/surface.ts';
import type { Clock } from './clock.ts';
import type { Deliver } from './inbox.ts';

/** So often at most, and so long in between: a surface that has just begun to connect needs a moment. */
const deliverTries = 5;
const deliverEveryMs = 5000;

/** Answers that could not be given at once. */
export function deliverTo(surfaces: readonly Surface[], clock: Clock): Deliver {
  return async (name, whisper) => {
    const surface = surfaces.find((each) => each.name === name);
    for (let turn = 1; turn <= deliverTries; turn += 1) {
      const done = await surface?.whisper?.(whisper);
      if (done?.ok !== false) return;
      // It may have been said: once too few is better than twice, and what was done stands in the thread.
      if (done.why === 'unknown') break;
      const waitMs = done.why === 'wait' ? done.afterMs : deliverEveryMs;
      if (turn < deliverTries) await new Promise<void>((go) => clock.after(waitMs, go));
    }
    throw new Error(`${name} did not take the answer`);
  };
}
