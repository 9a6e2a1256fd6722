import { isJson, type Json, objects, strings } from './json.ts';

/** As much of JSON Schema as an OpenAPI 3.1 document of Discord uses. */

export interface Fault {
  /** Where in the value, `embeds/0/title`. */
  readonly path: string;
  readonly message: string;
  /** The value is of another kind altogether. */
  readonly kind?: true;
}

export interface Schemas {
  /** Finds what a `$ref` of the document names. */
  readonly resolve: (ref: string) => Json;
}

export function check(schemas: Schemas, schema: Json, value: unknown, path = ''): readonly Fault[] {
  const { $ref: ref } = schema;
  if (typeof ref === 'string') return check(schemas, schemas.resolve(ref), value, path);
  const fault = (message: string): readonly Fault[] => [{ path, message }];
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => isOf(type, value))) {
    const message = `is ${kindOf(value)}, not ${types.join(' or ')}`;
    return [{ path, message, kind: true }];
  }
  const { enum: choices } = schema;
  if ('const' in schema && schema['const'] !== value) return fault(`is not ${schema['const']}`);
  if (Array.isArray(choices) && !choices.includes(value)) return fault('is none of the choices');
  return [
    ...combined(schemas, schema, { value, path }),
    ...(typeof value === 'string' ? inString(schema, value).flatMap(fault) : []),
    ...(typeof value === 'number' ? inNumber(schema, value).flatMap(fault) : []),
    ...(Array.isArray(value) ? inList(schemas, schema, { value, path }) : []),
    ...(isJson(value) ? inObject(schemas, schema, { value, path }) : []),
  ];
}

interface Place<T> {
  readonly value: T;
  readonly path: string;
}

/** Of alternatives, one that fits is enough: those of Discord overlap. */
function combined(
  schemas: Schemas,
  schema: Json,
  { value, path }: Place<unknown>,
): readonly Fault[] {
  const all = objects(schema['allOf']).flatMap((one) => check(schemas, one, value, path));
  const alternatives = [objects(schema['oneOf']), objects(schema['anyOf'])].filter(
    ({ length }) => length > 0,
  );
  return [...all, ...alternatives.flatMap((list) => closest(schemas, list, { value, path }))];
}

/** Nothing when one fits; else the faults of that which comes nearest. */
function closest(
  schemas: Schemas,
  list: readonly Json[],
  { value, path }: Place<unknown>,
): readonly Fault[] {
  const tried = list.map((one) => check(schemas, one, value, path));
  if (tried.some(({ length }) => length === 0)) return [];
  // An alternative of another kind, or with another `type` inside, was not what was meant.
  const stranger = (faults: readonly Fault[]) =>
    faults.some(
      (one) => one.path === join(path, 'type') || (one.path === path && one.kind === true),
    );
  const rank = (faults: readonly Fault[]) => faults.length + (stranger(faults) ? 1_000 : 0);
  const [best] = tried.toSorted((a, b) => rank(a) - rank(b));
  return best ?? [];
}

function inString(schema: Json, value: string): readonly string[] {
  const { minLength, maxLength, pattern, format } = schema;
  const length = [...value].length;
  return [
    ...(typeof minLength === 'number' && length < minLength
      ? [`is shorter than ${minLength}`]
      : []),
    ...(typeof maxLength === 'number' && length > maxLength ? [`is longer than ${maxLength}`] : []),
    ...(typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value)
      ? [`does not match ${pattern}`]
      : []),
    ...(format === 'snowflake' && !/^(?:0|[1-9]\d*)$/.test(value) ? ['is no snowflake'] : []),
    ...(format === 'uri' && !URL.canParse(value) ? ['is no address'] : []),
    ...(format === 'date-time' && Number.isNaN(Date.parse(value)) ? ['is no moment'] : []),
  ];
}

function inNumber(schema: Json, value: number): readonly string[] {
  const { minimum, maximum } = schema;
  return [
    ...(typeof minimum === 'number' && value < minimum ? [`is below ${minimum}`] : []),
    ...(typeof maximum === 'number' && value > maximum ? [`is above ${maximum}`] : []),
  ];
}

function inList(
  schemas: Schemas,
  schema: Json,
  { value, path }: Place<readonly unknown[]>,
): readonly Fault[] {
  const { minItems, maxItems, uniqueItems, items } = schema;
  const fault = (message: string): Fault => ({ path, message });
  const unique = new Set(value.map((one) => JSON.stringify(one))).size === value.length;
  return [
    ...(typeof minItems === 'number' && value.length < minItems
      ? [fault('has too few items')]
      : []),
    ...(typeof maxItems === 'number' && value.length > maxItems
      ? [fault('has too many items')]
      : []),
    ...(uniqueItems === true && !unique ? [fault('has an item twice')] : []),
    ...(isJson(items)
      ? value.flatMap((one, index) => check(schemas, items, one, join(path, String(index))))
      : []),
  ];
}

function inObject(schemas: Schemas, schema: Json, { value, path }: Place<Json>): readonly Fault[] {
  const properties = isJson(schema['properties']) ? schema['properties'] : {};
  const { additionalProperties: more, maxProperties } = schema;
  const missing = strings(schema['required']).filter((name) => value[name] === undefined);
  const inside = Object.entries(value).flatMap(([name, field]) => {
    const own = properties[name];
    const here = join(path, name);
    if (isJson(own)) return check(schemas, own, field, here);
    if (isJson(more)) return check(schemas, more, field, here);
    return more === false ? [{ path: here, message: 'is not a field here' }] : [];
  });
  return [
    ...missing.map((name) => ({ path: join(path, name), message: 'is missing' })),
    ...(typeof maxProperties === 'number' && Object.keys(value).length > maxProperties
      ? [{ path, message: 'has too many fields' }]
      : []),
    ...inside,
  ];
}

function typesOf({ type }: Json): readonly string[] {
  return typeof type === 'string' ? [type] : strings(type);
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return kindOf(value) === type;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}
