import type { Json } from './json.ts';

/** One app as its owner configured it; it is installed in each workspace by a bot of its own. */
export interface App {
  readonly id: string;
  readonly name: string;
  readonly appToken: string;
  readonly signingSecret: string;
  /** Slash commands it declared: `/ops`. */
  readonly commands: readonly string[];
  /** Message shortcuts by what the menu shows: `Pin to timeline` → its callback id. */
  readonly shortcuts: Readonly<Record<string, string>>;
  /** Bot events it subscribed to, as the manifest names them: `app_mention`, `message.im`. */
  readonly subscriptions: ReadonlySet<string>;
}

export interface Bot {
  readonly appId: string;
  readonly name: string;
  readonly token: string;
  /** `U…`: who it is among the members. */
  readonly user: string;
  /** `B…`: who it is as the author of a message. */
  readonly id: string;
  readonly scopes: Set<string>;
  revoked: boolean;
}

export interface Team {
  readonly id: string;
  readonly domain: string;
  readonly name: string;
  /** The app under test. */
  readonly bot: Bot;
  /** By token: the app under test, and other apps of the same workspace. */
  readonly bots: Map<string, Bot>;
  readonly users: Map<string, User>;
  readonly channels: Map<string, Channel>;
  readonly groups: Map<string, UserGroup>;
  readonly files: Map<string, StoredFile>;
  readonly views: Map<string, View>;
  /** The open modals of a person, the topmost last. */
  readonly modals: Map<string, View[]>;
  readonly homes: Map<string, View>;
  /** User groups are a feature of the paid plans. */
  paid: boolean;
}

/** A stranger belongs to another workspace and is seen through a shared channel. */
export type UserKind = 'member' | 'guest' | 'single-channel-guest' | 'stranger' | 'bot';

export interface User {
  readonly id: string;
  /** The workspace it belongs to: another one for a stranger. */
  readonly team: string;
  readonly name: string;
  readonly realName: string;
  readonly kind: UserKind;
  deactivated: boolean;
}

export interface UserGroup {
  readonly id: string;
  readonly handle: string;
  members: readonly string[];
  disabled: boolean;
}

export interface Channel {
  readonly id: string;
  readonly team: string;
  name: string;
  readonly kind: 'public' | 'private' | 'im' | 'mpim';
  /** Shared with another organisation. */
  shared: boolean;
  archived: boolean;
  deleted: boolean;
  readonly created: number;
  /** Users by id, bots by their user id. */
  readonly members: Set<string>;
  /** In the order of `ts`; roots, replies and what was left of deleted roots. */
  readonly messages: Message[];
  /** Shown to one person, kept by nobody. */
  readonly ephemerals: Message[];
}

export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly bot: Bot | undefined;
  readonly subtype: string | undefined;
  text: string;
  blocks: readonly Json[];
  attachments: readonly Json[];
  metadata: Json | undefined;
  files: readonly StoredFile[];
  /** The root of its thread; its own `ts` never stands here. */
  readonly thread: string | undefined;
  readonly broadcast: boolean;
  /** `link_names` or `parse: full`: bare words such as `@channel` are made live. */
  linkNames: boolean;
  /** False: the text shows its marks as they are. */
  readonly mrkdwn: boolean;
  /** The one person that sees it; everybody in the channel when undefined. */
  readonly visibleTo: string | undefined;
  edited: { readonly user: string; readonly ts: string } | undefined;
  /** A deleted root with replies stays as a stone that says so. */
  tombstone: boolean;
  readonly reactions: Map<string, Set<string>>;
  readonly postedAt: number;
  /** Whom the platform notified when it was posted; an edit notifies nobody. */
  readonly pinged: ReadonlySet<string>;
  /** Every text it has shown, oldest first, the present one last. */
  readonly versions: string[];
}

export interface View {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly user: string;
  content: Json;
  hash: string;
  readonly root: string;
  readonly previous: string | undefined;
  externalId: string;
  /** What the person has entered, as the platform keeps it: block id → action id → value. */
  state: Record<string, Record<string, Json>>;
  /** What `response_action: errors` said, block id → sentence. */
  errors: Readonly<Record<string, string>>;
  closed: boolean;
}

export interface StoredFile {
  readonly id: string;
  /** The server it is fetched from. */
  readonly origin: string;
  readonly name: string;
  title: string;
  readonly mimetype: string;
  readonly user: string;
  readonly created: number;
  length: number;
  /** What it shows, for whoever cannot see it. */
  readonly alt: string;
  bytes: Buffer | undefined;
  /** False until the upload is completed: nobody sees it before. */
  complete: boolean;
  readonly channels: Set<string>;
  deleted: boolean;
}
