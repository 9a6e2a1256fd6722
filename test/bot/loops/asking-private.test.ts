import { expect, it } from 'vitest';
import { createAskingLoop } from '../../../src/bot/loops/asking.ts';
import { maySee } from '../../../src/core/incident/privacy.ts';
import { startSmallBot } from '../../fakes/small-bot.ts';
import { eventually } from '../../support/eventually.ts';

it.each([
  ['that everybody may see is asked of an approver', '', ['ApproverAsked', 'ApproverAsked'], 2],
  [
    'of a private incident is told to nobody outside it',
    ' private=true',
    ['ApproverPassed', 'ApproverPassed'],
    0,
  ],
  [
    'of a private incident is asked of whoever is let in',
    ' private=true with=ben',
    ['ApproverAsked', 'ApproverPassed'],
    1,
  ],
])('a plan %s', async (_what, how, types, messages) => {
  const small = await startSmallBot();
  await small.says('ana', `declare a leak for=checkout${how}`);
  const [incident = ''] = [...small.bot.engine.readings.incidents.keys()].slice(-1);
  await small.says('ana', 'restart', { incident });
  const { engine } = small.bot;
  const members = () => ['ana', 'ben', 'gone'];
  const written: string[] = [];
  const loop = createAskingLoop({
    engine,
    clock: small.clock,
    pace: () => ({ everyMs: 60_000, atOnce: 5 }),
    members,
    isMuted: () => false,
    maySee(person, { asked }) {
      const state = engine.readings.incidents.get(asked?.incident ?? '')?.state;
      return state?.status === 'open' && maySee(person, state, members);
    },
    card: () => ({
      ...{ key: 'ask', tone: 'info', mark: 'ASK', title: [] },
      ...{ blocks: [], actions: [], footnote: [] },
    }),
    whisper: {
      reaches: () => true,
      async tell(person) {
        written.push(person);
        return { on: ['slack/main'], why: [] };
      },
    },
    log: () => undefined,
  });
  loop.start();
  const asked = await eventually('both are through', () => {
    const found = small.types().filter((type) => type.startsWith('Approver'));
    return found.length === 2 ? found.toSorted() : undefined;
  });
  await loop.close();
  expect(asked).toEqual(types);
  expect(written).toHaveLength(messages);
});
