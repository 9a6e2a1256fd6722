import type { OperationIntent } from '../core/operation/decide.ts';
import { brokenSince } from '../core/operation/glass.ts';
import type { OperationEvent } from '../core/operation/operation.ts';
import type { StreamWrite } from '../core/ports/journal.ts';
import { type Readings, streamOf } from './readings.ts';

/** The intent by which the glass is broken, with how often its person did today. */
export function withGlassCount(
  intent: OperationIntent,
  { glasses }: Readings,
  now: number,
): OperationIntent {
  if (intent.type !== 'BreakGlass') return intent;
  const count = glasses.get(intent.by.person)?.state ?? [];
  return { ...intent, broken: brokenSince(count, now) };
}

/** What counts it, in the same append: two at the same moment meet there, and the second is decided again. */
export function glassWrites(
  operation: string,
  events: readonly OperationEvent[],
  { glasses }: Readings,
): readonly StreamWrite[] {
  return events.flatMap((event) => {
    if (event.type !== 'GlassBroken') return [];
    const { person } = event.breaker;
    return [
      {
        stream: streamOf('glass', person),
        expectedVersion: glasses.get(person)?.version ?? 0,
        events: [{ type: 'GlassCounted', v: 1, operation } as const],
      },
    ];
  });
}
