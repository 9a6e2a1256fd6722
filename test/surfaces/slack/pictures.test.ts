import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/view/card.ts';
import type { Channel } from '../../fakes/slack/index.ts';
import { incidentCard } from '../console/sample-cards.ts';
import { type Stage, startStage } from './stage.ts';

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
const picture = { light: 'a'.repeat(64), dark: 'b'.repeat(64), alt: 'it rose from 1 % to 23 %' };
const entry: Entry = {
  kind: 'line',
  key: 'line/7',
  at: 0,
  text: ['Graph of HighErrorRate'],
  picture,
};

let stage: Stage;
let ops: Channel;
let root: string;

beforeEach(async () => {
  stage = await startStage();
  ops = stage.shop.channel('ops');
  stage.desk.pictures.set(picture.light, png);
  const card = { incident: 'inc-1', place: '#ops', card: incidentCard, ref: undefined };
  const ensured = await stage.connection.surface.ensureRoot(card);
  root = ensured.ok ? ensured.ref : '';
});
afterEach(() => stage.close());

const ensure = (more: { readonly ref?: string } = {}) =>
  stage.connection.surface.ensureEntry({
    incident: 'inc-1',
    place: '#ops',
    root,
    entry,
    ref: more.ref,
  });
const replies = () => {
  const [first] = stage.shop.roots(ops);
  return first ? stage.shop.replies(first) : [];
};
const uploads = { methods: ['files.getUploadURLExternal'] };
const called = (name: string) => stage.slack.calls.filter(({ method }) => method === name).length;

describe('a line with a picture in Slack', () => {
  it('is its words, then the picture in the same thread, described for whoever cannot see it', async () => {
    expect(await ensure()).toMatchObject({ ok: true });
    const [words, shown] = replies();
    expect(words?.text).toContain('Graph of HighErrorRate');
    const [file] = shown?.files ?? [];
    expect(file?.bytes && new Uint8Array(file.bytes)).toEqual(png);
    expect([file?.mimetype, file?.alt]).toEqual(['image/png', picture.alt]);
    expect(replies().length).toBe(2);
  });

  it('is looked at again without a second picture', async () => {
    const made = await ensure();
    await ensure(made.ok ? { ref: made.ref } : {});
    expect(called('files.completeUploadExternal')).toBe(1);
  });

  it('waits while its bytes cannot be brought, and is posted once they can', async () => {
    stage.slack.outage.next(1, { kind: 'server-error' }, uploads);
    expect(await ensure()).toMatchObject({ ok: false, why: 'wait' });
    expect(replies()).toEqual([]);
    expect(await ensure()).toMatchObject({ ok: true });
    expect(replies().length).toBe(2);
  });

  it('does not wait for ever: after three times its words stand alone', async () => {
    stage.slack.outage.next(9, { kind: 'server-error' }, uploads);
    expect(await ensure()).toMatchObject({ ok: false });
    expect(await ensure()).toMatchObject({ ok: false });
    expect(await ensure()).toMatchObject({ ok: true });
    expect(replies().length).toBe(1);
  });

  it('that Slack refuses, or whose bytes are gone, is its words alone at once', async () => {
    stage.desk.pictures.clear();
    expect(await ensure()).toMatchObject({ ok: true });
    expect(replies().length).toBe(1);
  });
});
