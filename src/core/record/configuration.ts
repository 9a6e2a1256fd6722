import type { Event, Sha256 } from '../event.ts';
import type { Settings } from '../settings.ts';

/*
 * What was in force, and since when. Rules, people and groups are kept as one line each, so that two loads can be
 * compared long after the file was written over; of everything else a digest says whether it is the same. A secret is
 * in neither: sections are handed in as JSON, in which a secret is a fixed word.
 */

export const configurationStream = 'configuration/loaded';

/** Appended at a start whose configuration is another than the one before it. */
export interface ConfigurationLoaded extends Event {
  readonly type: 'ConfigurationLoaded';
  readonly v: 1;
  /** SHA-256 of what is described. */
  readonly digest: string;
  /** Of the policy, as every plan names it. */
  readonly policy: string;
  readonly described: Described;
  /** Against the load before it; none for the first. */
  readonly changes: readonly ConfigurationChange[];
}

export interface Described {
  /** In their order, which decides. */
  readonly rules: readonly Line[];
  readonly people: readonly Line[];
  readonly groups: readonly Line[];
  readonly routes: readonly Line[];
  /** SHA-256 of each other section. */
  readonly sections: Readonly<Record<string, string>>;
}

export interface Line {
  readonly name: string;
  readonly text: string;
}

export interface ConfigurationChange {
  readonly what: 'rule' | 'person' | 'group' | 'route' | 'section' | 'order of the rules';
  readonly how: 'added' | 'removed' | 'changed';
  readonly name: string;
  /** How it reads now; of something removed, how it read. Empty for a section. */
  readonly text: string;
}

/** `sections`: JSON of what is configured beside the settings, by name. */
export function describe(
  settings: Settings,
  sections: Readonly<Record<string, string>>,
  sha256: Sha256,
): Described {
  const { people, groups, policy, routes, ...others } = settings;
  const digests = [...Object.entries(others), ...Object.entries(sections)].map(
    ([name, value]) =>
      [name, sha256(typeof value === 'string' ? value : JSON.stringify(value))] as const,
  );
  return {
    rules: policy.rules.map(({ where, ...rule }) => ({ name: where, text: flat(rule) })),
    people: people.map(({ id, ...person }) => ({ name: id, text: flat(person) })),
    groups: groups.map(({ name, ...group }) => ({ name, text: flat(group) })),
    routes: [...routes.routes, { ...routes.otherwise, match: {} }].map(({ match, ...route }) => ({
      name: flat(match) || 'default',
      text: flat(route),
    })),
    sections: Object.fromEntries(digests),
  };
}

/** The event of a load; undefined where what is in force is what was in force before. */
export function loaded(
  described: Described,
  before: ConfigurationLoaded | undefined,
  { policy, sha256 }: { readonly policy: string; readonly sha256: Sha256 },
): ConfigurationLoaded | undefined {
  const digest = sha256(JSON.stringify(described));
  if (before?.digest === digest) return undefined;
  const changes = before ? changesBetween(before.described, described) : [];
  return { type: 'ConfigurationLoaded', v: 1, digest, policy, described, changes };
}

export function changesBetween(
  before: Described,
  after: Described,
): readonly ConfigurationChange[] {
  return [
    ...ruleChanges(before.rules, after.rules),
    ...named('person', before.people, after.people),
    ...named('group', before.groups, after.groups),
    ...named('route', before.routes, after.routes),
    ...named('section', linesOf(before.sections), linesOf(after.sections)).map((change) => ({
      ...change,
      text: '',
    })),
  ];
}

/** `rule tocsin.yaml:41 changed: allow, match risk change, …` */
export function changeLine({ what, how, name, text }: ConfigurationChange): string {
  const subject = name === '' ? what : `${what} ${name}`;
  return text === '' ? `${subject} ${how}` : `${subject} ${how}: ${text}`;
}

/**
 * A rule has no name but its line, and every line moves when one above it grows: what reads as before is the same rule.
 * Of the others, one that stands on the line of one that is gone has changed.
 */
function ruleChanges(
  before: readonly Line[],
  after: readonly Line[],
): readonly ConfigurationChange[] {
  const gone = without(before, after);
  const come = without(after, before);
  const changed = come.filter(({ name }) => gone.some((each) => each.name === name));
  const isChanged = ({ name }: Line) => changed.some((each) => each.name === name);
  const stayed = (all: readonly Line[], others: readonly Line[]) =>
    all.filter((line) => !others.includes(line)).map(({ text }) => text);
  const isReordered = JSON.stringify(stayed(before, gone)) !== JSON.stringify(stayed(after, come));
  return [
    ...come.map((line) => change('rule', isChanged(line) ? 'changed' : 'added', line)),
    ...gone.filter((line) => !isChanged(line)).map((line) => change('rule', 'removed', line)),
    ...(isReordered ? [change('order of the rules', 'changed', { name: '', text: '' })] : []),
  ];
}

/** Lines that have no equal among the others; of two alike, each needs one of its own. */
function without(lines: readonly Line[], others: readonly Line[]): readonly Line[] {
  const left = others.map(({ text }) => text);
  return lines.filter(({ text }) => {
    const found = left.indexOf(text);
    if (found < 0) return true;
    left.splice(found, 1);
    return false;
  });
}

function named(
  what: ConfigurationChange['what'],
  before: readonly Line[],
  after: readonly Line[],
): readonly ConfigurationChange[] {
  const old = new Map(before.map(({ name, text }) => [name, text]));
  const now = new Map(after.map(({ name, text }) => [name, text]));
  const come = after.flatMap((line) => {
    if (old.get(line.name) === line.text) return [];
    return [change(what, old.has(line.name) ? 'changed' : 'added', line)];
  });
  const gone = before.filter(({ name }) => !now.has(name));
  return [...come, ...gone.map((line) => change(what, 'removed', line))];
}

function change(
  what: ConfigurationChange['what'],
  how: ConfigurationChange['how'],
  { name, text }: Line,
): ConfigurationChange {
  return { what, how, name, text };
}

function linesOf(sections: Readonly<Record<string, string>>): readonly Line[] {
  return Object.entries(sections).map(([name, text]) => ({ name, text }));
}

/** Any data as one line, whatever fields a later version gives it: `match risk change, requesters sre`. */
function flat(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map((item) => (isObject(item) ? `(${flat(item)})` : flat(item))).join(' ');
  }
  if (!isObject(value)) return String(value);
  return Object.entries(value)
    .filter(([, each]) => each !== undefined && typeof each !== 'function' && flat(each) !== '')
    .map(([name, each]) => `${name} ${isObject(each) ? `(${flat(each)})` : flat(each)}`)
    .join(', ');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
