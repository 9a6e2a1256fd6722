// The cluster's state. Objects in it are never changed in place: whoever reads one may keep it, and
// every write makes a new one under the next resourceVersion of one global counter.

import { randomInt } from 'node:crypto';
import { type SandboxClock, timestamp } from './clock.ts';
import { clone, equal } from './json.ts';
import type { AnyObject, Kinds, Meta, ResourceName } from './objects.ts';

export type Change = {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resource: ResourceName;
  object: AnyObject;
  previous?: AnyObject;
};

export type Store = ReturnType<typeof createStore>;

export function createStore(clock: SandboxClock, seed = randomInt(2 ** 31)) {
  const tables = new Map<ResourceName, Map<string, AnyObject>>();
  const listeners = new Set<(change: Change) => void>();
  const random = seededRandom(seed);
  let revision = 100;

  function table<K extends ResourceName>(resource: K): Map<string, Kinds[K]> {
    let found = tables.get(resource);
    if (!found) {
      found = new Map();
      tables.set(resource, found);
    }
    return found as Map<string, Kinds[K]>;
  }

  function emit(change: Change): void {
    for (const listener of listeners) listener(change);
  }

  function put<K extends ResourceName>(resource: K, object: Kinds[K]): Kinds[K] {
    const key = keyOf(object.metadata);
    const previous = table(resource).get(key);
    revision += 1;
    object.metadata.resourceVersion = String(revision);
    table(resource).set(key, object);
    emit(
      previous
        ? { type: 'MODIFIED', resource, object, previous }
        : { type: 'ADDED', resource, object },
    );
    return object;
  }

  return {
    clock,
    random,
    /** Safe-encoded, as the server makes the suffix of a generated name. */
    suffix: (length: number) => encode(Array.from({ length }, () => Math.floor(random() * 27))),
    revision: () => revision,

    get<K extends ResourceName>(resource: K, namespace: string, name: string) {
      return table(resource).get(`${namespace}/${name}`);
    },
    list<K extends ResourceName>(resource: K, namespace?: string): Kinds[K][] {
      const all = [...table(resource).values()];
      if (namespace === undefined) return all;
      return all.filter((object) => object.metadata.namespace === namespace);
    },
    ownedBy<K extends ResourceName>(resource: K, owner: { metadata: Meta }): Kinds[K][] {
      return this.list(resource, owner.metadata.namespace).filter((object) =>
        object.metadata.ownerReferences?.some(
          (reference) => reference.controller === true && reference.uid === owner.metadata.uid,
        ),
      );
    },
    /** Server-set metadata for an object that is about to exist. */
    identity(): Pick<Meta, 'uid' | 'resourceVersion' | 'creationTimestamp'> {
      return {
        uid: uuid(random),
        resourceVersion: '',
        creationTimestamp: timestamp(clock.now()),
      };
    },
    put,
    /** Changes a copy; nothing is written when the copy ends equal. A changed spec is a generation. */
    update<K extends ResourceName>(
      resource: K,
      object: Kinds[K],
      change: (draft: Kinds[K]) => void,
    ): Kinds[K] {
      const current = table(resource).get(keyOf(object.metadata));
      if (!current) return object;
      const draft = clone(current);
      change(draft);
      if (equal(draft, current)) return current;
      if ('spec' in draft && 'spec' in current && !equal(draft.spec, current.spec)) {
        draft.metadata.generation = (draft.metadata.generation ?? 0) + 1;
      }
      return put(resource, draft);
    },
    remove<K extends ResourceName>(resource: K, object: Kinds[K]): void {
      const key = keyOf(object.metadata);
      const previous = table(resource).get(key);
      if (!previous) return;
      table(resource).delete(key);
      revision += 1;
      const last = clone(previous);
      last.metadata.resourceVersion = String(revision);
      emit({ type: 'DELETED', resource, object: last, previous });
    },
    onChange(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The alphabet without vowels and look-alikes that generated names and hashes are written in. */
export function encode(digits: number[]): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  return digits.map((digit) => alphabet[digit % alphabet.length]).join('');
}

function keyOf(meta: { namespace?: string; name: string }): string {
  return `${meta.namespace ?? ''}/${meta.name}`;
}

function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function uuid(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  hex[12] = '4';
  hex[16] = '89ab'.charAt(Math.floor(random() * 4));
  const text = hex.join('');
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20),
  ].join('-');
}
