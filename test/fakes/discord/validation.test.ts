import { type REST, Routes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stillClock } from '../still-clock.ts';
import { refusalOf, restClient, wronglyTaken } from './given.ts';
import { type FakeChannel, type FakeDiscord, startFakeDiscord } from './index.ts';

const button = (more: object = {}) => ({
  type: 2,
  style: 1,
  label: 'Go',
  custom_id: 'go',
  ...more,
});
const row = (...components: readonly object[]) => ({ type: 1, components });
const option = (value: string) => ({ label: value, value });
const select = (more: object = {}) => ({
  type: 3,
  custom_id: 'pick',
  options: [option('a')],
  ...more,
});
const fields = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `n${index}`, value: 'v' }));
const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => row(button({ custom_id: `b${index}` })));

describe('a message that breaks a limit', () => {
  let discord: FakeDiscord;
  let ops: FakeChannel;
  let rest: REST;

  beforeEach(async () => {
    discord = await startFakeDiscord({ clock: stillClock() });
    ops = discord.addGuild('Shop').addChannel('ops');
    rest = restClient(discord);
  });

  afterEach(async () => {
    await discord.close();
    expect(wronglyTaken(discord)).toEqual([]);
  });

  const send = (body: object) => rest.post(Routes.channelMessages(ops.id), { body });

  it.each([
    ['2001 characters', { content: 'x'.repeat(2_001) }, 'content BASE_TYPE_MAX_LENGTH'],
    ['eleven embeds', { embeds: Array(11).fill({ title: 'x' }) }, 'embeds BASE_TYPE_MAX_LENGTH'],
    [
      'a long title',
      { embeds: [{ title: 'x'.repeat(257) }] },
      'embeds.0.title BASE_TYPE_MAX_LENGTH',
    ],
    [
      'a long description',
      { embeds: [{ description: 'x'.repeat(4_097) }] },
      'embeds.0.description BASE_TYPE_MAX_LENGTH',
    ],
    ['26 fields', { embeds: [{ fields: fields(26) }] }, 'embeds.0.fields BASE_TYPE_MAX_LENGTH'],
    [
      'a field without a value',
      { embeds: [{ fields: [{ name: 'a', value: ' ' }] }] },
      'embeds.0.fields.0.value BASE_TYPE_REQUIRED',
    ],
    [
      'a long value',
      { embeds: [{ fields: [{ name: 'a', value: 'x'.repeat(1_025) }] }] },
      'embeds.0.fields.0.value BASE_TYPE_BAD_LENGTH',
    ],
    [
      'a long footer',
      { embeds: [{ footer: { text: 'x'.repeat(2_049) } }] },
      'embeds.0.footer.text BASE_TYPE_MAX_LENGTH',
    ],
    [
      '6001 characters over all embeds',
      { embeds: [{ description: 'x'.repeat(4_000) }, { description: 'x'.repeat(2_001) }] },
      'embeds MAX_EMBED_SIZE_EXCEEDED',
    ],
    [
      'a link that is none',
      { embeds: [{ title: 'x', url: 'javascript://x' }] },
      'embeds.0.url URL_TYPE_INVALID_SCHEME',
    ],
    ['six rows', { components: rows(6) }, 'components BASE_TYPE_MAX_LENGTH'],
    [
      'six buttons in a row',
      { components: [row(...Array.from({ length: 6 }, (_, i) => button({ custom_id: `${i}` })))] },
      'components.0.components BASE_TYPE_BAD_LENGTH',
    ],
    [
      'a select beside a button',
      { components: [row(button(), select())] },
      'components.0.components COMPONENT_LAYOUT_WIDTH_EXCEEDED',
    ],
    [
      'a custom id twice',
      { components: [row(button(), button())] },
      'components.0.components.1.custom_id COMPONENT_CUSTOM_ID_DUPLICATED',
    ],
    [
      'a long custom id',
      { components: [row(button({ custom_id: 'x'.repeat(101) }))] },
      'components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH',
    ],
    [
      'a long label',
      { components: [row(button({ label: 'x'.repeat(81) }))] },
      'components.0.components.0.label BASE_TYPE_MAX_LENGTH',
    ],
    [
      '26 options',
      {
        components: [
          row(select({ options: Array.from({ length: 26 }, (_, i) => option(`${i}`)) })),
        ],
      },
      'components.0.components.0.options BASE_TYPE_BAD_LENGTH',
    ],
    [
      'an option twice',
      { components: [row(select({ options: [option('a'), option('a')] }))] },
      'components.0.components.0.options.1.value SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
    ],
    ['a long nonce', { content: 'x', nonce: 'x'.repeat(26) }, 'nonce BASE_TYPE_MAX_LENGTH'],
    [
      'users both named and parsed',
      { content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } },
      'allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
    ],
    [
      '101 users to mention',
      { content: 'x', allowed_mentions: { users: Array.from({ length: 101 }, (_, i) => `${i}`) } },
      'allowed_mentions.users BASE_TYPE_MAX_LENGTH',
    ],
    [
      'content beside components of the second version',
      { content: 'x', flags: 1 << 15, components: [{ type: 10, content: 'y' }] },
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
    ],
    [
      '4001 characters in components of the second version',
      {
        flags: 1 << 15,
        components: [
          { type: 10, content: 'x'.repeat(3_000) },
          { type: 10, content: 'x'.repeat(1_001) },
        ],
      },
      'components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
    ],
  ])('is refused for %s', async (_what, body, field) => {
    const refused = await refusalOf(send(body));
    expect([refused.status, refused.code]).toEqual([400, 50035]);
    expect(refused.fields).toEqual([field]);
    expect(ops.messages()).toEqual([]);
  });

  it.each([
    ['content', { content: 'x'.repeat(2_000) }],
    [
      'embeds',
      {
        embeds: [
          { title: 'x'.repeat(256), description: 'x'.repeat(4_096), fields: fields(25) },
          { description: 'x'.repeat(6_000 - 256 - 4_096 - 25 - 65) },
        ],
      },
    ],
    ['rows', { components: [...rows(4), row(select())] }],
    [
      'an empty list beside parse',
      { content: 'x', allowed_mentions: { parse: ['users'], users: [] } },
    ],
    [
      'components of the second version',
      {
        flags: 1 << 15,
        components: [
          {
            type: 17,
            components: [
              { type: 10, content: 'x' },
              { type: 9, components: [{ type: 10, content: 'y' }], accessory: button() },
            ],
          },
        ],
      },
    ],
  ])('is taken at the limit of %s', async (_what, body) => {
    await send(body);
    expect(ops.messages()).toHaveLength(1);
    expect(discord.violations).toEqual([]);
  });
});
