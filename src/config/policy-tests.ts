import { type Catalog, onCallOf } from '../core/catalog.ts';
import { mayBeIn } from '../core/group.ts';
import { judge, type Policy, type PolicyQuestion, type Verdict } from '../core/operation/policy.ts';
import type { Person } from '../core/person.ts';
import type { Group } from '../core/settings.ts';
import { didYouMean, type Path, sayList } from './error.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';
import { grammarVerbs, type Verb } from './verbs.ts';

type Written = Section<'policy_tests'>[number];

export interface PolicyTestScope {
  readonly policy: Policy;
  readonly people: readonly Person[];
  readonly groups: readonly Group[];
  readonly catalog: Catalog;
  readonly verbs: readonly Verb[];
  readonly report: Report;
}

/** Asks the policy what the file says it is meant to answer; every other answer is a fault. */
export function runPolicyTests(written: Section<'policy_tests'>, scope: PolicyTestScope): void {
  for (const [index, test] of written.entries()) {
    const path: Path = ['policy_tests', index];
    if (!isSound(test, path, scope)) continue;
    const verdict = judge(scope.policy, questionOf(test.ask, scope));
    if (fits(test, verdict)) continue;
    scope.report.error(path, {
      what: `policy_tests[${index}] expects ${expected(test)}`,
      why: said(verdict),
      instead: 'mend the policy, or the test',
    });
  }
}

/** What names nobody and nothing would pass for the wrong reason. */
function isSound(test: Written, path: Path, scope: PolicyTestScope): boolean {
  const { ask } = test;
  const services = scope.catalog.services.map(({ name }) => name);
  const environments = scope.catalog.services
    .filter(({ name }) => name === ask.service)
    .flatMap((service) => service.environments.map(({ name }) => name));
  const people = scope.people.map(({ id }) => id);
  const targets = targetsOf(scope.catalog, () => true);
  const named: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['verb', [ask.verb], verbsOf(scope).map(({ name }) => name)],
    ['service', some(ask.service), services],
    ['environment', some(ask.environment), environments],
    ['by', [ask.by], people],
    ['groups', ask.groups, groupsOfDirectories(ask.by, scope)],
    ['severity_by', ask.severity_by ?? [], people],
    ['targets', ask.targets ?? [], targets],
  ];
  const faults = named.flatMap(([field, values, known]) =>
    values.filter((value) => !known.includes(value)).map((value) => ({ field, value, known })),
  );
  for (const { field, value, known } of faults) {
    scope.report.error([...path, 'ask', field], {
      what: `policy_tests[${path[1]}] asks about "${value}"`,
      why: `nothing of that name can stand under ${field}`,
      instead: didYouMean(
        value,
        known,
        known.length > 8 ? 'write another' : `write ${sayList(known, 'or')}`,
      ),
    });
  }
  for (const field of ['approvals', 'step_up'] as const) {
    if (test[field] === undefined || test.expect === 'allowed') continue;
    scope.report.error([...path, field], {
      what: `policy_tests[${path[1]}] has ${field} and expects ${test.expect}`,
      why: 'what is refused needs none',
      instead: `write expect: allowed, or take ${field} out`,
    });
    return false;
  }
  return faults.length === 0;
}

function questionOf(ask: Written['ask'], scope: PolicyTestScope): PolicyQuestion {
  const { service = '', environment = '' } = ask;
  const verb = verbsOf(scope).find(({ name }) => name === ask.verb);
  const severities =
    ask.severity === undefined
      ? []
      : [
          {
            is: ask.severity,
            alerts: ask.severity_by ? [] : [ask.severity],
            by: ask.severity_by ?? [],
          },
        ];
  return {
    verb: ask.verb,
    family: verb?.family ?? '',
    risk: ask.risk ?? verb?.risk ?? 'danger',
    service,
    environment,
    requester: {
      person: ask.by,
      surface: ask.surface,
      account: ask.by,
      memberships: scope.groups
        .filter(({ name, members }) => members.includes(ask.by) || ask.groups.includes(name))
        .map(({ name }) => ({ group: name, source: 'static', ageMs: 0 })),
    },
    ...onCallOf(scope.catalog, service),
    reason: ask.reason ?? '',
    ticket: ask.ticket ?? '',
    targets:
      ask.targets ??
      targetsOf(
        scope.catalog,
        (place) => place.service === service && place.environment === environment,
      ),
    args: ask.args,
    severities,
    at: ask.at,
  };
}

function fits({ expect, approvals, step_up }: Written, verdict: Verdict): boolean {
  if (!verdict.allowed) return expect === 'refused' || expect === verdict.problem.code;
  if (expect !== 'allowed') return false;
  const { places, stepUp = false } = verdict.rule;
  if (step_up !== undefined && (step_up === 'required') !== stepUp) return false;
  return approvals === undefined || seats(approvals) === seats(places);
}

function expected({ expect, approvals, step_up }: Written): string {
  const factor = step_up && `${step_up === 'required' ? 'a' : 'no'} second factor`;
  const more = [...(approvals ? [seats(approvals)] : []), ...(factor ? [factor] : [])];
  return more.length === 0 ? expect : `${expect} with ${sayList(more)}`;
}

function said(verdict: Verdict): string {
  if (verdict.allowed) {
    const { where, places, stepUp } = verdict.rule;
    return `${where} allows it with ${seats(places)}${stepUp ? ' and a second factor' : ''}`;
  }
  const { code, facts } = verdict.problem;
  return `it is refused by ${facts['rule'] ?? 'the want of a rule'} (${code})`;
}

/** The same text for the same people, in whatever order they stand. */
function seats(places: readonly { readonly count: number; readonly from: string }[]): string {
  const counts = new Map<string, number>();
  for (const { count, from } of places) counts.set(from, (counts.get(from) ?? 0) + count);
  const words = [...counts].map(([from, count]) => `${count} of ${from}`).sort();
  return words.length === 0 ? 'no approval' : sayList(words);
}

function targetsOf(
  { services }: Catalog,
  isMeant: (place: { readonly service: string; readonly environment: string }) => boolean,
): readonly string[] {
  const all = services.flatMap((service) =>
    service.environments
      .filter(({ name }) => isMeant({ service: service.name, environment: name }))
      .flatMap(({ targets }) => Object.values(targets).map(({ target }) => target)),
  );
  return [...new Set(all)];
}

/** A test may only suppose what could be: a group in which a directory may have them. */
function groupsOfDirectories(by: string, { people, groups }: PolicyTestScope): readonly string[] {
  const person = people.find(({ id }) => id === by);
  return groups.filter((group) => person && mayBeIn(group, person)).map(({ name }) => name);
}

/** Commands of this build, and what the grammar will have: a rule about them can be tried before. */
function verbsOf({ verbs }: PolicyTestScope): readonly Verb[] {
  const later = grammarVerbs.filter(({ name }) => !verbs.some((verb) => verb.name === name));
  return [...verbs, ...later];
}

function some(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
