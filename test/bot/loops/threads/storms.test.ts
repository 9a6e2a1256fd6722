import { expect, it } from 'vitest';
import { cardText } from '../../../../src/core/view/text.ts';
import { type Channel, startChannel } from '../../../fakes/channel.ts';

const MINUTE = 60_000;

/** So many incidents at once, the first few of them critical. */
async function strikes(channel: Channel, count: number, criticals: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const severity = at < criticals ? 'critical' : 'warning';
    await channel.fires(`inc-${at}`, { severity, service: `service-${at % 30}` });
  }
}

function stormCards(channel: Channel): readonly string[] {
  return channel.platform.posts
    .filter(({ incident }) => incident.startsWith('storm-'))
    .map(({ piece }) => ('kind' in piece ? '' : cardText(piece)));
}

it('says within seconds how many there are, and names the critical ones', async () => {
  const channel = await startChannel();
  await strikes(channel, 200, 20);
  await channel.passes(5000);
  const [card = ''] = stormCards(channel);
  expect(card).toContain('200 incidents open in #ops · 20 critical');
  expect(card.match(/ {4}CRITICAL/g)).toHaveLength(20);
  expect(card).toContain('and 160 more');
  expect(channel.platform.answered['over the limit'] ?? 0).toBe(0);

  // Threads of the critical ones as the channel takes them, and of no other.
  await channel.passes(40_000);
  const roots = channel.platform.roots().filter(({ incident }) => incident.startsWith('inc-'));
  expect(roots).toHaveLength(20);
  expect(roots.every(({ piece }) => 'mark' in piece && piece.mark === 'CRITICAL')).toBe(true);
  expect(channel.bot.readings().lanes).toMatchObject([
    { waiting: { storm: 180 }, storms: ['#ops'] },
  ]);
  await channel.close();
});

it('is no storm while the platform takes them as they come', async () => {
  const channel = await startChannel({ messageEveryMs: 0 });
  await strikes(channel, 50, 0);
  await channel.passes(20_000);
  expect(channel.platform.roots()).toHaveLength(50);
  expect(stormCards(channel)).toEqual([]);
  await channel.close();
});

it('gives a thread at once to what somebody opened or acted on', async () => {
  const channel = await startChannel();
  await strikes(channel, 60, 0);
  await channel.passes(5000);
  const before = channel.platform.roots().map(({ incident }) => incident);
  expect(before).not.toContain('inc-50');
  await channel.bot.dispatch.press({
    press: { kind: 'want', incident: 'inc-50' },
    actor: { surface: 'console', account: 'ana' },
    incident: '',
    cause: 'want-50',
    shown: { digest: '', fresh: false },
  });
  await channel.says('ben', 'ack', 'inc-51');
  await channel.passes(5000);
  const after = channel.platform.roots().map(({ incident }) => incident);
  expect(after).toContain('inc-50');
  expect(after).toContain('inc-51');
  expect(channel.small.types('incident/inc-50')).toContain('ThreadWanted');
  await channel.close();
});

it('ends once it is quiet: the card says what happened, and what is open gets its thread', async () => {
  const channel = await startChannel();
  await strikes(channel, 60, 2);
  await channel.passes(10_000);
  for (let at = 20; at < 60; at += 1) {
    await channel.stops(`inc-${at}`, { severity: 'warning' });
    await channel.passes(100);
  }
  await channel.passes(4 * MINUTE);
  const [card = ''] = stormCards(channel);
  expect(card).toContain('60 incidents opened in #ops within');
  expect(card).toMatch(/resolved by then {2,}40\n/);
  expect(card).toMatch(/still open then {2,}20\n/);
  // Never for one that was resolved before its turn came.
  const roots = channel.platform.roots().filter(({ incident }) => incident.startsWith('inc-'));
  expect(roots.map(({ incident }) => incident).toSorted()).toEqual(
    Array.from({ length: 20 }, (_, at) => `inc-${at}`).toSorted(),
  );
  expect(channel.bot.readings().lanes).toMatchObject([{ waiting: { storm: 0 }, storms: [] }]);
  await channel.bot.settled();
  await channel.close();
});

it('goes on after a restart in the middle of it, with the same card', async () => {
  const channel = await startChannel();
  await strikes(channel, 60, 0);
  await channel.passes(7000);
  await channel.crashes();
  await channel.passes(10_000);
  await channel.fires('inc-late', { severity: 'warning' });
  await channel.passes(10_000);
  const cards = stormCards(channel);
  expect(cards).toHaveLength(1);
  expect(cards[0]).toContain('61 incidents open');
  expect(channel.small.types().filter((type) => type === 'StormBegan')).toHaveLength(1);
  await channel.passes(5 * MINUTE);
  expect(stormCards(channel)[0]).toContain('61 incidents opened in #ops');
  for (let at = 0; at < 60; at += 1) {
    expect(channel.platform.roots(`inc-${at}`)).toHaveLength(1);
  }
  await channel.close();
});

it('edits its card at most every three seconds', async () => {
  const channel = await startChannel();
  await strikes(channel, 40, 0);
  for (let at = 0; at < 300; at += 1) {
    await channel.fires(`inc-${at % 40}`, { alert: `n${at}`, severity: 'warning' });
    await channel.passes(100);
  }
  const card = channel.platform.posts.find(({ incident }) => incident.startsWith('storm-'));
  expect(card?.edits).toBeLessThanOrEqual(10);
  expect(channel.platform.answered['over the limit'] ?? 0).toBe(0);
  await channel.close();
});
