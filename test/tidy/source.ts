/** One file as the rules see it. */
export type SourceFile = {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text with comments, strings and regular expressions blanked, position for position. */
  readonly code: string;
  readonly strings: readonly Piece[];
  readonly comments: readonly Piece[];
};

export type Piece = { readonly start: number; readonly end: number; readonly value: string };

type Kind = 'line-comment' | 'block-comment' | 'string' | 'template' | 'regex';

/** TypeScript without its text: a rule that looks for a word in `code` cannot be fooled by a comment or a string. */
export function sourceFile(path: string, text: string): SourceFile {
  const code = text.split('');
  const strings: Piece[] = [];
  const comments: Piece[] = [];
  // Depth of braces at which each open `${` of a template ends.
  const templates: number[] = [];
  let depth = 0;
  let at = 0;

  const blank = (start: number, end: number): void => {
    for (let index = start; index < end; index += 1) {
      if (code[index] !== '\n') code[index] = ' ';
    }
  };

  while (at < text.length) {
    const kind = kindAt(text, at, code);
    if (kind === 'line-comment' || kind === 'block-comment') {
      const end = endOfComment(text, at, kind);
      comments.push({ start: at, end, value: text.slice(at, end) });
      blank(at, end);
      at = end;
    } else if (kind === 'string' || kind === 'regex') {
      const end = kind === 'string' ? endOfString(text, at) : endOfRegex(text, at);
      if (kind === 'string') strings.push({ start: at, end, value: text.slice(at + 1, end - 1) });
      blank(at + 1, end - 1);
      at = end;
    } else if (kind === 'template' || (text[at] === '}' && templates.at(-1) === depth)) {
      if (kind !== 'template') templates.pop();
      const { end, opens } = endOfTemplateText(text, at + 1);
      // Its quotes stay only around a text without expressions; a literal specifier is read from there.
      if (kind === 'template' && !opens)
        strings.push({ start: at, end, value: text.slice(at + 1, end - 1) });
      blank(at + 1, opens ? end - 2 : end - 1);
      if (opens) templates.push(depth);
      at = end;
    } else {
      if (text[at] === '{') depth += 1;
      if (text[at] === '}') depth -= 1;
      at += 1;
    }
  }
  return { path, text, code: code.join(''), strings, comments };
}

export function lineOf({ text }: SourceFile, position: number): number {
  return text.slice(0, position).split('\n').length;
}

function kindAt(text: string, at: number, code: readonly string[]): Kind | undefined {
  const two = text.slice(at, at + 2);
  if (two === '//' || (at === 0 && two === '#!')) return 'line-comment';
  if (two === '/*') return 'block-comment';
  const character = text[at];
  if (character === '"' || character === "'") return 'string';
  if (character === '`') return 'template';
  if (character === '/' && startsRegex(code, at)) return 'regex';
  return undefined;
}

/** A slash divides after a value and starts a regular expression after anything else. */
function startsRegex(code: readonly string[], at: number): boolean {
  let before = at - 1;
  while (before >= 0 && /\s/.test(code[before] ?? '')) before -= 1;
  const character = code[before];
  if (character === undefined) return true;
  if (/[\w$]/.test(character)) {
    const words = code.slice(Math.max(0, before - 11), before + 1).join('');
    return /(^|[^\w$.])(return|typeof|case|in|of|do|else|void|delete|await|yield)$/.test(words);
  }
  return !/[)\]}"'`]/.test(character);
}

function endOfComment(text: string, start: number, kind: Kind): number {
  const close = kind === 'line-comment' ? '\n' : '*/';
  const found = text.indexOf(close, start + 2);
  if (found < 0) return text.length;
  return kind === 'line-comment' ? found : found + 2;
}

function endOfString(text: string, start: number): number {
  const quote = text[start];
  let at = start + 1;
  while (at < text.length && text[at] !== quote && text[at] !== '\n') {
    at += text[at] === '\\' ? 2 : 1;
  }
  return Math.min(at + 1, text.length);
}

function endOfRegex(text: string, start: number): number {
  let inClass = false;
  let at = start + 1;
  while (at < text.length && text[at] !== '\n' && (inClass || text[at] !== '/')) {
    if (text[at] === '[') inClass = true;
    if (text[at] === ']') inClass = false;
    at += text[at] === '\\' ? 2 : 1;
  }
  return Math.min(at + 1, text.length);
}

function endOfTemplateText(text: string, start: number): { end: number; opens: boolean } {
  let at = start;
  while (at < text.length && text[at] !== '`') {
    if (text.startsWith('${', at)) return { end: at + 2, opens: true };
    at += text[at] === '\\' ? 2 : 1;
  }
  return { end: Math.min(at + 1, text.length), opens: false };
}
