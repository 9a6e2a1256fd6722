import { expect, it } from 'vitest';
import { filesOf, textOf } from '../tidy/tree.ts';

const page = 'docs/outside.md';
const rows = [...textOf(page).matchAll(/^\| `(src\/[\w/-]+\/)` \|([^|]*)\|([^|]*)\|/gm)].map(
  ([, folder = '', , breaker = '']) => ({ folder, breaker: breaker.trim() }),
);
const outside = filesOf()
  .flatMap((path) => /^src\/(?:integrations|bot\/surfaces)\/[\w-]+\//.exec(path)?.[0] ?? [])
  .filter((folder) => folder !== 'src/bot/surfaces/console/');

it('every outside system has its row, with its breaker or the reason why it has none', () => {
  expect(rows.map(({ folder }) => folder).toSorted()).toEqual([...new Set(outside)].toSorted());
  expect(rows.filter(({ breaker }) => !/^(?:one|of its own kind:|none:) /.test(breaker))).toEqual(
    [],
  );
});

it('what has one of ours has it in its code', () => {
  const own = rows.filter(({ breaker }) => breaker.startsWith('one '));
  expect(own.length).toBeGreaterThan(5);
  const without = own.filter(
    ({ folder }) =>
      !filesOf().some(
        (path) => path.startsWith(folder) && /create(Breaker|Questions)\(/.test(textOf(path)),
      ),
  );
  expect(without).toEqual([]);
});
