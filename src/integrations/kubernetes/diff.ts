import { isSecretName, mask as masked } from '../../core/masker.ts';
import type { Change } from '../../core/operation/plan.ts';
import { at, canonical, isRecord, type Json, record } from './json.ts';
import type { Digest } from './template.ts';
import { mark } from './workload.ts';

export interface DiffOptions {
  readonly digest: Digest;
  /** Names of env variables and annotations whose values may be shown. */
  readonly show: readonly string[];
}

const valueMax = 160;

/** Every path that differs between the live object and what it would be. Hidden values are named by a digest. */
export function diffOf(live: Json, wanted: Json, options: DiffOptions): readonly Change[] {
  // Scoped to this object and path: a value set elsewhere to be compared with has another digest.
  const scope = at(live, 'metadata', 'uid') ?? '';
  const scoped = { ...options, digest: (value: unknown) => options.digest([scope, value]) };
  const before = leaves(shown(live));
  const after = leaves(shown(wanted));
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths.flatMap((path): Change[] => {
    const from = before.get(path);
    const to = after.get(path);
    if (from !== undefined && to !== undefined && from.value === to.value) return [];
    // An empty list or map that is filled, or was emptied, is told by its members.
    if (isEmpty(from) && hasBelow(after, path)) return [];
    if (isEmpty(to) && hasBelow(before, path)) return [];
    const say = (side: Leaf): string => valueFor(side, path, scoped);
    if (from === undefined) return to ? [{ path, what: 'added', to: say(to) }] : [];
    if (to === undefined) return [{ path, what: 'removed', from: say(from) }];
    return [{ path, what: 'changed', from: say(from), to: say(to) }];
  });
}

function isEmpty(leaf: Leaf | undefined): boolean {
  return leaf?.value === '{}' || leaf?.value === '[]';
}

function hasBelow(all: ReadonlyMap<string, Leaf>, path: string): boolean {
  for (const other of all.keys()) {
    if (other.startsWith(`${path}.`) || other.startsWith(`${path}[`)) return true;
  }
  return false;
}

/** What a person decides about: neither status nor bookkeeping, nor what a controller writes by itself. */
function shown(object: Json): Json {
  const { labels, annotations } = record(object['metadata']);
  const kept = Object.entries(record(annotations)).filter(([name]) => !bookkeeping.includes(name));
  return { metadata: { labels, annotations: Object.fromEntries(kept) }, spec: object['spec'] };
}

/** Last-applied repeats the whole template, secrets included; a server-side change of it is not ours. */
const bookkeeping = [mark, 'kubectl.kubernetes.io/last-applied-configuration'];

interface Leaf {
  readonly value: string;
  /** Keys from the root, without the places in lists. */
  readonly keys: readonly string[];
  /** The name of the env variable it belongs to, when it is one's value. */
  readonly env?: string;
}

function leaves(root: unknown): ReadonlyMap<string, Leaf> {
  const found = new Map<string, Leaf>();
  function walk(value: unknown, path: string, keys: readonly string[], env?: string): void {
    if (Array.isArray(value)) {
      if (value.length === 0) add('[]');
      for (const [place, entry] of value.entries()) {
        const name = placeName(entry, place, value);
        const isEnv = keys.at(-1) === 'env' && isRecord(entry);
        walk(unnamed(entry, name), `${path}[${name}]`, keys, isEnv ? name : env);
      }
    } else if (isRecord(value)) {
      const members = Object.entries(value).filter(
        ([, entry]) => entry !== undefined && entry !== null,
      );
      if (members.length === 0 && path !== '') add('{}');
      for (const [key, entry] of members) {
        const step = /^[\w-]+$/.test(key) ? key : `'${key}'`;
        walk(entry, path === '' ? step : `${path}.${step}`, [...keys, key], env);
      }
    } else {
      add(typeof value === 'string' ? value : canonical(value));
    }
    function add(leaf: string): void {
      found.set(path, { value: leaf, keys, ...(env === undefined ? {} : { env }) });
    }
  }
  walk(root, '', []);
  return found;
}

/** A list of named things is compared by name, so that one more at its head is one change and not all. */
function placeName(entry: unknown, place: number, all: readonly unknown[]): string {
  for (const key of ['name', 'mountPath', 'containerPort', 'port', 'key', 'ip']) {
    const values = all.map((other) => record(other)[key]);
    const value = record(entry)[key];
    if (value === undefined || values.includes(undefined)) continue;
    if (new Set(values).size === values.length) return String(value);
  }
  return String(place);
}

/** The path already says the name. */
function unnamed(entry: unknown, name: string): unknown {
  if (!isRecord(entry) || entry['name'] !== name) return entry;
  const { name: _said, ...rest } = entry;
  return rest;
}

function valueFor(leaf: Leaf, path: string, { digest, show }: DiffOptions): string {
  if (!isHidden(leaf, show)) {
    return leaf.value.length > valueMax ? `${leaf.value.slice(0, valueMax - 1)}…` : leaf.value;
  }
  return `hidden ${digest([path, leaf.value]).slice(0, 8)}`;
}

/** Whatever is below these may hold a secret, whatever it is called. */
const hiddenBelow = ['args', 'command', 'httpHeaders'];
/** Names of things that hold secrets, not secrets. */
const references = [
  'secretName',
  'secretKeyRef',
  'imagePullSecrets',
  'automountServiceAccountToken',
  'serviceAccountToken',
  'nodePublishSecretRef',
  'secretRef',
  'secret',
];

function isHidden(leaf: Leaf, show: readonly string[]): boolean {
  const { keys, value, env } = leaf;
  const last = keys.at(-1) ?? '';
  const annotation = keys.at(-2) === 'annotations' ? last : undefined;
  if (isEmpty(leaf)) return false;
  if (annotation !== undefined)
    return !show.includes(annotation) && !wellKnown.includes(annotation);
  if (env !== undefined && last === 'value') return !show.includes(env);
  if (hiddenBelow.some((name) => keys.includes(name))) return true;
  if (keys.some((key) => isSecretName(key) && !references.includes(key))) return true;
  return masked(value) !== value;
}

/** Written by kubectl and the controllers: a number or a time. */
const wellKnown = ['deployment.kubernetes.io/revision', 'kubectl.kubernetes.io/restartedAt'];
