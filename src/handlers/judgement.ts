import { onCallOf } from '../core/catalog.ts';
import { severitiesOf } from '../core/incident/incident.ts';
import type { OperationState } from '../core/operation/operation.ts';
import { denial, judge, type PolicyQuestion } from '../core/operation/policy.ts';
import { originOf } from '../core/origin.ts';
import { type Evidence, isAccountOf, isMember, unknownIn } from '../core/person.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { Answer } from '../core/view/card.ts';
import { refused } from './answer.ts';
import type { Asking, Command } from './command.ts';
import type { Desk } from './desk.ts';
import type { Actor } from './dispatch.ts';

/** Bound by the platform's ids in the configuration; strangers are answered, counted and never recorded. */
export async function evidence(
  desk: Desk,
  { surface, account, session, ip }: Actor,
): Promise<Evidence | Problem> {
  const person = personOf(desk, { surface, account });
  if (person === undefined) return problem('PERSON_NOT_BOUND', { surface, account });
  return {
    ...(await desk.evidenceOf(person, surface, account)),
    ...(session === undefined ? {} : { session }),
    ...(ip === undefined ? {} : { ip }),
  };
}

/** Whose account that is, of the people of the configuration. */
export function personOf(
  { settings }: Pick<Desk, 'settings'>,
  { surface, account }: Actor,
): string | undefined {
  return settings.people.find((person) => isAccountOf(person, surface, account))?.id;
}

/** What the policy has against it. Commands that make no plan cannot wait for an approval. */
export function objection(
  command: Command,
  asked: Asking,
  about: { readonly service: string; readonly environment: string } = placeOf(asked),
): Problem | undefined {
  const verdict = judge(asked.desk.settings.policy, questionOf(command, asked, about));
  if (!verdict.allowed) return verdict.problem;
  return verdict.rule.places.length > 0
    ? problem('POLICY_WANTS_APPROVAL', { verb: command.name, rule: verdict.rule.where })
    : undefined;
}

/** What the policy is asked of a command, as long as no target of it is known. */
export function questionOf(
  command: Command,
  asked: Asking,
  about: { readonly service: string; readonly environment: string },
): PolicyQuestion {
  const { service, environment } = about;
  return {
    verb: command.name,
    family: command.family,
    risk: command.risk,
    service,
    environment,
    requester: asked.by,
    ...onCallOf(asked.desk.settings.catalog, service),
    reason: String(asked.args['reason'] ?? ''),
    ticket: String(asked.args['ticket'] ?? ''),
    targets: [],
    args: argumentsOf(asked),
    severities: severitiesOf(asked.desk.allIncidents(), about),
    at: asked.at,
  };
}

/** What rules may speak of: the arguments without where it is, which has fields of its own, and why. */
export function argumentsOf({ args }: Asking): Asking['args'] {
  return ruledArguments(args);
}

export function ruledArguments(args: Asking['args']): Asking['args'] {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !ownFields.has(name)));
}

const ownFields: ReadonlySet<string> = new Set([
  'service',
  'env',
  'reason',
  'ticket',
  'incident',
  'another',
]);

/** What it has against a gate (approve, stop, …), which needs no rule that allows it. */
export function gateObjection(
  desk: Desk,
  { verb, by, at }: { readonly verb: string; readonly by: Evidence; readonly at: number },
  { asked }: OperationState,
): Problem | undefined {
  const merged = mergedPlan(desk, verb, asked?.incident ?? '');
  if (merged) return merged;
  const { service = '', environment = '', reason = '' } = asked ?? {};
  const about = { verb, family: 'ops', risk: 'read', service, environment, reason } as const;
  const severities = severitiesOf(desk.allIncidents(), about);
  const now = { at, requester: by, severities, ...onCallOf(desk.settings.catalog, service) };
  return denial(desk.settings.policy, { ...about, ...now, targets: [], args: {} });
}

/** What a plan was asked for is part of something else by now: whoever approves it would approve it for that. */
function mergedPlan(desk: Desk, verb: string, incident: string): Problem | undefined {
  if (verb !== 'approve' && verb !== 'break-glass') return undefined;
  const into = incident === '' ? undefined : desk.incidentNow(incident)?.merged?.into;
  return into === undefined ? undefined : problem('PLAN_INCIDENT_MERGED', { incident, into });
}

/** What it has against a halt: a deny rule that names the verb, or that the person has no say in anything. */
export function haltObjection(verb: string, asked: Asking): Problem | undefined {
  const { desk, by, line } = asked;
  const { policy } = desk.settings;
  const service = String(asked.args['scope'] ?? '');
  const about = {
    verb,
    family: 'ops',
    risk: 'read',
    service,
    environment: '',
    reason: '',
  } as const;
  const now = {
    at: asked.at,
    requester: by,
    ...onCallOf(desk.settings.catalog, service),
    severities: [],
    targets: [],
    args: argumentsOf(asked),
  };
  const denied = denial(policy, { ...about, ...now });
  if (denied) return denied;
  const groups = policy.rules.flatMap((rule) =>
    rule.kind === 'allow' ? [...rule.requesters, ...rule.places.map(({ from }) => from)] : [],
  );
  if (groups.some((group) => isMember(by, group))) return undefined;
  const unknown = unknownIn(by, groups);
  if (unknown) {
    const facts = { verb, service, rule: 'any', group: unknown.group };
    return problem('DIRECTORY_UNREACHABLE', { ...unknown.problem.facts, ...facts });
  }
  return problem('NO_SAY', { line, groups: [...new Set(groups)].join(', ') });
}

/** What the policy refuses a known person is a fact: kept with the incident it was asked in, else with the person. */
export async function turnDown(because: Problem, asked: Asking, cause: string): Promise<Answer> {
  const { desk, by, line, at } = asked;
  const telling = { cause: `${cause}/refused`, by: by.person };
  const incident = asked.incident?.opened.incident;
  if (incident === undefined) {
    const event = {
      type: 'RequestTurnedDown',
      v: 1,
      surface: by.surface,
      where: originOf(by),
      line,
    } as const;
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

function placeOf({ service, environment, incident }: Asking) {
  return {
    service: service || (incident?.opened.service ?? ''),
    environment: environment || (incident?.opened.environment ?? ''),
  };
}
