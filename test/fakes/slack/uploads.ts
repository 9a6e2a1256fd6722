import type { Actor } from './interactions.ts';
import { post } from './posting.ts';
import type { Channel, Message, StoredFile } from './state.ts';

export interface Picture {
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: Buffer;
  readonly text?: string;
}

/** A person drops a file into a channel or a thread. */
export function announceUpload(
  { platform, team, user }: Actor,
  { name, mimetype, bytes, text }: Picture,
  { channel, thread }: { readonly channel: Channel; readonly thread: string | undefined },
): Message {
  const file: StoredFile = {
    id: platform.ids.next('F'),
    origin: platform.url,
    name,
    title: name,
    mimetype,
    user: user.id,
    created: platform.clock.now(),
    length: bytes.length,
    bytes,
    complete: true,
    channels: new Set([channel.id]),
    deleted: false,
  };
  team.files.set(file.id, file);
  return post(platform, {
    team,
    channel,
    author: user.id,
    content: { text: text ?? '', blocks: undefined, attachments: undefined, metadata: undefined },
    thread,
    subtype: 'file_share',
    files: [file],
  });
}
