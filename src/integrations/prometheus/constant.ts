import type { Token } from './tokens.ts';

/** The number that an expression without any series stands for: `0.05`, `-1`, `14.4 * (1 - 0.999)`. */
export function constantOf(tokens: readonly Token[]): number | undefined {
  const reading = { tokens, at: 0 };
  const value = sum(reading);
  return value !== undefined && reading.at === tokens.length && !Number.isNaN(value)
    ? value
    : undefined;
}

interface Reading {
  readonly tokens: readonly Token[];
  at: number;
}

/** From the weakest sign to the strongest: https://prometheus.io/docs/prometheus/latest/querying/operators/#binary-operator-precedence */
function sum(reading: Reading): number | undefined {
  return chain(reading, ['+', '-'], product);
}

function product(reading: Reading): number | undefined {
  return chain(reading, ['*', '/', '%'], signed);
}

function signed(reading: Reading): number | undefined {
  const text = reading.tokens[reading.at]?.text;
  if (text !== '-' && text !== '+') return power(reading);
  reading.at += 1;
  const value = signed(reading);
  return value === undefined ? undefined : text === '-' ? -value : value;
}

function power(reading: Reading): number | undefined {
  const base = single(reading);
  if (base === undefined || reading.tokens[reading.at]?.text !== '^') return base;
  reading.at += 1;
  const exponent = signed(reading);
  return exponent === undefined ? undefined : base ** exponent;
}

function single(reading: Reading): number | undefined {
  const token = reading.tokens[reading.at];
  reading.at += 1;
  if (token?.kind === 'number') return Number(token.text);
  if (token && /^inf$/i.test(token.text)) return Number.POSITIVE_INFINITY;
  if (token?.text !== '(') return undefined;
  const value = sum(reading);
  const isClosed = reading.tokens[reading.at]?.text === ')';
  reading.at += 1;
  return isClosed ? value : undefined;
}

function chain(
  reading: Reading,
  signs: readonly string[],
  part: (reading: Reading) => number | undefined,
): number | undefined {
  let left = part(reading);
  while (left !== undefined) {
    const sign = reading.tokens[reading.at]?.text ?? '';
    if (!signs.includes(sign)) return left;
    reading.at += 1;
    const right = part(reading);
    left = right === undefined ? undefined : applied(sign, left, right);
  }
  return undefined;
}

function applied(sign: string, left: number, right: number): number {
  switch (sign) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return left % right;
  }
}
