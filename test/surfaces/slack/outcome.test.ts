import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ensured } from '../../../src/core/ports/surface.ts';
import type { Channel, Fault } from '../../fakes/slack/index.ts';
import { eventually } from '../../support/eventually.ts';
import { incidentCard, lineEntry } from '../console/sample-cards.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
let ops: Channel;

beforeEach(async () => {
  stage = await startStage({ timeoutMs: 300 });
  ops = stage.shop.channel('ops');
});
afterEach(() => stage.close());

const post = (place = '#ops', ref?: string): Promise<Ensured> =>
  stage.connection.surface.ensureRoot({ incident: 'inc-1', place, card: incidentCard, ref });

async function refOf(): Promise<string> {
  const ensured = await post();
  if (!ensured.ok) throw new Error(JSON.stringify(ensured));
  return ensured.ref;
}

function fault(what: Fault, method = 'chat.postMessage'): void {
  stage.slack.outage.next(1, what, { methods: [method] });
}

describe('a call that', () => {
  it('is refused for its rate waits as long as Slack says, and no longer', async () => {
    fault({ kind: 'rate-limited', retryAfterS: 7 });
    expect(await post()).toEqual({ ok: false, why: 'wait', afterMs: 7_000 });
    const { budget } = stage.connection.surface;
    expect(budget?.wait('root', '#ops')).toBeGreaterThan(6_000);
    // Another channel and another method have allowances of their own.
    stage.shop.channel('db');
    expect(budget?.wait('root', '#db')).toBe(0);
    expect(budget?.wait('edit', '#ops')).toBe(0);
    stage.clock.passes(7_000);
    expect(budget?.wait('root', '#ops')).toBe(0);
  });

  it.each<Fault>([
    { kind: 'silent' },
    { kind: 'server-error' },
    { kind: 'reset' },
    { kind: 'answer-lost' },
    { kind: 'answer-withheld' },
    { kind: 'refused', error: 'internal_error' },
    { kind: 'refused', error: 'fatal_error' },
  ])('meets $kind may have been applied: nobody knows', async (what) => {
    await refOf();
    fault(what);
    expect(await post()).toEqual({ ok: false, why: 'unknown', landsWithinMs: 20_000 });
  });

  it('lands late is found before it is sent again', async () => {
    await refOf();
    const since = stage.clock.now();
    fault({ kind: 'late', ms: 10_000 });
    const outcome = await post();
    expect(outcome).toMatchObject({ why: 'unknown' });
    await eventually('it lands', () => {
      stage.clock.passes(10_000);
      return stage.shop.roots(ops).length === 2;
    });
    const sought = { incident: 'inc-1', key: 'root', place: '#ops', root: '', since };
    const found = await stage.connection.surface.find?.(sought);
    expect(found?.ok && found.refs).toHaveLength(2);
  });

  it('never left is no doubt', async () => {
    await refOf();
    await stage.slack.close();
    // The first call may still find the connection that was open before.
    await post();
    expect(await post()).toMatchObject({ ok: false, why: 'wait' });
    expect(stage.counted.called.at(-1)).toEqual({ method: 'chat.postMessage', outcome: 'unknown' });
  });

  it('fails before there was anything to post is no doubt either', async () => {
    fault({ kind: 'silent' }, 'auth.test');
    expect(await post()).toMatchObject({ ok: false, why: 'wait' });
    fault({ kind: 'server-error' }, 'conversations.list');
    expect(await post()).toMatchObject({ ok: false, why: 'wait' });
    expect(stage.shop.roots(ops)).toHaveLength(0);
  });

  it('is refused for the rate of something else takes nothing from what is posted and edited', async () => {
    fault({ kind: 'rate-limited', retryAfterS: 9 }, 'conversations.list');
    expect(await post()).toEqual({ ok: false, why: 'wait', afterMs: 9_000 });
    const { budget } = stage.connection.surface;
    expect([budget?.wait('root', '#ops'), budget?.wait('edit', '#ops')]).toEqual([0, 0]);
  });

  it('fails again and again leaves Slack alone for a while', async () => {
    await refOf();
    stage.slack.outage.from({ kind: 'server-error' });
    for (let time = 0; time < 3; time += 1) await post();
    const calls = stage.slack.calls.length;
    expect(stage.connection.surface.budget?.wait('root', '#ops')).toBeGreaterThan(500);
    expect(await post()).toMatchObject({ ok: false, why: 'wait' });
    expect(stage.slack.calls).toHaveLength(calls);
    expect(stage.connection.health()).toMatchObject({ state: 'degraded' });
    stage.slack.outage.end();
    stage.clock.passes(30_000);
    expect(await post()).toMatchObject({ ok: true });
    expect(stage.connection.surface.budget?.wait('edit', '#ops')).toBe(0);
  });
});

describe('a post that is', () => {
  it('deleted is gone', async () => {
    const ref = await refOf();
    const [message] = stage.shop.roots(ops);
    const ana = stage.shop.person('ana');
    if (message) ana.deletes(message);
    expect(await post('#ops', ref)).toEqual({ ok: false, why: 'gone' });
  });

  it('edited too late is worn', async () => {
    const ref = await refOf();
    fault({ kind: 'refused', error: 'edit_window_closed' }, 'chat.update');
    expect(await post('#ops', ref)).toEqual({ ok: false, why: 'worn' });
  });

  it('refused for what it is says so with its code', async () => {
    fault({ kind: 'refused', error: 'msg_blocks_too_long' });
    expect(await post()).toMatchObject({
      ok: false,
      why: 'refused',
      problem: { code: 'SLACK_REFUSED', facts: { error: 'msg_blocks_too_long' } },
    });
  });
});

describe('a place is lost when', () => {
  const lost = (code: string, facts: object = {}) => ({
    ok: false,
    why: 'lost',
    problem: { code, facts: { surface: 'slack/main', ...facts } },
  });

  it('there is no such channel', async () => {
    expect(await post('#nowhere')).toMatchObject(
      lost('SLACK_CHANNEL_NOT_FOUND', { channel: '#nowhere' }),
    );
    // It may be made meanwhile.
    stage.shop.channel('nowhere');
    stage.clock.passes(61_000);
    expect(await post('#nowhere')).toMatchObject({ ok: true });
  });

  it('the channel is archived', async () => {
    const ref = await refOf();
    stage.shop.archives(ops);
    expect(await post()).toMatchObject(lost('SLACK_CHANNEL_ARCHIVED'));
    const entry = lineEntry('line/1', 1, 'said');
    const at = { incident: 'inc-1', place: '#ops', root: ref, ref: undefined, entry };
    expect(await stage.connection.surface.ensureEntry(at)).toMatchObject(
      lost('SLACK_CHANNEL_ARCHIVED'),
    );
  });

  it('the bot was thrown out', async () => {
    await refOf();
    stage.shop.kicks(ops);
    expect(await post()).toMatchObject(lost('SLACK_NOT_IN_CHANNEL', { channel: '#ops' }));
  });

  it('a right is missing', async () => {
    await refOf();
    stage.shop.revokesScope('chat:write');
    expect(await post()).toMatchObject(lost('SLACK_SCOPE_MISSING', { method: 'chat.postMessage' }));
  });

  it('the app was removed', async () => {
    await refOf();
    stage.shop.revokesToken();
    // No place is lost for it: all of them wait for the token.
    expect(await post()).toMatchObject({ ok: false, why: 'wait' });
    expect(stage.connection.health()).toEqual({ state: 'down', code: 'SLACK_TOKEN_REFUSED' });
  });

  it.each(['account_inactive', 'token_expired'])(
    'Slack answers %s, and the token is asked for again',
    async (error) => {
      await refOf();
      fault({ kind: 'refused', error });
      expect(await post()).toMatchObject({ ok: false, why: 'wait' });
      expect(stage.connection.health()).toEqual({ state: 'down', code: 'SLACK_TOKEN_REFUSED' });
      expect(await post()).toMatchObject({ ok: true });
      expect(stage.connection.health().code).not.toBe('SLACK_TOKEN_REFUSED');
    },
  );

  it.each([
    ['restricted_action_read_only_channel', 'SLACK_POSTING_RESTRICTED'],
    ['ekm_access_denied', 'SLACK_POSTING_RESTRICTED'],
    ['channel_not_found', 'SLACK_CHANNEL_NOT_FOUND'],
  ])('Slack answers %s', async (error, code) => {
    fault({ kind: 'refused', error });
    expect(await post()).toMatchObject(lost(code));
  });

  it('the token is of another workspace than the configuration says', async () => {
    const other = await startStage({ team: 'T0OTHER' });
    other.shop.channel('ops');
    const place = { incident: 'inc-1', place: '#ops', card: incidentCard, ref: undefined };
    expect(await other.connection.surface.ensureRoot(place)).toMatchObject(
      lost('SLACK_WRONG_TEAM', { team: 'T0OTHER', actual: other.shop.id }),
    );
    expect(other.connection.health()).toEqual({ state: 'down', code: 'SLACK_WRONG_TEAM' });
    await other.close();
  });
});
