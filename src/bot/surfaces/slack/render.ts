import { createHash } from 'node:crypto';
import type { types } from '@slack/bolt';
import type { Action, Card, Entry, Menu } from '../../../core/view/card.ts';
import { oneLine } from '../../../core/view/plain-words.ts';
import { clock } from '../../../core/view/text.ts';
import { toneMarks } from '../../../core/view/words.ts';
import { escapedWithin, within } from './escape.ts';
import { fitted, type Room } from './fit.ts';
import { limits } from './limits.ts';
import { type Part, partOf } from './parts.ts';
import { buttonValue, menuId, optionValue } from './press.ts';
import {
  type Inline,
  inlines,
  inlinesWithin,
  joined,
  plain,
  type Setting,
  webAddress,
  written,
} from './spans.ts';

export interface Rendered {
  /** What a notification shows, escaped. */
  readonly text: string;
  readonly blocks: readonly types.KnownBlock[];
  /** Nothing of the card was left out. */
  readonly whole: boolean;
  /** SHA-256 of all that a person reads of it. */
  readonly digest: string;
}

/** A card as a message. One that had to be cut cannot be approved: it offers the whole of it instead. */
export function renderCard(card: Card, setting: Setting): Rendered {
  return squeezed(card, setting, messageRoom);
}

/** A card as the content of a view: far more room, and no buttons, which belong to the view. */
export function renderView(card: Card, setting: Setting): Rendered {
  const { menu: _menu, ...bare } = card;
  return squeezed({ ...bare, actions: [] }, setting, viewRoom);
}

export function renderEntry(entry: Entry, setting: Setting): Rendered {
  if (entry.kind === 'card') return renderCard({ ...entry.card, key: entry.key }, setting);
  const all = [written(`${clock(entry.at)}  `), ...inlines(entry.text, setting)];
  const shown = inlinesWithin(all, limits.line);
  const blocks = [richText(shown)];
  return {
    text: escapedWithin(plain(entry.text, setting), limits.notificationText),
    blocks,
    whole: shown.length === all.length,
    digest: digestOf(blocks),
  };
}

interface AllRoom extends Room {
  readonly weight: number;
  readonly json: number;
}

const messageRoom: AllRoom = {
  blocks: limits.messageBlocks,
  characters: limits.messageCharacters,
  weight: limits.messageWeight,
  json: limits.messageJson,
};

const viewRoom: AllRoom = {
  blocks: limits.viewBlocks,
  characters: limits.viewCharacters,
  weight: limits.viewWeight,
  json: limits.viewJson,
};

/** Containers cost too, and how much is not known: what is too long as a whole is made again with less text. */
function squeezed(card: Card, setting: Setting, room: AllRoom): Rendered {
  const parts = card.blocks.map((block) => partOf(block, setting));
  let { characters, blocks } = room;
  for (;;) {
    const rendered = rendering({ card, parts, setting }, { characters, blocks });
    const over = Math.max(
      jsonLength(rendered.blocks) - room.json,
      weightOf(rendered.blocks) - room.weight,
    );
    if (over <= 0 || blocks <= framingBlocks + 1) return rendered;
    if (characters > 0) characters = Math.max(0, characters - Math.max(over, 200));
    else blocks -= 1;
  }
}

interface Wanted {
  readonly card: Card;
  readonly parts: readonly Part[];
  readonly setting: Setting;
}

function rendering({ card, parts, setting }: Wanted, room: Room): Rendered {
  const head = headOf(card, setting);
  const title = inlinesWithin(head, limits.title);
  const footnote = within(plain(card.footnote, setting), limits.footnote);
  const small = footnote === '' ? [] : [smallPrint(footnote)];
  const frame = limits.title + footnote.length + actionsLength(card);
  const body = fitted(parts, {
    blocks: room.blocks - framingBlocks,
    characters: Math.max(0, room.characters - frame),
  });
  const whole =
    body.whole && title.length === head.length && footnote === plain(card.footnote, setting);
  const actions = whole ? card.actions : instead(card.actions);
  const read = [richText(title), ...body.blocks];
  return {
    text: escapedWithin(headline(card, setting), limits.notificationText),
    blocks: [...read, ...pressable({ ...card, actions }, setting), ...small],
    whole,
    digest: digestOf([...read, ...small]),
  };
}

/** The title, the buttons, a menu, the small print. */
const framingBlocks = 4;

function headOf(card: Card, setting: Setting): readonly Inline[] {
  const title = inlines(card.title, setting).map(bold);
  const mark = card.mark === '' ? '' : `${toneMarks[card.tone]} ${oneLine(card.mark)} · `;
  const head = mark === '' ? title : [written(mark, { bold: true }), ...title];
  return head.length === 0 ? [written('(no title)', { italic: true })] : head;
}

/** Read alone, on a locked phone. */
function headline(card: Card, setting: Setting): string {
  const title = plain(card.title, setting);
  return card.mark === '' ? title : `${toneMarks[card.tone]} ${oneLine(card.mark)} · ${title}`;
}

function bold(one: Inline): Inline {
  return one.type === 'text' && one.style?.code !== true
    ? { ...one, style: { ...one.style, bold: true } }
    : one;
}

/** Who has not read all of it opens all of it. */
function instead(actions: readonly Action[]): readonly Action[] {
  const approve = actions.find(({ press }) => press.kind === 'approve');
  if (approve?.press.kind !== 'approve') return actions;
  const { operation } = approve.press;
  return [
    { key: 'view', label: 'View plan', style: 'primary', press: { kind: 'view', operation } },
    ...actions.filter(({ press }) => press.kind !== 'approve' && press.kind !== 'decline'),
  ];
}

function pressable(card: Card, setting: Setting): readonly types.KnownBlock[] {
  const buttons = card.actions.flatMap((action, index) => button(action, { card, index, setting }));
  const menu = card.menu && select(card.menu, { card, setting });
  return [
    ...(buttons.length > 0 ? [actionsOf(buttons.slice(0, limits.actionsElements))] : []),
    ...(menu ? [actionsOf([menu])] : []),
  ];
}

function button(
  { key, label, style, press, confirm }: Action,
  {
    card,
    index,
    setting,
  }: { readonly card: Card; readonly index: number; readonly setting: Setting },
): readonly types.Button[] {
  const fresh = confirm === 'fresh';
  const value = buttonValue({ press, key: card.key, thread: setting.thread, fresh });
  const url = press.kind === 'open' ? webAddress(press.url) : undefined;
  // What cannot be carried cannot be pressed; the line it stands for can still be typed.
  if (value === undefined || (press.kind === 'open' && url === undefined)) return [];
  return [
    {
      type: 'button',
      action_id: within(`press/${index}/${oneLine(key)}`, limits.actionId),
      text: plainText(label, limits.buttonText),
      value,
      ...(url === undefined ? {} : { url }),
      ...(style === 'plain' ? {} : { style }),
    },
  ];
}

function select(
  { label, options }: Menu,
  { card, setting }: { readonly card: Card; readonly setting: Setting },
): types.StaticSelect | undefined {
  const shown = new Map<string, types.PlainTextOption>();
  let room: number = limits.menuCharacters;
  for (const { label: text, press } of options) {
    const value = optionValue(press);
    if (value === undefined || shown.has(value)) continue;
    const option = { text: plainText(text, limits.optionText), value };
    room -= option.text.text.length + value.length;
    if (room < 0 || shown.size === limits.selectOptions) break;
    shown.set(value, option);
  }
  if (shown.size === 0) return undefined;
  const left = options.length - shown.size;
  const hint = left > 0 ? `${oneLine(label)} (${left} more in the console)` : label;
  return {
    type: 'static_select',
    action_id: menuId({ key: card.key, thread: setting.thread }),
    placeholder: plainText(hint, limits.placeholder),
    options: [...shown.values()],
  };
}

function actionsLength({ actions, menu }: Card): number {
  const labels = actions.reduce((sum, { label }) => sum + Math.min(label.length, 75), 0);
  return Math.min(labels, limits.actionsElements * 75) + (menu ? limits.menuCharacters + 150 : 0);
}

function actionsOf(elements: (types.Button | types.StaticSelect)[]): types.ActionsBlock {
  return { type: 'actions', elements };
}

/** What presses carry is bounded by itself, and no text that is shown. */
function jsonLength(blocks: readonly types.KnownBlock[]): number {
  return JSON.stringify(blocks.filter(({ type }) => type !== 'actions')).length;
}

/** All text that is shown, and what its containers cost beside it. */
function weightOf(blocks: readonly types.KnownBlock[]): number {
  return textLength(blocks) + blocks.length * limits.containerWeight;
}

function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + textLength(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [name, one]) => {
    const isText = typeof one === 'string' && (name === 'text' || name === 'fallback');
    return sum + (isText ? one.length : textLength(one));
  }, 0);
}

/** Nothing in plain text is parsed, and without `emoji` not even `:fire:` is. */
export function plainText(text: string, max: number): types.PlainTextElement {
  return { type: 'plain_text', text: within(oneLine(text).trim(), max) || '…', emoji: false };
}

function smallPrint(text: string): types.KnownBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] };
}

function richText(all: readonly Inline[]): types.RichTextBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: joined(all) }],
  };
}

function digestOf(blocks: readonly types.KnownBlock[]): string {
  return createHash('sha256').update(JSON.stringify(blocks)).digest('hex');
}
