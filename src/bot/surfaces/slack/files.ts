import { doneSchema, type SlackFile, uploadUrlSchema } from './schema.ts';
import type { Workspace } from './workspace.ts';

export interface TextFile {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

/** The largest text that is worth a file in a chat. Ours. */
const textBytesMax = 1024 * 1024;

/**
 * Puts a text beside a thread: an address, the bytes, the word that they belong there. False when Slack did not take it.
 * https://docs.slack.dev/messaging/working-with-files#upload
 */
export async function uploadText(
  workspace: Workspace,
  where: { readonly channel: string; readonly root: string },
  { name, title, text }: TextFile,
): Promise<boolean> {
  const bytes = new TextEncoder().encode(text).slice(0, textBytesMax);
  if (bytes.length === 0) return false;
  const { call, network } = await workspace.client();
  const args = { filename: name, length: bytes.length, snippet_type: 'text' };
  const place = await call('files.getUploadURLExternal', args, uploadUrlSchema);
  if (!place.ok) return false;
  try {
    const { status } = await network.bytes(place.value.upload_url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
      max: 64 * 1024,
    });
    if (status !== 200) return false;
  } catch {
    return false;
  }
  const done = {
    files: [{ id: place.value.file_id, title }],
    channel_id: where.channel,
    ...(where.root === '' ? {} : { thread_ts: where.root }),
  };
  return (await call('files.completeUploadExternal', done, doneSchema)).ok;
}

/** What of an image is copied: none larger, and no more of them. */
const imageBytesMax = 5 * 1024 * 1024;
const imagesMax = 4;
/** All of them together: the one who pins waits three seconds at most, and the press is not on disk before. */
const imagesWithinMs = 1_800;

export interface CopiedImages {
  readonly digests: readonly string[];
  /** Names of those that could not be copied. */
  readonly missed: readonly string[];
}

/** Copies the images of a message into our own keeping: Slack forgets them when somebody deletes the message. */
export async function copyImages(
  workspace: Workspace,
  files: readonly SlackFile[],
  isSlacks: (url: string) => boolean,
): Promise<CopiedImages> {
  const { options } = workspace;
  const images = files.filter(({ mimetype }) => mimetype?.startsWith('image/') === true);
  const late = new Promise<undefined>((resolve) => {
    options.clock.after(imagesWithinMs, () => resolve(undefined));
  });
  const digests = await Promise.all(
    images
      .slice(0, imagesMax)
      .map((file) => Promise.race([copy(file).catch(() => undefined), late])),
  );
  return {
    digests: digests.filter((digest) => digest !== undefined),
    missed: images
      .filter((_, index) => digests[index] === undefined)
      .map(({ name, id }) => name ?? id),
  };

  async function copy({ url_private: url, size }: SlackFile): Promise<string | undefined> {
    if (!url || !isSlacks(url) || (size ?? 0) > imageBytesMax) return undefined;
    const { network } = await workspace.client();
    const { status, type, bytes } = await network.bytes(url, {
      method: 'GET',
      headers: { authorization: `Bearer ${options.botToken}` },
      max: imageBytesMax,
    });
    // Without the scope Slack answers with a page to sign in.
    if (status !== 200 || !type.startsWith('image/')) return undefined;
    return options.desk.keepImage(bytes);
  }
}
