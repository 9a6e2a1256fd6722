import { describe, expect, it } from 'vitest';
import {
  checkName,
  type HealthCheck,
  judgeSamples,
  verificationStep,
} from '../../src/core/health.ts';
import type { Sampled } from '../../src/core/ports/telemetry.ts';
import { sha256, target } from './operation/sample.ts';

const errors = {
  kind: 'promql',
  expression: 'sum(rate(errors[5m]))',
  side: 'below',
  bound: 0.05,
  measuredBy: 'prom',
} as const;
const ready = { ...errors, expression: 'up', side: 'above', bound: 0.5 } as const;

describe('a check of what is measured', () => {
  it.each([
    [errors, samples(0.01), 'passed', '0.01'],
    [errors, samples(0.05), 'failed', '0.05'],
    [errors, samples(0.01, 0.9, 0.2), 'failed', '0.9, 2 of 3 series'],
    [ready, samples(1, 1), 'passed', '1, 2 of 2 series'],
    [ready, samples(1, 0), 'failed', '0, 1 of 2 series'],
    [ready, samples(0.5), 'failed', '0.5'],
    [errors, samples(), 'no data', 'nothing was measured'],
    [errors, { kind: 'no data' } as const, 'no data', 'nothing was measured'],
    [errors, samples(Number.NaN), 'no data', 'what was measured is no number'],
    [errors, samples(0.01, Number.NaN), 'no data', 'what was measured is no number'],
    [errors, samples(0.9, Number.NaN), 'failed', '0.9, 1 of 2 series'],
    [errors, samples(Number.POSITIVE_INFINITY), 'no data', 'what was measured is no number'],
    [errors, { ...samples(0.01), of: 9 }, 'no data', '9 series are too many to look at'],
  ])('%o of %o: %s', (check, sampled, outcome, said) => {
    expect(judgeSamples(check, sampled)).toEqual({ outcome, said });
  });
});

describe('a check', () => {
  it.each<readonly [HealthCheck, string]>([
    [
      { kind: 'http', url: 'https://shop.example/health' },
      'https://shop.example/health answers 200',
    ],
    [
      { kind: 'http', url: 'https://shop.example/health?key=s3cret#x' },
      'https://shop.example/health?… answers 200',
    ],
    [{ kind: 'tcp', host: 'pg', port: 5432 }, 'pg:5432 takes connections'],
    [errors, 'sum(rate(errors[5m])) is below 0.05'],
  ])('%o is named without what may be a secret', (check, name) => {
    expect(checkName(check)).toBe(name);
  });

  it('that is another one makes another step, so that the hash of the plan covers it', () => {
    const of = { service: 'checkout', environment: 'production' };
    const steps = [errors, { ...errors, bound: 0.06 }].map((check) =>
      verificationStep({ id: 's2', target }, of, { checks: [check], sha256 }),
    );
    expect(steps[0]?.params).not.toEqual(steps[1]?.params);
    expect(steps[0]).toMatchObject({ change: [], onFailure: 'stop', undo: { change: [] } });
  });
});

function samples(...values: readonly number[]): Extract<Sampled, { kind: 'samples' }> {
  return {
    kind: 'samples',
    samples: values.map((value, index) => ({ labels: { pod: String(index) }, value })),
    of: values.length,
  };
}
