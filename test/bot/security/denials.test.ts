import { expect, it } from 'vitest';
import { startSmallBot } from '../../fakes/small-bot.ts';
import { atRest } from '../../fakes/still-clock.ts';

const minute = 60_000;

async function open() {
  const small = await startSmallBot();
  const told = () =>
    small.bot.desk
      .openIncidents()
      .filter(({ opened }) => opened.origin === 'security')
      .map(({ security, lines }) => ({
        count: security?.count,
        facts: lines.flatMap(({ event }) => ('facts' in event ? [event.facts] : [])),
      }));
  return { ...small, told };
}

it('five refusals of one person within five minutes are told, with who and which', async () => {
  const { says, told } = await open();
  for (let turn = 0; turn < 4; turn += 1) await says('cleo', 'scale checkout 4 env=production');
  await atRest();
  expect(told()).toEqual([]);
  await says('cleo', 'scale checkout 4 env=production');
  await atRest();
  expect(told()).toEqual([
    { count: 1, facts: [{ person: 'cleo', count: 5, minutes: 5, codes: 'NOT_A_REQUESTER' }] },
  ]);
});

it('refusals of several people, over a longer time, or of what is merely misspelt are not', async () => {
  const { says, told, clock } = await open();
  for (let turn = 0; turn < 4; turn += 1) await says('cleo', 'scale checkout 4 env=production');
  await clock.passes(5 * minute);
  for (let turn = 0; turn < 4; turn += 1) await says('cleo', 'scale checkout 4 env=production');
  for (let turn = 0; turn < 9; turn += 1) await says('ana', 'scael checkout 4');
  await atRest();
  expect(told()).toEqual([]);
});
