import { describe, expect, it } from 'vitest';
import { evolvePosts, type PostEvent, type PostState, standingOf } from '../../src/core/post.ts';
import { problem } from '../../src/core/problem.ts';
import { T0 } from './given.ts';

const on = { v: 1, surface: 'slack/main' } as const;
const begun = (key: string, ...also: readonly string[]): PostEvent => {
  const more = also.length === 0 ? {} : { also };
  return { type: 'PostBegun', ...on, key, place: '#ops', ...more };
};
const posted = (key: string, ref: string, ...also: readonly string[]): PostEvent => {
  const more = also.length === 0 ? {} : { also };
  return { type: 'Posted', ...on, key, ref, digest: `d-${ref}`, ...more };
};

function past(...events: readonly PostEvent[]): PostState {
  return events.reduce<PostState>(
    (state, event, at) => evolvePosts(state, event, { at: T0 + at }),
    {},
  );
}

const root = (state: PostState) => standingOf(state, 'slack/main', 'root');

describe('where a piece stands', () => {
  it('is in doubt from its begin to its end, since the first begin', () => {
    expect(root(past(begun('root')))).toEqual({ ref: '', digest: '', begunAt: T0 });
    expect(root(past(begun('root'), begun('root'))).begunAt).toBe(T0);
    expect(root(past(begun('root'), posted('root', 'm1')))).toEqual({ ref: 'm1', digest: 'd-m1' });
  });

  it('is the same message for lines that were told together', () => {
    const state = past(begun('line/1', 'line/2'), posted('line/1', 'm1', 'line/2'));
    expect(standingOf(state, 'slack/main', 'line/1').ref).toBe('m1');
    expect(standingOf(state, 'slack/main', 'line/2').ref).toBe('m1');
  });

  it('is nowhere once the root was taken away, and on other surfaces as before', () => {
    const elsewhere: PostEvent = { ...posted('root', 'd1'), surface: 'discord/main' };
    const gone: PostEvent = { type: 'PostGone', ...on, key: 'root', ref: 'm1' };
    const state = past(posted('root', 'm1'), posted('line/1', 'm2'), elsewhere, gone);
    expect(root(state)).toEqual({ ref: '', digest: '', gone: 1 });
    expect(standingOf(state, 'slack/main', 'line/1').ref).toBe('');
    expect(standingOf(state, 'discord/main', 'root').ref).toBe('d1');
    const again = [posted('root', 'm3'), { ...gone, ref: 'm3' }] as const;
    expect(root(past(posted('root', 'm1'), gone, ...again)).gone).toBe(2);
  });

  it('stays the root of its thread when it takes no more edits; an entry is replaced', () => {
    const worn = (key: string): PostEvent => ({ type: 'PostWorn', ...on, key, ref: 'm1' });
    expect(root(past(posted('root', 'm1'), worn('root'))).worn).toBe(true);
    const entry = past(posted('card', 'm1'), worn('card'), begun('card'), posted('card', 'm2'));
    expect(standingOf(entry, 'slack/main', 'card')).toEqual({ ref: 'm2', digest: 'd-m2' });
  });

  it('is to be shown again after an edit that nobody answered', () => {
    const unsure: PostEvent = { type: 'PostUnsure', ...on, key: 'root' };
    expect(root(past(posted('root', 'm1'), unsure)).unsure).toBe(true);
    expect(root(past(posted('root', 'm1'), unsure, posted('root', 'm1'))).unsure).toBeUndefined();
  });

  it('is elsewhere once its place was lost', () => {
    const moved: PostEvent = {
      type: 'ThreadMoved',
      ...on,
      from: '#ops',
      to: '#all',
      problem: problem('PLACE_LOST', {}),
    };
    const state = past(posted('root', 'm1'), posted('line/1', 'm2'), moved);
    expect(root(state)).toEqual({ ref: '', digest: '', movedTo: '#all' });
    expect(standingOf(state, 'slack/main', 'line/1').ref).toBe('');
  });
});
