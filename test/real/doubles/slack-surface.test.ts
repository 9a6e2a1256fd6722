import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatConnection } from '../../../src/bot/chat.ts';
import { systemClock } from '../../../src/bot/clock.ts';
import { connectSlack } from '../../../src/bot/surfaces/slack/index.ts';
import {
  incidentCard,
  lineEntry,
  planCard,
  runningCard,
} from '../../surfaces/console/sample-cards.ts';
import { counters, playedDesk } from '../../surfaces/slack/stage.ts';
import { type Door, openEmulate, openFake } from './slack-doors.ts';

/** Our surface, on our fake and on a Slack that others have written: what it ensures is there afterwards, on both. */
describe.each([
  ['our fake', openFake],
  ['emulate', openEmulate],
] as const)('a thread on %s', (_name, open) => {
  let door: Door;
  let connection: ChatConnection;
  let root: string;
  const counted = counters();

  beforeAll(async () => {
    door = await open();
    const { team_id: team = '' } = await door.client.auth.test();
    connection = connectSlack({
      name: 'slack/main',
      team,
      command: '/ops',
      mode: 'http',
      botToken: door.client.token ?? '',
      signingSecret: 'unused',
      api: door.client.slackApiUrl,
      timeoutMs: 5_000,
      desk: playedDesk(),
      clock: systemClock,
      random: Math.random,
      metrics: {
        acknowledged: () => undefined,
        called: (_surface, method, outcome) => counted.called.push({ method, outcome }),
        refused: () => undefined,
      },
      log: () => undefined,
    });
  });
  afterAll(async () => {
    await connection.close();
    await door.close();
  });

  const at = () => ({ incident: 'inc-1', place: '#ops', root });

  it('begins in the channel of that name', async () => {
    const post = { incident: 'inc-1', place: '#ops', card: incidentCard, ref: undefined };
    const ensured = await connection.surface.ensureRoot(post);
    if (!ensured.ok) throw new Error(JSON.stringify(ensured));
    root = ensured.ref;
    const history = await door.client.conversations.history({ channel: door.ops });
    expect(JSON.stringify(history.messages)).toContain('checkout is crash-looping');
  });

  it('goes on below its root, and is edited in its place', async () => {
    const { surface } = connection;
    await surface.ensureEntry({ ...at(), ref: undefined, entry: lineEntry('line/1', 2, 'said') });
    const entry = { kind: 'card', key: planCard.key, card: planCard } as const;
    const plan = await surface.ensureEntry({ ...at(), ref: undefined, entry });
    if (!plan.ok) throw new Error(JSON.stringify(plan));
    const edited = { ...entry, card: runningCard };
    expect(await surface.ensureEntry({ ...at(), ref: plan.ref, entry: edited })).toEqual(plan);
    const [channel = '', ts = ''] = root.split(':');
    const { messages = [] } = await door.client.conversations.replies({ channel, ts });
    expect(messages).toHaveLength(3);
    expect(JSON.stringify(messages)).toContain('RUNNING');
    expect(JSON.stringify(messages)).not.toContain('WAITING');
  });

  it('is found by the key that its posts carry', async () => {
    const sought = { incident: 'inc-1', place: '#ops', since: Date.now() - 60_000 };
    const { surface } = connection;
    expect(await surface.find?.({ ...sought, root: '', key: 'root' })).toEqual({
      ok: true,
      refs: [root],
    });
    const line = await surface.find?.({ ...sought, root, key: 'line/1' });
    expect(line?.ok && line.refs).toHaveLength(1);
    expect(await surface.find?.({ ...sought, root, key: 'line/2' })).toEqual({
      ok: true,
      refs: [],
    });
  });

  it('is taken away where it stands twice', async () => {
    const post = { incident: 'inc-2', place: '#ops', card: incidentCard, ref: undefined };
    const second = await connection.surface.ensureRoot(post);
    if (!second.ok) throw new Error(JSON.stringify(second));
    expect(await connection.surface.remove?.(second.ref)).toMatchObject({ ok: true });
    expect(await connection.surface.remove?.(second.ref)).toMatchObject({ ok: true });
  });

  it('cannot be edited once it is gone, nor begun where nothing is taken', async () => {
    const gone = {
      incident: 'inc-1',
      place: '#ops',
      card: incidentCard,
      ref: `${door.ops}:1.000001`,
    };
    expect(await connection.surface.ensureRoot(gone)).toEqual({ ok: false, why: 'gone' });
    const archived = { ...gone, place: door.archived, ref: undefined };
    expect(await connection.surface.ensureRoot(archived)).toMatchObject({
      ok: false,
      why: 'lost',
      problem: { code: 'SLACK_CHANNEL_ARCHIVED' },
    });
    expect(await connection.surface.ensureRoot({ ...archived, place: '#nowhere' })).toMatchObject({
      ok: false,
      why: 'lost',
      problem: { code: 'SLACK_CHANNEL_NOT_FOUND' },
    });
  });
});
