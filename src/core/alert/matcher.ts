import type { Labels } from './alert.ts';

/** One condition on a label, as Prometheus and Alertmanager write it. A label that is not there is an empty one. */
export interface Matcher {
  readonly name: string;
  readonly op: MatchOperator;
  /** Of `=~` and `!~` a regular expression (RE2) that fits the whole value. It is never run here. */
  readonly value: string;
}

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** Why a text is no list of matchers, in words for a person. */
export interface NoMatchers {
  readonly why: string;
}

export const MATCHERS_MAX = 30;
const NAME_MAX = 200;
export const MATCH_VALUE_MAX = 1000;

/**
 * The grammar of Alertmanager, in its stricter form: `name="value"`, joined by commas, in braces or not. Names and values
 * without blanks, quotes and signs need no quotes; an empty value does, so that a forgotten one is seen.
 * https://prometheus.io/docs/alerting/latest/configuration/#label-matchers
 */
export function parseMatchers(text: string): readonly Matcher[] | NoMatchers {
  const tokens = tokensOf(text);
  if ('why' in tokens) return tokens;
  const inner = unbraced(tokens);
  if ('why' in inner) return inner;
  const found: Matcher[] = [];
  for (let at = 0; at < inner.length; at += 4) {
    const matcher = matcherAt(inner, at);
    if ('why' in matcher) return matcher;
    found.push(matcher);
    const after = inner[at + 3];
    if (after !== undefined && !(after.kind === 'sign' && after.text === ',')) {
      return { why: `after ${shown(matcher)} there is ${after.text} where a comma belongs` };
    }
  }
  if (found.length === 0) return { why: 'there is none' };
  return found.length > MATCHERS_MAX
    ? { why: `there are ${found.length}, and ${MATCHERS_MAX} at most are taken` }
    : found;
}

/** As Alertmanager writes it, and reads it back: `name="value"`. */
export function shown({ name, op, value }: Matcher): string {
  const label = /^[A-Za-z_][\w]*$/.test(name) ? name : quotedValue(name);
  return `${label}${op}${quotedValue(value)}`;
}

export function shownAll(matchers: readonly Matcher[]): string {
  return matchers.map(shown).join(', ');
}

/** Labels as conditions: equal all of them. */
export function matchersOf(labels: Labels): readonly Matcher[] {
  return Object.entries(labels).map(([name, value]) => ({ name, op: '=', value }));
}

export function sameMatchers(one: readonly Matcher[], other: readonly Matcher[]): boolean {
  const keyOf = (matchers: readonly Matcher[]) => [...new Set(matchers.map(shown))].sort().join();
  return keyOf(one) === keyOf(other);
}

/** The value that a label has to have; undefined where no condition says it. */
export function fixedValue(matchers: readonly Matcher[], name: string): string | undefined {
  return matchers.find((matcher) => matcher.name === name && matcher.op === '=')?.value;
}

/**
 * Whether something has to be there for it to match, as far as the conditions say so by their form. One of which every
 * part also fits a label that is missing would mute everything; Alertmanager refuses some of those, and we all of them.
 */
export function saysWhat(matchers: readonly Matcher[]): boolean {
  return matchers.some(
    ({ op, value }) => (op === '=' && value !== '') || (op === '=~' && /[A-Za-z0-9]/.test(value)),
  );
}

type Token = { readonly kind: 'text' | 'quoted' | 'sign'; readonly text: string };

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };
const SIGN = /^(?:=~|!~|!=|[={},])/;
/** What Alertmanager reserves ends a word; the rest may stand without quotes. */
const BARE = /^[^\s{}!=~,\\"'`]+/;

function tokensOf(text: string): readonly Token[] | NoMatchers {
  const tokens: Token[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const read = rest.startsWith('"') ? quotedAt(rest) : plainAt(rest);
    if ('why' in read) return read;
    tokens.push(read.token);
    rest = rest.slice(read.length).trimStart();
  }
  return tokens;
}

type Read = { readonly token: Token; readonly length: number } | NoMatchers;

function plainAt(rest: string): Read {
  const [sign] = SIGN.exec(rest) ?? [];
  if (sign !== undefined) return { token: { kind: 'sign', text: sign }, length: sign.length };
  const [word] = BARE.exec(rest) ?? [];
  if (word !== undefined) return { token: { kind: 'text', text: word }, length: word.length };
  return { why: `${[...rest][0]} cannot stand there without double quotes` };
}

function quotedAt(rest: string): Read {
  let text = '';
  for (let index = 1; index < rest.length; index += 1) {
    const character = rest.charAt(index);
    if (character === '"') return { token: { kind: 'quoted', text }, length: index + 1 };
    if (character === '\\') {
      index += 1;
      const next = rest.charAt(index);
      // A backslash that begins no escape stays, so that `\d` of an expression needs no second one.
      text += ESCAPES[next] ?? `\\${next}`;
    } else text += character;
  }
  return { why: 'a quote is left open' };
}

function unbraced(tokens: readonly Token[]): readonly Token[] | NoMatchers {
  const isSign = (token: Token | undefined, text: string) =>
    token?.kind === 'sign' && token.text === text;
  const opens = isSign(tokens[0], '{');
  if (opens !== isSign(tokens.at(-1), '}')) return { why: 'a brace is left open' };
  return opens ? tokens.slice(1, -1) : tokens;
}

function matcherAt(tokens: readonly Token[], at: number): Matcher | NoMatchers {
  const [name, sign, value] = tokens.slice(at, at + 3);
  if (!name || name.kind === 'sign' || name.text === '') {
    return { why: `there is ${name?.text || 'nothing'} where the name of a label belongs` };
  }
  const op = sign?.kind === 'sign' ? OPERATORS.get(sign.text) : undefined;
  if (!op) return { why: `${name.text} is not followed by =, !=, =~ or !~` };
  if (!value || value.kind === 'sign') {
    return { why: `${name.text}${op} has no value; "" is an empty one` };
  }
  if (name.text.length > NAME_MAX || value.text.length > MATCH_VALUE_MAX) {
    const most = `a name has ${NAME_MAX} characters at most and a value ${MATCH_VALUE_MAX}`;
    return { why: `${name.text.slice(0, NAME_MAX)} is too long: ${most}` };
  }
  return { name: name.text, op, value: value.text };
}

const OPERATORS: ReadonlyMap<string, MatchOperator> = new Map(
  (['=', '!=', '=~', '!~'] as const).map((op) => [op, op]),
);

function quotedValue(text: string): string {
  return `"${text.replace(/[\\"]/g, (character) => `\\${character}`).replace(/\n/g, '\\n')}"`;
}
