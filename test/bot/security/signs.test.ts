import { expect, it } from 'vitest';
import { chapters } from '../../../docs/problem-books.ts';
import { signCodes } from '../../../src/bot/security/signs.ts';
import { denials } from '../../../src/core/refusals.ts';

const worded = new Set(chapters.flatMap(({ book }) => Object.keys(book)));

it('what refusals are a sign of is said of codes that there are', () => {
  expect([...signCodes, ...denials].filter((code) => !worded.has(code))).toEqual([]);
});
