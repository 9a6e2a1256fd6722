import { scheduler } from '../core/backup/schedule.ts';
import type { Incident } from '../core/incident/incident.ts';
import type { Settings } from '../core/settings.ts';
import type { Words } from '../core/view/words.ts';
import type { BotParts } from './bot-parts.ts';

export function wordsOf({ settings, book }: BotParts): Words {
  const names = settings().people.map(({ id, name }) => [id, name] as const);
  return { names: new Map([...names, [scheduler, 'the schedule']]), book };
}

export function contextOf(
  { publicUrl, runbooks, settings }: BotParts,
  words: Words,
  incident?: Incident,
) {
  return {
    ...words,
    publicUrl,
    runbook: incident && runbooks.hint(incident),
    suggestions: incident && suggestions(settings(), incident),
  };
}

/** What often helps: a workload that can be rolled back gets the button. A press only makes a plan. */
function suggestions(settings: Settings, { opened, firing }: Incident) {
  const environment = settings.catalog.services
    .find(({ name }) => name === opened.service)
    ?.environments.find(({ name }) => name === opened.environment);
  if (firing === 0 || !environment?.targets['workload']) return [];
  return [
    { label: 'Plan a rollback', line: 'rollback' },
    { label: 'Logs', line: 'logs' },
  ];
}
