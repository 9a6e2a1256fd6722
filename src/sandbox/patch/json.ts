// JSON Patch, RFC 6902. Every operation that cannot be applied gets the server's one sentence for
// it: a stale `test` and a wrong path cannot be told apart from the answer.

import { clone, equal, isObject, type Json, type JsonObject } from '../json.ts';
import { badRequest, unprocessablePatch } from '../status.ts';

export function applyJsonPatch(target: JsonObject, patch: Json): JsonObject {
  if (!Array.isArray(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  }
  let document: Json = clone(target);
  for (const operation of patch) document = applyOperation(document, operation);
  if (!isObject(document)) throw unprocessablePatch();
  return document;
}

function applyOperation(document: Json, operation: Json): Json {
  if (!isObject(operation) || typeof operation['path'] !== 'string') throw unprocessablePatch();
  const path = parsePointer(operation['path']);
  switch (operation['op']) {
    case 'add':
      return change(document, path, (parent, key) => insert(parent, key, given(operation)));
    case 'remove':
      return change(document, path, take);
    case 'replace':
      read(document, path);
      return change(document, path, (parent, key) => overwrite(parent, key, given(operation)));
    case 'move': {
      const from = parsePointer(String(operation['from']));
      const moved = read(document, from);
      const without = change(document, from, take);
      return change(without, path, (parent, key) => insert(parent, key, moved));
    }
    case 'copy': {
      const copied = clone(read(document, parsePointer(String(operation['from']))));
      return change(document, path, (parent, key) => insert(parent, key, copied));
    }
    case 'test':
      if (!equal(read(document, path), operation['value'] ?? null)) throw unprocessablePatch();
      return document;
    default:
      throw unprocessablePatch();
  }
}

function given(operation: JsonObject): Json {
  const value = operation['value'];
  if (value === undefined) throw unprocessablePatch();
  return clone(value);
}

function parsePointer(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw unprocessablePatch();
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: Json, path: string[]): Json {
  let current: Json = document;
  for (const key of path) {
    const next: Json | undefined = Array.isArray(current)
      ? current[indexOf(current, key)]
      : isObject(current) && Object.hasOwn(current, key)
        ? current[key]
        : undefined;
    if (next === undefined) throw unprocessablePatch();
    current = next;
  }
  return current;
}

/** Runs `edit` on the parent of the path; the whole document when the path is empty. */
function change(
  document: Json,
  path: string[],
  edit: (parent: Json[] | JsonObject, key: string) => void,
): Json {
  const key = path.at(-1);
  if (key === undefined) {
    const holder: JsonObject = { root: document };
    edit(holder, 'root');
    return holder['root'] ?? null;
  }
  const parent = read(document, path.slice(0, -1));
  if (!Array.isArray(parent) && !isObject(parent)) throw unprocessablePatch();
  edit(parent, key);
  return document;
}

function insert(parent: Json[] | JsonObject, key: string, value: Json): void {
  if (!Array.isArray(parent)) parent[key] = value;
  else if (key === '-') parent.push(value);
  else {
    const index = Number(key);
    if (!/^\d+$/.test(key) || index > parent.length) throw unprocessablePatch();
    parent.splice(index, 0, value);
  }
}

function overwrite(parent: Json[] | JsonObject, key: string, value: Json): void {
  if (Array.isArray(parent)) parent[indexOf(parent, key)] = value;
  else parent[key] = value;
}

function take(parent: Json[] | JsonObject, key: string): void {
  if (Array.isArray(parent)) parent.splice(indexOf(parent, key), 1);
  else if (Object.hasOwn(parent, key)) delete parent[key];
  else throw unprocessablePatch();
}

function indexOf(list: Json[], key: string): number {
  const index = Number(key);
  if (!/^\d+$/.test(key) || index >= list.length) throw unprocessablePatch();
  return index;
}
