import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
} from 'yaml';
import type { ConfigError, Path } from './error.ts';
import {
  asReference,
  holdsPrivate,
  maskReferences,
  type Surroundings,
  unmask,
} from './reference.ts';

/** A parsed file: plain values with references looked up, and the line of every path. */
export interface ReadDocument {
  readonly file: string;
  readonly value: unknown;
  lineOf(path: Path): number;
}

export interface Source {
  /** As it is named in messages. */
  readonly file: string;
  readonly text: string;
}

export type Parsed =
  | { readonly ok: true; readonly document: ReadDocument }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

/** Reads one YAML file. What it means is for the schemas. */
export function readDocument(source: Source, around: Surroundings): Parsed {
  const { file, text } = source;
  const strange = holdsPrivate(text);
  if (strange >= 0) {
    const line = text.slice(0, strange).split('\n').length;
    const what = 'there is a private-use Unicode character';
    const why = 'it has no meaning here and is usually pasted from a styled page';
    return { ok: false, errors: [{ file, line, what, why, instead: 'type the line anew' }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(maskReferences(text), {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
  });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const errors = faults.map(({ code, message, pos }) => ({
      file,
      line: Math.max(1, lines.linePos(pos[0]).line),
      ...sayFault(code, message),
    }));
    return { ok: false, errors };
  }
  const plain = plainOf(document);
  if ('fault' in plain) {
    const { word, ...fault } = plain.fault;
    const at = Math.max(0, text.indexOf(word));
    return { ok: false, errors: [{ file, line: text.slice(0, at).split('\n').length, ...fault }] };
  }
  return {
    ok: true,
    document: {
      file,
      value: resolve(plain.value, around),
      lineOf: (path) => Math.max(1, lines.linePos(offsetOf(document, path)).line),
    },
  };
}

type Words = Pick<ConfigError, 'what' | 'why' | 'instead'>;

/** The values of a document, as a tree; or why there is none and the word that shows where. */
function plainOf(
  document: Document.Parsed,
): { readonly value: unknown } | { readonly fault: Words & { readonly word: string } } {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const what = 'the aliases cannot be followed';
    return { fault: { word: '*', what, why, instead: 'write the values out' } };
  }
  const odd = oddityOf(value, []);
  if (odd === 'cycle') {
    const what = 'an alias stands inside what it names';
    const why = 'that never ends';
    return { fault: { word: '*', what, why, instead: 'write the values out' } };
  }
  if (odd === '__proto__') {
    // An own key of this name is dropped by what copies objects later: a match would become wider than it is written.
    const what = 'there is a key __proto__';
    const why = 'it cannot be told from what every object has';
    return { fault: { word: '__proto__', what, why, instead: 'write another name' } };
  }
  return { value };
}

function oddityOf(value: unknown, above: readonly unknown[]): 'cycle' | '__proto__' | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (above.includes(value)) return 'cycle';
  if (Object.keys(value).includes('__proto__')) return '__proto__';
  for (const item of Object.values(value)) {
    const odd = oddityOf(item, [...above, value]);
    if (odd) return odd;
  }
  return undefined;
}

function resolve(value: unknown, around: Surroundings): unknown {
  if (typeof value === 'string') {
    const text = unmask(value);
    return asReference(text, around) ?? text;
  }
  if (Array.isArray(value)) return value.map((item) => resolve(item, around));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [unmask(key), resolve(item, around)]),
    );
  }
  return value;
}

/** Where a path stands: at its key in a map, at its value in a list; as deep as the path exists. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && unmask(String(key.value)) === String(part),
      );
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node.range?.[0] ?? undefined) : undefined;
}

function sayFault(code: string, message: string): Pick<ConfigError, 'what' | 'why' | 'instead'> {
  switch (code) {
    case 'DUPLICATE_KEY':
      return {
        what: 'this key stands twice in its map',
        why: 'only one of the two would count',
        instead: 'keep one',
      };
    case 'TAB_AS_INDENT':
      return {
        what: 'a tab indents this line',
        why: 'YAML indents with spaces only',
        instead: 'write spaces',
      };
    case 'MULTIPLE_DOCS':
      return {
        what: 'a second document begins here',
        why: 'the configuration is one document',
        instead: 'take the line --- out',
      };
    case 'TAG_RESOLVE_FAILED':
      return {
        what: 'there is a YAML tag',
        why: 'tags have no meaning here',
        instead: 'take the word that begins with ! out',
      };
    default: {
      const reason = unmask(message.split('\n', 1)[0] ?? message);
      return {
        what: 'this cannot be read as YAML',
        why: `the parser says: ${reason}`,
        instead: 'check brackets, quotes and indentation from here upwards',
      };
    }
  }
}
