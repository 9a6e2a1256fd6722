import type { Json } from '../json.ts';
import { refusal } from '../refusal.ts';

interface Fault {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
}

/**
 * Collects what is wrong with a body, field by field, and refuses it once with code 50035 and nested errors:
 * https://discord.com/developers/docs/reference#error-messages
 */
export interface Form {
  readonly at: (...path: readonly (string | number)[]) => Form;
  fault(code: string, message: string): void;
  required(value: unknown): boolean;
  /** A string within these lengths, counted in UTF-16 units. Says whether it is one. */
  string(value: unknown, min: number, max: number): value is string;
  /** A list of at most so many. */
  list(value: unknown, max: number, min?: number): value is readonly unknown[];
  choice(value: unknown, choices: readonly unknown[]): boolean;
  snowflake(value: unknown): boolean;
  /** Throws when anything was wrong. */
  end(): void;
}

export function form(): Form {
  const faults: Fault[] = [];
  return formAt(faults, []);
}

function formAt(faults: Fault[], path: readonly string[]): Form {
  const fault = (code: string, message: string): void => {
    faults.push({ path, code, message });
  };

  function required(value: unknown): boolean {
    if (value !== undefined && value !== null) return true;
    fault('BASE_TYPE_REQUIRED', 'This field is required');
    return false;
  }

  function string(value: unknown, min: number, max: number): value is string {
    if (typeof value !== 'string') {
      fault('STRING_TYPE_CONVERT', `Could not interpret "${JSON.stringify(value)}" as string.`);
      return false;
    }
    if (value.length > max) {
      const both = `Must be between ${min} and ${max} in length.`;
      if (min > 0) fault('BASE_TYPE_BAD_LENGTH', both);
      else fault('BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
      return false;
    }
    if (value.length >= min) return true;
    if (value.length === 0) fault('BASE_TYPE_REQUIRED', 'This field is required');
    else fault('BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
    return false;
  }

  function list(value: unknown, max: number, min = 0): value is readonly unknown[] {
    if (!Array.isArray(value)) {
      fault('LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
      return false;
    }
    if (value.length >= min && value.length <= max) return true;
    if (min > 0) fault('BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
    else fault('BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
    return false;
  }

  function choice(value: unknown, choices: readonly unknown[]): boolean {
    if (choices.includes(value)) return true;
    const names = choices.map((one) => (typeof one === 'string' ? `'${one}'` : String(one)));
    fault('BASE_TYPE_CHOICES', `Value must be one of {${names.join(', ')}}.`);
    return false;
  }

  function snowflake(value: unknown): boolean {
    if (/^\d{1,20}$/.test(String(value))) return true;
    fault('NUMBER_TYPE_COERCE', `Value "${String(value)}" is not snowflake.`);
    return false;
  }

  return {
    at: (...further) => formAt(faults, [...path, ...further.map(String)]),
    fault,
    required,
    string,
    list,
    choice,
    snowflake,
    end: () => {
      if (faults.length > 0) throw refusal(50035, { errors: nested(faults) });
    },
  };
}

interface Branch {
  [field: string]: Branch | { code: string; message: string }[];
}

function nested(faults: readonly Fault[]): Json {
  const root: Branch = {};
  for (const { path, code, message } of faults) {
    let branch = root;
    for (const field of path) {
      const next = branch[field] ?? {};
      branch[field] = next;
      if (!Array.isArray(next)) branch = next;
    }
    const errors = branch['_errors'];
    if (Array.isArray(errors)) errors.push({ code, message });
    else branch['_errors'] = [{ code, message }];
  }
  return root;
}
