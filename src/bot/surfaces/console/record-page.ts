import type { TrailRow } from '../../../core/record/row.ts';
import type { Thread } from '../../../core/view/card.ts';
import { type Html, html, pathSegment } from './html.ts';
import { document, type PageFrame } from './page.ts';
import { plainText } from './render.ts';

export interface RecordPage {
  readonly thread: Thread;
  /** Oldest first. */
  readonly rows: readonly TrailRow[];
  /** From 1; what is no page is the first. */
  readonly page: number;
  /** Whoever looks may take the record out. */
  readonly mayExport: boolean;
}

const rowsPerPage = 200;

/** What an auditor asks of an incident: who did what, on which target, why, by which rule, with which outcome. */
export function recordPage(frame: PageFrame, { thread, rows, page, mayExport }: RecordPage): Html {
  const pages = Math.max(1, Math.ceil(rows.length / rowsPerPage));
  const at = Number.isInteger(page) && page >= 1 && page <= pages ? page : 1;
  const shown = rows.slice((at - 1) * rowsPerPage, at * rowsPerPage);
  const here = `${frame.base}/incidents/${pathSegment(thread.incident)}`;
  return document(frame, {
    title: `Record · ${plainText(thread.root.title)}`,
    body: html`<div class="frame record"><main id="main" tabindex="-1">
<p class="home"><a href="${here}">${plainText(thread.root.title)}</a></p>
<h1>The record</h1>
<p class="soft">${rows.length === 1 ? '1 event' : `${rows.length} events`}, oldest first, times in UTC.${!mayExport && html` Accounts and addresses are shown to those who may export it.`}</p>
${mayExport && exportForm(here)}
<table><thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Outcome</th></tr></thead>
<tbody>${shown.map(renderRow)}</tbody></table>
${pages > 1 && pager(here, at, pages)}
</main></div>`,
  });
}

/** A plain form: what comes back is a file. */
function exportForm(here: string): Html {
  return html`<details class="export"><summary>Export the record</summary><form method="post" action="${here}/export"><p class="soft">That it was exported, by whom and in which form, is on the record.</p><p><button class="button plain" name="format" value="markdown">Markdown, to read</button> <button class="button plain" name="format" value="csv">CSV, one row an event</button> <button class="button plain" name="format" value="json">JSON, with proof</button></p></form></details>`;
}

function renderRow(row: TrailRow): Html {
  return html`<tr id="e${row.position}"><td>${when(row.at)}</td><td>${who(row)}</td><td><b>${words(row.event)}</b>${row.operation !== '' && html` <code>${row.operation}</code>`}${row.step !== '' && html` step ${row.step}`}${row.what !== '' && html`<br><span dir="auto">${row.what}</span>`}${details(row)}</td><td>${row.outcome}</td></tr>
`;
}

/** To the second, and never as an age: an auditor copies it. */
function when(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}

/** A person by their id; what Tocsin and its sources did by themselves names nobody. */
function who({ person, surface, account, session, ip }: TrailRow): Html {
  if (person === '') return html`<span class="soft">Tocsin</span>`;
  const from = [surface, account === person ? '' : account, session, ip].filter(
    (part) => part !== '',
  );
  return html`${person}${from.length > 0 && html`<br><small class="soft">${from.join(' · ')}</small>`}`;
}

function details(row: TrailRow): Html | false {
  const named: readonly (readonly [string, string])[] = [
    ['target', row.target],
    ['why', row.reason],
    ['rule', row.rule],
    ['plan', row.hash.slice(0, 10)],
    ['approved by', row.approvals],
    ['output', row.output.slice(0, 16)],
  ];
  const said = named.filter(([, text]) => text !== '');
  if (said.length === 0) return false;
  return html`<dl>${said.map(([name, text]) => html`<div><dt>${name}</dt> <dd dir="auto">${text}</dd></div>`)}</dl>`;
}

/** `StepApplied` → `Step applied`. */
function words(event: string): string {
  return event.replaceAll(/(?!^)([A-Z])/g, (sign) => ` ${sign.toLowerCase()}`);
}

function pager(here: string, at: number, pages: number): Html {
  const link = (page: number, text: string) =>
    html`<a href="${here}/record?page=${page}">${text}</a> `;
  return html`<nav class="pages" aria-label="Pages">${at > 1 && link(at - 1, 'Earlier')}Page ${at} of ${pages} ${at < pages && link(at + 1, 'Later')}</nav>`;
}
