import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Shop, startShop } from './given.ts';
import { liveMentions, livePings } from './index.ts';
import { inMrkdwn } from './mentions.ts';

describe('in mrkdwn', () => {
  it.each([
    ['<!channel>', 'channel'],
    ['<!here|here>', 'here'],
    ['<!everyone>', 'everyone'],
    ['<!group>', 'channel'],
    ['<!subteam^S0SRE>', 'subteam'],
    ['<@U0ANA>', 'user'],
    ['<@U0ANA|ana>', 'user'],
    ['<#C0OPS>', 'room'],
    ['<https://evil.example|looks harmless>', 'link'],
    ['https://evil.example/x', 'link'],
    ['<mailto:a@b.example|mail>', 'link'],
    ['<!date^1763607600^{date}^https://evil.example|then>', 'link'],
    ['`<!channel>`', 'channel'],
    ['*<!channel>*', 'channel'],
  ])('%s is live', (text, kind) => {
    expect(inMrkdwn(text).map((one) => one.kind)).toEqual([kind]);
  });

  it.each([
    '&lt;!channel&gt;',
    '&lt;@U0ANA&gt;',
    '@channel @here @everyone @ana',
    '< !channel>',
    '<!channel',
    '<!date^1763607600^{date}|2026-11-20>',
    '<javascript:alert(1)>',
    '#ops',
  ])('%s is text', (text) => {
    expect(inMrkdwn(text)).toEqual([]);
  });

  it('makes bare names live when the sender asks for it', () => {
    expect(inMrkdwn('@channel and @here', true).map(({ kind }) => kind)).toEqual([
      'channel',
      'here',
    ]);
  });
});

describe('in a message', () => {
  let at: Shop;
  beforeEach(async () => {
    at = await startShop({ rates: 'unlimited' });
  });
  afterEach(() => at.slack.close());

  async function posted(more: { readonly [key: string]: unknown }) {
    await at.client.apiCall('chat.postMessage', { channel: at.ops.id, text: 'x', ...more });
    const message = at.ops.messages.at(-1);
    if (!message) throw new Error('Nothing was posted.');
    return message;
  }

  it('parses what blocks and attachments show, and never plain text', async () => {
    const message = await posted({
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: '<!channel>' } },
        { type: 'section', text: { type: 'mrkdwn', text: '<!channel>' } },
        { type: 'section', fields: [{ type: 'mrkdwn', text: '<@U0ANA>' }] },
        { type: 'context', elements: [{ type: 'mrkdwn', text: '<!here>' }] },
        { type: 'markdown', text: '<!everyone>' },
        {
          type: 'rich_text',
          elements: [
            { type: 'rich_text_section', elements: [{ type: 'broadcast', range: 'channel' }] },
          ],
        },
      ],
      attachments: [{ text: '<!subteam^S0SRE>' }],
    });
    expect(livePings(message).map(({ kind }) => kind)).toEqual([
      'channel',
      'user',
      'here',
      'everyone',
      'channel',
      'subteam',
    ]);
  });

  it('does not parse a text that was sent without marks', async () => {
    expect(liveMentions(await posted({ text: '<!channel>', mrkdwn: false }))).toEqual([]);
  });

  it('notifies whom it mentions: members, groups, and never the bot', async () => {
    const { shop, ana, ben } = at;
    const sre = shop.group('sre', [ben]);
    expect([...(await posted({ text: `<!subteam^${sre.id}>` })).pinged]).toEqual([ben.id]);
    expect([...(await posted({ text: '<!channel>' })).pinged]).toEqual([ana.id, ben.id]);
    expect([...(await posted({ text: `<@${shop.botUser}>` })).pinged]).toEqual([]);
    expect([...(await posted({ text: 'nobody' })).pinged]).toEqual([]);
  });
});
