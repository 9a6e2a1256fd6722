import { createFile } from '../files.ts';
import type { Method } from '../method.ts';
import { Refusal } from '../refusal.ts';

/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
export const filesGetUploadUrlExternal: Method = {
  name: 'files.getUploadURLExternal',
  token: 'bot',
  scopes: ['files:write'],
  tier: 4,
  run({ platform, team, bot, args }) {
    const name = args.required('filename');
    const length = args.count('length');
    if (!length || length < 0) throw new Refusal('missing_argument');
    const file = createFile(platform, team, {
      name,
      mimetype: mimetypeOf(name),
      user: bot.user,
      length,
      alt: args.text('alt_txt') ?? '',
    });
    return { upload_url: `${platform.url}/upload/${file.id}`, file_id: file.id };
  },
};

const mimetypes: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gif: 'image/gif',
  jpg: 'image/jpeg',
  json: 'application/json',
  log: 'text/plain',
  md: 'text/markdown',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
};

function mimetypeOf(name: string): string {
  return mimetypes[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}
