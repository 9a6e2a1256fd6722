import { describe, expect, it } from 'vitest';
import { recordCsv } from '../../../src/core/record/csv.ts';
import { row } from './row-sample.ts';

const proof = { short: 'cp 3 ab12cd34', root: 'r', publicKey: 'k' };

function table(...rows: Parameters<typeof recordCsv>[0]) {
  const [head = '', ...lines] = recordCsv(rows, proof).split('\r\n');
  return { head: head.split(','), lines: lines.slice(0, -1) };
}

describe('the table of a record', () => {
  it('has a line for each row, and on it the digest that the chain has of it', () => {
    const { head, lines } = table(row(), row({ position: 2, isSigned: false }));
    expect(lines).toHaveLength(2);
    expect(head).toHaveLength(24);
    expect(lines[0]?.split(',')[head.indexOf('event_digest')]).toBe('d'.repeat(64));
    expect(lines[0]?.split(',')[head.indexOf('checkpoint')]).toBe('cp 3 ab12cd34');
    expect(lines[1]?.split(',')[head.indexOf('checkpoint')]).toBe('');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =HYPERLINK("http://evil")'])(
    'makes text of %j, that a spreadsheet would run',
    (what) => {
      const { lines } = table(row({ what }));
      const whole = recordCsv([row({ what })], proof);
      expect(whole).toContain(`'${what.replaceAll('"', '""')}`);
      expect(lines.join('')).not.toMatch(/(^|,)"?\s*[=+\-@]/);
    },
  );

  it('quotes commas, quotes and line breaks, and leaves all else as it is', () => {
    const [, line] = recordCsv([row({ what: 'a, "b"\nc', reason: 'plain' })], proof).split('\r\n');
    expect(line).toContain('"a, ""b""\nc"');
    expect(line).toContain(',plain,');
  });
});
