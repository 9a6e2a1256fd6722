// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a reference is written so in the configuration.

/** What the loader may ask of the machine. The real ones are made in `main.ts`; tests hand in maps. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: Files;
}

export interface Files {
  /** The text of a file. Throws when it cannot be read. */
  read(path: string): string;
}

/** A whole scalar `${env:NAME}` or `${file:PATH}`, looked up; or something that only looks like one. */
export class Reference {
  readonly written: string;
  readonly value: string | undefined;
  readonly problem: { readonly why: string; readonly instead: string } | undefined;

  constructor(written: string, found: Found) {
    this.written = written;
    this.value = 'value' in found ? found.value : undefined;
    this.problem = 'value' in found ? undefined : found;
  }
}

type Found = { readonly value: string } | { readonly why: string; readonly instead: string };

const base = 0xe000;
const masked = /[\uE000-\uE07F]+/g;

/**
 * In a YAML flow collection `[ ${env:TOKEN} ]` opens a map at the brace. Each `${…}` is therefore moved, character by
 * character, into a private range of Unicode before the text is parsed, and back afterwards: lengths, lines and columns
 * stay, and text in quotes, comments and block scalars comes back as it was.
 */
export function maskReferences(text: string): string {
  return text.replace(/\$\{[^}'"\\\r\n]*\}/g, (found) =>
    Array.from(found, (letter) => {
      const code = letter.codePointAt(0) ?? 0;
      return code < 0x80 ? String.fromCharCode(base + code) : letter;
    }).join(''),
  );
}

export function unmask(text: string): string {
  return text.replace(masked, (run) =>
    Array.from(run, (letter) => String.fromCharCode(letter.charCodeAt(0) - base)).join(''),
  );
}

/** The text itself holds characters of the private range: they could not be told from masked ones. */
export function holdsPrivate(text: string): number {
  return text.search(/[\uE000-\uE07F]/);
}

/** The reference a scalar is, or undefined for plain text. */
export function asReference(written: string, around: Surroundings): Reference | undefined {
  const whole = /^\$\{([^}]*)\}$/.exec(written);
  if (whole) return new Reference(written, look(whole[1] ?? '', around));
  const part = /\$\{(?:env|file):[^}]*\}/.exec(written);
  if (!part) return undefined;
  return new Reference(written, {
    why: 'a reference stands for the whole value, nothing before or after it',
    instead: `write ${part[0]} alone`,
  });
}

function look(inside: string, around: Surroundings): Found {
  const [, kind = '', name = ''] = /^([a-z]*):(.*)$/s.exec(inside) ?? [];
  if (kind === 'env') return fromEnv(name, around.env);
  if (kind === 'file') return fromFile(name, around.files);
  return {
    why: 'only the environment and files can be referred to',
    instead: 'write ${env:NAME} or ${file:PATH}',
  };
}

function fromEnv(name: string, env: Surroundings['env']): Found {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return {
      why: `"${name}" is not the name of an environment variable`,
      instead: 'write ${env:NAME} with letters, digits and _',
    };
  }
  const value = env[name];
  if (value !== undefined && value !== '') return { value };
  return {
    why: `the environment variable ${name} is ${value === '' ? 'empty' : 'not set'}`,
    instead: `set ${name} where tocsin starts`,
  };
}

function fromFile(path: string, files: Files): Found {
  if (path.trim() === '') {
    return { why: 'no file is named', instead: 'write ${file:/run/secrets/NAME}' };
  }
  let text: string;
  try {
    text = files.read(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return {
      why: `the file ${path} cannot be read${code}`,
      instead: 'create it, readable by the user tocsin runs as',
    };
  }
  // Editors and `kubectl create secret --from-file` end a file with a newline that is no part of the secret.
  const value = text.replace(/\r?\n$/, '');
  if (value !== '') return { value };
  return { why: `the file ${path} is empty`, instead: 'put the value into it' };
}
