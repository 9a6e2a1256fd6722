import { describe, expect, it } from 'vitest';
import { type AllowRule, judge, type PolicyQuestion } from '../../../src/core/operation/policy.ts';
import { strictest } from '../../../src/core/operation/strictest.ts';
import { problem } from '../../../src/core/problem.ts';
import { ana, rule, T0 } from './sample.ts';

/* How long a silence may last is its rule's to say. A longer one is asked for anew, and judged anew. */

const hourMs = 3_600_000;
const usual = rule({ places: [] });
const short = rule({ places: [], silenceMaxMs: 2 * hourMs });

function silence(lasts: string, more: Partial<PolicyQuestion> = {}): PolicyQuestion {
  return {
    ...{ verb: 'silence', family: 'incident', risk: 'incident' },
    ...{ service: 'checkout', environment: 'production', requester: ana },
    ...{ targets: [], args: { for: lasts }, reason: 'known', severities: [], at: T0 },
    ...more,
  };
}

function verdict(by: AllowRule, question: PolicyQuestion) {
  return judge(
    { rules: [by], digest: 'd', localTime: () => ({ day: 'fri', minute: 0 }) },
    question,
  );
}

function tooLong(longest: string) {
  const facts = { verb: 'silence', service: 'checkout', environment: 'production' };
  const because = problem('SILENCE_LONGER_THAN_POLICY', {
    ...{ ...facts, rule: 'tocsin.yaml:41' },
    longest,
  });
  return { allowed: false, problem: because };
}

describe('a silence', () => {
  it('lasts a day at most where its rule says nothing of it', () => {
    expect(verdict(usual, silence('24h'))).toEqual({ allowed: true, rule: usual });
    expect(verdict(usual, silence('1441m'))).toEqual(tooLong('1d'));
  });

  it('lasts as long as its rule says, shorter or longer than that', () => {
    expect(verdict(short, silence('2h'))).toEqual({ allowed: true, rule: short });
    expect(verdict(short, silence('121m'))).toEqual(tooLong('2h'));
    const long = rule({ places: [], silenceMaxMs: 72 * hourMs });
    expect(verdict(long, silence('72h'))).toEqual({ allowed: true, rule: long });
  });

  it('is the only thing that has such a limit', () => {
    const other = silence('72h', { verb: 'mute' });
    expect(verdict(short, other)).toEqual({ allowed: true, rule: short });
  });

  it('of which no time is named yet is not too long', () => {
    expect(verdict(short, silence('72h', { args: {} }))).toMatchObject({ allowed: true });
  });
});

describe('of two rules for one silence', () => {
  const longest = (one: Partial<AllowRule>, other: Partial<AllowRule>) => {
    const verdicts = [one, other].map((more, index) => ({
      allowed: true as const,
      rule: rule({ where: `t:${index}`, ...more }),
    }));
    const [first, second] = verdicts;
    const both = first && second && strictest(first, second);
    return both?.allowed ? both.rule : undefined;
  };

  it('the shorter time counts, and a day where one of them says nothing of it', () => {
    const [two, three, many] = [2, 3, 72].map((hours) => ({ silenceMaxMs: hours * hourMs }));
    expect(longest({ ...two }, { ...three })?.silenceMaxMs).toBe(2 * hourMs);
    expect(longest({ ...three }, { ...two })?.silenceMaxMs).toBe(2 * hourMs);
    expect(longest({ ...many }, {})?.silenceMaxMs).toBe(24 * hourMs);
    expect(longest({}, { ...many })?.silenceMaxMs).toBe(24 * hourMs);
    expect(longest({}, { ...two })?.silenceMaxMs).toBe(2 * hourMs);
  });

  it('nothing is said where neither says anything', () => {
    expect(longest({}, {})).not.toHaveProperty('silenceMaxMs');
  });
});
