/**
 * HTML that is safe by construction: whatever goes into the template is escaped unless it came out of one.
 * A class, because only `instanceof` cannot be forged by an object that arrived as JSON.
 */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlValue = Html | string | number | readonly Html[] | undefined | false;

export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let out = strings[0] ?? '';
  for (const [index, value] of values.entries()) {
    out += written(value) + (strings[index + 1] ?? '');
  }
  return new Html(out);
}

/** One segment of a path; half characters, which no address can hold, are replaced. */
export function pathSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

export function escapeHtml(text: string): string {
  return visible(text).replaceAll(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/**
 * Long names may break where a reader would break them: after a slash, before a hump or a bracket. A `<wbr>` is no character: what
 * is copied stays whole.
 */
export function breakable(text: string): readonly Html[] {
  return text.split(/(\S{20,})/).map((part, index) => {
    const pieces = index % 2 === 0 ? [part] : part.split(seams);
    return new Html(pieces.map(escapeHtml).join('<wbr>'));
  });
}

const seams =
  /(?<=[/:=,&?])(?=[^/:=,&?])|(?<=[a-z0-9])(?=[A-Z][a-z0-9])|(?<=[a-z0-9])(?=\[)|(?<=\])(?=\.)/;

/**
 * Characters that turn, hide or break what is read (bidi controls, zero widths, fillers, tags, control codes) are
 * written out: an approver sees the same characters as the machine.
 */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(
      unseen,
      (char) => `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
    );
}

const unseen = new RegExp(
  [
    '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5',
    '\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffc',
    '\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]',
  ].join(''),
  'gu',
);

function written(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return value.map((part) => part.text).join('');
}
