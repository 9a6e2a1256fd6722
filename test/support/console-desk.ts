import type { Bot } from '../../src/bot/bot.ts';
import { type ConsoleDesk, createConsoleDesk } from '../../src/bot/surfaces/console/index.ts';
import { complete } from '../../src/handlers/completion.ts';
import { formOf } from '../../src/handlers/form.ts';
import { waitsFor } from '../../src/handlers/home.ts';

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
    operations: (incident) =>
      (operationsOf.get(incident) ?? []).flatMap((id) => operations.get(id)?.state ?? []),
    thread: threads.desired,
    waits: (actor) => waitsFor(desk, actor),
    words,
  });
}
