import { basename } from 'node:path';
import { seatsNeeded } from '../core/operation/places.ts';
import {
  type AllowRule,
  dangerSeatsMin,
  type Policy,
  type PolicyRule,
} from '../core/operation/policy.ts';
import type { Person } from '../core/person.ts';
import type { Group } from '../core/settings.ts';
import type { ReadDocument } from './document.ts';
import { didYouMean, type Path, sayList } from './error.ts';
import { valueAt } from './issue.ts';
import { checkGroup } from './people.ts';
import { checkPlaces } from './places.ts';
import { digestOf } from './policy-digest.ts';
import { readMatch } from './policy-match.ts';
import { checkTerms, termsOf } from './policy-terms.ts';
import { type Domain, shadowsOf } from './reach.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';
import { localTime } from './zones.ts';

type Written = Section<'policies'>[number];

export interface PolicyScope {
  readonly document: ReadDocument;
  readonly report: Report;
  readonly people: readonly Person[];
  readonly groups: readonly Group[];
  readonly domain: Domain;
  /** False when people or groups were refused in part: who can approve is then not known. */
  readonly rostersKnown: boolean;
  /** The same of rules and services: what a rule covers is then not known. */
  readonly rulesKnown: boolean;
}

const defaultExpiresMs = 30 * 60_000;

/** The rules in the order written, each with the line it stands on. */
export function readPolicies(written: Section<'policies'>, scope: PolicyScope): Policy {
  const read = written.map((rule, index) => readRule(rule, index, scope));
  const rules = read.map(({ rule }) => rule);
  const shadows = scope.rulesKnown ? shadowsOf(rules, scope.domain) : [];
  for (const [index, shadow] of shadows.entries()) {
    if (!shadow || !read[index]?.sound) continue;
    const others = sayList(shadow.map((other) => `policies[${other}]`));
    const never = shadow.length === 0;
    scope.report.error(['policies', index], {
      what: `policies[${index}] is never reached`,
      why: never
        ? 'no request can match all of its fields'
        : `every request it matches is decided by ${others}`,
      instead: never ? 'take a field out' : 'write the narrower rule first, or take it out',
    });
  }
  const digest = digestOf(valueAt(scope.document.value, ['policies']) ?? []);
  return { rules, digest, localTime };
}

/** `sound`: without a fault of its own, so that it makes sense to ask whether it is reached. */
function readRule(
  written: Written,
  index: number,
  scope: PolicyScope,
): { readonly rule: PolicyRule; readonly sound: boolean } {
  const { report } = scope;
  const path: Path = ['policies', index];
  const where = `${basename(scope.document.file)}:${scope.document.lineOf(path)}`;
  const before = report.errors.length + report.warnings.length;
  const sound = () => report.errors.length + report.warnings.length === before;
  if (written.deny) {
    checkDeny(written, path, report);
    const match = readMatch(written.deny, [...path, 'deny'], scope);
    return { rule: { kind: 'deny', where, match }, sound: sound() };
  }
  if (!written.match) {
    report.error(path, {
      what: `policies[${index}] has neither match nor deny`,
      why: 'a rule says what it is about',
      instead: 'write match: { … }; match: {} is about everything',
    });
  }
  const match = readMatch(written.match ?? {}, [...path, 'match'], scope);
  const { requesters = [], surfaces, approvals = [] } = written;
  checkRequesters(requesters, path, scope);
  checkSurfaces(surfaces, path, scope);
  for (const [place, { from }] of approvals.entries()) {
    checkGroup(from, { path: [...path, 'approvals', place, 'from'], groups: scope.groups, report });
  }
  const breakGlass = readGlass(written, path, scope);
  const rule: AllowRule = {
    kind: 'allow',
    where,
    match,
    requesters,
    ...(surfaces && { surfaces }),
    reasonRequired: written.reason === 'required',
    ...(written.step_up === 'required' && { stepUp: true }),
    expiresMs: written.expires ?? defaultExpiresMs,
    places: approvals,
    ...termsOf(written, path, scope),
    ...(breakGlass && { breakGlass }),
  };
  const well = sound();
  if (well) {
    checkDanger(rule, path, report);
    checkStepUp(rule, path, scope);
    if (scope.rostersKnown) checkPlaces(rule, path, scope);
    warnUnapproved(written, path, report);
    checkTerms(written, path, report);
  }
  return { rule, sound: well };
}

function checkDeny(written: Written, path: Path, report: Report): void {
  for (const key of [
    'match',
    'requesters',
    'surfaces',
    'reason',
    'ticket',
    'step_up',
    'expires',
    'approvals',
    'undo',
    'longest_silence',
    'tell',
    'quotas',
    'break_glass',
  ] as const) {
    if (written[key] === undefined) continue;
    report.error([...path, key], {
      what: `a deny rule has ${key}`,
      why: 'it refuses whatever it matches, so this would have no effect',
      instead: `take ${key} out, or write a rule of its own with match`,
    });
  }
}

function readGlass(written: Written, path: Path, scope: PolicyScope): AllowRule['breakGlass'] {
  const { break_glass: glass, approvals = [] } = written;
  if (!glass) return undefined;
  const at: Path = [...path, 'break_glass'];
  const { groups, report } = scope;
  if (glass.from.length === 0 || approvals.length === 0) {
    const nobody = glass.from.length === 0;
    report.error(at, {
      what: `policies[${path[1]}].break_glass has no effect`,
      why: nobody ? 'it names nobody' : 'the rule asks for no approval that could be done without',
      instead: nobody ? 'write from: [ GROUP ], or take it out' : 'take break_glass out',
    });
  }
  for (const [index, group] of glass.from.entries()) {
    checkGroup(group, { path: [...at, 'from', index], groups, report });
  }
  return { from: glass.from, perDay: glass.per_day };
}

function checkRequesters(requesters: readonly string[], path: Path, scope: PolicyScope): void {
  if (requesters.length === 0) {
    scope.report.error(path, {
      what: `policies[${path[1]}] has no requesters`,
      why: 'a rule that names nobody lets nobody ask',
      instead: 'write requesters: [ GROUP ]',
    });
  }
  for (const [index, group] of requesters.entries()) {
    const at: Path = [...path, 'requesters', index];
    checkGroup(group, { path: at, groups: scope.groups, report: scope.report });
  }
}

function checkSurfaces(
  surfaces: readonly string[] | undefined,
  path: Path,
  scope: PolicyScope,
): void {
  if (surfaces?.length === 0) {
    scope.report.error([...path, 'surfaces'], {
      what: `policies[${path[1]}].surfaces is empty`,
      why: 'nobody could approve anywhere',
      instead: `write ${sayList(scope.domain.surfaces, 'or')}, or take it out`,
    });
  }
  for (const [index, surface] of (surfaces ?? []).entries()) {
    if (scope.domain.surfaces.includes(surface)) continue;
    scope.report.error([...path, 'surfaces', index], {
      what: `policies[${path[1]}].surfaces names "${surface}"`,
      why: 'no surface of that kind is configured',
      instead: didYouMean(surface, scope.domain.surfaces, 'take it out'),
    });
  }
}

/** A second factor is given in the console and nowhere else, with an approval or to break the glass on the plan's page. */
function checkStepUp(rule: AllowRule, path: Path, { report }: PolicyScope): void {
  if (!rule.stepUp) return;
  if (rule.places.length === 0) {
    report.error([...path, 'step_up'], {
      what: `policies[${path[1]}] asks for a second factor and for no approval`,
      why: 'it is given with an approval, so nobody would ever be asked for it',
      instead: 'write approvals: [ { count: 1, from: GROUP } ], or take step_up out',
    });
  }
  if (rule.surfaces && !rule.surfaces.includes('console')) {
    report.error([...path, 'step_up'], {
      what: `policies[${path[1]}] asks for a second factor where none can be given`,
      why: `its approvals are taken from ${sayList(rule.surfaces, 'and')} only, and factors are given in the console`,
      instead: 'add console to surfaces, or take step_up out',
    });
  }
}

/** What is dangerous takes two approvals: a rule about nothing else that asks for fewer could never let anything through. */
function checkDanger({ match, places }: AllowRule, path: Path, report: Report): void {
  if (seatsNeeded(places) >= dangerSeatsMin) return;
  const risks = match.risk ?? ['danger', 'others'];
  if (!risks.includes('danger')) return;
  if (risks.length > 1) {
    report.warn(
      path,
      `policies[${path[1]}] asks for fewer than two approvals: what is dangerous is refused by it (write a rule for risk: danger before it)`,
    );
    return;
  }
  report.error([...path, 'approvals'], {
    what: `policies[${path[1]}] asks for fewer than two approvals of what is dangerous`,
    why: 'a dangerous plan is never approved by one person alone, so everything it matches would be refused',
    instead: 'write two places, for example [ { count: 2, from: GROUP } ]',
  });
}

function warnUnapproved(written: Written, path: Path, report: Report): void {
  const risks = written.match?.risk ?? ['change', 'danger'];
  const changes = risks.includes('change') || risks.includes('danger');
  if (changes && written.approvals === undefined) {
    report.warn(
      path,
      `policies[${path[1]}] has no approvals: what it lets through is applied at once (approvals: [] says so on purpose)`,
    );
  }
}
