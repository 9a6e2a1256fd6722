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
    for (const { path, around } of issues.flatMap(refusals)) {
      if (path.length === 0) return undefined;
      soiled.add(String(path[0]));
      report.mute(around);
      value = without(value, path, report);
    }
  }
  return undefined;
}

/** Sections whose content is judged by that of another. */
const dependents: Readonly<Record<string, readonly SectionName[]>> = {
  people: ['groups', 'routes', 'default_route', 'policies'],
  groups: ['routes', 'default_route', 'policies'],
  targets: ['services'],
  services: ['policies', 'targets'],
};

interface Refusal {
  readonly path: Path;
  /** Nothing more is said about what stands here. */
  readonly around: Path;
}

function refusals(issue: z.core.$ZodIssue): Refusal[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const paths =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  const alone = issue.code === 'custom' && issue.params?.['absent'] === true;
  return paths.map((refused) => ({
    path: refused,
    around: alone ? refused : refused.slice(0, Math.max(2, refused.length - 1)),
  }));
}

/** The value without what stands at the path, or without what cannot be read once that is gone. */
function without(value: unknown, path: Path, report: OpenReport): unknown {
  const [section = ''] = path;
  const parent = path.slice(0, -1);
  const gone = valueAt(value, path) === undefined;
  // A missing key takes its map along; an element takes its list, because the others must keep their numbers.
  if (path.length > 1 && (gone || Array.isArray(valueAt(value, parent)))) {
    return without(value, parent, report);
  }
  if (path.length > 1) return remove(value, path);
  report.mute([section]);
  for (const name of dependents[section] ?? []) report.mute([name]);
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
