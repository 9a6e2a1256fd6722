import { expect, it } from 'vitest';
import type { PublishedCheckpoint } from '../../src/journal/index.ts';
import { startSmallBot } from '../fakes/small-bot.ts';
import { appended, cause, opened, tempPath, write } from './temp.ts';

const hour = 60 * 60_000;

it('a new journal signs its first events at once, and what follows in its time', async () => {
  const signed: PublishedCheckpoint[] = [];
  let published: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    published = resolve;
  });
  const journal = await opened(tempPath(), {
    checkpointEveryMs: hour,
    publishCheckpoint(checkpoint) {
      signed.push(checkpoint);
      published();
    },
  });
  expect(journal.lastCheckpoint()).toBeUndefined();
  await appended(journal, cause('d1'), write('incident/a', 0, 'one'));
  await first;
  await appended(journal, cause('d2'), write('incident/a', 1, 'two'));
  expect(signed).toMatchObject([{ number: 1 }]);
  expect(journal.lastCheckpoint()).toMatchObject({ number: 1 });
  expect(await journal.verify()).toMatchObject({ ok: true });
});

it('a journal that has one waits for its time', async () => {
  const path = tempPath();
  const before = await opened(path);
  await appended(before, cause('d1'), write('incident/a', 0, 'one'));
  await before.close();
  const journal = await opened(path, { checkpointEveryMs: hour });
  await appended(journal, cause('d2'), write('incident/a', 1, 'two'));
  await journal.read('incident/a');
  expect(journal.lastCheckpoint()).toMatchObject({ number: 1 });
});

it('a plan made in the first minute is shown with a checkpoint', async () => {
  const journal = await opened(tempPath(), { checkpointEveryMs: hour });
  const { bot, declares, says } = await startSmallBot({ journal });
  const incident = await declares();
  await says('ana', 'restart', { incident });
  const [held] = bot.engine.readings.operations.values();
  expect(held?.state).toMatchObject({ status: 'waiting' });
  expect(held?.state.checkpoint).toMatch(/^cp 1 [0-9a-f]{8}$/);
  expect(held?.state.checkpoint).toBe(journal.lastCheckpoint()?.short);
});
