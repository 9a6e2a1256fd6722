import type { z } from 'zod';
import type { ReadDocument } from './document.ts';
import { type ConfigError, didYouMean, type Path, sayList, sayPath } from './error.ts';
import { Reference } from './reference.ts';

type Issue = z.core.$ZodIssue;

/** Where a section's schema was applied, so that its issues can be given a file and a line. */
export interface Place {
  readonly document: ReadDocument;
  readonly path: Path;
}

/** A schema's issues as errors for a person. */
export function errorsOf(issues: readonly Issue[], place: Place): ConfigError[] {
  return issues.flatMap((issue) => sayIssue(issue, place));
}

function sayIssue(issue: Issue, { document, path: base }: Place): ConfigError[] {
  const path = [
    ...base,
    ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
  ];
  const at = (where: Path) => ({ file: document.file, line: document.lineOf(where) });
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message === '' ? [] : issue.message.split('|');
    return issue.keys.map((key) => ({
      ...at([...path, key]),
      what: `${sayPath([...path, key])} is not known`,
      why: `${sayPath(path)} takes ${known.length === 0 ? 'nothing in this build' : sayList(known)}`,
      instead: didYouMean(key, known, 'take it out'),
    }));
  }
  const value = valueAt(document.value, path);
  // A scalar that stands for `{ url: … }` or for a list of one: what was written is what is talked about.
  const above = valueAt(document.value, path.slice(0, -1));
  if (value === undefined && path.length > 1 && isScalar(above)) {
    const shorter = issue.path.slice(0, -1);
    return sayIssue({ ...issue, path: shorter }, { document, path: base });
  }
  const what = sayWhat(path, value);
  if (issue.code === 'custom') {
    const { params = {} } = issue;
    const missing = value === undefined && params['what'] === undefined;
    const hidden = typeof params['hide'] === 'string' ? `${sayPath(path)} ${params['hide']}` : what;
    return [
      {
        ...at(path),
        what: String(params['what'] ?? hidden),
        why: missing ? 'it has no default' : String(params['why']),
        instead: String(params['instead']),
      },
    ];
  }
  if (issue.code === 'invalid_type') {
    const wanted = issue.expected === 'array' ? 'a list' : 'a map';
    const example = issue.expected === 'array' ? '[ … ]' : '{ … }';
    // The text itself is not repeated: it may be a secret in the wrong shape.
    const plain = typeof value === 'string' ? `${sayPath(path)} is text` : what;
    return [
      {
        ...at(path),
        what: plain,
        why: value === undefined ? 'it has no default' : `${wanted} is expected`,
        instead: `write ${wanted}: ${example}`,
      },
    ];
  }
  return [{ ...at(path), what, why: issue.message, instead: 'see docs/configuration.md' }];
}

/** `server.listen is "8080"`; never the value behind a reference. */
export function sayWhat(path: Path, value: unknown): string {
  const where = sayPath(path);
  if (value === undefined) return `${where} is missing`;
  if (value === null) return `${where} is empty`;
  if (value instanceof Reference) return `${where} is ${value.written}`;
  if (Array.isArray(value)) return `${where} is a list`;
  if (typeof value === 'object') return `${where} is a map`;
  if (typeof value === 'string')
    return `${where} is ${JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value)}`;
  return `${where} is ${String(value)}`;
}

function isScalar(value: unknown): boolean {
  return value instanceof Reference || ['string', 'number', 'boolean'].includes(typeof value);
}

export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined;
  }
  return value;
}
