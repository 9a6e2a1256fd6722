import { sees } from '../core/incident/privacy.ts';
import type { OperationState } from '../core/operation/operation.ts';
import type { Evidence } from '../core/person.ts';
import type { Desk } from './desk.ts';

/**
 * The desk as one person may see it: private incidents of others, and their operations, are not there. What is judged
 * (severities, what a silence hides) is asked of `allIncidents`, because a rule must not grow weaker for a stranger.
 */
export function deskOf(desk: Desk, by: Evidence): Desk {
  const isSeen = ({ asked }: OperationState) => {
    if (!asked?.incident) return true;
    const incident = desk.incidentNow(asked.incident);
    return incident !== undefined && sees(by, incident);
  };
  const incident: Desk['incident'] = async (id) => {
    const found = await desk.incident(id);
    if (!found || sees(by, found)) return found;
    desk.hid(by.surface);
    return undefined;
  };
  return {
    ...desk,
    incident,
    incidentNow: (id) => {
      const found = desk.incidentNow(id);
      return found && sees(by, found) ? found : undefined;
    },
    openIncidents: () => desk.openIncidents().filter((each) => sees(by, each)),
    async operation(id) {
      const found = await desk.operation(id);
      const named = found?.asked?.incident;
      return named && !(await incident(named)) ? undefined : found;
    },
    liveOperations: () => desk.liveOperations().filter(isSeen),
    openReviews: () => desk.openReviews().filter(isSeen),
    operationsOf: async (id) => ((await incident(id)) ? desk.operationsOf(id) : []),
    timeline: async (id) => ((await incident(id)) ? desk.timeline(id) : []),
  };
}
