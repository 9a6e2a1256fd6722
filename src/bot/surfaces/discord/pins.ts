import { ProblemError } from '../../../core/problem.ts';
import type { Pin } from '../../chat.ts';
import type { Said } from './interaction.schema.ts';
import type { Network } from './network.ts';
import type { DiscordOptions } from './options.ts';
import { typedText } from './typed.ts';

/** A message as a pin: its words, when it was written, and its images by digest. */
export async function pinOf(
  message: Said,
  place: { readonly channel: string; readonly account: string },
  { options, network }: { readonly options: DiscordOptions; readonly network: Network },
): Promise<Pin> {
  const { guild } = options;
  const pictures = message.attachments.filter(isImage);
  // Of strangers nothing is kept, not even what they point at.
  const taken = isKnown(place.account, options) ? pictures.slice(0, imagesMax) : [];
  const kept = await Promise.all(taken.map((picture) => keptImage(picture.url, options, network)));
  const images = kept.flatMap((digest) => digest ?? []);
  const lost = pictures.length - images.length;
  const note = lost === 0 ? '' : `\n(${lost} ${lost === 1 ? 'image was' : 'images were'} not kept)`;
  return {
    author: `${guild}/${message.author.id}`,
    authorName: message.author.username,
    at: Date.parse(message.timestamp) || options.clock.now(),
    text: `${typedText(message.content, options)}${note}`.trim(),
    link: `https://discord.com/channels/${guild}/${place.channel}/${message.id}`,
    images,
  };
}

function isKnown(account: string, { desk }: Pick<DiscordOptions, 'desk'>): boolean {
  const people = [...desk.words.names.keys()];
  return people.some((person) => desk.accountsOf(person, 'discord').includes(account));
}

const imagesMax = 4;
const imageBytesMax = 8 * 1024 * 1024;
/** The answer is due within three seconds, and the pin is on disk before it. */
const imagesMs = 1_500;
/** https://discord.com/developers/docs/reference#cdn-endpoints */
const imageHosts = ['cdn.discordapp.com', 'media.discordapp.net'];

function isImage({ content_type: type, size }: Said['attachments'][number]): boolean {
  return /^image\/(?:png|jpeg|gif|webp)\b/.test(type ?? '') && size <= imageBytesMax;
}

/** The address is Discord's own, or that of the API which stands in for it; nothing else is asked. */
async function keptImage(
  url: string,
  { api, clock, desk, log, name }: DiscordOptions,
  network: Network,
): Promise<string | undefined> {
  const address = URL.parse(url);
  const isOurs = api !== undefined && address?.origin === URL.parse(api)?.origin;
  const isCdn = address?.protocol === 'https:' && imageHosts.includes(address.host);
  if (!isOurs && !isCdn) return undefined;
  const limit = new AbortController();
  const cancel = clock.after(imagesMs, () => limit.abort());
  try {
    const { status, body } = await network.send({
      method: 'GET',
      url,
      headers: {},
      signal: limit.signal,
      bytesMax: imageBytesMax,
    });
    return status === 200 ? await desk.keepImage(body) : undefined;
  } catch (error) {
    const why = error instanceof ProblemError ? error.problem.code : 'not loaded';
    log('discord image was not kept', { surface: name, why });
    return undefined;
  } finally {
    cancel();
  }
}
