import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TurningClock, turningClock } from '../turning-clock.ts';
import { button, clientOf, outcomeOf, type Shop, startApp, startShop } from './given.ts';
import type { Channel, FakePerson, FakeSlack, FakeWorkspace } from './index.ts';

let clock: TurningClock;
let at: Shop;
let slack: FakeSlack;
let shop: FakeWorkspace;
let ana: FakePerson;
let ops: Channel;
let app: App;

beforeEach(async () => {
  clock = turningClock();
  at = await startShop({ clock });
  ({ slack, shop, ana, ops } = at);
  app = await startApp(at);
});

afterEach(async () => {
  await app.stop();
  await slack.close();
});

it('brings a slash command to the app and its answer to the person alone', async () => {
  app.command('/ops', async ({ ack, command }) => ack(`You said ${command.text}.`));
  const typed = await ana.types('/ops status checkout', ops);
  expect(typed).toMatchObject({ acked: true, error: undefined });
  expect(ana.sees(ops)).toEqual(['You said status checkout.']);
  expect(shop.channelText(ops)).toBe('');
});

it('brings a press to the app, which edits the message', async () => {
  app.action('approve', async ({ ack, respond, body }) => {
    await ack();
    await respond({ text: `Approved by <@${body.user.id}>`, replace_original: true });
  });
  await app.client.chat.postMessage({
    channel: ops.id,
    text: 'Roll back checkout?',
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: 'Roll back *checkout*?' } },
      {
        type: 'actions',
        elements: [button('Approve', 'approve')],
      },
    ],
  });
  const pressed = await ana.presses('Approve', ops);
  expect(pressed.acked).toBe(true);
  await slack.until(() => shop.message(ops, 'Approved by @ana'));
  expect(shop.roots(ops)).toHaveLength(1);
  await expect(ana.presses('Approve', ops)).rejects.toThrow('ana sees no "Approve" there');
});

it('opens a modal with the trigger of a command, and takes what is entered', async () => {
  app.command('/ops', async ({ ack, client, body }) => {
    await client.views.open({
      trigger_id: body.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'scale',
        title: { type: 'plain_text', text: 'Scale' },
        submit: { type: 'plain_text', text: 'Plan' },
        blocks: [
          {
            type: 'input',
            block_id: 'replicas',
            label: { type: 'plain_text', text: 'Replicas' },
            element: { type: 'plain_text_input', action_id: 'count' },
          },
        ],
      },
    });
    await ack();
  });
  app.view('scale', async ({ ack, view }) => {
    const value = view.state.values['replicas']?.['count']?.value;
    if (value === '0') {
      await ack({ response_action: 'errors', errors: { replicas: 'Zero needs a reason.' } });
    } else {
      await ack();
    }
  });
  await ana.types('/ops scale checkout', ops);
  expect(ana.modal()).toBe('Scale\nReplicas: []\n[Plan]');
  await expect(ana.submits()).rejects.toThrow('"Replicas" is still empty');
  await ana.submits({ Replicas: '0' });
  expect(ana.modal()).toContain('! Zero needs a reason.');
  await ana.submits({ Replicas: '3' });
  expect(ana.modal()).toBeUndefined();
});

it('brings a mention in a thread as an event with its thread', async () => {
  const heard: unknown[] = [];
  app.event('app_mention', async ({ event }) => {
    heard.push([event.text, event.thread_ts]);
  });
  const root = await ana.says('checkout is slow', ops);
  await ana.says('@tocsin rollback', root);
  expect(heard).toEqual([[`<@${shop.botUser}> rollback`, root.ts]]);
});

describe('a connection that ends', () => {
  // Comes again after half a second, and not after five.
  beforeEach(async () => {
    await app.stop();
    await slack.until(() => slack.sockets.count() === 0);
    app = await startApp(at, 500);
  });

  const connected = () => slack.until(() => slack.sockets.count() === 1);
  const answers = () => app.command('/ops', async ({ ack }) => ack('here'));

  it('comes again after it was cut', async () => {
    answers();
    slack.sockets.drop();
    await slack.until(() => slack.sockets.count() === 0);
    expect(await ana.types('/ops status', ops)).toMatchObject({ error: 'dispatch_failed' });
    await connected();
    expect(await ana.types('/ops status', ops)).toMatchObject({ acked: true });
  });

  it('is told to come again before its time is over', async () => {
    answers();
    clock.passes(18_000_000 - 10_000);
    expect(slack.sockets.count()).toBe(0);
    await connected();
    expect(await ana.types('/ops status', ops)).toMatchObject({ acked: true });
  });

  it('is told to come again when somebody refreshes it', async () => {
    answers();
    slack.sockets.refresh();
    await connected();
    expect(await ana.types('/ops status', ops)).toMatchObject({ acked: true });
  });

  it('can be refused while it comes again', async () => {
    answers();
    slack.sockets.refuseOpening(1, 'internal_error');
    slack.sockets.drop();
    await slack.until(() =>
      slack.calls.some(
        ({ outcome, method }) => `${method} ${outcome}` === 'apps.connections.open internal_error',
      ),
    );
    await connected();
    expect(await ana.types('/ops status', ops)).toMatchObject({ acked: true });
  });

  it('can go deaf: what is sent is lost, and the three seconds pass', async () => {
    answers();
    slack.sockets.freeze();
    const typed = ana.types('/ops status', ops);
    clock.passes(3_000);
    expect(await typed).toMatchObject({ acked: false, error: 'operation_timeout' });
  });

  it('comes again in time for an event that is repeated, with the same id', async () => {
    const heard: string[] = [];
    app.event('app_mention', async ({ body }) => {
      heard.push(body.event_id);
    });
    slack.sockets.drop();
    await slack.until(() => slack.sockets.count() === 0);
    await ana.says('@tocsin status', ops);
    await connected();
    clock.passes(60_000);
    await slack.until(() => slack.deliveries.some(({ acked }) => acked));
    expect(slack.deliveries.map(({ attempt, acked }) => [attempt, acked])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
    expect(heard).toHaveLength(1);
  });
});

describe('connections', () => {
  it('get each command once, whichever of them it is', async () => {
    app.command('/ops', async ({ ack }) => ack('here'));
    const second = await startApp(at);
    second.command('/ops', async ({ ack }) => ack('there'));
    for (let index = 0; index < 4; index += 1) await ana.types('/ops status', ops);
    expect(ana.sees(ops).toSorted()).toEqual(['here', 'here', 'there', 'there']);
    await second.stop();
  });

  it('are ten at most', async () => {
    const others = await Promise.all(Array.from({ length: 9 }, () => startApp(at)));
    expect(slack.sockets.count()).toBe(10);
    const appClient = clientOf(slack, slack.appToken);
    const { url } = await appClient.apps.connections.open({});
    const eleventh = new WebSocket(String(url));
    const first = await new Promise<string>((resolve) => {
      eleventh.onmessage = ({ data }) => resolve(String(data));
    });
    expect(JSON.parse(first)).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
    eleventh.close();
    for (const other of others) await other.stop();
  });

  it('need an address that was not used before', async () => {
    const appClient = clientOf(slack, slack.appToken);
    const { url } = await appClient.apps.connections.open({});
    const open = () =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(String(url));
        socket.onmessage = () => {
          socket.close();
          resolve('hello');
        };
        socket.onerror = () => resolve('refused');
      });
    expect([await open(), await open()]).toEqual(['hello', 'refused']);
    expect(await outcomeOf(clientOf(slack, 'xapp-other').apps.connections.open({}))).toBe(
      'invalid_auth',
    );
  });
});

it('sends an event twice when its acknowledgement got lost', async () => {
  const heard: string[] = [];
  app.event('app_mention', async ({ body }) => {
    heard.push(body.event_id);
  });
  slack.duplicateEvents(1);
  await ana.says('@tocsin status', ops);
  await slack.until(() => slack.deliveries.length === 2);
  expect(heard).toHaveLength(2);
  expect(new Set(heard).size).toBe(1);
});

it('measures how long each press waited', async () => {
  app.command('/ops', async ({ ack }) => ack());
  await ana.types('/ops status', ops);
  const [ms] = slack.ackTimes();
  expect(ms).toBeGreaterThan(0);
  expect(ms).toBeLessThan(1_000);
  expect(slack.unacknowledged()).toEqual([]);
});
