import type { Picture } from '../../../core/view/card.ts';
import { doneSchema, uploadUrlSchema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** Where a picture is shown. */
export interface Where {
  readonly channel: string;
  /** `ts` of a thread; '' for the channel itself. */
  readonly root: string;
}

/**
 * A picture in two halves, so that nothing is posted twice: its bytes are brought while nobody sees them, as often as it
 * takes; then, beside the words that it belongs to, it is shown once.
 * https://docs.slack.dev/messaging/working-with-files#upload
 */
export interface Pictures {
  /** `wait`: not brought yet, and it may work later. `none`: the words have to do. */
  bring(key: string, picture: Picture): Promise<Brought>;
  show(key: string, brought: Brought, where: Where): Promise<void>;
}

export type Brought = { readonly id: string; readonly title: string } | 'wait' | 'none';

/** The words of a thread do not wait for a picture for ever. */
const triesMax = 3;
/** More at once is a storm, in which the oldest are forgotten and brought again. */
const keptMax = 200;
/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal says nothing of a longest text; ours. */
const altMax = 500;
const titleMax = 120;

export function createPictures(workspace: Workspace): Pictures {
  const known = new Map<string, { tries: number; brought: Brought }>();
  const { options } = workspace;

  async function bring(key: string, picture: Picture): Promise<Brought> {
    const entry = known.get(key) ?? { tries: 0, brought: 'wait' };
    if (entry.brought !== 'wait') return entry.brought;
    entry.tries += 1;
    entry.brought = await upload(picture);
    if (entry.brought === 'wait' && entry.tries >= triesMax) entry.brought = 'none';
    known.delete(key);
    known.set(key, entry);
    const oldest = known.size > keptMax ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    if (entry.brought === 'none')
      options.log('a picture was left out', { surface: options.name, key });
    return entry.brought;
  }

  async function upload({ light, alt }: Picture): Promise<Brought> {
    const bytes = await options.desk.picture(light);
    if (!bytes) return 'none';
    const { call, network } = await workspace.client();
    const args = { filename: 'graph.png', length: bytes.length, alt_txt: alt.slice(0, altMax) };
    const place = await call('files.getUploadURLExternal', args, uploadUrlSchema);
    if (!place.ok) return place.failure.kind === 'refused' ? 'none' : 'wait';
    try {
      const { status } = await network.bytes(place.value.upload_url, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(bytes),
        max: 64 * 1024,
      });
      if (status !== 200) return 'wait';
    } catch {
      return 'wait';
    }
    return { id: place.value.file_id, title: alt.slice(0, titleMax).toWellFormed() };
  }

  async function show(key: string, brought: Brought, where: Where): Promise<void> {
    known.delete(key);
    if (typeof brought === 'string') return;
    const { call } = await workspace.client();
    const done = {
      files: [brought],
      channel_id: where.channel,
      ...(where.root === '' ? {} : { thread_ts: where.root }),
    };
    // Whether it was shown nobody may say: once too few is better than twice, and the words stand.
    await call('files.completeUploadExternal', done, doneSchema);
  }

  return { bring, show };
}
