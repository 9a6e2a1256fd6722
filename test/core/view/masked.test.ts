import { expect, it } from 'vitest';
import { maskedBlock } from '../../../src/core/view/masked.ts';

const token = 'ghp_0123456789abcdefABCDEF';

it('what was printed or written elsewhere loses what looks like a secret, wherever it stands', () => {
  expect(
    [
      { kind: 'code', title: 'Out', text: `a\nTOKEN=${token}` } as const,
      { kind: 'text', text: ['see ', { kind: 'code', text: token }] } as const,
      {
        kind: 'list',
        title: '',
        items: [[{ kind: 'link', text: token, url: `https://x/?t=${token}` }]],
        more: 0,
      } as const,
    ].map((block) => JSON.stringify(maskedBlock(block))),
  ).toEqual([
    '{"kind":"code","title":"Out","text":"a\\nTOKEN=‹hidden›"}',
    '{"kind":"text","text":["see ",{"kind":"code","text":"‹hidden›"}]}',
    expect.not.stringContaining('ghp_'),
  ]);
});

it('what is masked twice is masked once', () => {
  const block = { kind: 'code', title: '', text: `password=${token} ok` } as const;
  expect(maskedBlock(maskedBlock(block))).toEqual(maskedBlock(block));
});
