import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { weightOf } from './blocks/index.ts';
import { button, type Shop, startShop } from './given.ts';
import { listOf, recordOf } from './json.ts';

let at: Shop;

beforeEach(async () => {
  at = await startShop({ rates: 'unlimited' });
});

afterEach(() => at.slack.close());

/** What the platform says to these blocks in a message: its faults, its code, or `ok`. */
async function said(...blocks: readonly object[]): Promise<readonly unknown[]> {
  try {
    await at.client.apiCall('chat.postMessage', { channel: at.ops.id, text: 'x', blocks });
    return ['ok'];
  } catch (error) {
    const answer = recordOf(recordOf(error)['data']);
    const faults = listOf(answer['errors']);
    return faults.length > 0 ? faults : [answer['error']];
  }
}

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const section = (more: object) => ({ type: 'section', ...more });
const actions = (...elements: readonly object[]) => ({ type: 'actions', elements });
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const option = (index: number) => ({ text: plain(2), value: String(index) });
const menu = (count: number) => ({
  type: 'static_select',
  action_id: 'm',
  options: many(count, option),
});
const input = (element: object) => ({ type: 'input', label: plain(5), element });

describe('a message takes', () => {
  it.each<[string, object]>([
    ['a section of 3,000 characters', section({ text: mrkdwn(3000) })],
    ['10 fields', section({ fields: many(10, () => mrkdwn(1)) })],
    ['a header of 150', { type: 'header', text: plain(150) }],
    ['25 buttons', actions(...many(25, (index) => button('x', `a${index}`)))],
    ['10 things in a context', { type: 'context', elements: many(10, () => mrkdwn(1)) }],
    ['100 options', actions(menu(100))],
    [
      'a button of 75 with a value of 2,000',
      actions({ ...button('x'.repeat(75), 'a'), value: 'v'.repeat(2000) }),
    ],
    [
      'a table of 100 rows',
      { type: 'table', rows: many(100, () => [{ type: 'raw_text', text: 'x' }]) },
    ],
    [
      'a menu of 5',
      section({
        text: mrkdwn(1),
        accessory: { type: 'overflow', action_id: 'o', options: many(5, option) },
      }),
    ],
  ])('%s', async (_what, block) => {
    expect(await said(block)).toEqual(['ok']);
  });
});

describe('a message refuses', () => {
  it.each<[string, object, string]>([
    [
      '3,001 characters',
      section({ text: mrkdwn(3001) }),
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'an empty text',
      section({ text: mrkdwn(0) }),
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'a section of nothing',
      section({}),
      'must define either text or fields [json-pointer:/blocks/0]',
    ],
    [
      '11 fields',
      section({ fields: many(11, () => mrkdwn(1)) }),
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      'a field of 2,001',
      section({ fields: [mrkdwn(2001)] }),
      'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    ],
    [
      'a header of 151',
      { type: 'header', text: plain(151) },
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'marks in a header',
      { type: 'header', text: mrkdwn(1) },
      'must be one of: plain_text [json-pointer:/blocks/0/text/type]',
    ],
    [
      '26 buttons',
      actions(...many(26, (index) => button('x', `a${index}`))),
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    ],
    ['no buttons', actions(), 'no fewer than 1 items allowed [json-pointer:/blocks/0/elements]'],
    [
      'a button of 76',
      actions(button('x'.repeat(76), 'a')),
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'a value of 2,001',
      actions({ ...button('x', 'a'), value: 'v'.repeat(2001) }),
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'an address of 3,001',
      actions({ ...button('x', 'a'), url: `https://${'x'.repeat(2993)}` }),
      'must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]',
    ],
    [
      'an action id of 256',
      actions(button('x', 'a'.repeat(256))),
      'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
    ],
    [
      'a block id of 256',
      { type: 'divider', block_id: 'b'.repeat(256) },
      'must be less than 256 characters [json-pointer:/blocks/0/block_id]',
    ],
    [
      'two buttons of one id',
      actions(button('x', 'a'), button('y', 'a')),
      'action_id must be unique within its block [json-pointer:/blocks/0]',
    ],
    [
      '11 in a context',
      { type: 'context', elements: many(11, () => mrkdwn(1)) },
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      '101 options',
      actions(menu(101)),
      'no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'an option of 76',
      actions({ ...menu(0), options: [{ text: plain(76), value: 'v' }] }),
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]',
    ],
    [
      'an option value of 76',
      actions({ ...menu(0), options: [{ text: plain(1), value: 'v'.repeat(76) }] }),
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/value]',
    ],
    [
      'a menu of 6',
      section({ text: mrkdwn(1), accessory: { type: 'overflow', options: many(6, option) } }),
      'no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]',
    ],
    [
      'a confirmation of 301',
      actions({ ...button('x', 'a'), confirm: { text: plain(301) } }),
      'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
    ],
    [
      'a property nobody knows',
      actions({ ...button('x', 'a'), disabled: true }),
      'invalid additional property: disabled [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'a kind nobody knows',
      { type: 'sparkles' },
      'unsupported type: sparkles [json-pointer:/blocks/0]',
    ],
    [
      'an image of nothing',
      { type: 'context', elements: [{ type: 'image', alt_text: 'x' }] },
      'must define either image_url or slack_file [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'a row of 21 cells',
      { type: 'table', rows: [many(21, () => ({ type: 'raw_text', text: 'x' }))] },
      'no more than 20 items allowed [json-pointer:/blocks/0/rows/0]',
    ],
    [
      'a button among fields',
      input(button('x', 'a')),
      'unsupported type: button [json-pointer:/blocks/0/element]',
    ],
    [
      'a colour of its own',
      actions({ ...button('x', 'a'), style: 'green' }),
      'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
    ],
  ])('%s', async (_what, block, fault) => {
    expect(await said(block)).toContain(fault);
    expect(at.ops.messages).toHaveLength(0);
  });

  it('51 blocks', async () => {
    expect(await said(...many(50, () => ({ type: 'divider' })))).toEqual(['ok']);
    expect(await said(...many(51, () => ({ type: 'divider' })))).toEqual([
      'no more than 50 items allowed [json-pointer:/blocks]',
    ]);
  });

  it('one block id twice', async () => {
    const block = { type: 'divider', block_id: 'same' };
    expect(await said(block, block)).toEqual([
      'block_id must be unique [json-pointer:/blocks/1/block_id]',
    ]);
  });

  it('about 12,000 characters in all, although each block is short enough', async () => {
    const blocks = many(4, () => section({ text: mrkdwn(2900) }));
    expect(weightOf(blocks)).toBeLessThan(12_000);
    expect(await said(...blocks)).toEqual(['ok']);
    expect(await said(...blocks, section({ text: mrkdwn(300) }))).toEqual(['msg_blocks_too_long']);
  });

  it('with the words of the platform, twice where nothing matched', async () => {
    expect(await said(section({ text: mrkdwn(3001) }))).toEqual([
      'failed to match all allowed schemas [json-pointer:/blocks/0/text]',
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ]);
  });

  it('blocks in attachments under a code of their own', async () => {
    const attachments = [{ blocks: [{ type: 'header', text: plain(151) }] }];
    const call = at.client.apiCall('chat.postMessage', {
      channel: at.ops.id,
      text: 'x',
      attachments,
    });
    await expect(call).rejects.toMatchObject({
      data: {
        error: 'invalid_attachments',
        errors: [
          'must be less than 151 characters [json-pointer:/attachments/0/blocks/0/text/text]',
        ],
      },
    });
  });
});

describe('a view refuses', () => {
  const view = (more: object) => ({ type: 'home', blocks: [], ...more });
  const modal = (more: object) => ({ type: 'modal', title: plain(5), blocks: [], ...more });

  it.each<[string, string, object, string]>([
    [
      '101 blocks',
      'views.publish',
      view({ blocks: many(101, () => ({ type: 'divider' })) }),
      'no more than 100 items allowed [json-pointer:/view/blocks]',
    ],
    [
      'a callback id of 256',
      'views.publish',
      view({ callback_id: 'c'.repeat(256) }),
      'must be less than 256 characters [json-pointer:/view/callback_id]',
    ],
    [
      '3,001 characters of private metadata',
      'views.publish',
      view({ private_metadata: 'm'.repeat(3001) }),
      'must be less than 3001 characters [json-pointer:/view/private_metadata]',
    ],
    [
      'a title of 25',
      'views.open',
      modal({ title: plain(25) }),
      'must be less than 25 characters [json-pointer:/view/title/text]',
    ],
    [
      'a submit of 25',
      'views.open',
      modal({ submit: plain(25) }),
      'must be less than 25 characters [json-pointer:/view/submit/text]',
    ],
    [
      'a close of 25',
      'views.open',
      modal({ close: plain(25) }),
      'must be less than 25 characters [json-pointer:/view/close/text]',
    ],
    [
      'fields without a way to submit them',
      'views.open',
      modal({ blocks: [input({ type: 'plain_text_input', action_id: 'a' })] }),
      'missing required field: submit [json-pointer:/view]',
    ],
    [
      'a table',
      'views.open',
      modal({ blocks: [{ type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] }] }),
      'unsupported type: table [json-pointer:/view/blocks/0]',
    ],
  ])('%s', async (_what, method, shown, fault) => {
    const call = at.client.apiCall(method, { user_id: at.ana.id, trigger_id: 'x', view: shown });
    await expect(call).rejects.toMatchObject({
      data: { error: 'invalid_arguments', errors: [fault] },
    });
  });
});
