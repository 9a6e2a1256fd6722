// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a reference is written so in the configuration.

import { z } from 'zod';
import { parseDuration } from '../core/duration.ts';
import { Secret } from '../core/secret.ts';
import { didYouMean, sayList } from './error.ts';
import { Reference } from './reference.ts';
import { isTimeZone } from './zones.ts';

export interface Listen {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

type Read<T> = { readonly value: T } | Refused;

interface Refused {
  readonly why: string;
  readonly instead: string;
  /** Said instead of the value, which may be a secret. */
  readonly hide?: string;
  /** This build lacks what the key is about; nothing is wrong around it. */
  readonly absent?: boolean;
}

export interface FieldNote {
  /** How the value is written, for `docs/configuration.md`. */
  readonly kind: string;
}

/** Where the documentation finds how a leaf is written. */
export const fieldNotes = z.registry<FieldNote>();

/**
 * A leaf of the configuration. Its reader says why a value is refused and what to write instead; the issue carries both
 * in `params`, and `issue.ts` adds the place.
 */
export function field<T>(kind: string, read: (written: unknown) => Read<T>): z.ZodType<T> {
  const schema = z.unknown().transform((written, context): T => {
    const result = read(written);
    if ('value' in result) return result.value;
    context.addIssue({ code: 'custom', params: { ...result } });
    return z.NEVER;
  });
  fieldNotes.add(schema, { kind });
  return schema;
}

/** A map with these keys only. An issue about another key carries the keys that would do. */
export function keys<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? Object.keys(shape).filter(isBuilt).join('|') : undefined,
  });

  function isBuilt(key: string): boolean {
    const schema = shape[key];
    return !(schema instanceof z.ZodType && fieldNotes.get(schema)?.kind === notBuiltKind);
  }
}

/** A map from names we choose to one kind of thing. */
export function named<T extends z.ZodType>(value: T) {
  return z.record(z.string(), value).superRefine((map, context) => {
    for (const key of Object.keys(map)) {
      if (namePattern.test(key)) continue;
      context.addIssue({
        code: 'custom',
        path: [key],
        params: { what: `"${key}" is no name`, why: nameWhy, instead: nameInstead },
      });
    }
  });
}

const notBuiltKind = 'not built';

/**
 * A key the design knows and this build does not: written, it is refused, never ignored. `needed`: what stands around
 * it means nothing without it.
 */
export function notBuilt(what: string, instead = 'take it out', needed = false) {
  const schema = field<undefined>(notBuiltKind, (written) =>
    written === undefined
      ? { value: undefined }
      : { why: `this build has no ${what}`, instead, hide: 'is written', absent: !needed },
  ).optional();
  fieldNotes.add(schema, { kind: notBuiltKind });
  return schema;
}

export function isNotBuilt(schema: z.ZodType): boolean {
  return fieldNotes.get(schema)?.kind === notBuiltKind;
}

const writtenOut = 'holds a value written out';
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const nameWhy = 'a name has 1 to 63 letters, digits, dots, dashes and underscores';
const nameInstead = 'write for example payments-oncall';

export const text = field('text', (written) => {
  if (typeof written === 'string') {
    return written.trim() === ''
      ? { why: 'it is empty', instead: 'write a text, or take the key out' }
      : { value: written };
  }
  return notText(written, 'text');
});

export const name = field('name', (written) => {
  if (typeof written !== 'string') return notText(written, 'a name');
  return namePattern.test(written) ? { value: written } : { why: nameWhy, instead: nameInstead };
});

/** A label's value may be empty: Alertmanager treats an empty label as a missing one. */
export const labelValue = field('text', (written) =>
  typeof written === 'string' ? { value: written } : notText(written, 'text'),
);

export const flag = field('true or false', (written) =>
  typeof written === 'boolean'
    ? { value: written }
    : { why: 'it is a switch', instead: 'write true or false' },
);

export const secret = field('secret', (written) => {
  if (written instanceof Reference) {
    return written.value === undefined
      ? {
          ...refused(written),
          ...hiding(written),
        }
      : { value: new Secret(written.value) };
  }
  return {
    why: 'a secret never stands in the configuration itself',
    instead: 'write ${env:NAME} or ${file:/run/secrets/NAME}',
    ...(written !== undefined && { hide: writtenOut }),
  };
});

/** Not a secret, but different from one machine to the next: a reference is allowed. */
export const url = field('URL', (written) => {
  const found = plain(written, 'a URL');
  if (!('value' in found)) return found;
  const parsed = URL.parse(found.value);
  if (found.value.includes('@')) {
    return {
      why: 'a URL ends up in logs and must not hold a name or password',
      instead: 'write it as basic: { username: …, password: ${env:NAME} }',
      hide: 'holds an @',
    };
  }
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    return {
      why: 'it is no http or https URL',
      instead: 'write for example https://alerts.example.com',
    };
  }
  if (parsed.search !== '' || parsed.hash !== '') {
    return { why: 'a base URL has no ? or # part', instead: `write ${parsed.origin}` };
  }
  return { value: found.value.replace(/\/+$/, '') };
});

/** Of one page or endpoint, as it is written: a base URL is cut and put together, this one is not. */
export const address = field('URL', (written) => {
  const found = plain(written, 'a URL');
  if (!('value' in found)) return found;
  const parsed = URL.parse(found.value);
  if (found.value.includes('@')) {
    return {
      why: 'a URL ends up in logs and must not hold a name or password',
      instead: 'write an address that wants none',
      hide: 'holds an @',
    };
  }
  if (parsed && ['http:', 'https:'].includes(parsed.protocol) && parsed.hash === '') return found;
  return {
    why: 'it is no http or https URL',
    instead: 'write for example https://checkout.example.com/health',
  };
});

export const path = field('path', (written) => {
  const found = plain(written, 'a path');
  if (!('value' in found)) return found;
  return found.value.trim() === '' || found.value.includes('\0')
    ? { why: 'it is no path', instead: 'write for example ./data/tocsin.db' }
    : found;
});

export const listen = field('host:port', (written) => {
  const instead = 'write for example 127.0.0.1:8080, or "[::1]:8080" in quotes';
  if (typeof written !== 'string') return { why: 'an address has a host and a port', instead };
  const [, six, four, digits = ''] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([^:\s[\]/]+)):(\d{1,5})$/.exec(written) ?? [];
  const host = six ?? four;
  const port = Number(digits);
  if (host === undefined) return { why: 'an address has a host and a port', instead };
  return port <= 65_535
    ? { value: { host, port } satisfies Listen }
    : { why: 'a port is at most 65535', instead };
});

/** Where something is reached, not bound: it has a port of its own. */
export const reached = field<Listen>('host:port', (written) => {
  const read = listen.safeParse(written);
  return read.success && read.data.port > 0
    ? { value: read.data }
    : {
        why: 'a server is reached at a host and a port',
        instead: 'write for example db-1.example.com:5432',
      };
});

export function duration(least: string, most: string) {
  return field(`duration, ${least} to ${most}`, (written) => {
    const ms = typeof written === 'string' ? parseDuration(written) : undefined;
    const instead = 'write for example 30s, 5m or 1h30m';
    if (ms === undefined) return { why: 'a duration is a number with its unit', instead };
    const inside = ms >= (parseDuration(least) ?? 0) && ms <= (parseDuration(most) ?? 0);
    return inside
      ? { value: ms }
      : {
          why: `it must be from ${least} to ${most}`,
          instead: 'write a time in between',
        };
  });
}

export function integer(least: number, most: number) {
  return field(`number, ${least} to ${most}`, (written) =>
    typeof written === 'number' && Number.isInteger(written) && written >= least && written <= most
      ? { value: written }
      : {
          why: `a whole number from ${least} to ${most} is expected`,
          instead: `write for example ${least}`,
        },
  );
}

export const number = field('number', (written) =>
  typeof written === 'number' && Number.isFinite(written)
    ? { value: written }
    : { why: 'a number is expected', instead: 'write for example 20' },
);

/** A word or a number, as a command is given it. */
export const scalar = field('text or number', (written) =>
  typeof written === 'string' || typeof written === 'number'
    ? { value: written }
    : { why: 'a word or a number is expected', instead: 'write for example 20' },
);

/** A moment with its zone, in ms since 1970. */
export const moment = field('`2026-11-28T03:00:00+01:00`', (written) => {
  const isWhole = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(String(written));
  const at = isWhole ? Date.parse(String(written)) : Number.NaN;
  return Number.isNaN(at)
    ? {
        why: 'it is no moment with its zone',
        instead: 'write for example "2026-11-28T03:00:00+01:00"',
      }
    : { value: at };
});

/** Two times of day, in minutes since midnight. */
export const clockTimes = field('HH:MM-HH:MM', (written) => {
  const instead = 'write for example 22:00-06:00';
  const found = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(String(written)) ?? [];
  const [fromHour, fromMinute, toHour, toMinute] = found.slice(1).map(Number);
  const from = minutesOf(fromHour, fromMinute);
  const to = minutesOf(toHour, toMinute);
  if (from === undefined || to === undefined) {
    return { why: 'two times from 00:00 to 24:00 are expected', instead };
  }
  return from === to || from === 24 * 60
    ? { why: 'it is no span of time', instead }
    : { value: { from, to } };
});

function minutesOf(hour = 99, minute = 99): number | undefined {
  const minutes = hour * 60 + minute;
  return minute < 60 && minutes <= 24 * 60 ? minutes : undefined;
}

export const timeZone = field('time zone', (written) =>
  typeof written === 'string' && isTimeZone(written)
    ? { value: written }
    : { why: 'no time zone has that name', instead: 'write for example Europe/Berlin or UTC' },
);

/** The number of the file's format. */
export const version = field('1', (written) =>
  written === 1
    ? { value: 1 as const }
    : { why: 'this build reads version 1', instead: 'write version: 1' },
);

const sizeUnits: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

export function size(leastKib: number, mostMib: number) {
  return field(`size, ${leastKib}KiB to ${mostMib}MiB`, (written) => {
    const [, digits = '', unit = ''] = /^(\d{1,6})(KiB|MiB)$/.exec(String(written)) ?? [];
    const bytes = Number(digits) * (sizeUnits[unit] ?? Number.NaN);
    return bytes >= leastKib * 1024 && bytes <= mostMib * 1024 ** 2
      ? { value: bytes }
      : {
          why: `a size is a number with KiB or MiB, from ${leastKib}KiB to ${mostMib}MiB`,
          instead: 'write for example 5MiB',
        };
  });
}

/** Of what lies on disks. */
export function largeSize(leastMib: number, mostGib: number) {
  return field(`size, ${leastMib}MiB to ${mostGib}GiB`, (written) => {
    const [, digits = '', unit = ''] = /^(\d{1,6})(MiB|GiB)$/.exec(String(written)) ?? [];
    const bytes = Number(digits) * (sizeUnits[unit] ?? Number.NaN);
    return bytes >= leastMib * 1024 ** 2 && bytes <= mostGib * 1024 ** 3
      ? { value: bytes }
      : {
          why: `a size is a number with MiB or GiB, from ${leastMib}MiB to ${mostGib}GiB`,
          instead: 'write for example 10GiB',
        };
  });
}

export function oneOf<const T extends string>(values: readonly T[]) {
  return field(sayList(values, 'or'), (written) => {
    const found = values.find((value) => value === written);
    if (found !== undefined) return { value: found };
    return {
      why: `only ${sayList(values)} ${values.length === 1 ? 'is' : 'are'} known here`,
      instead: didYouMean(String(written), values, `write ${sayList(values, 'or')}`),
    };
  });
}

/** One name or a list of them. Always read as a list. */
export function oneOrMany<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (written) => (written === undefined || Array.isArray(written) ? written : [written]),
    z.array(item),
  );
}

function plain(written: unknown, wanted: string): Read<string> {
  if (typeof written === 'string') return { value: written };
  if (written instanceof Reference && written.value !== undefined) return { value: written.value };
  if (written instanceof Reference) return { ...refused(written), ...hiding(written) };
  return notText(written, wanted);
}

function refused(reference: Reference): Refused {
  return reference.problem ?? { why: 'it has no value', instead: 'write another reference' };
}

/** What stands before or after a reference may be a secret. */
function hiding({ written }: Reference): { hide?: string } {
  return /^\$\{[^}]*\}$/.test(written) ? {} : { hide: 'holds more than a reference' };
}

function notText(written: unknown, wanted: string): Refused {
  if (written instanceof Reference) {
    return {
      why: 'references are read only where a secret, a URL or a path stands',
      instead: 'write the value itself',
    };
  }
  if (['number', 'boolean'].includes(typeof written)) {
    return {
      why: `${wanted} is expected, and YAML reads this as a ${typeof written}`,
      instead: `write "${String(written)}" in quotes`,
    };
  }
  return { why: `${wanted} is expected`, instead: `write ${wanted}` };
}
