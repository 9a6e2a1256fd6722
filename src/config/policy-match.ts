import type { PolicyMatch, TimeWindow, ValueMatch } from '../core/operation/match.ts';
import { didYouMean, type Path, sayList } from './error.ts';
import { checkGroup } from './people.ts';
import type { PolicyScope } from './policies.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';
import { families, grammarVerbs } from './verbs.ts';

type WrittenMatch = NonNullable<Section<'policies'>[number]['match']>;
type WrittenValue = NonNullable<WrittenMatch['args']>[string];
type WrittenWindow = NonNullable<WrittenMatch['when']>;

export function readMatch(written: WrittenMatch, path: Path, scope: PolicyScope): PolicyMatch {
  const deny = path[path.length - 1] === 'deny';
  const { domain, report } = scope;
  for (const [field, values] of Object.entries(written)) {
    if (!Array.isArray(values) || values.length > 0) continue;
    report.error([...path, field], {
      what: `${path[path.length - 1]}.${field} of policies[${path[1]}] is an empty list`,
      why: 'nothing would ever match it',
      instead: `take ${field} out to match every one`,
    });
  }
  const known = [
    ['verb', grammarVerbs.map(({ name }) => name)],
    ['family', families],
    ['service', [...new Set(domain.places.map(({ service }) => service))]],
    ['environment', [...new Set(domain.places.map(({ environment }) => environment))]],
    ['target', [...new Set(domain.places.flatMap(({ targets }) => targets))]],
    ['surface', deny ? ['console', 'slack', 'discord'] : domain.surfaces],
  ] as const;
  for (const [field, names] of known) {
    for (const value of written[field] ?? []) {
      if (names.includes(value)) continue;
      const few = names.length > 8 ? 'take it out' : `write ${sayList(names, 'or')}`;
      report.error([...path, field], {
        what: `policies[${path[1]}] names the ${field} "${value}"`,
        why:
          field === 'surface'
            ? 'no surface of that kind is configured'
            : `there is no ${field} of that name`,
        instead: didYouMean(value, names, few),
      });
    }
  }
  for (const [index, group] of (written.group ?? []).entries()) {
    checkGroup(group, { path: [...path, 'group', index], groups: scope.groups, report });
  }
  checkOnCall(written, path, scope);
  checkValues(written, path, report);
  checkArguments(written, path, scope);
  checkBuilt(written, path, { deny, scope });
  return matchOf(written);
}

function matchOf(written: WrittenMatch): PolicyMatch {
  const { verb, family, risk, environment, service, surface } = written;
  const { target, group, on_call, severity, args, when } = written;
  return {
    ...(verb && { verb }),
    ...(family && { family }),
    ...(risk && { risk }),
    ...(environment && { environment }),
    ...(service && { service }),
    ...(surface && { surface }),
    ...(target && { target }),
    ...(group && { group }),
    ...(on_call && { onCall: true }),
    ...(severity && { severity }),
    ...(args && { args: mapped(args, valueMatch) }),
    ...(when && { when: windowOf(when) }),
  };
}

function valueMatch({ above, below, is }: WrittenValue): ValueMatch {
  return {
    ...(above !== undefined && { above }),
    ...(below !== undefined && { below }),
    ...(is && { is }),
  };
}

export function windowOf({ days, between, time_zone }: WrittenWindow): TimeWindow {
  return { ...(days && { days }), ...(between && { between }), timeZone: time_zone };
}

function mapped<A, B>(map: Readonly<Record<string, A>>, to: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, to(value)]));
}

/** A rule that forbids what this build cannot do is kept, with a word; one that allows it is refused. */
function checkBuilt(
  written: WrittenMatch,
  path: Path,
  { deny, scope }: { deny: boolean; scope: PolicyScope },
): void {
  const { domain, report } = scope;
  const has = new Set(domain.verbs.map(({ name }) => name));
  const absent = (written.verb ?? []).filter(
    (verb) => !has.has(verb) && grammarVerbs.some(({ name }) => name === verb),
  );
  if (absent.length > 0 && !deny) {
    report.error([...path, 'verb'], {
      what: `policies[${path[1]}] allows ${sayList(absent)}`,
      why: 'this build has no such command',
      instead: 'take it out',
    });
  }
  if (!deny) return;
  const idle = [
    ...absent,
    ...(written.surface ?? []).filter((kind) => !scope.domain.surfaces.includes(kind)),
  ];
  if (idle.length > 0) {
    report.warn(
      path,
      `policies[${path[1]}] denies ${sayList(idle)}, which this build does not have`,
    );
  }
}

/** Somebody is on call for a service only where the service says which group is. */
function checkOnCall(written: WrittenMatch, path: Path, { domain, report }: PolicyScope): void {
  if (written.on_call === undefined) return;
  const meant = domain.places.filter(
    ({ service, environment }) =>
      (written.service?.includes(service) ?? true) &&
      (written.environment?.includes(environment) ?? true),
  );
  const what = `policies[${path[1]}] speaks of whoever is on call`;
  if (!written.on_call) {
    report.error([...path, 'on_call'], {
      what: `policies[${path[1]}].on_call is false`,
      why: 'a rule can only ask for people who are on call',
      instead: 'write the rule for those on call first and take on_call out of this one',
    });
  } else if (!meant.some(({ onCall }) => onCall !== undefined)) {
    report.error([...path, 'on_call'], {
      what,
      why: 'no service it is about says which group is on call',
      instead: 'write on_call: GROUP at the service',
    });
  }
}

/** What says nothing would hold for everything that is given. */
function checkValues(written: WrittenMatch, path: Path, report: Report): void {
  for (const [name, { above, below, is }] of Object.entries(written.args ?? {})) {
    if (is?.length !== 0 && [above, below, is].some((bound) => bound !== undefined)) continue;
    report.error([...path, 'args', name], {
      what: `policies[${path[1]}] says nothing of the argument "${name}"`,
      why: 'a value is compared with something',
      instead: 'write above: 20, below: 2 or is: [ 0 ]',
    });
  }
  const { when } = written;
  if (when && when.days === undefined && when.between === undefined) {
    report.error([...path, 'when'], {
      what: `policies[${path[1]}].when is always`,
      why: 'it names neither days nor times',
      instead: 'write days: [ sat, sun ] or between: 22:00-06:00, or take when out',
    });
  }
}

/** An argument that no command of the rule takes would keep it from ever matching. */
function checkArguments(written: WrittenMatch, path: Path, { domain, report }: PolicyScope): void {
  const meant = domain.verbs.filter(
    ({ name, family }) =>
      (written.verb?.includes(name) ?? true) && (written.family?.includes(family) ?? true),
  );
  // Commands that come later take what they will take.
  if (meant.length === 0 || meant.some(({ args }) => args === undefined)) return;
  const taken = meant.flatMap(({ args = [] }) => args).filter(({ name }) => !ownFields.has(name));
  const names = [...new Set(taken.map(({ name }) => name))];
  for (const [name, value] of Object.entries(written.args ?? {})) {
    const found = taken.filter((argument) => argument.name === name);
    if (found.length === 0) {
      report.error([...path, 'args', name], {
        what: `policies[${path[1]}] names the argument "${name}"`,
        why: 'none of the commands it is about takes it',
        instead: didYouMean(name, names, names.length === 0 ? 'take args out' : 'take it out'),
      });
      continue;
    }
    const compares = value.above !== undefined || value.below !== undefined;
    if (!compares || found.some(({ kind }) => kind === 'count')) continue;
    report.error([...path, 'args', name], {
      what: `policies[${path[1]}] compares the argument "${name}"`,
      why: 'it is no number',
      instead: `write ${name}: { is: [ … ] }`,
    });
  }
}

/** Where something is and why are fields of their own. */
const ownFields: ReadonlySet<string> = new Set(['service', 'env', 'reason', 'ticket', 'incident']);
