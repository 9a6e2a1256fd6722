import type { Surface } from '../core/ports/surface.ts';
import type { Words } from '../core/view/words.ts';
import type { BotParts } from './bot.ts';
import type { Engine } from './engine.ts';
import { createFusesLoop } from './loops/fuses.ts';
import { createReviewsLoop } from './loops/reviews.ts';
import type { StreamName } from './readings.ts';
import type { TellSecurity } from './security/notices.ts';
import { createWhisperer } from './whisperer.ts';

export interface PeopleLoops {
  wake(changed: StreamName): void;
  close(): Promise<void>;
}

export interface PeopleLoopsOptions extends Pick<BotParts, 'clock' | 'settings' | 'log'> {
  readonly engine: Engine;
  readonly words: Words;
  readonly tellSecurity: TellSecurity;
  /** Who is in a group, as far as is known. */
  readonly members: (group: string) => readonly string[];
}

/** What speaks to single people: whoever could approve, whoever has to review. */
export function startPeopleLoops(
  options: PeopleLoopsOptions,
  surfaces: readonly Surface[],
): PeopleLoops {
  const whisper = createWhisperer(surfaces, options.settings);
  const reviews = createReviewsLoop({ ...options, whisper });
  const fuses = createFusesLoop({ ...options, whisper });
  reviews.start();
  fuses.wake();
  return {
    wake({ kind, id }) {
      const glass = kind === 'operation' && options.engine.readings.operations.get(id)?.state.glass;
      if (glass) reviews.wake();
      if (kind === 'halt') fuses.wake();
    },
    async close() {
      await Promise.all([reviews.close(), fuses.close()]);
    },
  };
}
