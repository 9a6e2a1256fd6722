import { lineOf, type SourceFile } from './source.ts';

export type FunctionShape = {
  readonly name: string;
  readonly line: number;
  /** Its own: the functions declared inside are measured by themselves, callbacks are not. */
  readonly lines: number;
  readonly parameters: number;
};

const closing: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };
const notAFunction = /^(?:if|for|while|switch|catch|with|return|await|typeof|super|import)$/;

/** Every function with a body in braces: declarations, methods, constructors and arrows. */
export function functionsOf(file: SourceFile): readonly FunctionShape[] {
  const found = spansOf(file);
  return found.map(({ name, parameters, first, last }) => {
    const inside = found.filter((one) => !one.arrow && one.first > first && one.last < last);
    const outermost = inside.filter(
      (one) => !inside.some((other) => other.first < one.first && other.last > one.last),
    );
    const nested = outermost.reduce((sum, one) => sum + one.last - one.first + 1, 0);
    return { name, parameters, line: first, lines: last - first + 1 - nested };
  });
}

type Span = {
  readonly name: string;
  readonly parameters: number;
  readonly first: number;
  readonly last: number;
  readonly arrow: boolean;
};

function spansOf(file: SourceFile): readonly Span[] {
  const found: Span[] = [];
  for (const { index } of file.code.matchAll(/\(/g)) {
    const close = matching(file.code, index);
    const body = close === undefined ? undefined : bodyAfter(file.code, close + 1);
    if (close === undefined || body === undefined) continue;
    const name = nameBefore(file.code, index, body.arrow);
    if (name === undefined) continue;
    const end = matching(file.code, body.at) ?? file.code.length;
    found.push({
      name,
      parameters: countParameters(file.code.slice(index + 1, close)),
      first: lineOf(file, index),
      last: lineOf(file, end),
      arrow: body.arrow,
    });
  }
  return found;
}

function matching(code: string, open: number): number | undefined {
  const [opener, closer] = [code[open] ?? '', closing[code[open] ?? '']];
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if (code[at] === opener) depth += 1;
    if (code[at] === closer) depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}

/** Where the body opens after a parameter list, if this was one: `{`, `=> {`, `: Type {` or `: Type => {`. */
function bodyAfter(code: string, from: number): { at: number; arrow: boolean } | undefined {
  let at = skipSpace(code, from);
  if (code[at] === ':') {
    const end = endOfType(code, at + 1);
    if (end === undefined) return undefined;
    at = end;
  }
  if (code.startsWith('=>', at)) {
    at = skipSpace(code, at + 2);
    return code[at] === '{' ? { at, arrow: true } : undefined;
  }
  return code[at] === '{' ? { at, arrow: false } : undefined;
}

/** A type ends at a brace or an arrow that no operator is waiting for. */
function endOfType(code: string, from: number): number | undefined {
  let waiting = true;
  let angles = 0;
  let at = skipSpace(code, from);
  while (at < code.length) {
    const character = code[at] ?? '';
    if (character === '{' && !waiting && angles === 0) return at;
    if (code.startsWith('=>', at)) {
      // The arrow of a function type is followed by its result, the arrow of a function by its body.
      if (angles === 0) return at;
      waiting = true;
      at = skipSpace(code, at + 2);
      continue;
    }
    if (closing[character] !== undefined) {
      const close = matching(code, at);
      if (close === undefined) return undefined;
      at = close + 1;
      waiting = false;
    } else if (character === '<') {
      angles += 1;
      waiting = true;
      at += 1;
    } else if (character === '>') {
      angles -= 1;
      waiting = false;
      at += 1;
    } else if (/[|&?]/.test(character) || (angles > 0 && /[,:;]/.test(character))) {
      waiting = true;
      at += 1;
    } else if (/[\w$.'"`]/.test(character)) {
      const word = /^[\w$.'"` -]*[\w$.'"`]/.exec(code.slice(at))?.[0] ?? character;
      at += word.length;
      waiting = /(?:^|\s)(?:is|extends|keyof|readonly|infer|asserts)$/.test(word);
    } else {
      return undefined;
    }
    at = skipSpace(code, at);
  }
  return undefined;
}

function nameBefore(code: string, open: number, arrow: boolean): string | undefined {
  const before = code.slice(Math.max(0, open - 200), open);
  const generic = before.replace(/<[^()]*>\s*$/, '');
  const word = /([\w$#]+)\s*$/.exec(generic)?.[1];
  if (arrow) return /([\w$]+)\s*[=:]\s*(?:async\s*)?$/.exec(generic)?.[1] ?? 'an arrow function';
  if (word === undefined || notAFunction.test(word)) return undefined;
  return word === 'function' ? 'a function' : word;
}

function countParameters(list: string): number {
  let depth = 0;
  let count = 0;
  let empty = true;
  for (const [at, character] of [...list].entries()) {
    const arrow = character === '>' && list[at - 1] === '=';
    if (/[([{<]/.test(character)) depth += 1;
    if (/[)\]}>]/.test(character) && !arrow) depth -= 1;
    if (character === ',' && depth === 0) {
      count += 1;
      empty = true;
    } else if (/\S/.test(character)) {
      empty = false;
    }
  }
  return empty ? count : count + 1;
}

function skipSpace(code: string, from: number): number {
  let at = from;
  while (/\s/.test(code[at] ?? '')) at += 1;
  return at;
}
