import { createHash } from 'node:crypto';
import type { APIEmbed } from 'discord.js';
import type { Action, Card, Entry, Press, Text, Tone } from '../../../core/view/card.ts';
import { oneLine } from '../../../core/view/plain-words.ts';
import { toneMarks } from '../../../core/view/words.ts';
import { type ActionRow, pressable } from './components.ts';
import { type Fitted, fitted, paged } from './fit.ts';
import { limits } from './limits.ts';
import { partOf } from './parts.ts';
import { confirmId, idOf } from './press.ts';
import { pinged, plain, type Setting, timestamp, written } from './spans.ts';

/** What a message is made of; whoever sends it adds a nonce and who may be mentioned. */
export interface Rendered {
  readonly content: string;
  readonly embeds: readonly APIEmbed[];
  readonly components: readonly ActionRow[];
  /** User ids that a first post pings. */
  readonly pings: readonly string[];
  /** Nothing was left out. */
  readonly whole: boolean;
  /** SHA-256 of all that a person reads of it. */
  readonly digest: string;
}

/** The living card as one message. Its first line alone says what matters: a notification shows no more. */
export function renderCard(card: Card, setting: Setting): Rendered {
  const parts = card.blocks.map((block) => partOf(block, setting));
  const footer = setting.thread === '' ? '' : postMark(setting.thread, card.key);
  const small = smallPrint(card.footnote, setting);
  const room = limits.embedCharacters - footer.length - small.text.length - reserve;
  const body = fitted(parts, room);
  const title = headline(card, setting);
  const whole = body.whole && title.whole && small.whole;
  const { rows, left } = pressable(whole ? card : withoutApproval(card));
  const notes = left > 0 ? `${small.text}\n*${left} more to press in the console*` : small.text;
  return rendered({
    content: title.text,
    embeds: embedsOf(body, { tone: card.tone, footer, notes: notes.trim() }),
    components: rows,
    pings: pingsOf(card, setting),
    whole: whole && left === 0,
  });
}

/** A story line: what a person would say aloud, with its time and its mark below in small print. */
export function renderLine(
  entry: Extract<Entry, { readonly kind: 'line' }>,
  setting: Setting,
): Rendered {
  const { text, whole } = written(entry.text, limits.line, setting);
  const said = text.trim() === '' ? '…' : text.trimStart();
  return rendered({
    content: `${said}\n-# ${timestamp(entry.at, 't')} · ${lineMark(setting.thread, entry.key)}`,
    embeds: [],
    components: [],
    pings: [...new Set(pinged(entry.text, setting))].slice(0, limits.mentionedUsers),
    whole,
  });
}

/**
 * A card for one reader, whole, over several messages. An approval below the last of them is of exactly this rendering.
 * `whole` is false where even that did not suffice: then the console is the place.
 */
export function renderPages(card: Card, setting: Setting): readonly Rendered[] {
  const parts = card.blocks.map((block) => partOf(block, setting));
  const small = smallPrint(card.footnote, setting);
  const title = headline(card, setting);
  const all = paged(parts, limits.embedCharacters - limits.footnote - reserve);
  const pages = all.slice(0, pagesMax);
  const isWhole =
    pages.length === all.length && small.whole && title.whole && pages.every(({ whole }) => whole);
  const digest = digestOf([title.text, pages.map(({ descriptions }) => descriptions), small.text]);
  const shown = pages.length === 0 ? [{ descriptions: [], whole: true }] : pages;
  return shown.map((page, index) => {
    const isLast = index === shown.length - 1;
    const rows = isLast ? pressable(isWhole ? card : undecided(card), naming(digest)).rows : [];
    return {
      ...rendered({
        content: index === 0 ? title.text : `-# ${index + 1} of ${shown.length}`,
        embeds: embedsOf(page, { tone: card.tone, footer: '', notes: isLast ? small.text : '' }),
        components: rows,
        pings: [],
        whole: isWhole,
      }),
      digest,
    };
  });
}

/** What the name of an incident's thread says. */
export function threadName(card: Card, setting: Setting): string {
  const title = oneLine(plain(card.name ?? card.title, setting)).trim() || card.key;
  const name =
    title.length > limits.threadName ? `${title.slice(0, limits.threadName - 1)}…` : title;
  return name.toWellFormed();
}

/** By which a post of ours is found again: in the footer of a card. */
export function postMark(thread: string, key: string): string {
  const mark = `${thread} · ${key}`;
  // What Discord might write otherwise, or is too long to be read, goes as its digest.
  return /^[\w./:-]+ · [\w./:-]+$/.test(mark) && mark.length <= 120
    ? mark
    : `${digestOf(mark).slice(0, 40)} · ${digestOf(key).slice(0, 10)}`;
}

/** The same of a line, at its end. */
export function lineMark(thread: string, key: string): string {
  return digestOf(`${thread}\n${key}`).slice(0, 10);
}

/** So many messages of one answer; more is a file. */
export const pagesMax = 5;

/** For what stands between parts and is not counted with them. */
const reserve = 240;

const colours: Readonly<Record<Tone, number>> = {
  critical: 0xd92d20,
  warning: 0xdc8f00,
  info: 0x2e6fd8,
  good: 0x1f9254,
  neutral: 0x6b7280,
  failed: 0x8f1d14,
};

function headline({ mark, title, tone }: Card, setting: Setting) {
  const state: Text = mark === '' ? [] : [`${toneMarks[tone]} ${mark} · `];
  const text: Text = [...state, ...title];
  const cut = written(text, limits.title, setting);
  return { text: cut.text.trim() === '' ? '…' : cut.text.trim(), whole: cut.whole };
}

function smallPrint(footnote: Text, setting: Setting) {
  const cut = written(footnote, limits.footnote, setting);
  return { text: cut.text.trim() === '' ? '' : `-# ${cut.text.trim()}`, whole: cut.whole };
}

function embedsOf(
  { descriptions }: Pick<Fitted, 'descriptions'>,
  { tone, footer, notes }: { readonly tone: Tone; readonly footer: string; readonly notes: string },
): readonly APIEmbed[] {
  const texts = withNotes(descriptions, notes).filter((text) => text !== '' || footer !== '');
  return texts.map((description, index) => ({
    color: colours[tone],
    ...(description === '' ? {} : { description }),
    ...(footer !== '' && index === texts.length - 1 ? { footer: { text: footer } } : {}),
  }));
}

/** Small print in the last embed, or in one of its own. A card that says nothing still carries its mark. */
function withNotes(descriptions: readonly string[], notes: string): readonly string[] {
  const last = descriptions.at(-1);
  if (last === undefined) return [notes];
  if (notes === '') return descriptions;
  const joined = `${last}\n${notes}`;
  return joined.length <= limits.description
    ? [...descriptions.slice(0, -1), joined]
    : [...descriptions, notes];
}

/** A plan that does not fit opens instead of being decided on here. */
function withoutApproval(card: Card): Card {
  const plan = card.actions.map(({ press }) => press).find(({ kind }) => kind === 'approve');
  if (plan?.kind !== 'approve') return card;
  const view: Action = {
    key: 'view',
    label: 'View plan',
    style: 'primary',
    press: { kind: 'view', operation: plan.operation },
  };
  return { ...card, actions: [view, ...undecided(card).actions] };
}

function undecided(card: Card): Card {
  const actions = card.actions.filter(({ press }) => !['approve', 'decline'].includes(press.kind));
  return { ...card, actions };
}

/** An approval names exactly what is shown, by its digest. */
function naming(digest: string) {
  return (press: Press): string | undefined =>
    press.kind === 'approve'
      ? (confirmId(press.operation, press.hash, digest) ?? idOf(press))
      : idOf(press);
}

function pingsOf(card: Card, setting: Setting): readonly string[] {
  return [...new Set(pinged(card.title, setting))].slice(0, limits.mentionedUsers);
}

function rendered(parts: Omit<Rendered, 'digest'>): Rendered {
  const { content, embeds, components } = parts;
  const read = embeds.map(({ description }) => description ?? '');
  const labels = components.flatMap((row) =>
    row.components.map((one) => ('label' in one ? one.label : '')),
  );
  return { ...parts, digest: digestOf([content, read, labels]) };
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
