import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import { openBackups } from '../bot/backups/index.ts';
import type { ConnectedTarget } from '../bot/bot-parts.ts';
import { systemClock } from '../bot/clock.ts';
import { sayBytes } from '../core/backup/estimate.ts';
import { folderOf } from '../core/backup/manifest.ts';
import type { Finding } from '../core/ports/target.ts';
import { type ProblemBook, ProblemError, problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { OpenJournal } from '../journal/index.ts';
import type { Parts } from './parts.ts';

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

/** Whether each backup could be taken now: its program, its rights, its room. Changes nothing. */
export async function backupFindings(
  { backups: rules = [] }: Settings,
  targets: readonly ConnectedTarget[],
): Promise<readonly (Finding & { readonly about: string })[]> {
  if (rules.length === 0) return [];
  const { connect } = await import('../integrations/objectstore/index.ts');
  return Promise.all(
    rules.map(async ({ subject, source, to, query }) => {
      const named = `${source.integration}/${source.target}`;
      const finding = { about: `backup/${folderOf(subject)}`, check: 'backup' };
      const backup = targets.find(({ name }) => name === named)?.backup;
      if (!backup) {
        return {
          ...finding,
          facts: {},
          problem: problem('BACKUP_CANNOT_BE_MADE', { target: named }),
        };
      }
      const survey = await backup.survey({
        locator: source.locator,
        ...(query !== undefined && { query }),
      });
      if (!survey.ok) return { ...finding, facts: {}, problem: survey.problem };
      const { place, program, bytesAtMost } = survey.value;
      const facts = { place, program, bytes: bytesAtMost, to };
      try {
        const room = (await connect(to).room()) ?? Number.POSITIVE_INFINITY;
        const seen = { ...facts, free: Number.isFinite(room) ? room : -1 };
        if (room > bytesAtMost) return { ...finding, facts: seen };
        const [free, needed] = [room, bytesAtMost].map(sayBytes);
        const lack = { store: to, free: free ?? '', needed: needed ?? '', by: 'what it holds' };
        return { ...finding, facts: seen, problem: problem('BACKUP_NO_ROOM', lack) };
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        return { ...finding, facts, problem: error.problem };
      }
    }),
  );
}
