import type { Json } from './json.ts';

/** What a client makes of the text a person writes: everything that people say has this one block. */
export function richTextOf(text: string, blockId: string): Json {
  const elements = text
    .split(/(<@[UW][A-Z0-9]+>)/)
    .filter((part) => part !== '')
    .map((part) => {
      const user = /^<@([UW][A-Z0-9]+)>$/.exec(part)?.[1];
      return user ? { type: 'user', user_id: user } : { type: 'text', text: unescaped(part) };
    });
  return {
    type: 'rich_text',
    block_id: blockId,
    elements: [{ type: 'rich_text_section', elements }],
  };
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
