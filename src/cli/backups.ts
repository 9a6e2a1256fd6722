import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import { openBackups } from '../bot/backups/index.ts';
import type { ConnectedTarget } from '../bot/bot.ts';
import { systemClock } from '../bot/clock.ts';
import type { ProblemBook } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { OpenJournal } from '../journal/index.ts';
import type { Parts } from './compose.ts';

export interface BackedUp extends Pick<Parts, 'backups'> {
  readonly targets: readonly ConnectedTarget[];
  readonly books: readonly ProblemBook[];
}

/** The targets with backups over them, where the configuration has any. */
export async function connectBackups(
  targets: readonly ConnectedTarget[],
  {
    settings,
    journal,
    log,
  }: { readonly settings: Settings; readonly journal: OpenJournal; readonly log: Logger },
): Promise<BackedUp> {
  const { backups: rules = [] } = settings;
  if (rules.length === 0) return { targets, books: [] };
  const { connect, problems } = await import('../integrations/objectstore/index.ts');
  const backups = openBackups({
    rules,
    stores: new Map(rules.map(({ to }) => [to, connect(to)])),
    journal,
    signer: journal.signer,
    sha256: (text) => hash('sha256', text),
    now: systemClock.now,
    log: (message, fields) => log.error(fields, message),
  });
  return { backups, targets: targets.map(backups.over), books: [problems] };
}
