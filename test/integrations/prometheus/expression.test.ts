import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EXPRESSION_MAX,
  expressionIn,
  measureOf,
} from '../../../src/integrations/prometheus/expression.ts';

describe('the expression in the address of an alert', () => {
  it.each([
    [
      'http://prom-0:9090/graph?g0.expr=rate%28errors%5B5m%5D%29+%3E+0.05&g0.tab=1',
      'rate(errors[5m]) > 0.05',
    ],
    ['https://prom.example/prefix/query?g0.expr=up%20%3D%3D%200&g0.tab=1', 'up == 0'],
    ['/graph?g0.expr=up', 'up'],
  ])('is taken from %s', (address, expression) => {
    expect(expressionIn(address)).toBe(expression);
  });

  it.each([
    ['', 'no address'],
    ['http://prom:9090/graph', 'one without an expression'],
    ['http://prom:9090/graph?g0.expr=%20', 'an empty one'],
    ['http://[', 'no URL'],
    [`http://prom:9090/graph?g0.expr=${'x'.repeat(EXPRESSION_MAX + 1)}`, 'a very long one'],
  ])('is not taken from %s (%s)', (address) => {
    expect(expressionIn(address)).toBeUndefined();
  });
});

describe('an expression with a threshold', () => {
  it.each([
    ['rate(errors[5m]) > 0.05', 'rate(errors[5m])', '>', 0.05],
    ['node_load1 >= bool 4', 'node_load1', '>=', 4],
    ['0.05 < error_ratio', 'error_ratio', '>', 0.05],
    ['up{job="x > 3"} == 0', 'up{job="x > 3"}', '==', 0],
    ['(a / b) < 0.1', 'a / b', '<', 0.1],
    ['(((a)) > 5)', 'a', '>', 5],
    ['(a) / (b) > 2', '(a) / (b)', '>', 2],
    ['burn > (14.4 * (1 - 0.999))', 'burn', '>', 14.4 * (1 - 0.999)],
    ['x > -2 ^ 2', 'x', '>', -4],
    ['x > 1e3', 'x', '>', 1000],
    ['errors > 5 and on (job) up == 1', 'errors', '>', 5],
    ['(errors > 5) unless maintenance', 'errors', '>', 5],
    ['avail / size * 100 < 10 # percent > 3', 'avail / size * 100', '<', 10],
    ['max by (a) (x != 3) > 7', 'max by (a) (x != 3)', '>', 7],
    [
      "label_replace(x, 'a', '>$1', 'b', '(.*)') > 1",
      "label_replace(x, 'a', '>$1', 'b', '(.*)')",
      '>',
      1,
    ],
    [
      'time() - last_success_timestamp_seconds > 3600',
      'time() - last_success_timestamp_seconds',
      '>',
      3600,
    ],
  ])('%s is measured without it', (expression, query, comparison, value) => {
    expect(measureOf(expression)).toMatchObject({
      expression,
      query,
      threshold: { comparison, value },
    });
  });

  it('is shown as it stands where no one line is its threshold', () => {
    for (const expression of [
      '1 < a < 5',
      'a > 1 or b > 2',
      'absent(up)',
      'a >',
      '> 3',
      'a ) > 3',
    ]) {
      const { query, threshold } = measureOf(expression);
      expect([query, threshold]).toEqual([expression, undefined]);
    }
  });

  it('that is another series is shown without a line', () => {
    const { query, threshold } = measureOf('used > on (disk) group_left () quota');
    expect([query, threshold]).toEqual(['used', undefined]);
  });

  it('is read whatever it is, and what it is about is a part of it', () => {
    const pieces = fc.constantFrom(
      ...[
        'a',
        '(',
        ')',
        '{',
        '}',
        '[5m]',
        '"x',
        '"',
        '>',
        '==',
        ' ',
        'and',
        'or',
        '0.5',
        '#',
        '\n',
        '-',
        '€',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const expression = parts.join('');
        const { query } = measureOf(expression);
        expect(expression).toContain(query);
      }),
    );
  });
});

describe('the unit of an expression', () => {
  it.each([
    ['histogram_quantile(0.99, sum by (le) (rate(http_seconds_bucket[5m]))) > 2', 'seconds'],
    ['rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m]) > 1', 'seconds'],
    ['time() - backup_timestamp_seconds > 86400', 'seconds'],
    ['process_resident_memory_bytes > 1e9', 'bytes'],
    ['sum(rate(errors[5m])) / sum(rate(requests[5m])) > 0.05', 'ratio'],
    ['node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1', 'ratio'],
    ['100 * used / size > 90', 'percent'],
    ['rate(node_cpu_seconds_total[5m]) > 3', 'none'],
    ['rate(net_bytes[5m]) > 3', 'none'],
    ['start_timestamp_seconds > 3', 'none'],
    ['up == 0', 'none'],
  ])('of %s is %s', (expression, unit) => {
    expect(measureOf(expression).unit).toBe(unit);
  });
});
