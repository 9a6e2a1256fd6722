import type { Bot } from '../bot/bot.ts';
import type { DeskSources } from '../bot/surfaces/console/index.ts';
import { isProblem } from '../handlers/command.ts';
import { complete } from '../handlers/completion.ts';
import { formOf } from '../handlers/form.ts';
import { waitsFor } from '../handlers/home.ts';
import { evidence } from '../handlers/judgement.ts';
import { consoleSources } from './console-records.ts';
import type { Parts } from './parts.ts';

/** What the console asks of the bot: its dispatch, and readings of what memory holds. */
export function deskSources({ journal, settings }: Parts, bot: Bot): DeskSources {
  const { incidents, operations, operationsOf } = bot.engine.readings;
  return {
    say: bot.dispatch.say,
    press: bot.dispatch.press,
    form: (line, incident) => formOf(line, settings, incident),
    complete: (line, incident) => complete({ settings }, line, incident),
    incidents: () =>
      [...incidents.values()].flatMap(({ state }) => (state.status === 'none' ? [] : [state])),
    incident: bot.desk.incident,
    operation: bot.desk.operation,
    links: () => bot.desk.identity?.links() ?? [],
    async known(actor) {
      const found = await evidence(bot.desk, actor);
      return isProblem(found) ? undefined : found;
    },
    hid: bot.desk.hid,
    operations: (incident) =>
      (operationsOf.get(incident) ?? []).flatMap((id) => operations.get(id)?.state ?? []),
    thread: bot.threads.desired,
    waits: (actor) => waitsFor(bot.desk, actor),
    words: bot.words,
    picture: (digest) => journal.blobs.get(digest),
    ...consoleSources(bot, { journal, settings: () => settings }),
  };
}
