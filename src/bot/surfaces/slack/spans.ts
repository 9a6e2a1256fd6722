import type { types } from '@slack/bolt';
import type { Span, Text } from '../../../core/view/card.ts';
import { oneLine, plainWords } from '../../../core/view/plain-words.ts';
import { clock } from '../../../core/view/text.ts';
import { webAddress as pageAddress } from '../../../core/web-address.ts';
import { within } from './escape.ts';
import { limits } from './limits.ts';

export type Inline = types.RichTextElement;

/** What a rendering depends on beside the card itself. */
export interface Setting {
  /** Whose thread it is; goes along with every press. */
  readonly thread: string;
  /** A first post pings whom a `notify` names; an edit names them. */
  readonly first: boolean;
  /** The user id of a person of ours in this workspace. */
  userOf(person: string): string | undefined;
  nameOf(person: string): string;
}

/** The parts of a rich text. Its strings are shown as they are: nothing in them is a mention, a link or a mark. */
export function inlines(text: Text, setting: Setting): readonly Inline[] {
  return text.flatMap((span) => inline(span, setting)).filter((one) => !isEmpty(one));
}

/** The same as plain words. */
export function plain(text: Text, setting: Pick<Setting, 'nameOf'>): string {
  return plainWords(text, setting.nameOf);
}

export function written(text: string, style?: types.RichTextStyleable['style']): Inline {
  return { type: 'text', text: oneLine(text), ...(style ? { style } : {}) };
}

/** What a reader has before them: the measure of every limit. */
export function lengthOf(one: Inline): number {
  if (one.type === 'text') return one.text.length;
  if (one.type === 'link') return (one.text ?? '').length + one.url.length;
  if (one.type === 'date') return (one.fallback ?? '').length + one.format.length;
  return 16;
}

/** As many of them as fit, the last one cut where it may be. */
export function inlinesWithin(all: readonly Inline[], max: number): readonly Inline[] {
  const kept: Inline[] = [];
  let left = max;
  for (const one of all) {
    const length = lengthOf(one);
    if (length <= left) {
      kept.push(one);
      left -= length;
      continue;
    }
    if (one.type === 'text' && left > 1) kept.push({ ...one, text: within(one.text, left) });
    else kept.push({ type: 'text', text: '…' });
    break;
  }
  return kept;
}

/** Neighbours that look the same become one: less JSON, the same to read. */
export function joined(all: readonly Inline[]): Inline[] {
  const runs: Inline[] = [];
  for (const one of all) {
    const last = runs.at(-1);
    const isSame =
      last?.type === 'text' &&
      one.type === 'text' &&
      JSON.stringify(last.style) === JSON.stringify(one.style);
    if (isSame) runs[runs.length - 1] = { ...last, text: last.text + one.text };
    else runs.push(one);
  }
  return runs;
}

/** `14 Mar 2026 03:05 UTC`. */
export function utc(at: number): string {
  const iso = new Date(at).toISOString();
  const month = months[Number(iso.slice(5, 7)) - 1] ?? '';
  return `${Number(iso.slice(8, 10))} ${month} ${iso.slice(0, 4)} ${iso.slice(11, 16)} UTC`;
}

/** An address that a browser opens as a page, and nothing else. */
export function webAddress(url: string): string | undefined {
  const href = pageAddress(url);
  return href !== undefined && href.length <= limits.url ? href : undefined;
}

function inline(span: Span, setting: Setting): readonly Inline[] {
  if (typeof span === 'string') return [written(span)];
  switch (span.kind) {
    case 'strong':
      return [written(span.text, { bold: true })];
    case 'code':
      return [written(span.text, { code: true })];
    case 'time':
      return [span.brief ? written(clock(span.at)) : date(span.at)];
    case 'break':
      return [{ type: 'text', text: '\n' }];
    case 'link': {
      const url = webAddress(span.url);
      return url
        ? [{ type: 'link', url, text: oneLine(span.text) || url }]
        : [written(`${span.text} (${span.url})`)];
    }
    case 'person':
      return [written(span.name)];
    case 'notify':
      return notify(span, setting);
    default:
      return span satisfies never;
  }
}

/**
 * The reader's own time, and UTC beside it, because logs and colleagues elsewhere speak UTC.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
function date(at: number): Inline {
  return {
    type: 'date',
    timestamp: Math.floor(at / 1000),
    format: `{date_short_pretty} {time} (${clock(at)})`,
    fallback: utc(at),
  };
}

function notify(
  span: Extract<Span, { readonly kind: 'notify' }>,
  setting: Setting,
): readonly Inline[] {
  const people = span.people.flatMap((person, index): readonly Inline[] => {
    const user = setting.first ? setting.userOf(person) : undefined;
    const name = user
      ? ({ type: 'user', user_id: user } as const)
      : written(setting.nameOf(person));
    return index === 0 ? [name] : [written(', '), name];
  });
  const group = written(`@${span.group}`, { bold: true });
  return people.length === 0 ? [group] : [group, written(' '), ...people];
}

function isEmpty(one: Inline): boolean {
  return one.type === 'text' && one.text === '';
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
