import type { Bot } from '../../src/bot/bot.ts';
import { type ConsoleDesk, createConsoleDesk } from '../../src/bot/surfaces/console/index.ts';
import { isProblem } from '../../src/handlers/command.ts';
import { complete } from '../../src/handlers/completion.ts';
import { formOf } from '../../src/handlers/form.ts';
import { waitsFor } from '../../src/handlers/home.ts';
import { evidence } from '../../src/handlers/judgement.ts';

/** The console's desk on a bot, as the program puts it together. */
export function consoleDeskOf({ engine, dispatch, desk, threads, words }: Bot): ConsoleDesk {
  const { incidents, operations, operationsOf } = engine.readings;
  const { settings } = desk;
  return createConsoleDesk({
    say: dispatch.say,
    press: dispatch.press,
    form: (line, incident) => formOf(line, settings, incident),
    complete: (line, incident) => complete({ settings }, line, incident),
    incidents: () =>
      [...incidents.values()].flatMap(({ state }) => (state.status === 'none' ? [] : [state])),
    incident: desk.incident,
    operation: desk.operation,
    links: () => desk.identity?.links() ?? [],
    async known(actor) {
      const found = await evidence(desk, actor);
      return isProblem(found) ? undefined : found;
    },
    hid: desk.hid,
    operations: (incident) =>
      (operationsOf.get(incident) ?? []).flatMap((id) => operations.get(id)?.state ?? []),
    thread: threads.desired,
    waits: (actor) => waitsFor(desk, actor),
    words,
  });
}
