import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { markdownBlocks, markdownLine } from '../../../src/core/view/markdown.ts';
import { cardText } from '../../../src/core/view/text.ts';

const page = `## Diagnosis

1. How long is left? The **pace** tells more.
   \`\`\`promql
   predict_linear(x[6h], 3600)
     indented
   \`\`\`
   Good: see [the page](https://example.com/p). Bad: \`rm\`.
2. What fills it?
   \`logs lines=100\`

- one thing
  that goes on
- another

Last words
of two lines.
`;

describe('a page of Markdown', () => {
  it('is headings, paragraphs, steps, lists and printed blocks of a card', () => {
    expect(markdownBlocks(page)).toEqual([
      { kind: 'text', text: [{ kind: 'strong', text: 'Diagnosis' }] },
      {
        kind: 'text',
        text: ['1. How long is left? The ', { kind: 'strong', text: 'pace' }, ' tells more.'],
      },
      { kind: 'code', title: '', text: 'predict_linear(x[6h], 3600)\n  indented' },
      {
        kind: 'text',
        text: [
          'Good: see ',
          { kind: 'link', text: 'the page', url: 'https://example.com/p' },
          '. Bad: ',
          { kind: 'code', text: 'rm' },
          '.',
        ],
      },
      {
        kind: 'text',
        text: ['2. What fills it?', { kind: 'break' }, { kind: 'code', text: 'logs lines=100' }],
      },
      {
        kind: 'list',
        title: '',
        items: [['one thing', ' ', 'that goes on'], ['another']],
        more: 0,
      },
      { kind: 'text', text: ['Last words', { kind: 'break' }, 'of two lines.'] },
    ]);
  });

  it('links to pages of the web alone, and makes no markup of what looks like some', () => {
    expect(markdownLine('[a](javascript:alert(1)) <https://ok.example> <script>')).toEqual([
      'a',
      ') ',
      { kind: 'link', text: 'https://ok.example/', url: 'https://ok.example/' },
      ' <script>',
    ]);
    expect(markdownLine('[bank](https://bank@evil.example/)')).toEqual(['bank']);
    expect(markdownLine('<!channel> <@U123> @everyone ![x](http://e/x.png)')).toEqual([
      '<!channel> <@U123> @everyone !',
      { kind: 'link', text: 'x', url: 'http://e/x.png' },
    ]);
  });

  it('that never ends a fence is read to its end, in no time', () => {
    expect(markdownBlocks('a\n```\nb')).toEqual([
      { kind: 'text', text: ['a'] },
      { kind: 'code', title: '', text: 'b' },
    ]);
    const began = performance.now();
    markdownBlocks(`${'[('.repeat(20_000)}${'`'.repeat(20_000)}${'**a'.repeat(20_000)}`);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  const folder = new URL('../../../runbooks/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'));

  it.each(names)('loses no word of %s, and shows none of its marks', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8').replace(/^---[\s\S]*?\n---\n/, '');
    const blocks = markdownBlocks(text);
    const shown = cardText({
      key: 'x',
      tone: 'neutral',
      mark: '',
      title: [],
      blocks,
      actions: [],
      footnote: [],
    });
    const words = (all: string) => new Set(all.match(/[\p{L}\p{N}]{3,}/gu));
    const plain = text.replace(/\]\([^)]*\)/g, ']').replace(/^\s*```\w*$/gm, '');
    const missing = [...words(plain)].filter((word) => !words(shown).has(word));
    expect(missing).toEqual([]);
    expect(shown).not.toMatch(/^\s*#{1,6} |```|\*\*/m);
  });
});
