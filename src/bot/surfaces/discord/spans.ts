import type { Span, Text } from '../../../core/view/card.ts';
import { oneLine, plainWords } from '../../../core/view/plain-words.ts';
import { clock } from '../../../core/view/text.ts';
import { type Cut, codeWithin, escapedWithin, webAddress } from './escape.ts';

/** What a rendering depends on beside the card itself. */
export interface Setting {
  /** Whose thread it is; `''` for an answer. */
  readonly thread: string;
  /** A first post pings whom a `notify` names; an edit names them. */
  readonly first: boolean;
  /** The user id of a person of ours in this guild. */
  userOf(person: string): string | undefined;
  nameOf(person: string): string;
}

/** A text as Discord reads it, within so many characters: cut between its spans' characters, never inside an entity. */
export function written(text: Text, max: number, setting: Setting): Cut {
  let out = '';
  for (const span of text) {
    const piece = spanWithin(span, max - out.length, setting);
    out += piece.text;
    if (!piece.whole) return { text: out, whole: false };
  }
  return { text: out, whole: true };
}

/** The same as plain words, for what Discord does not parse. */
export function plain(text: Text, setting: Pick<Setting, 'nameOf'>): string {
  return plainWords(text, setting.nameOf);
}

/** Whom a first post of this text pings, each once. */
export function pinged(text: Text, setting: Setting): readonly string[] {
  return setting.first ? text.flatMap((span) => usersOf(span, setting)) : [];
}

/**
 * The reader's own time: `f` with the day, `t` alone.
 * https://discord.com/developers/docs/reference#message-formatting-timestamp-styles
 */
export function timestamp(at: number, style: 'f' | 't' = 'f'): string {
  return `<t:${Math.floor(at / 1000)}:${style}>`;
}

function spanWithin(span: Span, max: number, setting: Setting): Cut {
  if (typeof span === 'string') return escapedWithin(span, max);
  switch (span.kind) {
    case 'strong':
      return strongWithin(span.text, max);
    case 'code':
      return codeWithin(span.text, max);
    case 'time':
      if (span.brief) return atom(timestamp(span.at, 't'), max);
      // Logs, and colleagues elsewhere, speak UTC.
      return atom(`${timestamp(span.at)} (${clock(span.at)})`, max);
    case 'break':
      return atom('\n', max);
    case 'link':
      return linkWithin(span, max);
    case 'person':
      return escapedWithin(span.name, max);
    case 'notify':
      return notifyWithin(span, max, setting);
    default:
      return span satisfies never;
  }
}

function strongWithin(text: string, max: number): Cut {
  const inner = escapedWithin(text.trim(), max - 4);
  if (inner.text === '') return max < 5 && text !== '' ? atom('…', 0) : { text: '', whole: true };
  return { text: `**${inner.text}**`, whole: inner.whole };
}

/** Words that look like an address themselves say where the link leads. */
function linkWithin({ text, url }: Extract<Span, { readonly kind: 'link' }>, max: number): Cut {
  const href = webAddress(url, 1_000);
  if (href === undefined) return escapedWithin(`${text} (${url})`, max);
  const words = oneLine(text).trim() || new URL(href).host;
  const told = /[\w-]\.[a-z]{2}|:\/\//i.test(words) ? `${words} (${new URL(href).host})` : words;
  const inner = escapedWithin(told, max - href.length - 4);
  return inner.whole
    ? { text: `[${inner.text}](${href})`, whole: true }
    : { ...escapedWithin(words, max), whole: false };
}

function notifyWithin(
  span: Extract<Span, { readonly kind: 'notify' }>,
  max: number,
  setting: Setting,
): Cut {
  const group = strongWithin(`@${span.group}`, max);
  let text = group.text;
  for (const person of span.people) {
    const user = setting.first ? setting.userOf(person) : undefined;
    const name = user ? `<@${user}>` : escapedWithin(setting.nameOf(person), 100).text;
    if (text.length + 1 + name.length > max) return { text, whole: false };
    text += ` ${name}`;
  }
  return { text, whole: group.whole };
}

function usersOf(span: Span, setting: Setting): readonly string[] {
  if (typeof span === 'string' || span.kind !== 'notify') return [];
  return span.people.flatMap((person) => setting.userOf(person) ?? []);
}

function atom(text: string, max: number): Cut {
  if (text.length <= max) return { text, whole: true };
  return { text: max > 0 ? '…' : '', whole: false };
}
