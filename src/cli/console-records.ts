import { createHash } from 'node:crypto';
import type { Bot } from '../bot/bot.ts';
import { createPersonRecord } from '../bot/person-record.ts';
import { createRecordExports } from '../bot/record-exports.ts';
import type {
  Account,
  ConsoleProposals,
  DeskSources,
  RecordSources,
} from '../bot/surfaces/console/index.ts';
import type { Settings } from '../core/settings.ts';
import { isProblem } from '../handlers/command.ts';
import { evidence } from '../handlers/judgement.ts';
import type { OpenJournal } from '../journal/index.ts';
import { recordText } from './record.ts';

/** What the console's API brings beside its pages: records that leave, and what programs propose. */
export function consoleSources(
  bot: Bot,
  parts: { readonly journal: OpenJournal; readonly settings: () => Settings },
): Pick<DeskSources, 'records' | 'proposals'> {
  return { records: consoleRecords(bot, parts), proposals: proposalsOfTokens(bot) };
}

/** A token speaks as itself and as nobody else. */
export function proposalsOfTokens({ proposals }: Bot): ConsoleProposals {
  const proposer = (token: string) => ({ kind: 'token', name: token }) as const;
  return {
    propose: ({ token, ...asked }) => proposals.propose({ ...asked, proposer: proposer(token) }),
    withdraw: ({ token, ...asked }) => proposals.withdraw({ ...asked, proposer: proposer(token) }),
    list: proposals.list,
  };
}

/** How records leave through the console and its API. */
function consoleRecords(
  bot: Bot,
  { journal, settings }: { readonly journal: OpenJournal; readonly settings: () => Settings },
): RecordSources {
  const exports = createRecordExports({
    journal,
    settings,
    recordPerson: createPersonRecord(journal),
    operationsOf: (incident) => bot.engine.readings.operationsOf.get(incident) ?? [],
    text: async (thread, streams, format) =>
      recordText(thread, await journal.export(streams), format),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  });
  return {
    async mayExport(actor) {
      const known = await evidence(bot.desk, actor);
      return !isProblem(known) && exports.mayExport(known);
    },
    async trail({ thread, actor }) {
      const known = await evidence(bot.desk, actor);
      return isProblem(known) ? [] : exports.trail(thread, known);
    },
    async export({ actor, ...asked }) {
      if (isProgram(actor)) {
        return exports.export({ ...asked, by: { kind: 'program', where: actor } });
      }
      const known = await evidence(bot.desk, actor);
      return isProblem(known)
        ? known
        : exports.export({ ...asked, by: { kind: 'person', evidence: known } });
    },
  };
}

/** Its token's scope was proved before it came here; no person's account is written so. */
function isProgram({ surface, account }: Account): boolean {
  return surface === 'console' && account.startsWith('token:');
}
