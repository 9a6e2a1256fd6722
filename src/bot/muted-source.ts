import type { Silences } from '../core/ports/silences.ts';
import type { ConnectedTarget } from './bot-parts.ts';

/** A source that can be told to be silent; what would hide too much is planned there, and made once it is approved. */
export interface MutedSource extends Silences, Pick<ConnectedTarget, 'planner' | 'openWriter'> {}

/** As a target of operations. Its health and its checks are the source's, and it is closed with the source. */
export function mutedTarget({ source, planner, openWriter }: MutedSource): ConnectedTarget {
  return {
    name: source,
    ...(planner && { planner }),
    ...(openWriter && { openWriter }),
    health: () => 'ok',
    doctor: async () => [],
    close: () => undefined,
  };
}
