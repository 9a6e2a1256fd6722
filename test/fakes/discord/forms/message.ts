import type { UploadedFile } from '../http/multipart.ts';
import { integer, isJson, type Json, objects, text } from '../json.ts';
import { type Attachment, type Channel, type Message, messageFlags } from '../model.ts';
import type { World } from '../world.ts';
import { allowedMentionsForm } from './allowed-mentions.ts';
import { componentsForm } from './components.ts';
import { embedsForm } from './embeds.ts';
import { form } from './form.ts';

/** What a body says about a message; what it does not name is undefined. */
export interface Written {
  readonly content: string | undefined;
  readonly embeds: readonly Json[] | undefined;
  readonly components: readonly Json[] | undefined;
  readonly attachments: readonly Attachment[] | undefined;
  readonly flags: number | undefined;
  /** Nothing in it would be seen. */
  readonly empty: boolean;
}

export interface MessageBody {
  readonly body: Json;
  readonly files: readonly UploadedFile[];
  readonly channel: Channel;
  /** The message that is edited. */
  readonly before?: Message | undefined;
  /** Flags that this request may set. */
  readonly settable: number;
  /** Where the message stands in the body. */
  readonly path?: readonly string[];
}

const { suppressEmbeds, suppressNotifications, componentsV2, ephemeral } = messageFlags;

export const settableFlags = {
  create: suppressEmbeds | suppressNotifications | componentsV2,
  edit: suppressEmbeds | componentsV2,
  answer: suppressEmbeds | suppressNotifications | componentsV2 | ephemeral,
} as const;

/** https://discord.com/developers/docs/resources/message#create-message-jsonform-params */
export function messageForm(world: World, given: MessageBody): Written {
  const { body, before } = given;
  const wrong = form();
  const at = wrong.at(...(given.path ?? []));
  const flags = flagsOf(given);
  const second = (((flags ?? 0) | (before?.flags ?? 0)) & messageFlags.componentsV2) !== 0;

  const content = body['content'] === null ? '' : body['content'];
  if (content !== undefined) at.at('content').string(content, 0, 2_000);
  const embeds =
    body['embeds'] === undefined ? undefined : embedsForm(at.at('embeds'), body['embeds'] ?? []);
  const components =
    body['components'] === undefined
      ? undefined
      : componentsForm(at.at('components'), body['components'] ?? [], second);
  allowedMentionsForm(at.at('allowed_mentions'), body['allowed_mentions']);
  const words = content ?? before?.content ?? '';
  if (second && (words !== '' || (embeds ?? before?.embeds ?? []).length > 0)) {
    at.fault(
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      'The fields content and embeds cannot be used with IS_COMPONENTS_V2.',
    );
  }
  const { nonce } = body;
  if (typeof nonce === 'string') at.at('nonce').string(nonce, 0, 25);
  wrong.end();
  const attachments = attachmentsOf(world, given);
  return {
    content: content === undefined ? undefined : text(content),
    embeds,
    components,
    attachments,
    flags,
    empty: isEmpty({
      content: content === undefined ? before?.content : text(content),
      embeds: embeds ?? before?.embeds,
      components: components ?? before?.components,
      attachments: attachments ?? before?.attachments,
    }),
  };
}

/** Flags that nobody may set are ignored, and an edit leaves them as they are. */
function flagsOf({ body, before, settable }: MessageBody): number | undefined {
  if (body['flags'] === undefined || body['flags'] === null) return undefined;
  const wanted = integer(body['flags']) & settable;
  return before ? (before.flags & ~messageFlags.suppressEmbeds) | wanted : wanted;
}

/** What is listed stays or comes from the files; without a list the old ones stay and the files come to them. */
function attachmentsOf(world: World, given: MessageBody): readonly Attachment[] | undefined {
  const { body, files, before } = given;
  const listed = body['attachments'];
  if (listed === undefined && files.length === 0) return undefined;
  const kept = before?.attachments ?? [];
  const stays = Array.isArray(listed)
    ? kept.filter(({ id }) => objects(listed).some((one) => String(one['id']) === id))
    : kept;
  return [...stays, ...files.map((file) => store(world, given, file))];
}

function store(
  world: World,
  { body, channel, before }: MessageBody,
  file: UploadedFile,
): Attachment {
  const index = /^files\[(\d+)\]$/.exec(file.field)?.[1] ?? '0';
  const listed = objects(body['attachments']).find((one) => String(one['id']) === index);
  const attachment: Attachment = {
    id: world.nextId(),
    filename: text(listed?.['filename']) || file.filename,
    description: isJson(listed) ? text(listed['description']) || undefined : undefined,
    contentType: file.contentType,
    bytes: file.bytes,
    channelId: channel.id,
    ephemeral: ((integer(body['flags']) | (before?.flags ?? 0)) & ephemeral) !== 0,
  };
  world.attachments.set(attachment.id, attachment);
  return attachment;
}

function isEmpty(
  seen: Pick<Written, 'content' | 'embeds' | 'components' | 'attachments'>,
): boolean {
  const { content = '', embeds = [], components = [], attachments = [] } = seen;
  const parts = embeds.length + components.length + attachments.length;
  return content.trim() === '' && parts === 0;
}
