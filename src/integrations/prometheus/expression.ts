import type { Comparison, Measure, Threshold, Unit } from '../../core/ports/telemetry.ts';
import { constantOf } from './constant.ts';
import { type Token, tokensOf } from './tokens.ts';

/** Longer ones are not asked: a rule that is, is better drawn by its own dashboard. Ours. */
export const EXPRESSION_MAX = 8_192;

/**
 * The expression in the address that Prometheus gives an alert: `/graph?g0.expr=…`, or `/query?g0.expr=…` since 3.0.
 * Nothing else of the address is taken: it comes from outside, and where to ask is said by the configuration alone.
 * https://github.com/prometheus/prometheus/blob/main/util/strutil/strconv.go
 */
export function expressionIn(address: string): string | undefined {
  const query = URL.parse(address, 'http://address.invalid')?.searchParams;
  const expression = query?.get('g0.expr')?.trim() ?? '';
  return expression === '' || expression.length > EXPRESSION_MAX ? undefined : expression;
}

/** Takes an expression apart at its outermost comparison with a number. What cannot be read is measured as it stands. */
export function measureOf(expression: string): Measure {
  const whole: Measure = { expression, query: expression, unit: unitOf(expression, undefined) };
  const tokens = tokensOf(expression);
  if (!tokens) return whole;
  const side = comparedSide(bare(tokens));
  const split = side && splitOf(side);
  if (!split) return whole;
  const { left, threshold } = split;
  const query = textOf(expression, left);
  return {
    expression,
    query,
    ...(threshold && { threshold }),
    unit: unitOf(query, threshold),
  };
}

/** Without brackets around the whole. */
function bare(tokens: readonly Token[]): readonly Token[] {
  const [first, ...rest] = tokens;
  const last = rest.at(-1);
  if (first?.text !== '(' || last?.text !== ')') return tokens;
  const inner = rest.slice(0, -1);
  // `(a) / (b)`: the first bracket is not closed by the last.
  return inner.every(({ depth }) => depth > first.depth) ? bare(inner) : tokens;
}

/** Of `a > 1 and b`, `a > 1 unless b` it is the left side that is measured; `or` has no one side. */
function comparedSide(tokens: readonly Token[]): readonly Token[] | undefined {
  const depth = tokens[0]?.depth ?? 0;
  const at = tokens.findIndex((each) => each.depth === depth && isWord(each, ['and', 'unless']));
  if (tokens.some((each) => each.depth === depth && isWord(each, ['or']))) return undefined;
  return at < 0 ? tokens : bare(tokens.slice(0, at));
}

interface Split {
  readonly left: readonly Token[];
  readonly threshold: Threshold | undefined;
}

const mirrored: Readonly<Record<Comparison, Comparison>> = {
  '>': '<',
  '>=': '<=',
  '<': '>',
  '<=': '>=',
  '==': '==',
  '!=': '!=',
};

function splitOf(tokens: readonly Token[]): Split | undefined {
  const depth = tokens[0]?.depth ?? 0;
  const found = tokens.flatMap((token, at) => {
    const comparison = comparisonOf(token.text);
    return token.depth === depth && comparison ? [{ comparison, at }] : [];
  });
  const [only, ...more] = found;
  // `1 < a < 5` is a band, and no one line of it is the threshold.
  if (!only || more.length > 0) return undefined;
  const left = bare(tokens.slice(0, only.at));
  const right = bare(withoutBool(tokens.slice(only.at + 1)));
  if (left.length === 0 || right.length === 0) return undefined;
  const limit = constantOf(right);
  if (limit !== undefined) {
    return { left, threshold: { comparison: only.comparison, value: limit } };
  }
  const floor = constantOf(left);
  if (floor !== undefined) {
    return { left: right, threshold: { comparison: mirrored[only.comparison], value: floor } };
  }
  // Compared with another series: the value is shown, and no line that would be wrong tomorrow.
  return { left, threshold: undefined };
}

function comparisonOf(text: string): Comparison | undefined {
  return comparisons.find((comparison) => comparison === text);
}

const comparisons: readonly Comparison[] = ['>', '>=', '<', '<=', '==', '!='];

function withoutBool(tokens: readonly Token[]): readonly Token[] {
  const [first, ...rest] = tokens;
  return first && isWord(first, ['bool']) ? rest : tokens;
}

function isWord({ kind, text }: Token, words: readonly string[]): boolean {
  return kind === 'word' && words.includes(text.toLowerCase());
}

function textOf(expression: string, tokens: readonly Token[]): string {
  return expression.slice(tokens[0]?.from ?? 0, tokens.at(-1)?.to ?? expression.length).trim();
}

/** Only where the expression leaves no doubt. https://prometheus.io/docs/practices/naming/#base-units */
function unitOf(query: string, threshold: Threshold | undefined): Unit {
  const tokens = bare(tokensOf(query) ?? []);
  const depth = tokens[0]?.depth ?? 0;
  const signs = tokens.filter((each) => each.depth === depth && each.kind === 'sign');
  const has = (sign: string) => signs.some(({ text }) => text === sign);
  const hundred = tokens.some((each) => each.depth === depth && each.text === '100');
  if (hundred && (has('*') || has('-'))) return 'percent';
  const names = tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text);
  const mentions = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has('/')) {
    if (mentions(/_seconds_sum$/) && mentions(/_seconds_count$/)) return 'seconds';
    const isShare = threshold !== undefined && threshold.value > 0 && threshold.value <= 1;
    return isShare ? 'ratio' : 'none';
  }
  if (mentions(/_ratio$/)) return 'ratio';
  if (mentions(/^histogram_quantile$/)) {
    if (mentions(/_seconds(_bucket)?$/)) return 'seconds';
    return mentions(/_bytes(_bucket)?$/) ? 'bytes' : 'none';
  }
  // A rate of seconds or bytes is neither, and a time of day is not a duration.
  if (mentions(/^(i?rate|increase|i?delta|deriv|resets|changes|count\w*|absent\w*)$/))
    return 'none';
  if (mentions(/_timestamp_seconds$/)) return mentions(/^time$/) && has('-') ? 'seconds' : 'none';
  if (mentions(/_bytes$/)) return 'bytes';
  return mentions(/_seconds$/) ? 'seconds' : 'none';
}
