import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tailJournal, verifyJournal } from '../../../src/journal/index.ts';
import { eventually } from '../../support/eventually.ts';
import { tocsin } from '../../support/tocsin-process.ts';
import { startTown, stopped, type Town } from './town.ts';

const driver = fileURLToPath(new URL('../../scenarios/kill/driver.ts', import.meta.url));

/** Neither platform sends a press a second time: what was acknowledged is on disk, and is answered whatever happens. */
describe('killed between a press that was taken and its answer', () => {
  let town: Town;

  beforeAll(async () => {
    town = await startTown({ mode: 'socket', program: tocsin });
  }, 60_000);
  afterAll(() => town?.close(), 60_000);

  it('the next start does it once and answers it once, on each platform', {
    timeout: 180_000,
  }, async () => {
    const { slack, shop, places, ana, ben, sources } = town;
    const first = await town.start([driver, town.files.file, 'before', 'AskAnswered']);
    await sources.fires();
    const root = await slack.until(() => shop.message(places.slack, 'KubePodCrashLooping'), 60_000);
    const card = await eventually('the card stands in Discord', () =>
      places.discord.messages().find(({ text }) => text.includes('KubePodCrashLooping')),
    );
    // The first answer stops the journal; what is pressed in the same moment is taken before that or not at all.
    const [inSlack, inDiscord] = await Promise.all([
      ana.presses('Acknowledge', root),
      ben.presses(card, 'Acknowledge').answered,
    ]);
    await eventually('an answer is held', () => first.messages().length > 0);
    expect((await first.signal('SIGKILL')).signal).toBe('SIGKILL');
    const taken = { ana: inSlack.acked, ben: inDiscord.outcome !== 'failed' };
    expect(taken.ana || taken.ben).toBe(true);
    const seenBefore = ana.sees(places.slack).length;

    const second = await town.start();
    await eventually(
      'every press has its answer',
      () => asks(town).every(({ answered }) => answered === 1),
      { withinMs: 30_000 },
    );
    if (taken.ana) {
      await slack.until(() => ana.sees(places.slack).length > seenBefore, 30_000);
      expect(ana.sees(places.slack).slice(seenBefore)).toHaveLength(1);
    }
    expect(asks(town)).toHaveLength(Number(taken.ana) + Number(taken.ben));
    const acknowledged = types(town).filter((type) => type === 'IncidentAcknowledged');
    expect(acknowledged).toHaveLength(1);
    expect((await stopped(second)).code).toBe(0);
    expect(verifyJournal(town.files.journal)).toMatchObject({ ok: true });
  });
});

function types({ files }: Town): readonly string[] {
  return recorded(files.journal).map(({ event }) => event.type);
}

/** Each ask on the record, and how often it was answered. */
function asks({ files }: Town): readonly { readonly answered: number }[] {
  const streams = Map.groupBy(
    recorded(files.journal).filter(({ stream }) => stream.startsWith('inbox/')),
    ({ stream }) => stream,
  );
  return [...streams.values()].map((events) => ({
    answered: events.filter(({ event }) => event.type === 'AskAnswered').length,
  }));
}

function recorded(journal: string) {
  return tailJournal(journal, { limit: 10_000 }).recorded;
}
