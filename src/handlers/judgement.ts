import type { OperationState } from '../core/operation/operation.ts';
import { denial, judge } from '../core/operation/policy.ts';
import { type Evidence, isAccountOf } from '../core/person.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { Answer } from '../core/view/card.ts';
import { refused } from './answer.ts';
import type { Asking, Command } from './command.ts';
import type { Desk } from './desk.ts';
import type { Actor } from './dispatch.ts';

/** Bound by the platform's ids in the configuration; strangers are answered, counted and never recorded. */
export function evidence(desk: Desk, { surface, account }: Actor): Evidence | Problem {
  const person = personOf(desk, { surface, account });
  return person === undefined
    ? problem('PERSON_NOT_BOUND', { surface, account })
    : desk.evidenceOf(person, surface, account);
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

/** What it has against a gate (approve, stop, …), which needs no rule that allows it. */
export function gateObjection(
  desk: Desk,
  { verb, by }: { readonly verb: string; readonly by: Evidence },
  { asked }: OperationState,
): Problem | undefined {
  const { service = '', environment = '', reason = '' } = asked ?? {};
  const about = { verb, family: 'ops', risk: 'read', service, environment, reason } as const;
  return denial(desk.settings.policy, { ...about, requester: by });
}

/** What the policy refuses a known person is a fact: kept with the incident it was asked in, else with the person. */
export async function turnDown(because: Problem, asked: Asking, cause: string): Promise<Answer> {
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

function placeOf({ service, environment, incident }: Asking) {
  return {
    service: service || (incident?.opened.service ?? ''),
    environment: environment || (incident?.opened.environment ?? ''),
  };
}
