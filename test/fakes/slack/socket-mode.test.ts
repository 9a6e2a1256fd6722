import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Channel } from './index.ts';
import { type FakePerson, type FakeSlack, type FakeWorkspace, startFakeSlack } from './index.ts';

let slack: FakeSlack;
let shop: FakeWorkspace;
let ana: FakePerson;
let ops: Channel;
let app: App;

beforeEach(async () => {
  slack = await startFakeSlack();
  shop = slack.workspace({ name: 'shop' });
  ana = shop.person('ana');
  ops = shop.channel('ops');
  app = new App({
    receiver: new SocketModeReceiver({
      appToken: slack.appToken,
      logLevel: LogLevel.ERROR,
      installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
    }),
    token: shop.botToken,
    tokenVerificationEnabled: false,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
    logLevel: LogLevel.ERROR,
  });
  await app.start();
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
        elements: [
          { type: 'button', action_id: 'approve', text: { type: 'plain_text', text: 'Approve' } },
        ],
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
