import type { OperationState } from '../core/operation/operation.ts';
import type { Evidence } from '../core/person.ts';
import type { BotParts, ConnectedTarget } from './bot-parts.ts';
import { openIncidents } from './desk.ts';
import type { Engine } from './engine.ts';
import { evidenceOf, type Sources } from './evidence.ts';
import { createOperationsLoop } from './loops/operations.ts';
import { verdictNow } from './verdict.ts';
import { openWriters } from './writers.ts';

/** What brings approved operations to their end, and the only way to a writer. */
export function createOperations(
  parts: BotParts,
  {
    engine,
    sources,
    targets,
  }: {
    readonly engine: Engine;
    readonly sources: () => Sources;
    readonly targets: readonly ConnectedTarget[];
  },
) {
  const { clock, log } = parts;
  /** As they are known now: directories are asked anew before the first step. */
  const standing = (who: Evidence) => evidenceOf(sources(), who, true);
  const writers = openWriters(targets, log);
  const operationsLoop = createOperationsLoop({
    engine,
    clock,
    ownership: parts.ownership,
    driver: writers.driver,
    standing: (operation) => Promise.all(relied(operation).map(standing)),
    policyDigest: () => parts.settings().policy.digest,
    verdict: (operation) =>
      verdictNow(operation, {
        settings: parts.settings(),
        incidents: openIncidents(engine),
        at: clock.now(),
        evidenceOf: standing,
      }),
    pollMs: parts.times.operationPollMs,
    log,
  });
  return { operationsLoop, writers };
}

/** On whose word it may begin. */
function relied({ approvals, glass }: OperationState): readonly Evidence[] {
  return [...approvals, ...(glass ? [glass] : [])].map(({ evidence }) => evidence);
}
