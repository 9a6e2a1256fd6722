import { describe, expect, it } from 'vitest';
import { type Channel, startChannel } from '../../../fakes/channel.ts';

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

it('after a crash it looks for what was sent and not recorded, and goes on with that', async () => {
  const channel = await startChannel();
  await channel.fires('inc-1');
  // The message is on the platform, its answer never came: the bot was gone.
  await channel.passes(50);
  await channel.crashes();
  await channel.passes(MINUTE);
  await channel.isInOrder();
  expect(channel.platform.roots()).toHaveLength(1);
  const types = channel.small.types('posts/inc-1');
  expect(types.slice(0, 2)).toEqual(['PostBegun', 'Posted']);
  await channel.close();
});

it('after a crash before anything was sent it sends, once nothing can land any more', async () => {
  const channel = await startChannel();
  channel.platform.isDown(true);
  await channel.fires('inc-1');
  await channel.passes(50);
  await channel.crashes();
  channel.platform.isDown(false);
  await channel.passes(MINUTE);
  await channel.isInOrder();
  await channel.close();
});

it('takes a double away that landed after every limit', async () => {
  const channel = await startChannel();
  await channel.fires('inc-1');
  await channel.passes(5000);
  let isLate = true;
  channel.platform.befalls((call) => {
    const fault = isLate && call === 'reply' ? 'unheard' : undefined;
    if (call === 'reply') isLate = false;
    return fault;
  });
  await channel.says('ana', 'ack', 'inc-1');
  await channel.passes(1000);
  // The search sees nothing, although it is there: indexes of real platforms lag as well.
  const hidden = channel.platform.hides();
  await channel.passes(25_000);
  hidden();
  expect(
    channel.platform.said('inc-1').filter((text) => text.includes('ana acknowledged')),
  ).toHaveLength(2);
  await channel.passes(MINUTE);
  await channel.isInOrder();
  await channel.close();
});

it('makes a root anew once that somebody took away, with what stood below it in one message', async () => {
  const channel = await startChannel();
  await channel.fires('inc-1');
  await channel.says('ana', 'ack', 'inc-1');
  await channel.says('ana', 'note "it is the cache"', 'inc-1');
  await channel.passes(10_000);
  const [first] = channel.platform.roots();
  for (const post of [...channel.platform.posts]) channel.platform.takesAway(post.ref);
  await channel.fires('inc-1', { alert: 'b' });
  await channel.passes(10_000);
  await channel.isInOrder();
  expect(channel.platform.roots().map(({ ref }) => ref)).not.toEqual([first?.ref]);
  expect(channel.platform.said('inc-1')).toHaveLength(1);

  for (const post of [...channel.platform.posts]) channel.platform.takesAway(post.ref);
  await channel.fires('inc-1', { alert: 'c' });
  await channel.passes(10_000);
  expect(channel.platform.posts).toEqual([]);
  expect(channel.bot.readings().lanes).toMatchObject([{ givenUp: 1 }]);
  expect(channel.logged).toContain('post was taken away twice, it is not made again');
  await channel.close();
});

it('lets a fresh card in the thread take over from a root that takes no more edits', async () => {
  const channel = await startChannel();
  await channel.fires('inc-1');
  await channel.passes(5000);
  const [root] = channel.platform.roots();
  channel.platform.wears(root?.ref ?? '');
  await channel.fires('inc-1', { alert: 'b' });
  await channel.passes(5000);
  await channel.fires('inc-1', { alert: 'c' });
  await channel.passes(5000);
  const desired = await channel.bot.threads.desired('inc-1');
  const living = channel.platform.entries('inc-1').filter(({ key }) => key === 'root-card');
  expect(living).toHaveLength(1);
  expect(living[0]).toMatchObject({ root: root?.ref, edits: 1, piece: { card: desired?.root } });
  await channel.close();
});

it('moves the threads of a lost place to where threads without a route go, and they stay there', async () => {
  const channel = await startChannel({ otherwise: { 'chat/main': '#all' } });
  await channel.fires('inc-1');
  await channel.passes(5000);
  channel.platform.archives('#ops');
  await channel.fires('inc-1', { alert: 'b' });
  await channel.passes(10_000);
  expect(channel.bot.readings().lanes[0]?.lost).toMatchObject([
    { place: '#ops', problem: { code: 'PLACE_ARCHIVED' } },
  ]);
  channel.platform.takesAway(channel.platform.roots()[0]?.ref ?? '');
  await channel.passes(1000);
  expect(channel.platform.roots().map(({ place }) => place)).toEqual(['#all']);
  channel.platform.archives('#ops', false);
  await channel.crashes();
  await channel.fires('inc-1', { alert: 'c' });
  await channel.passes(MINUTE);
  expect(channel.platform.roots()).toMatchObject([{ place: '#all', incident: 'inc-1' }]);
  await channel.close();
});

it('keeps what is private where its route put it: no other place takes it over', async () => {
  const members = { people: [], groups: ['sre'] };
  const channel = await startChannel({ otherwise: { 'chat/main': '#all' }, members });
  channel.platform.archives('#ops');
  await channel.fires('inc-1');
  await channel.passes(5 * MINUTE);
  expect(channel.platform.roots()).toEqual([]);
  expect(channel.bot.readings().lanes).toMatchObject([{ waiting: { place: 1 } }]);
  channel.platform.archives('#ops', false);
  await channel.passes(20 * MINUTE);
  expect(channel.platform.roots().map(({ place }) => place)).toEqual(['#ops']);
  await channel.close();
});

it('waits with what has nowhere to go, and shows it once the place is there again', async () => {
  const channel = await startChannel();
  channel.platform.archives('#ops');
  await channel.fires('inc-1');
  await channel.passes(10_000);
  await channel.bot.settled();
  expect(channel.bot.readings().lanes).toMatchObject([{ waiting: { place: 1 } }]);
  channel.platform.archives('#ops', false);
  await channel.passes(5 * MINUTE);
  await channel.isInOrder();
  expect(channel.bot.readings().lanes).toMatchObject([{ waiting: { place: 0 }, lost: [] }]);
  await channel.close();
});

it('says a refused card in plain words, and gives it up when those are refused too', async () => {
  const channel = await startChannel();
  let isPlainTaken = true;
  channel.platform.refuses((piece) => {
    const card = 'kind' in piece ? undefined : piece;
    return card !== undefined && (card.actions.length > 0 || !isPlainTaken);
  });
  await channel.fires('inc-1');
  await channel.passes(5000);
  const [root] = channel.platform.roots();
  expect(JSON.stringify(root?.piece)).toContain('could not be shown here (POST_INVALID)');
  isPlainTaken = false;
  await channel.fires('inc-1', { alert: 'b' });
  await channel.passes(MINUTE);
  expect(channel.platform.answered['refused']).toBe(3);
  expect(channel.bot.readings().lanes).toMatchObject([{ givenUp: 1, waiting: { edit: 0 } }]);
  await channel.close();
});

it('one thread that takes nothing does not close its place to the others', async () => {
  const channel = await startChannel();
  await channel.fires('inc-1');
  await channel.fires('inc-2');
  await channel.passes(10_000);
  const [locked] = channel.platform.roots('inc-1');
  channel.platform.locks(locked?.ref ?? '');
  await channel.says('ana', 'note "one"', 'inc-1');
  await channel.passes(5000);
  await channel.says('ana', 'note "two"', 'inc-2');
  await channel.fires('inc-3');
  await channel.passes(5000);
  expect(channel.platform.said('inc-2').join('\n')).toContain('two');
  expect(channel.platform.roots('inc-3')).toHaveLength(1);
  channel.platform.locks(locked?.ref ?? '', false);
  await channel.passes(2 * MINUTE);
  await channel.isInOrder();
  await channel.close();
});

describe('the card of what somebody acknowledged', () => {
  it('shows it within a second, while edits that nobody asked for have used up their share', async () => {
    const channel = await startChannel({ editsPerMinute: 8 });
    const incidents = Array.from({ length: 10 }, (_, index) => `inc-${index}`);
    for (const incident of incidents) await channel.fires(incident);
    await channel.passes(15_000);
    for (const incident of incidents) await channel.fires(incident, { alert: 'b' });
    await channel.passes(10_000);
    expect(editsOf(channel)).toBe(6);
    await channel.says('ana', 'ack', 'inc-9');
    await channel.passes(1_000);
    expect(rootOf(channel, 'inc-9')).toContain('ana');
    // What is left of the minute is for whoever acts next.
    await channel.passes(5_000);
    expect(editsOf(channel)).toBe(7);
    await channel.says('ben', 'ack', 'inc-8');
    await channel.passes(1_000);
    expect(rootOf(channel, 'inc-8')).toContain('ben');
    await channel.passes(2 * MINUTE);
    await channel.isInOrder();
    expect(channel.platform.answered['over the limit']).toBeUndefined();
    await channel.close();
  });

  it('shows it before the lines below it and before threads that nobody has seen', async () => {
    const channel = await startChannel();
    await channel.fires('inc-1');
    await channel.passes(5_000);
    for (let more = 2; more < 30; more += 1) await channel.fires(`inc-${more}`);
    await channel.says('ana', 'note "looking"', 'inc-1');
    await channel.says('ana', 'ack', 'inc-1');
    await channel.passes(1_000);
    expect(rootOf(channel, 'inc-1')).toContain('ana');
    await channel.close();
  });
});

function editsOf({ platform }: Channel): number {
  return platform.posts.reduce((sum, { edits }) => sum + edits, 0);
}

function rootOf({ platform }: Channel, incident: string): string {
  return JSON.stringify(platform.roots(incident).map(({ piece }) => piece));
}
