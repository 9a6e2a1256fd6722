import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, FakePerson, Message } from '../../fakes/slack/index.ts';
import { eventually } from '../../support/eventually.ts';
import { incidentCard } from '../console/sample-cards.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
let ops: Channel;
let ana: FakePerson;
let ben: FakePerson;
let root: Message;

beforeEach(async () => {
  stage = await startStage();
  ops = stage.shop.channel('ops');
  ana = stage.shop.person('ana', { realName: 'Ana Alves' });
  ben = stage.shop.person('ben');
  await stage.connected();
  const post = { incident: 'inc-1', place: '#ops', card: incidentCard, ref: undefined };
  const ensured = await stage.connection.surface.ensureRoot(post);
  const [message] = stage.shop.roots(ops);
  if (!ensured.ok || !message) throw new Error(JSON.stringify(ensured));
  stage.desk.threads.set(ensured.ref, 'inc-1');
  root = message;
});
afterEach(() => stage.close());

const taken = () => eventually('it is taken', () => stage.desk.taken.length > 0);

describe('a pinned message', () => {
  it('comes with its author, its words and the time it was written', async () => {
    const said = await ana.says('graph of errors: <b> & more', root);
    stage.clock.passes(60_000);
    await eventually('sockets stand', () => stage.slack.sockets.count() >= 1);
    await ben.reacts('pushpin', said);
    await taken();
    expect(stage.desk.taken).toMatchObject([
      {
        kind: 'pin',
        thread: 'inc-1',
        actor: { account: `${stage.shop.id}/${ben.id}` },
        cause: `slack/${stage.shop.id}/pin/${ops.id}/${said.ts}`,
        from: { channel: ops.id, root: root.ts },
        pin: {
          author: `${stage.shop.id}/${ana.id}`,
          authorName: 'Ana Alves',
          at: Math.floor(Number(said.ts) * 1000),
          text: 'graph of errors: <b> & more',
          link: expect.stringMatching(/^https:/),
          images: [],
        },
      },
    ]);
  });

  it('comes by the menu of the message too', async () => {
    const said = await ana.says('it began with the deploy', root);
    expect(await ben.uses('Pin to timeline', said)).toMatchObject({ acked: true });
    expect(stage.desk.taken).toMatchObject([
      { kind: 'pin', thread: 'inc-1', pin: { text: 'it began with the deploy' } },
    ]);
  });

  it('has one cause, whoever pins it and however', async () => {
    const said = await ana.says('look', root);
    await ben.reacts('pushpin', said);
    await ana.uses('Pin to timeline', said);
    await eventually('both are taken', () => stage.desk.taken.length === 2);
    expect(new Set(stage.desk.taken.map(({ cause }) => cause)).size).toBe(1);
  });

  it('outside the threads of incidents is nobody’s business', async () => {
    const elsewhere = await ana.says('lunch?', ops);
    await ben.reacts('pushpin', elsewhere);
    await ben.reacts('tada', root);
    expect(stage.desk.taken).toEqual([]);
    expect(stage.slack.deliveries.every(({ acked }) => acked)).toBe(true);
  });

  it('that the journal does not take comes again', async () => {
    const said = await ana.says('look', root);
    stage.desk.refuses = true;
    const reacting = ben.reacts('pushpin', said);
    await eventually('it was refused', () =>
      stage.logged.some((line) => line.includes('not taken')),
    );
    stage.desk.refuses = false;
    await eventually('Slack tells it again', () => {
      stage.clock.passes(3_100);
      return stage.desk.taken.length > 0;
    });
    await reacting;
  });

  it('brings its images along, and says of which it could not', async () => {
    const picture = {
      name: 'errors.png',
      bytes: Buffer.from('not really a picture'),
      mimetype: 'image/png',
    };
    const shown = await ana.uploads(picture, root);
    await ben.reacts('pushpin', shown);
    await taken();
    expect(stage.desk.images.map((bytes) => Buffer.from(bytes).toString())).toEqual([
      'not really a picture',
    ]);
    expect(stage.desk.taken).toMatchObject([{ kind: 'pin', pin: { images: ['sha256-1'] } }]);
    stage.shop.revokesScope('files:read');
    const second = await ana.uploads({ ...picture, name: 'lag.png' }, root);
    await ben.reacts('pushpin', second);
    await eventually('it is taken', () => stage.desk.taken.length === 2);
    expect(stage.desk.taken[1]).toMatchObject({
      pin: { images: [], text: expect.stringContaining('[image not copied: lag.png]') },
    });
  });
});
