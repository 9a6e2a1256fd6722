import { Buffer } from 'node:buffer';
import type { Answer } from '../../../core/view/card.ts';
import { cardText } from '../../../core/view/text.ts';
import type { Field, Form } from '../../../handlers/form.ts';
import { Html, type HtmlValue, html, pathSegment } from './html.ts';
import { renderPicture } from './pictures.ts';
import { elementId, type RenderPlace, renderCard, renderWords } from './render.ts';

/** What an answer answers. */
export interface Asked {
  readonly key: string;
  readonly by: string;
  readonly did:
    | { readonly kind: 'typed'; readonly line: string }
    | { readonly kind: 'pressed'; readonly button: string };
}

/** Before the names of the fields of a form, which are those of arguments and anything at all. */
export const fieldPrefix = 'field.';

/** An answer stands beside the thread, never in it, and says who can see it. */
export function renderAnswer(answer: Answer, asked: Asked, place: RenderPlace): Html {
  const seen = answer.to === 'asker' ? 'only you see this' : 'shown once to everybody here';
  const card = new Html(renderCard(answer.card, place).html);
  return renderBox(
    asked,
    seen,
    html`${card}${answer.picture && renderPicture(answer.picture)}${isLong(answer) && renderDownload(answer)}`,
  );
}

/** Printed output is wanted in an editor and in a ticket; what is said in a few words is not. */
function isLong({ card }: Answer): boolean {
  return card.blocks.some(
    (block) =>
      (block.kind === 'code' && block.text.split('\n').length > linesInSight) ||
      (block.kind === 'list' && block.items.length > linesInSight),
  );
}

const linesInSight = 20;

/** It carries its own bytes: an answer is kept nowhere. */
function renderDownload({ card }: Answer): Html {
  const bytes = Buffer.from(cardText(card)).toString('base64');
  return html`<p class="download"><a href="data:text/plain;charset=utf-8;base64,${bytes}" download="answer.txt">Download as a file</a></p>`;
}

/** What a line still needs, one field for each argument; sent, it is a line like any other. */
export function renderForm(form: Form, asked: Asked, place: RenderPlace): Html {
  const id = (...parts: readonly string[]) => elementId(asked.key, ...parts);
  const first = firstOf(form.fields);
  const body = html`<form class="card fill tone-info" method="post" action="./${pathSegment(place.incident)}" data-does="fill" aria-labelledby="${id('title')}">
<header><p class="mark">Not sent yet</p>${place.sandbox && html`<p class="sandbox">SANDBOX</p>`}
<h2 id="${id('title')}"><code>${form.title}</code> ${form.fields.some(({ fault }) => fault) ? 'is not right yet' : 'needs more'}</h2></header>
<input type="hidden" name="kind" value="form"><input type="hidden" name="line" value="${form.line}"><input type="hidden" name="cause" value="">
${form.fields.map((field) => renderField(field, id(field.name), field === first))}<div class="actions"><button class="button primary">Send ${form.title}</button></div>
</form>`;
  return renderBox(asked, 'only you see this', body);
}

function renderBox({ key, by, did }: Asked, seen: string, body: Html): Html {
  const words =
    did.kind === 'typed'
      ? html`${by} asked <code>${did.line}</code>`
      : html`${by} pressed ${did.button}`;
  return html`<section class="answer" data-key="${key}"><p class="asked">${words} <span class="seen">(${seen})</span> <button type="button" class="dismiss" data-does="dismiss">Dismiss</button></p>${body}</section>`;
}

/** Where to go on: at what is wrong, else at what is missing. */
function firstOf(fields: readonly Field[]): Field | undefined {
  return (
    fields.find(({ fault }) => fault !== undefined) ??
    fields.find(({ required, value }) => required && value === '') ??
    fields[0]
  );
}

function renderField(field: Field, id: string, isFirst: boolean): Html {
  const { label, hint, fault, required } = field;
  const said = [fault === undefined ? '' : `${id}-fault`, hint === '' ? '' : `${id}-hint`];
  const about = said.filter((each) => each !== '').join(' ');
  const attributes = html`id="${id}" name="${fieldPrefix + field.name}"${required && html` required`}${about !== '' && html` aria-describedby="${about}"`}${fault !== undefined && html` aria-invalid="true"`}${isFirst && html` autofocus`}`;
  return html`<div class="field"><label for="${id}">${label}${!required && html` <span class="soft">optional</span>`}</label>
${fault !== undefined && html`<p class="fault" id="${id}-fault">${renderWords(fault)}</p>`}${inputOf(field, attributes)}${hint !== '' && html`<p class="soft" id="${id}-hint">${hint}</p>`}</div>
`;
}

function inputOf(field: Field, attributes: Html): HtmlValue {
  const { kind, choices, value, required } = field;
  if (kind === 'choice') {
    const none = html`<option value="">${required ? 'Choose' : 'Leave out'}</option>`;
    return html`<select ${attributes}>${none}${choices.map(
      (choice) =>
        html`<option value="${choice.value}"${choice.value === value && html` selected`}>${choice.label}</option>`,
    )}</select>`;
  }
  const digits = kind === 'number' && html` inputmode="numeric"`;
  return html`<input type="text" ${attributes}${digits} value="${value}" maxlength="2000" autocomplete="off" autocapitalize="off" enterkeyhint="send">`;
}
