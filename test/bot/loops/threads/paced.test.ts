import { expect, it } from 'vitest';
import { startChannel } from '../../../fakes/channel.ts';

const MINUTE = 60_000;

it('posts an incident once, and edits its card when it changes', async () => {
  const channel = await startChannel();
  await channel.fires('inc-1');
  await channel.passes(5000);
  expect(channel.platform.roots('inc-1')).toHaveLength(1);
  await channel.fires('inc-1', { alert: 'b' });
  await channel.says('ana', 'ack', 'inc-1');
  await channel.passes(10_000);
  await channel.isInOrder();
  expect(channel.platform.roots('inc-1')).toHaveLength(1);
  await channel.bot.settled();
  expect(channel.clock.waiting()).toBeLessThan(6);
  await channel.close();
});

it('coalesces edits: a burst of changes costs one call, and the latest state wins', async () => {
  const channel = await startChannel();
  await channel.fires('inc-1');
  await channel.passes(5000);
  for (let alert = 0; alert < 50; alert += 1) await channel.fires('inc-1', { alert: `n${alert}` });
  await channel.passes(5000);
  await channel.isInOrder();
  expect(channel.platform.roots('inc-1').map(({ edits }) => edits)).toEqual([1]);
  await channel.close();
});

it('makes one root of a post that is applied ten seconds after nobody answered it', async () => {
  const channel = await startChannel();
  let isLate = true;
  channel.platform.befalls((call) => {
    const fault = isLate && call === 'root' ? 'late' : undefined;
    isLate = false;
    return fault;
  });
  await channel.fires('inc-1');
  await channel.passes(MINUTE);
  await channel.isInOrder();
  expect(channel.platform.roots()).toHaveLength(1);
  expect(channel.platform.answered['unknown']).toBe(1);
  await channel.close();
});
