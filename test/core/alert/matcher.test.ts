import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MATCHERS_MAX,
  type Matcher,
  matchersOf,
  parseMatchers,
  sameMatchers,
  saysWhat,
  shownAll,
} from '../../../src/core/alert/matcher.ts';

const read = (text: string) => {
  const found = parseMatchers(text);
  return 'why' in found ? found.why : found.map(({ name, op, value }) => [name, op, value]);
};

describe('matchers', () => {
  it('are read as Alertmanager writes them', () => {
    expect(read('alertname="Slow"')).toEqual([['alertname', '=', 'Slow']]);
    expect(read('{ a = "1" , b!="2",c=~"x|y", d!~"z.*", }')).toEqual([
      ['a', '=', '1'],
      ['b', '!=', '2'],
      ['c', '=~', 'x|y'],
      ['d', '!~', 'z.*'],
    ]);
    expect(read('severity=warning,pod=~web-.+')).toEqual([
      ['severity', '=', 'warning'],
      ['pod', '=~', 'web-.+'],
    ]);
    expect(read('"k8s.pod/name"="a", empty=""')).toEqual([
      ['k8s.pod/name', '=', 'a'],
      ['empty', '=', ''],
    ]);
    expect(read(String.raw`a="say \"x\" \\ \n", b=~"\d+"`)).toEqual([
      ['a', '=', 'say "x" \\ \n'],
      ['b', '=~', String.raw`\d+`],
    ]);
  });

  it.each([
    ['', 'there is none'],
    ['{}', 'there is none'],
    ['alertname', 'alertname is not followed by =, !=, =~ or !~'],
    ['alertname==Slow', 'alertname= has no value; "" is an empty one'],
    ['alertname=', 'alertname= has no value; "" is an empty one'],
    ['a=b c=d', 'after a="b" there is c where a comma belongs'],
    ['a=b,,c=d', 'there is , where the name of a label belongs'],
    ['="b"', 'there is = where the name of a label belongs'],
    ['""="b"', 'there is nothing where the name of a label belongs'],
    ['a="b', 'a quote is left open'],
    ['{a="b"', 'a brace is left open'],
    ['a="b"}', 'a brace is left open'],
    ["a='b'", "' cannot stand there without double quotes"],
    ['a=!b', '! cannot stand there without double quotes'],
    [
      `a="${'x'.repeat(1001)}"`,
      'a is too long: a name has 200 characters at most and a value 1000',
    ],
    [
      Array.from({ length: MATCHERS_MAX + 1 }, (_, index) => `l${index}=x`).join(),
      'there are 31, and 30 at most are taken',
    ],
  ])('that are none are said to be so: %j', (text, why) => {
    expect(read(text)).toBe(why);
  });

  it('are written so that they are read back the same, whatever a label holds', () => {
    const matcher = fc.record({
      name: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
      op: fc.constantFrom('=', '!=', '=~', '!~' as const),
      value: fc.oneof(
        fc.string({ maxLength: 40, unit: 'grapheme' }),
        fc.constantFrom('a", severity=~".*', '\\', '\\"', '\n', '",b="', '}', '"} or {"'),
      ),
    }) as fc.Arbitrary<Matcher>;
    fc.assert(
      fc.property(fc.array(matcher, { minLength: 1, maxLength: 5 }), (matchers) => {
        expect(parseMatchers(shownAll(matchers))).toEqual(matchers);
      }),
      { numRuns: 500 },
    );
  });

  it('are the same in any order, and not with another sign', () => {
    const one = matchersOf({ a: '1', b: '2' });
    expect(sameMatchers(one, [...one].reverse())).toBe(true);
    expect(sameMatchers(one, one.slice(1))).toBe(false);
    expect(sameMatchers(one, [{ name: 'a', op: '=~', value: '1' }, ...one.slice(1)])).toBe(false);
  });

  it.each([
    ['alertname=~".*"', false],
    ['alertname=~".+"', false],
    ['alertname!="x"', false],
    ['alertname=""', false],
    ['a!~"x", b!="y", c=""', false],
    ['alertname=~"Slow.*"', true],
    ['alertname="Slow"', true],
    ['alertname=~".*", severity="warning"', true],
  ])('%s say what is meant: %s', (text, says) => {
    const found = parseMatchers(text);
    expect('why' in found ? found.why : saysWhat(found)).toBe(says);
  });
});
