// Strategic merge patch: lists whose type declares a merge key are merged item by item, the others
// replaced, and `$patch`, `$deleteFromPrimitiveList`, `$retainKeys` and `$setElementOrder` steer it.
// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md

import { clone, equal, isObject, type Json, type JsonObject } from '../json.ts';
import { badRequest } from '../status.ts';

type ListRule = { mergeKey: string; alsoSame?: string[] } | 'set';

/**
 * The patchMergeKey of each list in core/v1, apps/v1 and autoscaling/v2, by field name. `ports`
 * merges by containerPort in a container; two ports of one number differ by protocol.
 */
const lists: Record<string, ListRule> = {
  containers: { mergeKey: 'name' },
  initContainers: { mergeKey: 'name' },
  ephemeralContainers: { mergeKey: 'name' },
  env: { mergeKey: 'name' },
  volumes: { mergeKey: 'name' },
  volumeMounts: { mergeKey: 'mountPath' },
  volumeDevices: { mergeKey: 'devicePath' },
  ports: { mergeKey: 'containerPort', alsoSame: ['protocol'] },
  imagePullSecrets: { mergeKey: 'name' },
  hostAliases: { mergeKey: 'ip' },
  topologySpreadConstraints: { mergeKey: 'topologyKey', alsoSame: ['whenUnsatisfiable'] },
  resourceClaims: { mergeKey: 'name' },
  conditions: { mergeKey: 'type' },
  ownerReferences: { mergeKey: 'uid' },
  finalizers: 'set',
};

export function applyStrategicMergePatch(target: JsonObject, patch: Json): JsonObject {
  if (!isObject(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  }
  return mergeObject(clone(target), patch) ?? {};
}

/** Undefined means: the patch deletes this object. */
function mergeObject(target: JsonObject, patch: JsonObject): JsonObject | undefined {
  const directive = patch['$patch'];
  if (directive === 'delete') return undefined;
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive !== undefined && directive !== 'merge') {
    throw badRequest(`unknown patch type ${String(directive)} in map`);
  }
  retainKeys(target, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$deleteFromPrimitiveList/')) removePrimitives(target, key, value);
    else if (!key.startsWith('$')) mergeField(target, key, value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$setElementOrder/')) orderElements(target, key, value);
  }
  return target;
}

function mergeField(target: JsonObject, key: string, value: Json): void {
  const current = target[key];
  if (value === null) delete target[key];
  else if (isObject(value)) {
    const merged = mergeObject(isObject(current) ? current : {}, value);
    if (merged === undefined) delete target[key];
    else target[key] = merged;
  } else if (Array.isArray(value)) {
    target[key] = mergeList(Array.isArray(current) ? current : [], value, lists[key]);
  } else target[key] = value;
}

function mergeList(current: Json[], patch: Json[], rule: ListRule | undefined): Json[] {
  if (rule === undefined) return clone(patch);
  if (rule === 'set') {
    return [...current, ...patch.filter((item) => !current.some((held) => equal(held, item)))];
  }
  const replaces = patch.some((item) => isObject(item) && onlyDirective(item, 'replace'));
  let merged: Json[] = replaces ? [] : [...current];
  for (const item of patch) {
    if (!isObject(item)) throw badRequest('expected an object in a list with a merge key');
    if (onlyDirective(item, 'replace')) continue;
    if (item[rule.mergeKey] === undefined) {
      throw badRequest(
        `map: ${JSON.stringify(item)} does not contain declared merge key: ${rule.mergeKey}`,
      );
    }
    merged = mergeItem(merged, item, rule);
  }
  return merged;
}

function mergeItem(list: Json[], item: JsonObject, rule: Exclude<ListRule, 'set'>): Json[] {
  const index = list.findIndex((held) => isObject(held) && sameItem(held, item, rule));
  if (item['$patch'] === 'delete') {
    return list.filter((held) => !(isObject(held) && sameItem(held, item, rule)));
  }
  const held = list[index];
  const merged = mergeObject(isObject(held) ? held : {}, item);
  if (merged === undefined) return list;
  if (index < 0) return [...list, merged];
  return list.with(index, merged);
}

function sameItem(
  held: JsonObject,
  item: JsonObject,
  { mergeKey, alsoSame = [] }: Exclude<ListRule, 'set'>,
): boolean {
  if (!equal(held[mergeKey], item[mergeKey])) return false;
  // A patch that leaves the second key out means whichever item has the first.
  return alsoSame.every(
    (key) => item[key] === undefined || held[key] === undefined || equal(held[key], item[key]),
  );
}

function removePrimitives(target: JsonObject, directive: string, value: Json): void {
  const key = directive.slice(directive.indexOf('/') + 1);
  const current = target[key];
  if (!Array.isArray(current) || !Array.isArray(value)) return;
  target[key] = current.filter((held) => !value.some((item) => equal(held, item)));
}

/** Items the patch names come in its order; the ones only the server knows keep their place after. */
function orderElements(target: JsonObject, directive: string, order: Json): void {
  const key = directive.slice(directive.indexOf('/') + 1);
  const current = target[key];
  const rule = lists[key];
  if (!Array.isArray(current) || !Array.isArray(order) || rule === undefined) return;
  function rank(item: Json): number {
    if (!Array.isArray(order)) return -1;
    return order.findIndex((wanted) =>
      rule === 'set' || rule === undefined || !isObject(wanted) || !isObject(item)
        ? equal(wanted, item)
        : sameItem(item, wanted, rule),
    );
  }
  const named = current.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  target[key] = [...named, ...current.filter((item) => rank(item) < 0)];
}

function retainKeys(target: JsonObject, patch: JsonObject): void {
  const retained = patch['$retainKeys'];
  if (!Array.isArray(retained)) return;
  for (const key of Object.keys(target)) {
    if (!retained.includes(key)) delete target[key];
  }
}

function onlyDirective(item: JsonObject, directive: string): boolean {
  return item['$patch'] === directive && Object.keys(item).length === 1;
}

function withoutDirectives(patch: JsonObject): JsonObject {
  const kept = clone(patch);
  delete kept['$patch'];
  return kept;
}
