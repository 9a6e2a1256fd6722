import type { Arguments } from './arguments.ts';
import { checkBlocks } from './blocks/index.ts';
import { isRecord, type Json } from './json.ts';
import { Refusal } from './refusal.ts';

/** https://docs.slack.dev/reference/methods/chat.postMessage */
const maxText = 40_000;
const maxAttachments = 100;
const maxMarkdown = 12_000;

/** What a message shows, as far as the caller said it: what is absent stands undefined. */
export interface Content {
  readonly text: string | undefined;
  readonly blocks: readonly Json[] | undefined;
  readonly attachments: readonly Json[] | undefined;
  readonly metadata: Json | undefined;
}

/** Reads and checks what is to be shown; refuses what the platform refuses. */
export function contentOf(args: Arguments): Content {
  const text = args.text('text');
  const markdown = args.text('markdown_text');
  const blocks = blocksOf(args.json('blocks'));
  const attachments = attachmentsOf(args.json('attachments'));
  if (markdown !== undefined && (text !== undefined || blocks)) {
    throw new Refusal('markdown_text_conflict');
  }
  if (markdown && markdown.length > maxMarkdown) throw new Refusal('msg_too_long');
  if (blocks) checkBlocks(blocks);
  return {
    text: cut(text ?? markdown),
    blocks,
    attachments,
    metadata: metadataOf(args.json('metadata')),
  };
}

/** Silently, and never through the middle of a character. */
function cut(text: string | undefined): string | undefined {
  return text?.slice(0, maxText).replace(/[\ud800-\udbff]$/, '');
}

export function isEmpty({ text, blocks, attachments }: Content): boolean {
  return !text && !blocks?.length && !attachments?.length;
}

function blocksOf(value: unknown): readonly Json[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every(isRecord)) throw new Refusal('invalid_blocks_format');
  return value;
}

function attachmentsOf(value: unknown): readonly Json[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every(isRecord)) throw new Refusal('invalid_attachments');
  if (value.length > maxAttachments) throw new Refusal('too_many_attachments');
  for (const [index, attachment] of value.entries()) {
    const blocks = blocksOf(attachment['blocks']);
    if (blocks) checkBlocks(blocks, `/attachments/${index}/blocks`, 'invalid_attachments');
  }
  return value;
}

/** The published page names the refusal and no size: this is a guess on the strict side. */
const maxMetadata = 8_000;

function metadataOf(value: unknown): Json | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw new Refusal('invalid_metadata_format');
  if (Object.keys(value).length === 0) return value;
  if (typeof value['event_type'] !== 'string' || !isRecord(value['event_payload'])) {
    throw new Refusal('invalid_metadata_schema');
  }
  if (JSON.stringify(value).length > maxMetadata) throw new Refusal('metadata_too_large');
  return value;
}
