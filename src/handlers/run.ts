import type { IncidentIntent } from '../core/incident/intent.ts';
import { originOf } from '../core/origin.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { Answer } from '../core/view/card.ts';
import { maskedBlock } from '../core/view/masked.ts';
import { code, personSpan } from '../core/view/words.ts';
import { refused, said } from './answer.ts';
import {
  type Asking,
  type Command,
  type HaltCommand,
  type IdentityCommand,
  isProblem,
  type OperationCommand,
  type OwnCommand,
  type ReadCommand,
  type Reading,
} from './command.ts';
import type { Desk } from './desk.ts';
import { gateObjection, haltObjection, objection, turnDown } from './judgement.ts';
import { mergedObjection, move } from './move.ts';
import { planOperation } from './plan.ts';
import { requestProposal } from './request.ts';

/** A command that was understood, by what it does: read, say, decide, plan. */
export async function run(command: Command, asked: Asking, cause: string): Promise<Answer> {
  const merged = mergedObjection(command, asked);
  if (merged) return turnDown(merged, asked, cause);
  switch (command.does) {
    case 'read':
      return read(command, asked, cause);
    case 'own':
      return own(command, asked, cause);
    case 'incident':
      return tellIncident(command, asked, cause);
    case 'move':
      return move(command, asked, cause);
    case 'gate':
      return tellGate(command, asked, cause);
    case 'halt':
      return halt(command, asked, cause);
    case 'identity':
      return tellIdentity(command, asked, cause);
    case 'request':
      return requestProposal(command, asked, { cause, plan });
    case 'operation':
      return plan(command, asked, cause);
    default:
      return command satisfies never;
  }
}

async function plan(command: OperationCommand, asked: Asking, cause: string): Promise<Answer> {
  const planned = await planOperation(command, asked, { cause, by: asked.by.person });
  if (planned.refused) return refused(planned.refused, asked.desk);
  if (planned.joins !== undefined) return joinedAnswer(planned.operation, planned.joins, asked);
  return said('asker', ['The plan is ready: ', code(planned.operation)], []);
}

/** No second plan for the same: whoever asked reads which one waits, and how to mean another. */
function joinedAnswer(operation: string, requester: string, { desk, line }: Asking): Answer {
  const who = personSpan(requester, desk.words);
  const another = code(`${line} another=yes`);
  return said(
    'asker',
    [who, ' has asked for the same, and it waits: ', code(operation)],
    [
      {
        kind: 'text',
        text: [
          'Yours is noted on its card. It is no approval. ',
          another,
          ' makes a plan of its own.',
        ],
      },
    ],
  );
}

/** Making things safer needs no approval, only a say; lifting it again is a change. */
async function halt(command: HaltCommand, asked: Asking, cause: string): Promise<Answer> {
  const { desk, by } = asked;
  const intent = command.intent(asked);
  if (intent === undefined) {
    const { subject } = command;
    if (!subject) throw new TypeError(`${command.name} cannot lift anything`);
    return plan({ ...command, does: 'operation', subject }, asked, cause);
  }
  if (isProblem(intent)) return refused(intent, desk);
  const denied = haltObjection(command.name, asked);
  if (denied) return turnDown(denied, asked, cause);
  const told = await desk.tellHalts(intent, { cause, by: by.person });
  return said(
    'asker',
    [told.changed ? 'Nothing begins there any more.' : 'It was so already.'],
    [],
  );
}

async function tellIdentity(
  command: IdentityCommand,
  asked: Asking,
  cause: string,
): Promise<Answer> {
  const told = await command.tell(asked, cause);
  return isProblem(told) ? turnDown(told, asked, cause) : said('asker', told.title, told.blocks);
}

/** Help, policy, who and an incident's own status need no rule; everything else that is read does. */
const open: ReadonlySet<string> = new Set([
  'help',
  'policy',
  'who',
  'status',
  'timeline',
  'locks',
  'runbook',
]);

async function read(
  command: Command & { readonly does: 'read' },
  asked: Asking,
  cause: string,
): Promise<Answer> {
  const { desk, by, line, service, environment } = asked;
  if (open.has(command.name)) return answerOf(command, await command.answer(asked), desk);
  const verdict = objection(command, asked);
  if (verdict) return turnDown(verdict, asked, cause);
  const answer = answerOf(command, await command.answer(asked), desk);
  // What left the systems that were looked at is no part of a thread; that it did is on the record before it is shown.
  await desk.recordPerson(
    by.person,
    {
      type: 'ReadingGiven',
      v: 1,
      surface: by.surface,
      where: originOf(by),
      line,
      service,
      environment,
      incident: asked.incident?.opened.incident ?? '',
      digest: desk.sha256(JSON.stringify(answer.card)),
    },
    { cause: `${cause}/read`, by: by.person },
  );
  return answer;
}

async function own(command: OwnCommand, asked: Asking, cause: string): Promise<Answer> {
  const told = await command.act(asked, { cause, by: asked.by.person });
  return isProblem(told) ? refused(told, asked.desk) : said('asker', told.title, told.blocks);
}

/** What was printed or written elsewhere is masked here, whatever its reader did before. */
function answerOf(
  { quotes }: Pick<ReadCommand, 'quotes'>,
  reading: Reading | Problem,
  desk: Desk,
): Answer {
  if (isProblem(reading)) return refused(reading, desk);
  const blocks = reading.blocks.map((block) =>
    quotes || block.kind === 'code' ? maskedBlock(block) : block,
  );
  const answer = said(reading.to ?? 'asker', reading.title, blocks);
  return reading.picture ? { ...answer, picture: reading.picture } : answer;
}

async function tellIncident(
  command: Command & { readonly does: 'incident' },
  asked: Asking,
  cause: string,
): Promise<Answer> {
  const denied = command.asksOutside && objection(command, asked);
  if (denied) return turnDown(denied, asked, cause);
  const intent = await command.intent(asked);
  if (isProblem(intent)) return refused(intent, asked.desk);
  if (intent.type === 'Reading') {
    const { title, blocks, actions = [] } = intent.reading;
    const answer = said('asker', title, blocks);
    return { ...answer, card: { ...answer.card, actions } };
  }
  if (intent.type === 'Subject') {
    return plan(
      { ...command, does: 'operation', subject: async () => intent.subject },
      asked,
      cause,
    );
  }
  return sayToIncident(command, asked, { intent, cause });
}

/** What a person says to an incident, once the policy has nothing against it. A declaration makes the incident itself. */
export async function sayToIncident(
  command: Command,
  asked: Asking,
  { intent, cause }: { readonly intent: IncidentIntent; readonly cause: string },
): Promise<Answer> {
  const { desk } = asked;
  // A declaration is about the service it names, wherever it is typed.
  const verdict = objection(command, asked, intent.type === 'Declare' ? intent : undefined);
  if (verdict) return turnDown(verdict, asked, cause);
  const id = intent.type === 'Declare' ? intent.incident : asked.incident?.opened.incident;
  if (id === undefined) return refused(problem('INCIDENT_REQUIRED', { verb: command.name }), desk);
  const told = await desk.tellIncident(id, intent, { cause, by: asked.by.person });
  if (told.refused) return refused(told.refused, desk);
  if (intent.type === 'Declare') return said('asker', ['The incident is open: ', code(id)], []);
  const more = told.changed && command.does === 'incident' ? command.told?.(intent) : undefined;
  if (more) return said('asker', more.title, more.blocks);
  return said('asker', [told.changed ? 'Done.' : 'It was so already.'], []);
}

async function tellGate(
  command: Command & { readonly does: 'gate' },
  asked: Asking,
  cause: string,
): Promise<Answer> {
  const { desk } = asked;
  const id = String(asked.args['operation']);
  const operation = await desk.operation(id);
  if (!operation) return refused(problem('OPERATION_NOT_FOUND', { operation: id }), desk);
  const shown = await desk.shown(operation, asked.by.surface);
  const intent = await command.intent(asked, operation, shown);
  if (isProblem(intent)) return refused(intent, desk);
  const denied = gateObjection(desk, { verb: command.name, by: asked.by, at: asked.at }, operation);
  if (denied) return turnDown(denied, asked, cause);
  const told = await desk.tellOperation(id, intent, { cause, by: asked.by.person });
  if (told.refused) return refused(told.refused, desk);
  return said('asker', [told.changed ? 'It is on the record.' : 'It was so already.'], []);
}
