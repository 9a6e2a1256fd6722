import { Buffer } from 'node:buffer';
import type { Answer } from '../../../core/view/card.ts';
import { cardText } from '../../../core/view/text.ts';
import type { OutgoingFile } from './client.ts';
import { type Rendered, renderPages } from './render.ts';
import type { Setting } from './spans.ts';

/** One message of an answer. */
export interface Page extends Pick<Rendered, 'content' | 'embeds' | 'components'> {
  readonly files: readonly OutgoingFile[];
  /** Of all pages together: what a press below the last of them names. */
  readonly digest: string;
}

const fileBytesMax = 8 * 1024 * 1024;

/** An answer as messages; what does not fit into so many goes along whole, as text that can be searched. */
export function pagesOf({ card }: Answer, setting: Setting): readonly Page[] {
  const pages = renderPages(card, setting);
  const isWhole = pages.every(({ whole }) => whole);
  return pages.map(({ content, embeds, components, digest }, index) => {
    const carries = !isWhole && index === pages.length - 1;
    return { content, embeds, components, digest, files: carries ? [fileOf(card)] : [] };
  });
}

/** Nobody is mentioned by an answer, whatever it says. */
export function pageBody({ content, embeds, components }: Omit<Page, 'files' | 'digest'>) {
  return { content, embeds, components, allowed_mentions: { parse: [] } };
}

function fileOf(card: Answer['card']): OutgoingFile {
  return { name: 'answer.txt', data: Buffer.from(cardText(card)).subarray(0, fileBytesMax) };
}
