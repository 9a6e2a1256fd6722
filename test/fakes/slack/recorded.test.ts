import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { button, quietDesk, type Shop, startShop } from './given.ts';
import { isRecord } from './json.ts';

// Bodies that the real platform sent, kept beside the repository on some machines: what we deliver has every field of them.
const folder = ['../shared', '../../shared']
  .map((path) => join(import.meta.dirname, '../../..', path, 'fixtures/slack'))
  .find(existsSync);

const recorded = (file: string): string => readFileSync(join(folder ?? '', file), 'utf8');

describe.skipIf(!folder)('what is delivered has every field of what was recorded', () => {
  let at: Shop;
  let desk: Awaited<ReturnType<typeof quietDesk>>;

  beforeEach(async () => {
    at = await startShop({ rates: 'unlimited' });
    desk = await quietDesk(at.slack);
  });

  afterEach(async () => {
    desk.close();
    await at.slack.close();
  });

  /** What we leave out on purpose is named with each, and everything below it. */
  function compare(file: string, sent: unknown, leftOut: readonly string[] = []): void {
    const wanted: unknown = JSON.parse(recorded(file));
    const payload = isRecord(wanted) && isRecord(wanted['payload']) ? wanted['payload'] : wanted;
    const have = pathsIn(sent);
    const missing = pathsIn(payload)
      .filter((path) => !have.includes(path))
      .filter((path) => !leftOut.some((one) => path.startsWith(one)));
    expect(missing).toEqual([]);
    expect(have.length).toBeGreaterThan(5);
  }

  it('a press on a message', async () => {
    await at.client.chat.postMessage({
      channel: at.ops.id,
      text: 'plan',
      blocks: [
        { type: 'actions', elements: [{ ...button('Click Me!', 'a'), value: 'underlying' }] },
      ],
    });
    await at.ana.presses('a', at.ops);
    compare('socket-envelope-interactive-1.json', desk.last());
  });

  it('a press in App Home', async () => {
    const blocks = [
      { type: 'actions', elements: [{ ...button('Help', 'a'), value: 'h', style: 'primary' }] },
    ];
    await at.client.apiCall('views.publish', {
      user_id: at.ana.id,
      view: { type: 'home', blocks },
    });
    await at.ana.presses('a', 'home');
    // The recorded home shows other kinds of blocks too.
    compare('java-block_actions.json', desk.last(), ['view.blocks[].']);
  });

  it('a mention', async () => {
    await at.ana.says('@tocsin hey', at.ops);
    compare('socket-envelope-events_api-2.json', desk.last());
  });

  it('a reaction', async () => {
    await at.ana.reacts('heart_eyes', await at.ben.says('hello', at.ops));
    compare('py-events_socket_mode-valid_reaction_added_body.json', desk.last(), [
      // Of an organisation, and of the time before `authorizations`.
      'enterprise_id',
      'authed_users',
    ]);
  });

  it('a message shortcut', async () => {
    await at.ana.uses('Pin to timeline', await at.ben.says('@ana test', at.ops));
    compare('java-shortcut-message_action.json', desk.last());
  });

  it('a submission, and a modal that is closed', async () => {
    const open = (trigger: string) =>
      at.client.apiCall('views.open', {
        trigger_id: trigger,
        view: {
          type: 'modal',
          title: { type: 'plain_text', text: 'Request' },
          submit: { type: 'plain_text', text: 'Submit' },
          close: { type: 'plain_text', text: 'Cancel' },
          notify_on_close: true,
          blocks: [
            {
              type: 'input',
              block_id: 'request-block',
              label: { type: 'plain_text', text: 'Detailed Request' },
              optional: false,
              element: { type: 'plain_text_input', action_id: 'request-action', multiline: true },
            },
          ],
        },
      });
    await at.ana.types('/ops x', at.ops);
    await open(desk.trigger());
    await at.ana.submits({ 'request-action': 'test' });
    compare('java-view_submission.json', desk.last());
    await at.ana.types('/ops x', at.ops);
    await open(desk.trigger());
    await at.ana.closes();
    compare('py-view_closed-body.json', desk.last(), [
      'team.enterprise_id',
      'team.enterprise_name',
    ]);
  });

  it('what is typed into a menu', async () => {
    await at.client.chat.postEphemeral({
      channel: at.ops.id,
      user: at.ana.id,
      text: 'which?',
      blocks: [
        { type: 'actions', elements: [{ type: 'external_select', action_id: 'select-action' }] },
      ],
    });
    await at.ana.looksFor('a', 'select-action', at.ops);
    compare('java-block_suggestion.json', desk.last());
  });

  it('a picture in a channel', async () => {
    const dm = await at.client.conversations.open({ users: at.ana.id });
    const room = at.shop.state.channels.get(String(dm.channel?.id));
    const picture = {
      name: 'test.png',
      mimetype: 'image/png',
      bytes: Buffer.from('x'),
      text: 'Here!',
    };
    await at.ana.uploads(picture, room ?? at.ops);
    // Nobody looks at previews here.
    compare('py-events-message_file_share_body.json', desk.last(), [
      'event.files[].thumb_',
      'event.files[].original_',
      'event.files[].permalink_public',
    ]);
  });

  it('a slash command', async () => {
    await at.ana.types('/ops status', at.ops);
    const wanted = [...new URLSearchParams(recorded('py-slash_command_body.form')).keys()];
    const sent = Object.keys(desk.last());
    expect(wanted.filter((name) => !sent.includes(name))).toEqual([
      'enterprise_id',
      'enterprise_name',
    ]);
  });
});

/** `event.blocks[].type`: objects by their fields, lists by all that stands in them. */
function pathsIn(value: unknown, at = ''): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => pathsIn(one, `${at}[]`)))];
  if (!isRecord(value)) return [];
  return [
    ...new Set(
      Object.entries(value).flatMap(([name, one]) => {
        const path = at ? `${at}.${name}` : name;
        return [path, ...pathsIn(one, path)];
      }),
    ),
  ];
}
