import { problem } from '../core/problem.ts';
import type { Answer } from '../core/view/card.ts';
import { code } from '../core/view/words.ts';
import { refused, said } from './answer.ts';
import { type Asking, type Command, isProblem, type MoveCommand } from './command.ts';
import { objection, turnDown } from './judgement.ts';

/** What a person moves from one incident to another is asked of the policy for both. */
export async function move(command: MoveCommand, asked: Asking, cause: string): Promise<Answer> {
  const { desk, by } = asked;
  const intent = await command.intent(asked);
  if (isProblem(intent)) return refused(intent, desk);
  const other = await desk.incident(intent.other);
  for (const about of [asked.incident?.opened, other?.opened]) {
    const denied = about && objection(command, asked, about);
    if (denied) return turnDown(denied, asked, cause);
  }
  const told = await desk.move(intent, { cause, by: by.person });
  if (told.refused) return refused(told.refused, desk);
  if (!told.changed) return said('asker', ['It was so already.'], []);
  const name = code(intent.other);
  if (intent.type === 'MergeIncidents')
    return said('asker', ['Merged. ', name, ' goes on for both'], []);
  return said('asker', ['Split. ', name, ' is an incident of its own'], []);
}

/** What is said in an incident that is part of another one is to be said there, or it would be lost on whoever reads that. */
export function mergedObjection(command: Command, { incident }: Asking) {
  const into = incident?.merged?.into;
  if (into === undefined || !ACTS.has(command.does) || STILL_THERE.has(command.name))
    return undefined;
  return problem('INCIDENT_MERGED', { incident: incident?.opened.incident ?? '', into });
}

const ACTS: ReadonlySet<Command['does']> = new Set(['incident', 'move', 'operation', 'request']);

/** A silence stays where it was asked for; a declaration is about something else. */
const STILL_THERE: ReadonlySet<string> = new Set(['unsilence', 'declare']);
