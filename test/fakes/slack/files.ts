import type { Door } from './door.ts';
import type { Platform } from './platform.ts';
import { post } from './posting.ts';
import type { Bot, Channel, Message, StoredFile, Team } from './state.ts';

export interface FileDraft {
  readonly name: string;
  readonly mimetype: string;
  readonly user: string;
  readonly length: number;
  /** What it shows, for whoever cannot see it. */
  readonly alt?: string;
  readonly bytes?: Buffer;
}

export function createFile(platform: Platform, team: Team, draft: FileDraft): StoredFile {
  const file: StoredFile = {
    id: platform.ids.next('F'),
    origin: platform.url,
    name: draft.name,
    title: draft.name,
    mimetype: draft.mimetype,
    user: draft.user,
    created: platform.clock.now(),
    length: draft.length,
    alt: draft.alt ?? '',
    bytes: draft.bytes,
    complete: draft.bytes !== undefined,
    channels: new Set(),
    deleted: false,
  };
  team.files.set(file.id, file);
  return file;
}

/** The message by which files become visible in a channel or a thread. */
export function share(
  platform: Platform,
  files: readonly StoredFile[],
  place: {
    readonly team: Team;
    readonly channel: Channel;
    readonly author: Bot | string;
    readonly thread: string | undefined;
    readonly text: string;
  },
): Message {
  for (const file of files) file.channels.add(place.channel.id);
  const { team, channel, author, thread, text } = place;
  return post(platform, {
    team,
    channel,
    author,
    thread,
    content: { text, blocks: undefined, attachments: undefined, metadata: undefined },
    subtype: 'file_share',
    files,
  });
}

/** `POST /upload/<file id>`: the bytes, before anybody sees them. */
export function upload(platform: Platform, id: string, bytes: Buffer): Door {
  const found = fileBy(platform, id);
  return {
    ...placeOf('upload', found),
    apply() {
      const file = found?.file;
      if (!file || file.complete) {
        return { status: 404, body: 'File not found', outcome: 'file_not_found' };
      }
      file.bytes = bytes;
      file.length = bytes.length;
      return { status: 200, body: `OK - ${bytes.length}`, outcome: 'ok' };
    },
  };
}

/** `GET /files-pri/<file id>/…`: whoever may not see it is sent to the page where people sign in. */
export function download(platform: Platform, id: string, token: string | undefined): Door {
  const found = fileBy(platform, id);
  return {
    ...placeOf('download', found),
    apply() {
      const bot = found?.team.bots.get(token ?? '');
      if (!found || !bot || !maySee(found, bot)) {
        return {
          status: 302,
          headers: { location: `${platform.url}/signin` },
          body: '',
          outcome: 'not_allowed',
        };
      }
      const { bytes = Buffer.alloc(0), mimetype } = found.file;
      return { status: 200, headers: { 'content-type': mimetype }, body: bytes, outcome: 'ok' };
    },
  };
}

interface FoundFile {
  readonly team: Team;
  readonly file: StoredFile;
}

function maySee({ team, file }: FoundFile, bot: Bot): boolean {
  const shared = [...file.channels].some((id) => team.channels.get(id)?.members.has(bot.user));
  return shared && !file.deleted && !bot.revoked && bot.scopes.has('files:read');
}

function placeOf(method: string, found: FoundFile | undefined) {
  const [channel = ''] = found?.file.channels ?? [];
  return { method, team: found?.team.id ?? '', channel, args: {} };
}

function fileBy(platform: Platform, id: string): FoundFile | undefined {
  for (const team of platform.teams.values()) {
    const file = team.files.get(id);
    if (file) return { team, file };
  }
  return undefined;
}
