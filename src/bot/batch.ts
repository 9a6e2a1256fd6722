import type { ReceiveAlerts } from '../core/incident/intent.ts';

/** Deliveries that wait for the same turn, and are decided together. */
export interface Batch<T> {
  readonly intents: ReceiveAlerts[];
  alerts: number;
  told: Promise<T>;
}

/** What is decided together also travels to disk together: past this, a delivery waits for the next turn. */
const alertsMax = 10_000;

/** Takes one more delivery in, where it is alike and there is room. */
export function joins(batch: Batch<unknown>, intent: ReceiveAlerts): boolean {
  const alerts = batch.alerts + intent.observations.length;
  if (alerts > alertsMax || !isAlike(batch.intents[0], intent)) return false;
  batch.intents.push(intent);
  batch.alerts = alerts;
  return true;
}

/** A decision speaks of one group of one source, about one service: the name of another one must not get lost in it. */
function isAlike(one: ReceiveAlerts | undefined, other: ReceiveAlerts): boolean {
  return (
    one?.key === other.key &&
    one.source === other.source &&
    one.service === other.service &&
    one.environment === other.environment
  );
}
