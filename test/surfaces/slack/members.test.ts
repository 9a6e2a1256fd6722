import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, FakePerson, Message } from '../../fakes/slack/index.ts';
import { eventually } from '../../support/eventually.ts';
import { incidentCard } from '../console/sample-cards.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
let ops: Channel;

beforeEach(async () => {
  stage = await startStage();
  ops = stage.shop.channel('ops', { shared: true });
  await stage.connected();
});
afterEach(() => stage.close());

async function incident(): Promise<Message> {
  const post = { incident: 'inc-1', place: '#ops', card: incidentCard, ref: undefined };
  const ensured = await stage.connection.surface.ensureRoot(post);
  const [root] = stage.shop.roots(ops);
  if (!ensured.ok || !root) throw new Error(JSON.stringify(ensured));
  stage.desk.threads.set(ensured.ref, 'inc-1');
  return root;
}

describe.each(['guest', 'single-channel-guest', 'stranger'] as const)('a %s', (kind) => {
  let somebody: FakePerson;
  beforeEach(() => {
    somebody = stage.shop.person('eve', { kind });
    ops.members.add(somebody.id);
  });

  it('presses nothing, and is told so; nothing of it is kept', async () => {
    const root = await incident();
    const pressed = await somebody.presses('Acknowledge', root);
    expect(pressed.acked).toBe(true);
    const said = await stage.slack.until(() => somebody.sees(ops)[0]);
    expect(said).toContain('SLACK_STRANGER');
    expect(stage.desk.taken).toEqual([]);
    expect(stage.counted.refused).toEqual(['SLACK_STRANGER']);
  });

  it('types, says and pins nothing', async () => {
    const root = await incident();
    await somebody.types('/ops ack', ops);
    await somebody.says('@tocsin ack', root);
    await somebody.reacts('pushpin', root);
    await eventually('all three are counted', () => stage.counted.refused.length === 3);
    expect(stage.desk.taken).toEqual([]);
  });

  it('sees no App Home', async () => {
    await somebody.opensHome();
    await eventually('it is counted', () => stage.counted.refused.length === 1);
    expect(somebody.home()).toBeUndefined();
  });
});

describe('a member', () => {
  it('of whom Slack does not say so is not heard', async () => {
    const ana = stage.shop.person('ana');
    stage.slack.outage.from({ kind: 'server-error' }, { methods: ['users.info'] });
    expect(await ana.types('/ops ack', ops)).toMatchObject({ acked: true });
    await stage.slack.until(() => ana.sees(ops)[0]?.includes('SLACK_UNKNOWN_MEMBER'));
    expect(stage.desk.taken).toEqual([]);
    stage.slack.outage.end();
    await ana.types('/ops ack', ops);
    expect(stage.desk.taken).toHaveLength(1);
  });

  it('is asked for once, and stays one while Slack is down', async () => {
    const ana = stage.shop.person('ana');
    await ana.types('/ops status', ops);
    await ana.types('/ops status', ops);
    const asked = () => stage.slack.calls.filter(({ method }) => method === 'users.info').length;
    expect(asked()).toBe(1);
    stage.slack.outage.from({ kind: 'server-error' }, { methods: ['users.info'] });
    stage.clock.passes(60 * 60_000);
    await eventually('both sockets stand again', () => stage.slack.sockets.count() >= 1);
    await ana.types('/ops status', ops);
    expect(stage.desk.taken).toHaveLength(3);
    await eventually('it is asked again', () => asked() === 2);
  });
});

describe('an app in several workspaces', () => {
  it('of which one is not ours is counted there and not heard', async () => {
    const other = stage.slack.workspace({ name: 'other' });
    const room = other.channel('ops');
    const mallory = other.person('mallory');
    expect(await mallory.types('/ops ack', room)).toMatchObject({ acked: true });
    expect(stage.counted.refused).toEqual(['SLACK_STRANGER']);
    expect(stage.desk.taken).toEqual([]);
  });
});
