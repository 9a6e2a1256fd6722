import { announce } from '../announcements.ts';
import { share } from '../files.ts';
import { recordsOf, textOf } from '../json.ts';
import { channelOf, requireMember } from '../lookups.ts';
import { fileJson } from '../message-json.ts';
import type { Call, Method } from '../method.ts';
import { Refusal, refusalWith } from '../refusal.ts';
import type { Channel, StoredFile } from '../state.ts';

/** https://docs.slack.dev/reference/methods/files.completeUploadExternal */
export const filesCompleteUploadExternal: Method = {
  name: 'files.completeUploadExternal',
  token: 'bot',
  scopes: ['files:write'],
  tier: 4,
  run(call) {
    const { platform, team, bot, args } = call;
    const files = uploaded(call);
    const channel = args.text('channel_id') ? destination(call) : undefined;
    for (const { file, title } of files) {
      file.complete = true;
      file.title = title ?? file.name;
    }
    const shared = files.map(({ file }) => file);
    if (channel) {
      const message = share(platform, shared, {
        team,
        channel,
        author: bot,
        thread: args.text('thread_ts'),
        text: args.text('initial_comment') ?? '',
      });
      announce({ platform, team, channel }, message);
    }
    return { files: shared.map(fileJson) };
  },
};

function uploaded({
  team,
  args,
}: Call): readonly { file: StoredFile; title: string | undefined }[] {
  const asked = recordsOf(args.json('files'));
  if (asked.length === 0) {
    throw refusalWith('invalid_arguments', ['missing required field: files']);
  }
  return asked.map((one) => {
    const file = team.files.get(textOf(one['id']) ?? '');
    // Without its bytes there is nothing to show.
    if (!file?.bytes || file.complete) throw new Refusal('file_not_found');
    return { file, title: textOf(one['title']) };
  });
}

function destination(call: Call): Channel {
  const channel = channelOf(call, 'channel_id');
  requireMember(call, channel);
  if (channel.archived) throw new Refusal('posting_to_channel_denied');
  return channel;
}
