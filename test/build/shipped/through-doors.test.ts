import { expect, it } from 'vitest';
import { openJournal } from '../../../src/journal/index.ts';

it('suites of this project hold the bundle in their hands, not the sources', async () => {
  const refused: unknown = await openJournal({
    path: '/dev/null/tocsin.db',
    checkpointEveryMs: 0,
  }).catch((error) => error);
  expect(refused instanceof Error && refused.stack).toContain('/doors/dist/');
});
