import type { z } from 'zod';
import type { ReadDocument } from './document.ts';
import type { Path } from './error.ts';
import { keys } from './field.ts';
import { errorsOf, valueAt } from './issue.ts';
import type { OpenReport } from './report.ts';
import { type SectionName, sections } from './schema.ts';

const root = keys(sections);
export type Sections = z.output<typeof root>;

export interface ReadSections {
  readonly sections: Sections;
  /** The schema had nothing to say about it. */
  clean(...names: readonly SectionName[]): boolean;
}

/**
 * All sections, typed. Where the schema refuses something, its errors are reported and the read goes on without the
 * refused part, so that one run finds everything: what stood there is muted, and what depends on a section that had to
 * be dropped is muted with it.
 */
export function readSections(document: ReadDocument, report: OpenReport): ReadSections | undefined {
  let value: unknown = document.value ?? {};
  const soiled = new Set<string>();
  for (let round = 0; round < 50; round += 1) {
    const parsed = root.safeParse(value);
    if (parsed.success) {
      return {
        sections: parsed.data,
        clean: (...names) => names.every((name) => !soiled.has(name)),
      };
    }
    const { issues } = parsed.error;
    // Later rounds only find what the repair itself left behind.
    if (round === 0) report.add(errorsOf(issues, { document, path: [] }));
    for (const refusal of issues.flatMap(refusals)) {
      if (refusal.path.length === 0) return undefined;
      soiled.add(String(refusal.path[0]));
      value = without(value, refusal, report);
    }
  }
  return undefined;
}

const ofGroups: readonly SectionName[] = [
  'routes',
  'default_route',
  'security',
  'heartbeat',
  'services',
  'record',
  'identity_admins',
  'policies',
  'policy_tests',
];

/** Sections whose content is judged by that of another. */
const dependents: ReadonlyMap<unknown, readonly SectionName[]> = new Map([
  ['sources', ['people', 'groups', 'routes', 'default_route', 'correlation']],
  ['people', ['groups', ...ofGroups]],
  ['groups', ofGroups],
  ['targets', ['services', 'backups']],
  ['backups', ['stores']],
  ['services', ['policies', 'policy_tests', 'targets', 'correlation', 'backups', 'watch']],
  [
    'surfaces',
    ['people', 'groups', 'routes', 'default_route', 'security', 'policies', 'policy_tests'],
  ],
]);

interface Refusal {
  readonly path: Path;
  /** A key this build does not know: it can be left out and nothing else is doubtful. */
  readonly alone: boolean;
}

function refusals(issue: z.core.$ZodIssue): Refusal[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], alone: false }));
  }
  return [{ path, alone: issue.code === 'custom' && issue.params?.['absent'] === true }];
}

/** The value without what stands at the path, or without what cannot be read once that is gone. */
function without(value: unknown, { path, alone }: Refusal, report: OpenReport): unknown {
  const [section = ''] = path;
  const parent = path.slice(0, -1);
  const gone = valueAt(value, path) === undefined;
  // A missing key takes its map along; an element takes its list, because the others must keep their numbers.
  if (path.length > 1 && (gone || Array.isArray(valueAt(value, parent)))) {
    return without(value, { path: parent, alone: false }, report);
  }
  if (path.length > 1) {
    report.mute(alone ? path : path.slice(0, Math.max(2, path.length - 1)));
    return remove(value, path);
  }
  report.mute([section]);
  for (const name of alone ? [] : (dependents.get(section) ?? [])) report.mute([name]);
  if (section === 'version') return { ...asMap(value), version: 1 };
  if (section === 'default_route') return { ...asMap(value), default_route: {} };
  return remove(value, path);
}

function remove(value: unknown, [first = '', ...rest]: Path): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === first ? remove(item, rest) : item));
  }
  const map = asMap(value);
  const { [first]: old, ...others } = map;
  return rest.length === 0 ? others : { ...map, [first]: remove(old, rest) };
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
