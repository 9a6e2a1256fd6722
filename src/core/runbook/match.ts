import { alertName } from '../alert/alert.ts';
import type { Incident } from '../incident/incident.ts';
import type { Runbook } from './runbook.ts';

/** More names of alerts than this in one incident are not looked up. */
const NAMES_MAX = 20;
const STEPS_SHOWN = 3;

/** The page for an incident: the one for its worst alert, and for its service before the one for any. */
export function runbookFor(runbooks: readonly Runbook[], incident: Incident): Runbook | undefined {
  for (const name of namesOf(incident)) {
    const claiming = runbooks.filter(({ alerts }) => alerts.includes(name));
    const own = claiming.find(({ service }) => service === incident.opened.service);
    const found = own ?? claiming.find(({ service }) => service === 'any');
    if (found) return found;
  }
  return undefined;
}

/** What a card shows of a page: its name and the first questions. */
export function hintOf(
  runbook: Runbook,
  url: string,
): { readonly title: string; readonly url: string; readonly steps: readonly string[] } {
  const questions = runbook.diagnosis.slice(0, STEPS_SHOWN);
  const steps = questions.map(({ says, commands }) => {
    const way = commands[0] === undefined ? '' : ` (${commands[0]})`;
    return `${says}${way}`;
  });
  return { title: runbook.name, url, steps };
}

/** The name it was opened with, then those that fire. */
function namesOf(incident: Incident): ReadonlySet<string> {
  const names = new Set([incident.opened.title]);
  for (const { labels, status } of incident.alerts.values()) {
    if (status === 'firing' && names.size < NAMES_MAX) names.add(alertName(labels));
  }
  return names;
}
