import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, FakePerson, Message } from '../../fakes/slack/index.ts';
import { eventually } from '../../support/eventually.ts';
import { incidentCard, planCard, planHash } from '../console/sample-cards.ts';
import { cardSaid, type Stage, startStage } from './stage.ts';

let stage: Stage;
let ops: Channel;
let ana: FakePerson;

beforeEach(async () => {
  stage = await startStage();
  ops = stage.shop.channel('ops');
  ana = stage.shop.person('ana');
  await stage.connected();
});
afterEach(() => stage.close());

async function incident(card = incidentCard): Promise<Message> {
  const post = { incident: 'inc-1', place: '#ops', card, ref: undefined };
  const ensured = await stage.connection.surface.ensureRoot(post);
  const [root] = stage.shop.roots(ops).slice(-1);
  if (!ensured.ok || !root) throw new Error(JSON.stringify(ensured));
  stage.desk.threads.set(ensured.ref, 'inc-1');
  return root;
}

const seen = (words: string) =>
  stage.slack.until(() => ana.sees(ops).find((text) => text.includes(words)));

describe('a plan that is dangerous', () => {
  const danger = {
    ...planCard,
    actions: planCard.actions.map((action) => ({ ...action, confirm: 'fresh' as const })),
  };

  it('is read anew before it is approved, and what was read is on the record', async () => {
    const now = { ...planCard, title: ['rollback checkout, as it stands now'] };
    stage.desk.cards.set('inc-1 operation/op-41', now);
    const root = await incident(danger);
    expect(await ana.presses('Approve', root)).toMatchObject({ acked: true });
    await stage.slack.until(() => ana.modal()?.includes('as it stands now'));
    expect(stage.desk.taken).toEqual([]);
    expect(await ana.submits()).toMatchObject({ acked: true });
    expect(stage.desk.taken).toMatchObject([
      {
        kind: 'press',
        press: { kind: 'approve', operation: 'op-41', hash: planHash },
        key: 'operation/op-41',
        thread: 'inc-1',
        fresh: expect.stringMatching(/^[0-9a-f]{64}$/),
        from: { channel: ops.id, root: '' },
      },
    ]);
    await seen('on the record');
  });

  it('can be declined where it was read', async () => {
    stage.desk.cards.set('inc-1 operation/op-41', planCard);
    const root = await incident(danger);
    await ana.presses('Approve', root);
    await stage.slack.until(() => ana.modal()?.includes('Blast radius'));
    await ana.presses('Decline', 'modal');
    expect(stage.desk.taken).toMatchObject([
      { press: { kind: 'decline' }, fresh: expect.any(String) },
    ]);
    await stage.slack.until(() => ana.modal()?.includes('on the record'));
  });

  it('that the journal does not take stays open', async () => {
    stage.desk.cards.set('inc-1 operation/op-41', planCard);
    const root = await incident(danger);
    await ana.presses('Approve', root);
    await stage.slack.until(() => ana.modal()?.includes('Blast radius'));
    stage.desk.refuses = true;
    const submitting = ana.submits();
    await eventually('nobody answers', () =>
      stage.logged.some((line) => line.includes('not taken')),
    );
    stage.clock.passes(3_100);
    expect(await submitting).toMatchObject({ acked: false });
    expect(ana.modal()).toContain('Blast radius');
  });

  it('that is over cannot be approved any more', async () => {
    stage.desk.cards.set('inc-1 operation/op-41', { ...planCard, mark: 'EXPIRED', actions: [] });
    const root = await incident(danger);
    await ana.presses('Approve', root);
    const text = await stage.slack.until(() => ana.modal());
    expect(text).toContain('EXPIRED');
    expect(text).not.toContain('[Approve]');
  });

  it('of which there is no card any more says so, and nothing is approved', async () => {
    const root = await incident(danger);
    await ana.presses('Approve', root);
    await stage.slack.until(() => ana.sees(ops)[0]?.includes('cannot be shown'));
    expect(stage.desk.taken).toEqual([]);
  });

  it('that stands in no thread we know is shown from the record', async () => {
    const actions = [
      {
        key: 'v',
        label: 'View',
        style: 'plain',
        press: { kind: 'view', operation: 'op-9' },
      } as const,
    ];
    stage.desk.answers = () => ({ to: 'asker', card: { ...planCard, key: 'operation/op-9' } });
    const root = await incident({ ...planCard, actions });
    await ana.presses('View', root);
    await stage.slack.until(() => ana.sees(ops)[0]?.includes('Blast radius'));
    expect(stage.desk.taken).toMatchObject([{ press: { kind: 'view', operation: 'op-9' } }]);
  });

  it('that is too long for a message opens whole, and is approved there', async () => {
    const lines = Array.from(
      { length: 300 },
      (_, index) => `spec.containers[${index}].image a → b`,
    );
    const long = {
      ...planCard,
      blocks: [
        ...planCard.blocks,
        { kind: 'code', title: 'More', text: lines.join('\n') } as const,
      ],
    };
    stage.desk.cards.set('inc-1 operation/op-41', long);
    const root = await incident(long);
    await ana.presses('View plan', root);
    const text = await stage.slack.until(() => ana.modal());
    expect(text).toContain('spec.containers[299].image');
    await ana.submits();
    expect(stage.desk.taken).toMatchObject([{ press: { kind: 'approve', hash: planHash } }]);
  });

  it('that is too long even for that comes as a file, and is approved elsewhere', async () => {
    const text = 'spec.containers[0].image registry.example.com/checkout a → b\n'.repeat(3_000);
    const huge = { ...planCard, blocks: [{ kind: 'code', title: 'More', text } as const] };
    stage.desk.cards.set('inc-1 operation/op-41', huge);
    const root = await incident(huge);
    await ana.presses('View plan', root);
    const shown = await stage.slack.until(() => ana.modal());
    expect(shown).toContain('Open it in the console');
    expect(shown).toContain('SLACK_TOO_LARGE_TO_SHOW');
    expect(shown).not.toContain('[Approve]');
    await stage.slack.until(() => stage.shop.replies(root).some(({ files }) => files.length > 0));
  });

  it('that is no more is not approved: whoever pressed is told so', async () => {
    const root = await incident(danger);
    await ana.presses('Approve', root);
    await seen('SLACK_CARD_GONE');
    expect(stage.desk.taken).toEqual([]);
  });

  it('is waited for when the record is slow, without the modal being lost', async () => {
    let read: ((card: typeof planCard) => void) | undefined;
    stage.desk.card = () =>
      new Promise((resolve) => {
        read = resolve;
      });
    const root = await incident(danger);
    await ana.presses('Approve', root);
    stage.clock.passes(1_600);
    await stage.slack.until(() => ana.modal()?.includes('Reading the record'));
    read?.(planCard);
    await stage.slack.until(() => ana.modal()?.includes('Blast radius'));
  });
});

describe('App Home', () => {
  it('shows what stands open and what waits for whoever looks', async () => {
    stage.desk.homeCard = cardSaid('2 incidents are open', { actions: incidentCard.actions });
    await ana.opensHome();
    await stage.slack.until(() => ana.home()?.includes('2 incidents are open'));
    stage.desk.homeCard = cardSaid('1 incident is open');
    await ana.presses('Acknowledge', 'home');
    expect(stage.desk.taken).toMatchObject([{ kind: 'press', thread: '', from: { channel: '' } }]);
    await stage.slack.until(() => ana.home()?.includes('1 incident is open'));
  });
});
