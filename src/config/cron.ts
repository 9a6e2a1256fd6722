import { Cron } from 'croner';

/** Whether it is a cron expression of five fields, or a short word for one. */
export function isCron(expression: string): boolean {
  try {
    cronOf(expression, 'UTC');
    return true;
  } catch {
    return false;
  }
}

/** When it is due in a zone. Nothing is run by it. */
export function cronOf(expression: string, timezone: string): Cron {
  return new Cron(expression, { timezone, paused: true, mode: '5-part' });
}

/** The newest time up to a moment, that moment itself included. Runs are on whole seconds. */
export function lastUntil(times: Cron, at: number): number | undefined {
  const [found] = times.previousRuns(1, new Date(at + 1));
  return found?.getTime();
}
