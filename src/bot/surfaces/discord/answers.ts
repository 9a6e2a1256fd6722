import { Buffer } from 'node:buffer';
import type { Answer, Picture } from '../../../core/view/card.ts';
import { cardText } from '../../../core/view/text.ts';
import type { ChatDesk } from '../../chat.ts';
import type { OutgoingFile } from './client.ts';
import { limits } from './limits.ts';
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
export function pagesOf(
  { card }: Answer,
  setting: Setting,
  pictures: readonly OutgoingFile[] = [],
): readonly Page[] {
  const pages = renderPages(card, setting);
  const isWhole = pages.every(({ whole }) => whole);
  return pages.map(({ content, embeds, components, digest }, index) => {
    const carries = !isWhole && index === pages.length - 1;
    const files = [...(index === 0 ? pictures : []), ...(carries ? [fileOf(card)] : [])];
    return { content, embeds, components, digest, files };
  });
}

/** Nobody is mentioned by an answer, whatever it says. */
export function pageBody({ content, embeds, components, files }: Omit<Page, 'digest'>) {
  return { content, embeds, components, ...described(files), allowed_mentions: { parse: [] } };
}

/** What files say, in words: https://discord.com/developers/docs/resources/message#attachment-object */
export function described(files: readonly OutgoingFile[]) {
  const attachments = files.map(({ name, alt }, index) => ({
    id: String(index),
    filename: name,
    ...(alt === undefined ? {} : { description: alt.slice(0, limits.attachmentDescription) }),
  }));
  return files.some(({ alt }) => alt !== undefined) ? { attachments } : {};
}

/** The picture as a file, on the dark ground that most of Discord is read on; none once its bytes are gone. */
export async function pictureFiles(
  picture: Picture | undefined,
  desk: Pick<ChatDesk, 'picture'>,
): Promise<readonly OutgoingFile[]> {
  const data = picture && (await desk.picture(picture.dark));
  return picture && data ? [{ name: 'graph.png', data, alt: picture.alt }] : [];
}

function fileOf(card: Answer['card']): OutgoingFile {
  return { name: 'answer.txt', data: Buffer.from(cardText(card)).subarray(0, fileBytesMax) };
}
