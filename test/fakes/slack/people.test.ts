import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { turningClock } from '../turning-clock.ts';
import { button, type Shop, startApp, startShop } from './given.ts';

let at: Shop;
let app: App;

beforeEach(async () => {
  at = await startShop({ clock: turningClock(), rates: 'unlimited' });
  app = await startApp(at);
});

afterEach(async () => {
  await app.stop();
  await at.slack.close();
});

const plain = (text: string) => ({ type: 'plain_text' as const, text });
describe('a slash command', () => {
  it('is not known inside a thread, nor when the app declared none', async () => {
    const root = await at.ana.says('checkout is slow', at.ops);
    await expect(at.ana.types('/ops status', root)).rejects.toThrow('not supported in threads');
    await expect(at.ana.types('/deploy', at.ops)).rejects.toThrow('not a valid command');
  });

  it('is typed by members of the channel only, and not in an archive', async () => {
    const eve = at.shop.person('eve', { kind: 'single-channel-guest' });
    await expect(eve.types('/ops status', at.ops)).rejects.toThrow('eve is not in #ops');
    await at.shop.archives(at.ops);
    await expect(at.ana.types('/ops status', at.ops)).rejects.toThrow('#ops is archived');
  });
});

describe('a message', () => {
  it('shows its newest buttons first, and nobody presses what is not there', async () => {
    const pressed: string[] = [];
    app.action('approve', async ({ ack, body }) => {
      pressed.push('message' in body ? String(body.message?.text) : '');
      await ack();
    });
    for (const text of ['older', 'newer']) {
      const blocks = [{ type: 'actions', elements: [button('Approve', 'approve')] }];
      await app.client.chat.postMessage({ channel: at.ops.id, text, blocks });
    }
    await at.ana.presses('Approve', at.ops);
    await at.ana.presses('approve', at.shop.roots(at.ops)[0] ?? at.ops);
    expect(pressed).toEqual(['newer', 'older']);
    await expect(at.ana.presses('Decline', at.ops)).rejects.toThrow(
      'ana sees no "Decline" there, only: Approve, Approve.',
    );
  });

  it('offers choices: from its own list, and from what the app answers', async () => {
    const chosen: unknown[] = [];
    app.action('pick', async ({ ack, action }) => {
      if ('selected_option' in action) chosen.push(action.selected_option?.value);
      await ack();
    });
    app.options('find', async ({ ack, payload }) => {
      await ack({ options: [{ text: plain(`${payload.value}-1`), value: 'x' }] });
    });
    const options = ['one', 'two'].map((text) => ({ text: plain(text), value: text }));
    await app.client.chat.postMessage({
      channel: at.ops.id,
      text: 'which?',
      blocks: [
        {
          type: 'actions',
          elements: [
            { type: 'static_select', action_id: 'pick', options },
            { type: 'external_select', action_id: 'find' },
          ],
        },
      ],
    });
    await at.ana.chooses('two', 'pick', at.ops);
    expect(chosen).toEqual(['two']);
    expect(await at.ana.looksFor('inc', 'find', at.ops)).toEqual(['inc-1']);
  });

  it('is pinned by a shortcut and by a reaction', async () => {
    const seen: string[] = [];
    app.shortcut('pin_to_timeline', async ({ ack, shortcut }) => {
      if ('message' in shortcut) seen.push(`shortcut ${shortcut.message.ts}`);
      await ack();
    });
    app.event('reaction_added', async ({ event }) => {
      seen.push(`${event.reaction} ${event.item.ts}`);
    });
    const message = await at.ben.says('CPU at 97 %', at.ops);
    await at.ana.uses('Pin to timeline', message);
    await at.ana.reacts('pushpin', message);
    expect(seen).toEqual([`shortcut ${message.ts}`, `pushpin ${message.ts}`]);
    const read = await app.client.reactions.get({ channel: at.ops.id, timestamp: message.ts });
    expect(read.message?.reactions).toMatchObject([{ name: 'pushpin', count: 1 }]);
    await expect(at.ana.uses('Nothing', message)).rejects.toThrow('shows no "Nothing"');
  });
});

it('opens App Home, where what the app publishes can be pressed', async () => {
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: { type: 'home', blocks: [{ type: 'actions', elements: [button('Open', 'open')] }] },
    });
  });
  const pressed: string[] = [];
  app.action('open', async ({ ack, body }) => {
    pressed.push('view' in body ? String(body.view?.type) : '');
    await ack();
  });
  await at.ana.opensHome();
  await at.slack.until(() => at.ana.home());
  expect(at.ana.home()).toBe('[Open]');
  await at.ana.presses('Open', 'home');
  expect(pressed).toEqual(['home']);
});

it('writes a direct message that reaches the app', async () => {
  const heard: string[] = [];
  app.message(async ({ message }) => {
    if ('text' in message) heard.push(String(message.text));
  });
  const { channel } = await app.client.conversations.open({ users: at.ana.id });
  const room = at.shop.state.channels.get(String(channel?.id));
  if (!room) throw new Error('No direct message was opened.');
  await at.ana.says('status', room);
  expect(heard).toEqual(['status']);
});

it('tells the app what becomes of its channels', async () => {
  const heard: string[] = [];
  for (const name of ['channel_archive', 'channel_left', 'channel_deleted'] as const) {
    app.event(name, async ({ event }) => {
      heard.push(event.type);
    });
  }
  await at.shop.archives(at.ops);
  await at.shop.kicks(at.ops);
  await at.shop.deletesChannel(at.ops);
  expect(heard).toEqual(['channel_archive', 'channel_left', 'channel_deleted']);
});

it('reads a channel aloud', async () => {
  const root = await at.ana.says('checkout is slow', at.ops);
  await app.client.chat.postMessage({
    channel: at.ops.id,
    thread_ts: root.ts,
    text: 'plan',
    blocks: [
      { type: 'header', text: plain('Roll back checkout') },
      { type: 'section', text: { type: 'mrkdwn', text: `asked by <@${at.ana.id}> &lt;now&gt;` } },
      { type: 'actions', elements: [button('Approve', 'a'), button('Decline', 'd')] },
    ],
  });
  expect(at.shop.threadText(root).replaceAll(/\d\d:\d\d:\d\d /g, '')).toBe(
    [
      'ana: checkout is slow',
      '    tocsin: Roll back checkout',
      '      asked by @ana <now>',
      '      [Approve] [Decline]',
    ].join('\n'),
  );
});
