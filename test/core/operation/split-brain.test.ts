import { describe, expect, it } from 'vitest';
import { splitWords, withWords } from '../../../src/core/operation/split-brain.ts';
import type { Draft } from '../../../src/core/ports/step.ts';
import { problem } from '../../../src/core/problem.ts';

const safe: Draft = {
  ok: true,
  steps: [],
  targets: [],
  diff: [],
  warnings: [problem('PG_LOSS_NONE')],
  blast: {},
  risk: 'danger',
};
const splitBrain = { old: 'db-1', because: 'it does not answer' };
const split: Draft = { ...safe, splitBrain };

describe('a plan that leaves the old writer able to write', () => {
  it('is not made for somebody who typed nothing, or other words; the refusal says which', () => {
    for (const args of [{}, { accept: 'yes' }, { accept: '' }]) {
      expect(withWords(split, args)).toEqual({
        ok: false,
        problem: problem('SPLIT_BRAIN_UNACCEPTED', { ...splitBrain, words: splitWords }),
      });
    }
  });

  it('is made for somebody who typed the words, and says it before everything else', () => {
    const made = withWords(split, { accept: 'split-brain' });
    expect(made.ok && made.warnings).toEqual([
      problem('SPLIT_BRAIN_POSSIBLE', splitBrain),
      problem('PG_LOSS_NONE'),
    ]);
  });
});

describe('a plan that keeps it from writing', () => {
  it('is made as it is', () => {
    expect(withWords(safe, {})).toBe(safe);
  });

  it('is refused with the words, so that nobody learns to type them beforehand', () => {
    expect(withWords(safe, { accept: 'split-brain' })).toMatchObject({
      problem: { code: 'SPLIT_BRAIN_NOTHING' },
    });
  });
});

it('a draft that is refused anyway keeps its own reason', () => {
  const refused: Draft = { ok: false, problem: problem('PG_ALL_SILENT') };
  expect(withWords(refused, { accept: 'split-brain' })).toBe(refused);
});
