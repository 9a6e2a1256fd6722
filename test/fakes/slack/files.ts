import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerOf, bytesOf, fileIn } from './body.ts';
import type { Platform } from './platform.ts';
import { post } from './posting.ts';
import type { Bot, Channel, Message, StoredFile, Team } from './state.ts';

export interface FileDraft {
  readonly name: string;
  readonly mimetype: string;
  readonly user: string;
  readonly length: number;
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

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** `POST /upload/<file id>`: the bytes, before anybody sees them. */
export async function takeUpload(
  platform: Platform,
  { request, response }: Exchange,
): Promise<void> {
  const file = fileAt(platform, request)?.file;
  const bytes = await fileIn(request, await bytesOf(request));
  if (!file || file.complete) {
    response.writeHead(404).end('File not found');
    return;
  }
  file.bytes = bytes;
  file.length = bytes.length;
  response.writeHead(200, { 'content-type': 'text/plain' }).end(`OK - ${bytes.length}`);
}

/** `GET /files-pri/<file id>/…`: whoever may not see it is sent to the page where people sign in. */
export function giveFile(platform: Platform, { request, response }: Exchange): void {
  const found = fileAt(platform, request);
  const bot = found?.team.bots.get(bearerOf(request) ?? '');
  const mayRead = bot && !bot.revoked && bot.scopes.has('files:read');
  const sees =
    bot &&
    [...(found?.file.channels ?? [])].some((id) =>
      found?.team.channels.get(id)?.members.has(bot.user),
    );
  if (!found || !mayRead || !sees || found.file.deleted) {
    response.writeHead(302, { location: `${platform.url}/signin` }).end();
    return;
  }
  const { bytes, mimetype } = found.file;
  response.writeHead(200, { 'content-type': mimetype }).end(bytes);
}

function fileAt(
  platform: Platform,
  request: IncomingMessage,
): { team: Team; file: StoredFile } | undefined {
  const id = (request.url ?? '').split('/')[2] ?? '';
  for (const team of platform.teams.values()) {
    const file = team.files.get(id);
    if (file) return { team, file };
  }
  return undefined;
}
