import { fileJson } from '../message-json.ts';
import type { Method } from '../method.ts';
import { Refusal } from '../refusal.ts';

/** https://docs.slack.dev/reference/methods/files.info */
export const filesInfo: Method = {
  name: 'files.info',
  token: 'bot',
  scopes: ['files:read'],
  tier: 4,
  run({ team, bot, args }) {
    const file = team.files.get(args.required('file'));
    const seen =
      file?.user === bot.user ||
      [...(file?.channels ?? [])].some((id) => team.channels.get(id)?.members.has(bot.user));
    if (!file?.complete || !seen) throw new Refusal('file_not_found');
    if (file.deleted) throw new Refusal('file_deleted');
    return { file: fileJson(file), comments: [], response_metadata: { next_cursor: '' } };
  },
};
