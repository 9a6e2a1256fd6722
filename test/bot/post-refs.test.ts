import { describe, expect, it } from 'vitest';
import { createPostRefs } from '../../src/bot/post-refs.ts';
import { startSmallBot } from '../fakes/small-bot.ts';

const surface = 'slack/main';
const begun = { type: 'PostBegun', v: 1, surface, key: 'root', place: '#ops' } as const;
const posted = { type: 'Posted', v: 1, surface, key: 'root', ref: 'C1:1', digest: 'd' } as const;

async function open() {
  const { bot, clock } = await startSmallBot();
  const { engine } = bot;
  const refs = createPostRefs(engine, clock);
  const record = (event: typeof begun | typeof posted) =>
    engine.record({ kind: 'posts', id: 'op-1', event });
  return { bot, clock, engine, refs, record };
}

describe('where a post of ours stands', () => {
  it('is known once the platform has told, and after a restart', async () => {
    const { engine, clock, refs, record } = await open();
    await record(begun);
    expect(refs.postAt(surface, 'C1:1')).toBeUndefined();
    await record(posted);
    const at = { thread: 'op-1', key: 'root' };
    expect(refs.postAt(surface, 'C1:1')).toEqual(at);
    expect(createPostRefs(engine, clock).postAt(surface, 'C1:1')).toEqual(at);
  });

  it('is waited for while a post is on its way, because it can be pressed already', async () => {
    const { refs, record } = await open();
    await record(begun);
    const soon = refs.postSoonAt(surface, 'C1:1');
    await record(posted);
    expect(await soon).toEqual({ thread: 'op-1', key: 'root' });
  });

  it('is not waited for longer than a second, nor where nothing is on its way', async () => {
    const { clock, refs, record } = await open();
    expect(await refs.postSoonAt(surface, 'C1:9')).toBeUndefined();
    await record(begun);
    const soon = refs.postSoonAt(surface, 'C1:9');
    await clock.passes(1000);
    expect(await soon).toBeUndefined();
    await record(posted);
    expect(await refs.postSoonAt(surface, 'C1:9')).toBeUndefined();
  });
});
