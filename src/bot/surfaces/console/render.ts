import { createHash } from 'node:crypto';
import type {
  Action,
  Block,
  Card,
  DiffLine,
  Entry,
  Span,
  StepLine,
  Text,
} from '../../../core/view/card.ts';
import { sentence } from '../../../core/view/words.ts';
import { webAddress } from '../../../core/web-address.ts';
import { breakable, type Html, html, pathSegment } from './html.ts';
import { renderPicture } from './pictures.ts';

/** What a browser is sent for one key: it replaces the element of the same key when the digest differs. */
export interface Rendered {
  readonly key: string;
  readonly html: string;
  /** SHA-256 of all that a person reads of it; goes on the record when they press. */
  readonly digest: string;
}

export interface RenderPlace {
  readonly incident: string;
  /** Every card of the sandbox says so. */
  readonly sandbox: boolean;
}

export function renderCard(card: Card, place: RenderPlace): Rendered {
  const label = elementId('title', place.incident, card.key);
  const title = plainText(card.title);
  const content = html`<header>
${card.mark !== '' && html`<p class="mark">${card.mark}</p>`}${place.sandbox && html`<p class="sandbox">SANDBOX</p>`}
<h2 id="${label}" dir="auto">${card.title.map(renderTitleSpan)}</h2>
</header>
${card.blocks.map((block) => renderBlock(block, title))}`;
  const footnote =
    card.footnote.length > 0 && html`<p class="footnote">${renderText(card.footnote)}</p>`;
  const labels = card.actions.map((action) => action.label).join('\n');
  const digest = digestOf(content.text + (footnote === false ? '' : footnote.text) + labels);
  const actions =
    card.actions.length > 0 &&
    html`<div class="actions">${card.actions.map((action) => renderAction(action, place, digest))}</div>`;
  const whole = html`<article class="card tone-${card.tone}" data-key="${card.key}" data-digest="${digest}" tabindex="-1" aria-labelledby="${label}">
${content}
${actions}${footnote}
</article>`;
  return { key: card.key, html: whole.text, digest };
}

export function renderEntry(entry: Entry, place: RenderPlace): Rendered {
  if (entry.kind === 'card') return renderCard({ ...entry.card, key: entry.key }, place);
  const content = html`${renderTime(entry.at)} <span class="said" dir="auto">${renderText(entry.text)}${entry.picture && renderPicture(entry.picture)}</span>`;
  const digest = digestOf(content.text);
  const whole = html`<p class="line" data-key="${entry.key}" data-digest="${digest}">${content}</p>`;
  return { key: entry.key, html: whole.text, digest };
}

export function renderText(text: Text): readonly Html[] {
  return text.map(renderSpan);
}

/** As plain words: for the page's title and for programs. */
export function plainText(text: Text): string {
  return text
    .map((span) => {
      if (typeof span === 'string') return span;
      if (span.kind === 'time') return new Date(span.at).toISOString();
      if (span.kind === 'person') return span.name;
      if (span.kind === 'break') return '\n';
      return span.kind === 'notify' ? `@${span.group}` : span.text;
    })
    .join('');
}

/** Written in UTC; the reader's own time and the age are added in the browser, so that two renderings stay equal. */
export function renderTime(at: number): Html {
  const iso = new Date(at).toISOString();
  const day = `${Number(iso.slice(8, 10))} ${months[Number(iso.slice(5, 7)) - 1] ?? ''} ${iso.slice(0, 4)}`;
  return html`<time datetime="${iso}"><span class="day">${day} </span>${iso.slice(11, 16)}<span class="zone"> UTC</span></time>`;
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function renderSpan(span: Span): Html {
  if (typeof span === 'string') return html`${breakable(span)}`;
  switch (span.kind) {
    case 'strong':
      return html`<strong>${breakable(span.text)}</strong>`;
    case 'code':
      return renderCode(span.text);
    case 'time':
      return renderTime(span.at);
    case 'break':
      return html`<br>`;
    case 'link':
      return renderLink(span.text, span.url);
    case 'person':
      return html`<span class="person" title="${span.person}">${span.name}</span>`;
    case 'notify':
      return html`<span class="notify">${`@${span.group}`}${span.people.length > 0 && ` (${span.people.join(', ')})`}</span>`;
  }
}

/** Of a plan's hash, whole or cut, the first ten characters stand out: they are what a typed approval names. */
function renderCode(text: string): Html {
  if (!/^[0-9a-f]{16,64}$/.test(text)) return html`<code>${breakable(text)}</code>`;
  return html`<code class="hash"><b>${text.slice(0, 10)}</b>${text.slice(10)}</code>`;
}

function renderTitleSpan(span: Span): Html {
  return typeof span === 'string' ? html`${renderWords(span)}` : renderSpan(span);
}

/** Our own sentences put what one can type between backticks. */
export function renderWords(words: string): readonly Html[] {
  return sentence(words).map(renderSpan);
}

/** A value that fills a column of its own. */
function isLong(value: Text): boolean {
  return plainText(value).length > 28;
}

function renderLink(text: string, url: string): Html {
  const safe = webAddress(url);
  if (safe === undefined)
    return html`${text} <span class="unlinked">(not a web address: ${url})</span>`;
  return html`<a href="${safe}" title="${safe}" target="_blank" rel="noopener noreferrer">${text}</a>`;
}

/** A problem does not say again what the title says. */
function renderBlock(block: Block, title: string): Html {
  switch (block.kind) {
    case 'text':
      return html`<p class="text" dir="auto">${renderText(block.text)}</p>\n`;
    case 'facts':
      return html`<dl class="facts">${block.facts.map(
        (fact) =>
          html`<div${isLong(fact.value) && html` class="long"`}><dt>${fact.label}</dt><dd dir="auto">${renderText(fact.value)}</dd></div>`,
      )}</dl>\n`;
    case 'list':
      return html`<section class="list">${block.title !== '' && html`<h3>${block.title}</h3>`}<ul>${block.items.map(
        (item) => html`<li dir="auto">${renderText(item)}</li>`,
      )}${block.more > 0 && html`<li class="more">and ${block.more} more</li>`}</ul></section>\n`;
    case 'diff':
      return html`<section class="diff"><h3>${block.title}</h3><ol>${block.lines.map(renderDiffLine)}</ol></section>\n`;
    case 'steps':
      return html`<ol class="steps">${block.steps.map(renderStep)}</ol>\n`;
    case 'code':
      return html`<section class="output">${block.title !== '' && html`<h3>${block.title}</h3>`}<pre tabindex="0">${block.text}</pre></section>\n`;
    case 'problem':
      return html`<div class="problem">${block.what !== '' && block.what !== title && html`<p class="what">${renderWords(block.what)}</p>`}<p>${renderWords(block.changed)}</p><p><b>Why:</b> ${renderWords(block.why)}</p><p><b>Next:</b> ${renderWords(block.next)}</p><p class="code"><code>${block.code}</code></p></div>\n`;
  }
}

function renderDiffLine(line: DiffLine): Html {
  const { word, name } = signs[line.sign];
  return html`<li class="${name}"><span class="sign" aria-hidden="true">${line.sign}</span><span class="away">${word}</span><span class="text">${breakable(line.text)}</span></li>`;
}

const signs = {
  '+': { name: 'added', word: 'added: ' },
  '-': { name: 'removed', word: 'removed: ' },
  '~': { name: 'changed', word: 'changed: ' },
  ' ': { name: 'same', word: '' },
} as const;

function renderStep(step: StepLine): Html {
  return html`<li class="step ${step.state}"><p><span class="state">${step.state}</span> <span dir="auto">${renderText(step.text)}</span></p>${
    step.details.length > 0 &&
    html`<ul>${step.details.map((detail) => html`<li dir="auto">${renderText(detail)}</li>`)}</ul>`
  }</li>`;
}

/**
 * A form, so that it works without the script. Its key names what it would do: when that changes, the browser gets a
 * new button and no finger is left on the old one.
 */
function renderAction(action: Action, place: RenderPlace, digest: string): Html {
  const { press } = action;
  if (press.kind === 'open') {
    const safe = webAddress(press.url);
    if (safe === undefined)
      return html`<span class="unlinked">${action.label} (not a web address)</span>`;
    return html`<a class="button ${action.style}" data-key="${action.key}" href="${safe}" target="_blank" rel="noopener noreferrer">${action.label}</a>`;
  }
  // Here every card is whole and every thread is there: both are only an address.
  if (press.kind === 'view' || press.kind === 'want') {
    const thread = press.kind === 'want' ? press.incident : place.incident;
    return html`<a class="button ${action.style}" data-key="${action.key}" href="./${pathSegment(thread)}">${action.label}</a>`;
  }
  const fields: readonly (readonly [string, string])[] =
    press.kind === 'line'
      ? [['line', press.line]]
      : [
          ['operation', press.operation],
          ['hash', press.hash],
        ];
  const incident = press.kind === 'line' ? press.incident : place.incident;
  const identity = [action.key, press.kind, ...fields.map(([, value]) => value)].join(' ');
  return html`<form method="post" action="./${pathSegment(incident)}" data-key="${identity}" data-does="press"><input type="hidden" name="kind" value="${press.kind}">${fields.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<input type="hidden" name="shown" value="${digest}"><input type="hidden" name="cause" value=""><button class="button ${action.style}">${action.label}</button></form>`;
}

export function elementId(...parts: readonly string[]): string {
  return `i${digestOf(parts.join('\n')).slice(0, 16)}`;
}
