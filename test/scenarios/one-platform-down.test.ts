import { expect, it } from 'vitest';
import { plain } from '../../src/core/view/text.ts';
import { desiredOf, shownOf, startChannel } from '../fakes/channel.ts';
import { createChatPlatform } from '../fakes/chat-platform.ts';
import { stillClock } from '../fakes/still-clock.ts';

const MINUTE = 60_000;

it('one platform does not answer: the other says so and carries on, and the missing one is caught up', async () => {
  const clock = stillClock();
  const other = createChatPlatform({ clock, name: 'other/main' });
  const evening = await startChannel({
    clock,
    beside: [other.surface],
    places: { 'chat/main': '#ops', 'other/main': 'ops' },
  });
  const facts = (platform: typeof other) =>
    platform
      .roots('inc-1')
      .flatMap(({ piece }) =>
        'blocks' in piece
          ? piece.blocks.flatMap((block) =>
              block.kind === 'facts'
                ? block.facts.map(({ label, value }) => `${label}: ${plain(value)}`)
                : [],
            )
          : [],
      );
  await evening.fires('inc-1');
  await evening.passes(10_000);
  expect(evening.platform.roots('inc-1')).toHaveLength(1);
  expect(other.roots('inc-1')).toHaveLength(1);

  evening.platform.isDown(true);
  for (let note = 0; note < 12; note += 1) {
    await evening.says('ana', `note "step ${note}"`, 'inc-1');
    await evening.passes(5000);
  }
  expect(other.said('inc-1').join('\n')).toContain('step 11');
  expect(facts(other).join('\n')).toContain('chat/main: takes nothing since 03:00 UTC');
  expect(evening.bot.readings().lanes.map(({ downSince }) => downSince > 0)).toEqual([true, false]);

  const calls = evening.platform.answered['ok'] ?? 0;
  evening.platform.isDown(false);
  await evening.passes(2 * MINUTE);
  // Caught up with what stands, not with every step: the card, and one message for all that was said meanwhile.
  expect((evening.platform.answered['ok'] ?? 0) - calls).toBeLessThanOrEqual(8);
  for (const platform of [evening.platform, other]) {
    const desired = await evening.bot.threads.desired('inc-1', platform.surface.name);
    expect(desired && shownOf(platform, 'inc-1')).toEqual(desired && desiredOf(desired));
  }
  expect(facts(other).join('\n')).not.toContain('chat/main');
  expect(evening.small.types('surface/chat/main')).toEqual(['SurfaceDown', 'SurfaceUp']);
  await evening.close();
});

it('a restart while it is silent says neither that it began to be nor that it ended', async () => {
  const evening = await startChannel();
  evening.platform.isDown(true);
  await evening.fires('inc-1');
  await evening.passes(MINUTE);
  await evening.crashes();
  await evening.passes(2 * MINUTE);
  expect(evening.small.types('surface/chat/main')).toEqual(['SurfaceDown']);
  evening.platform.isDown(false);
  await evening.passes(2 * MINUTE);
  expect(evening.small.types('surface/chat/main')).toEqual(['SurfaceDown', 'SurfaceUp']);
  await evening.isInOrder();
  await evening.close();
});
