import { compareTs } from './ids.ts';
import type { Json } from './json.ts';
import { richTextOf } from './rich-text.ts';
import type { Channel, Message, StoredFile, Team } from './state.ts';

/** A message as the Web API and events show it. */
export function messageJson(
  message: Message,
  { team, channel, withMetadata = true }: Setting,
): Json {
  if (message.tombstone) return tombstoneJson(message, channel);
  return {
    type: 'message',
    ...(message.subtype ? { subtype: message.subtype } : {}),
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: team.id,
    ...(message.bot ? botJson(message, team) : personJson(message)),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(message.files.length > 0 ? { files: message.files.map((file) => fileJson(file)) } : {}),
    ...(message.metadata && withMetadata ? { metadata: message.metadata } : {}),
    ...reactionsJson(message),
    ...(message.thread ? { thread_ts: message.thread } : threadJson(message, channel)),
  };
}

export interface Setting {
  readonly team: Team;
  readonly channel: Channel;
  readonly withMetadata?: boolean;
}

function botJson({ bot }: Message, team: Team): Json {
  if (!bot) return {};
  return {
    bot_id: bot.id,
    app_id: bot.appId,
    bot_profile: {
      id: bot.id,
      app_id: bot.appId,
      name: bot.name,
      deleted: false,
      team_id: team.id,
    },
  };
}

function personJson({ ts, text, subtype }: Message): Json {
  const blocks = text ? { blocks: [richTextOf(text, ts.slice(-5))] } : {};
  if (subtype === 'file_share') return { ...blocks, upload: false, display_as_bot: false };
  return { ...blocks, client_msg_id: `0d3f2a1c-${ts.replace('.', '-')}` };
}

function reactionsJson({ reactions }: Message): Json {
  if (reactions.size === 0) return {};
  return {
    reactions: [...reactions].map(([name, users]) => ({
      name,
      users: [...users],
      count: users.size,
    })),
  };
}

function threadJson(root: Message, channel: Channel): Json {
  const replies = repliesTo(channel, root.ts);
  const latest = replies.at(-1);
  if (!latest) return {};
  const users = [...new Set(replies.map(({ user }) => user))];
  return {
    thread_ts: root.ts,
    reply_count: replies.length,
    reply_users: users,
    reply_users_count: users.length,
    latest_reply: latest.ts,
    is_locked: false,
    subscribed: false,
  };
}

function tombstoneJson(message: Message, channel: Channel): Json {
  return {
    type: 'message',
    subtype: 'tombstone',
    user: 'USLACKBOT',
    hidden: true,
    ts: message.ts,
    text: message.text,
    ...threadJson(message, channel),
  };
}

export function repliesTo(channel: Channel, root: string): readonly Message[] {
  return channel.messages
    .filter(({ thread }) => thread === root)
    .sort((a, b) => compareTs(a.ts, b.ts));
}

export function fileJson(file: StoredFile): Json {
  return {
    id: file.id,
    created: Math.floor(file.created / 1000),
    timestamp: Math.floor(file.created / 1000),
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: file.name.split('.').at(-1) ?? '',
    pretty_type: (file.name.split('.').at(-1) ?? '').toUpperCase(),
    editable: false,
    external_type: '',
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    has_rich_preview: false,
    user: file.user,
    size: file.length,
    mode: 'hosted',
    is_external: false,
    is_public: false,
    url_private: `${file.origin}/files-pri/${file.id}/${encodeURIComponent(file.name)}`,
    url_private_download: `${file.origin}/files-pri/${file.id}/download/${encodeURIComponent(file.name)}`,
    permalink: `${file.origin}/files/${file.user}/${file.id}`,
    channels: [...file.channels],
  };
}
