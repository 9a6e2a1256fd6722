/** From when to when a graph goes, and how dense it is. */
export interface Window {
  /** Milliseconds since 1970, whole steps apart. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

const hourMs = 3_600_000;
/** What came before an alert is as telling as what followed. */
export const spanMs = 6 * hourMs;
export const spanMaxMs = 30 * 24 * hourMs;
/** As many points as a phone has columns. */
const points = 240;
const stepMinMs = 15_000;
/** After the end, how much of the calm is shown. */
const calmMs = hourMs / 2;

/**
 * The last six hours, or as much as was asked for; of something that has ended, up to a little after its end. What began
 * earlier is shown from an hour before its beginning.
 */
export function windowOf(given: {
  readonly now: number;
  /** What was asked for. */
  readonly spanMs?: number;
  readonly began?: number;
  readonly ended?: number;
}): Window {
  const { now, began, ended } = given;
  const end =
    ended === undefined || given.spanMs !== undefined ? now : Math.min(now, ended + calmMs);
  const least = began === undefined ? 0 : end - began + hourMs;
  const span = Math.min(given.spanMs ?? Math.max(spanMs, least), spanMaxMs);
  const stepMs = Math.max(stepMinMs, Math.ceil(span / points / 1000) * 1000);
  // The last step is the end itself: what has just happened is what one looks for.
  const to = Math.floor(end / 1000) * 1000;
  return { from: to - Math.floor(span / stepMs) * stepMs, to, stepMs };
}
