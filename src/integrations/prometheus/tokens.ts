/** One word, sign or bracket of an expression, and how deep in brackets it stands; an opening one stands outside its own. */
export interface Token {
  readonly kind: 'word' | 'number' | 'sign' | 'open' | 'close' | 'text';
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

const patterns = [
  ['blank', /\s+|#[^\n]*/y],
  ['text', /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y],
  ['number', /(?:0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w.])/iy],
  ['word', /[A-Za-z_:][\w:]*|\d+\w*/y],
  ['open', /[([{]/y],
  ['close', /[)\]}]/y],
  ['sign', />=|<=|==|!=|=~|!~|[-+*/%^<>=,@!:.]/y],
] as const;

/**
 * The words of a PromQL expression, or undefined where it is none: brackets that do not meet, a character that has no
 * place in one. https://prometheus.io/docs/prometheus/latest/querying/basics/
 */
export function tokensOf(expression: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const open: string[] = [];
  for (let at = 0; at < expression.length; ) {
    const found = matchAt(expression, at);
    if (!found) return undefined;
    const { kind, text } = found;
    if (kind === 'close' && open.pop() !== brackets[text]) return undefined;
    const to = at + text.length;
    if (kind !== 'blank') tokens.push({ kind, text, from: at, to, depth: open.length });
    if (kind === 'open') open.push(text);
    at = to;
  }
  return open.length === 0 ? tokens : undefined;
}

const brackets: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function matchAt(expression: string, at: number) {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(expression)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}
