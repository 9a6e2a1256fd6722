import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../fakes/slack/index.ts';
import { eventually } from '../../support/eventually.ts';
import { incidentCard } from '../console/sample-cards.ts';
import { type Stage, startStage } from './stage.ts';

const MINUTE = 60_000;

let stage: Stage;
let ops: Channel;

beforeEach(async () => {
  stage = await startStage();
  ops = stage.shop.channel('ops');
});
afterEach(() => stage.close());

describe('a card that somebody pressed', () => {
  it('shows what they did by the way that the press brought, and uses no chat.update for it', async () => {
    const ref = await pressed();
    expect(isFree(ref)).toBe(true);
    expect(await shows(ref, 'ACKED')).toEqual({ ok: true, ref });
    expect(stage.shop.channelText(ops)).toContain('ACKED');
    expect(updates()).toBe(0);
    expect(stage.counted.called).toContainEqual({ method: 'response_url', outcome: 'ok' });
  });

  it('is still found by the key that it carries', async () => {
    const since = stage.clock.now();
    const ref = await pressed();
    await shows(ref, 'ACKED');
    const sought = { incident: 'inc-1', place: '#ops', root: '', key: 'root', since };
    expect(await stage.connection.surface.find?.(sought)).toEqual({ ok: true, refs: [ref] });
  });

  it('is changed by chat.update again after three times, and after half an hour', async () => {
    const ref = await pressed();
    for (const mark of ['ONE', 'TWO', 'THREE']) await shows(ref, mark);
    expect([updates(), isFree(ref)]).toEqual([0, false]);
    await shows(ref, 'FOUR');
    expect(updates()).toBe(1);

    const other = await pressed();
    await stage.clock.passes(26 * MINUTE);
    expect(isFree(other)).toBe(false);
    await shows(other, 'LATE');
    expect(updates()).toBe(2);
  });

  it('is changed by chat.update where Slack takes the address no more', async () => {
    const ref = await pressed();
    stage.slack.outage.next(1, { kind: 'rate-limited' }, { methods: ['response_url'] });
    expect(await shows(ref, 'ACKED')).toEqual({ ok: true, ref });
    expect([updates(), isFree(ref)]).toEqual([1, false]);
    expect(stage.shop.channelText(ops)).toContain('ACKED');
  });

  it('is in doubt where nobody answered, as after any edit', async () => {
    const ref = await pressed();
    stage.slack.outage.next(1, { kind: 'server-error' }, { methods: ['response_url'] });
    expect(await shows(ref, 'ACKED')).toMatchObject({ ok: false, why: 'unknown' });
    expect(updates()).toBe(0);
  });
});

async function posted(): Promise<string> {
  const { surface } = stage.connection;
  const root = { incident: 'inc-1', place: '#ops', card: incidentCard, ref: undefined };
  const ensured = await surface.ensureRoot(root);
  if (!ensured.ok) throw new Error(JSON.stringify(ensured));
  return ensured.ref;
}

async function pressed(): Promise<string> {
  await stage.connected();
  const ref = await posted();
  const message = stage.shop.roots(ops).at(-1);
  if (!message) throw new Error('nothing was posted');
  await stage.shop.person('ana').presses('Acknowledge', message);
  // What is whispered to whoever pressed goes by the same address.
  await eventually('ana is told', () =>
    stage.counted.called.some(({ method }) => method === 'response_url'),
  );
  stage.counted.called.length = 0;
  return ref;
}

function shows(ref: string, mark: string) {
  const card = { ...incidentCard, mark };
  return stage.connection.surface.ensureRoot({ incident: 'inc-1', place: '#ops', card, ref });
}

function isFree(ref: string): boolean | undefined {
  return stage.connection.surface.budget?.isFree?.(ref);
}

function updates(): number {
  return stage.slack.calls.filter(({ method }) => method === 'chat.update').length;
}
