import type { Incident } from '../core/incident/incident.ts';
import type { OperationState } from '../core/operation/operation.ts';
import { denial, judge, type PolicyQuestion } from '../core/operation/policy.ts';
import { type Evidence, isAccountOf } from '../core/person.ts';
import { type Problem, problem, problemOf } from '../core/problem.ts';
import type { Answer, Block, Card, Press, Text } from '../core/view/card.ts';
import { operationCard } from '../core/view/operation-card.ts';
import { code, problemBlock } from '../core/view/words.ts';
import { understand } from './arguments.ts';
import { type Asking, type Command, isProblem, type Reading } from './command.ts';
import { commands } from './commands/index.ts';
import type { Desk } from './desk.ts';
import { nearest, parseLine } from './grammar.ts';
import { planOperation } from './plan.ts';

/** Somebody on some surface. `person` is set where the surface itself knows (a console session). */
export interface Actor {
  readonly surface: string;
  readonly account: string;
}

export interface Said {
  readonly line: string;
  readonly actor: Actor;
  /** The incident whose thread it was said in; '' elsewhere. */
  readonly incident: string;
  /** Unique per submission: a repeated one does nothing a second time. */
  readonly cause: string;
}

export interface Pressed {
  readonly press: Press;
  readonly actor: Actor;
  readonly incident: string;
  readonly cause: string;
  readonly shown: { readonly digest: string };
}

export interface Dispatch {
  say(said: Said): Promise<Answer>;
  press(pressed: Pressed): Promise<Answer>;
}

/**
 * From outside text to an intent with its evidence, and from the verdict to an answer. It never throws: what cannot be
 * done is answered with the five parts of a problem.
 */
export function createDispatch(desk: Desk): Dispatch {
  async function say(said: Said): Promise<Answer> {
    const by = evidence(desk, said.actor);
    if (isProblem(by)) return refused(by, desk);
    const utterance = parseLine(said.line);
    if ('code' in utterance) return refused(utterance, desk);
    const command = commands.find(({ name }) => name === utterance.verb);
    if (!command) return refused(unknownVerb(utterance.verb), desk);
    const named = utterance.named['incident'] ?? said.incident;
    const incident = named === '' ? undefined : await desk.incident(named);
    if (named !== '' && !incident)
      return refused(problem('INCIDENT_NOT_FOUND', { incident: named }), desk);
    const understood = understand(command, utterance, { settings: desk.settings, incident });
    if (isProblem(understood)) return refused(understood, desk);
    const key = `person/${by.person}/${said.cause}`;
    const asked: Asking = {
      desk,
      at: desk.now(),
      by,
      line: utterance.line,
      ...understood,
      incident,
      declared: { incident: `inc-${desk.sha256(key).slice(0, 10)}`, key },
      shown: { digest: '', surface: '' },
    };
    return run(command, asked, said.cause);
  }

  async function press(pressed: Pressed): Promise<Answer> {
    const { press: what, actor, cause, shown } = pressed;
    if (what.kind === 'line')
      return say({ line: what.line, actor, incident: what.incident, cause });
    if (what.kind === 'want') return say({ line: 'status', actor, incident: what.incident, cause });
    if (what.kind === 'open') return said('asker', ['Opened.'], []);
    const by = evidence(desk, actor);
    if (isProblem(by)) return refused(by, desk);
    const operation = await desk.operation(what.operation);
    if (!operation)
      return refused(problem('OPERATION_NOT_FOUND', { operation: what.operation }), desk);
    if (what.kind === 'view') {
      const context = { ...desk.words, alert: 'none', heldBy: '' } as const;
      return { to: 'asker', card: operationCard(operation, context) };
    }
    const at = desk.now();
    const denied = denial(desk.settings.policy, gateQuestion(what.kind, by, operation));
    if (denied) {
      const event = { type: 'RequestTurnedDown', v: 1, surface: by.surface } as const;
      const line = `${what.kind} ${what.operation}`;
      await desk.recordPerson(
        by.person,
        { ...event, line, problem: denied },
        { cause: `${cause}/refused`, by: by.person },
      );
      return refused(denied, desk);
    }
    const told = await desk.tellOperation(
      what.operation,
      what.kind === 'approve'
        ? {
            type: 'Approve',
            at,
            by,
            hash: what.hash,
            typed: false,
            shown: { digest: shown.digest, surface: by.surface },
          }
        : { type: 'Decline', at, by, hash: what.hash, typed: false, reason: '' },
      { cause, by: by.person },
    );
    if (told.refused) return refused(told.refused, desk);
    return said(
      'asker',
      [told.changed ? 'It is on the record.' : 'It was on the record already.'],
      [],
    );
  }

  return {
    say: (it) => answered(() => say(it)),
    press: (it) => answered(() => press(it)),
  };

  async function answered(work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      return refused(problemOf(error, problem('REQUEST_FAILED', { error: nameOf(error) })), desk);
    }
  }
}

async function run(command: Command, asked: Asking, cause: string): Promise<Answer> {
  switch (command.does) {
    case 'read':
      return read(command, asked, cause);
    case 'incident':
      return tellIncident(command, asked, cause);
    case 'gate':
      return tellGate(command, asked, cause);
    case 'operation': {
      const planned = await planOperation(command, asked, { cause, by: asked.by.person });
      if (planned.refused) return refused(planned.refused, asked.desk);
      return said('asker', ['The plan is ready: ', code(planned.operation)], []);
    }
    default:
      return command satisfies never;
  }
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
  if (open.has(command.name)) return answerOf(await command.answer(asked), desk);
  const verdict = allowed(command, asked);
  if (verdict) return turnDown(verdict, asked, cause);
  const answer = answerOf(await command.answer(asked), desk);
  // What left the systems that were looked at is no part of a thread; that it did is on the record before it is shown.
  await desk.recordPerson(
    by.person,
    {
      type: 'ReadingGiven',
      v: 1,
      surface: by.surface,
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

function answerOf(reading: Reading | Problem, desk: Desk): Answer {
  return isProblem(reading) ? refused(reading, desk) : said('asker', reading.title, reading.blocks);
}

/** What the policy refuses a known person is a fact: kept with the incident it was asked in, else with the person. */
async function turnDown(because: Problem, asked: Asking, cause: string): Promise<Answer> {
  const { desk, by, line, at } = asked;
  const telling = { cause: `${cause}/refused`, by: by.person };
  const incident = asked.incident?.opened.incident;
  if (incident === undefined) {
    const event = { type: 'RequestTurnedDown', v: 1, surface: by.surface, line } as const;
    await desk.recordPerson(by.person, { ...event, problem: because }, telling);
  } else {
    await desk.tellIncident(
      incident,
      { type: 'Refuse', at, by, what: line, problem: because },
      telling,
    );
  }
  return refused(because, desk);
}

/** What the policy has against it. Commands that make no plan cannot wait for an approval. */
function allowed(
  command: Command,
  asked: Asking,
  about: { readonly service: string; readonly environment: string } = placeOf(asked),
): Problem | undefined {
  const verdict = judge(asked.desk.settings.policy, {
    verb: command.name,
    family: command.family,
    risk: command.risk,
    service: about.service,
    environment: about.environment,
    requester: asked.by,
    reason: String(asked.args['reason'] ?? ''),
  });
  if (!verdict.allowed) return verdict.problem;
  return verdict.rule.places.length > 0
    ? problem('POLICY_WANTS_APPROVAL', { verb: command.name, rule: verdict.rule.where })
    : undefined;
}

function placeOf({ service, environment, incident }: Asking) {
  return {
    service: service || (incident?.opened.service ?? ''),
    environment: environment || (incident?.opened.environment ?? ''),
  };
}

/** What needs no thread of its own to act on: a declaration makes one. */
async function tellIncident(
  command: Command & { readonly does: 'incident' },
  asked: Asking,
  cause: string,
): Promise<Answer> {
  const { desk } = asked;
  const intent = command.intent(asked);
  if (isProblem(intent)) return refused(intent, desk);
  // A declaration is about the service it names, wherever it is typed.
  const verdict = allowed(command, asked, intent.type === 'Declare' ? intent : placeOf(asked));
  if (verdict) return turnDown(verdict, asked, cause);
  const id = intent.type === 'Declare' ? intent.incident : asked.incident?.opened.incident;
  if (id === undefined) return refused(problem('INCIDENT_REQUIRED', { verb: command.name }), desk);
  const told = await desk.tellIncident(id, intent, { cause, by: asked.by.person });
  if (told.refused) return refused(told.refused, desk);
  if (intent.type === 'Declare') return said('asker', ['The incident is open: ', code(id)], []);
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
  const intent = command.intent(asked, operation);
  if (isProblem(intent)) return refused(intent, desk);
  const denied = denial(desk.settings.policy, gateQuestion(command.name, asked.by, operation));
  if (denied) return turnDown(denied, asked, cause);
  const told = await desk.tellOperation(id, intent, { cause, by: asked.by.person });
  if (told.refused) return refused(told.refused, desk);
  return said('asker', [told.changed ? 'It is on the record.' : 'It was so already.'], []);
}

function gateQuestion(
  verb: string,
  requester: Evidence,
  { asked }: OperationState,
): PolicyQuestion {
  const { service = '', environment = '', reason = '' } = asked ?? {};
  return { verb, family: 'ops', risk: 'read', service, environment, requester, reason };
}

/** Bound by the platform's ids in the configuration; strangers are answered, counted and never recorded. */
function evidence(desk: Desk, actor: Actor): Evidence | Problem {
  const person = desk.settings.people.find((each) =>
    isAccountOf(each, actor.surface, actor.account),
  );
  return person
    ? desk.evidenceOf(person.id, actor.surface, actor.account)
    : problem('PERSON_NOT_BOUND', { surface: actor.surface, account: actor.account });
}

function unknownVerb(verb: string): Problem {
  const near = nearest(
    verb,
    commands.map(({ name }) => name),
  );
  return near ? problem('VERB_UNKNOWN_NEAR', { verb, near }) : problem('VERB_UNKNOWN', { verb });
}

export function refused(because: Problem, desk: Pick<Desk, 'words'>): Answer {
  const block = problemBlock(because, desk.words);
  // Its first sentence is the card's own first line.
  return said('asker', [block.what], [{ ...block, what: '' }], 'failed');
}

function said(
  to: Answer['to'],
  title: Text,
  blocks: readonly Block[],
  tone: Card['tone'] = 'neutral',
): Answer {
  return {
    to,
    card: { key: 'answer', tone, mark: '', title, blocks, actions: [], footnote: [] },
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Words that could stand next in a line being typed: verbs, services, environments, choices. */
export function complete(
  desk: Pick<Desk, 'settings'>,
  line: string,
  incident: Incident | undefined,
): readonly { readonly insert: string; readonly label: string }[] {
  const words = line.trimStart().split(/\s+/u);
  const last = words.at(-1) ?? '';
  if (words.length <= 1) {
    return commands
      .filter(({ name }) => name.startsWith(last))
      .map(({ name, summary }) => ({ insert: `${name} `, label: summary }));
  }
  const command = commands.find(({ name }) => name === words[0]);
  if (!command) return [];
  const environment = /^env=(.*)$/u.exec(last);
  if (environment) {
    const service = words[1] ?? incident?.opened.service ?? '';
    return (desk.settings.catalog.services.find(({ name }) => name === service)?.environments ?? [])
      .filter(({ name }) => name.startsWith(environment[1] ?? ''))
      .map(({ name }) => ({ insert: `env=${name} `, label: 'environment' }));
  }
  const argument = command.args.filter(({ named }) => !named)[words.length - 2];
  const values =
    argument?.choices ??
    (argument?.kind === 'service'
      ? desk.settings.catalog.services.map(({ name }) => name)
      : argument?.kind === 'person'
        ? desk.settings.people.map(({ id }) => id)
        : []);
  const named = command.args.filter((each) => each.named).map(({ name }) => `${name}=`);
  return [...values, ...named]
    .filter((value) => value.startsWith(last))
    .map((value) => ({
      insert: value.endsWith('=') ? value : `${value} `,
      label: value.endsWith('=')
        ? (command.args.find(({ name }) => `${name}=` === value)?.summary ?? '')
        : (argument?.summary ?? ''),
    }));
}
