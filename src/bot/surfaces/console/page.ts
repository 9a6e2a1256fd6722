import type { Card, Thread } from '../../../core/view/card.ts';
import type { Waits } from '../../../handlers/home.ts';
import type { AssetPaths } from './assets.ts';
import { renderRow, splitRows } from './board.ts';
import { Html, html, pathSegment } from './html.ts';
import type { BoardRow, ConsolePerson } from './ports.ts';
import { type ConsoleProblem, problemCard } from './problems.ts';
import { plainText, type Rendered, renderCard, renderEntry } from './render.ts';

/** What every page says about the one who looks at it. */
export interface PageFrame {
  readonly assets: AssetPaths;
  /** Whether people can enrol second factors here. */
  readonly factors: boolean;
  readonly sandbox: boolean;
  /** Before every path: empty, or `/as/<person>` in the demo. */
  readonly base: string;
  readonly person: ConsolePerson | undefined;
  /** Whom one can be in the demo; empty otherwise. */
  readonly people: readonly ConsolePerson[];
  readonly cursor: string;
}

export interface BoardPage {
  readonly rows: readonly BoardRow[];
  /** Those that only their members see, as they are now: no stream speaks of them. */
  readonly privates: readonly BoardRow[];
  readonly openTotal: number;
  /** For whoever looks. */
  readonly waits: readonly Waits[];
  readonly answer?: Html;
}

export interface IncidentPage extends Omit<BoardPage, 'openTotal' | 'waits'> {
  readonly thread: Thread;
  /** There is a page of its record. */
  readonly hasRecord?: boolean;
}

export function boardPage(frame: PageFrame, page: BoardPage): Html {
  const { rows, privates, openTotal, waits, answer } = page;
  const split = splitRows(rows);
  const more = openTotal - split.open.length;
  return document(frame, {
    title: 'Incidents',
    body: html`<div class="frame board">
<main id="main" tabindex="-1">
<h1>Incidents</h1>
${waitsForYou(waits)}
${privateList(privates)}
${incidentLists(split)}
${more > 0 && html`<p class="more">and ${more} more that are open; <code>status</code> finds one by its service</p>`}
${answers(answer)}
</main>
</div>
${prompt(frame, undefined)}`,
  });
}

export function incidentPage(frame: PageFrame, page: IncidentPage): Html {
  const { thread, rows, privates, answer, hasRecord = false } = page;
  const fragments = renderThread(thread, frame.sandbox);
  return document(frame, {
    title: `${thread.root.mark} · ${plainText(thread.root.title)}`,
    incident: thread.incident,
    body: html`<div class="frame incident">
<nav class="side" aria-label="Incidents">
<p class="home"><a href="./">All incidents</a></p>
${privateList(privates)}
${incidentLists(splitRows(rows))}
</nav>
<main id="main" tabindex="-1">
<h1 class="away">Incident ${thread.incident}</h1>
<div id="thread" data-list="thread">${fragments.map((one) => new Html(one.html))}</div>
${hasRecord && html`<p class="record-link"><a href="${frame.base}/incidents/${pathSegment(thread.incident)}/record">The record</a></p>`}
${answers(answer)}
<p class="new-lines" hidden><button type="button" class="button plain" data-does="to-end">New below</button></p>
</main>
</div>
${prompt(frame, thread.incident)}`,
  });
}

export function renderThread(thread: Thread, sandbox: boolean): readonly Rendered[] {
  const place = { incident: thread.incident, sandbox };
  return [
    renderCard({ ...thread.root, key: 'root' }, place),
    ...thread.entries.map((entry) => renderEntry(entry, place)),
  ];
}

export function problemPage(frame: PageFrame, code: ConsoleProblem): Html {
  return refusalPage(frame, problemCard(code));
}

export function refusalPage(frame: PageFrame, refusal: Card): Html {
  const card = renderCard(refusal, { incident: '', sandbox: frame.sandbox });
  return document(frame, {
    title: refusal.mark,
    body: html`<div class="frame narrow"><main id="main" tabindex="-1">${new Html(card.html)}
${frame.person !== undefined && html`<p><a href="${frame.base}/incidents/">All incidents</a></p>`}</main></div>`,
  });
}

/** The token stands in the fragment of the address, which browsers never send; only a press sends it. */
export function signInPage(
  frame: PageFrame,
  { refusal, passkey }: { readonly refusal?: Card; readonly passkey?: PasskeyPrompt } = {},
): Html {
  const problem =
    refusal !== undefined && renderCard(refusal, { incident: '', sandbox: frame.sandbox });
  return document(frame, {
    title: 'Sign in',
    ...(passkey && { head: factorsHead(frame) }),
    body: html`<div class="frame narrow"><main id="main" tabindex="-1">
<h1>Sign in</h1>
${problem !== false && new Html(problem.html)}
${passkey && passkeySignIn(passkey)}
<form method="post" action="/sign-in" class="sign-in" data-does="sign-in">
<p id="sign-in-how">On the host, run <code>tocsin console-link PERSON</code> and open the link within a minute. Or paste what follows the <code>#</code> in it:</p>
<p class="token"><label for="token">Token</label> <input id="token" name="token" required autocomplete="off" spellcheck="false" maxlength="200"></p>
<p><button class="button ${passkey ? 'plain' : 'primary'}">Sign in</button></p>
<p class="soft">It holds for 12 hours, or until 30 minutes have passed unused.</p>
<p role="status" class="status"></p>
</form></main></div>`,
  });
}

/**
 * SameSite=Strict cookies do not come along when a link in chat is followed. One turn through our own page makes the
 * request ours, and the cookie comes.
 */
export function sameSitePage(frame: PageFrame, path: string): Html {
  return document(frame, {
    title: 'Opening',
    head: html`<meta http-equiv="refresh" content="0;url=${path}">`,
    body: html`<div class="frame narrow"><main id="main"><p><a href="${path}">Open the page</a></p></main></div>`,
  });
}

/** What a page holds for an authenticator: the challenge, and the options of `navigator.credentials` as JSON. */
export interface PasskeyPrompt {
  readonly challenge: string;
  readonly options: string;
}

function passkeySignIn({ challenge, options }: PasskeyPrompt): Html {
  return html`<form method="post" action="/sign-in/passkey" class="sign-in with-passkey" data-passkey="get" data-options="${options}">
<input type="hidden" name="challenge" value="${challenge}"><input type="hidden" name="assertion" value="">
<p><button class="button primary" disabled>Sign in with a passkey</button></p>
<p role="status" class="status"></p>
</form>
<p class="or"><span>or</span></p>`;
}

/** Only the pages of second factors load it. */
export function factorsHead({ assets }: PageFrame): Html {
  return html`<link rel="stylesheet" href="${assets.factorsStyle}">
<script type="module" src="${assets.factors}"></script>
`;
}

interface DocumentParts {
  readonly title: string;
  readonly body: Html;
  readonly head?: Html;
  readonly incident?: string;
}

export function document(frame: PageFrame, { title, body, head, incident }: DocumentParts): Html {
  const events =
    frame.person !== undefined &&
    html` data-events="${frame.base}/events${incident !== undefined && html`?incident=${pathSegment(incident)}`}" data-cursor="${frame.cursor}"`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>${title} · Tocsin</title>
<link rel="icon" href="${bell}">
<link rel="stylesheet" href="${frame.assets.style}">
<script type="module" src="${frame.assets.script}"></script>
${head}</head>
<body${events}>
<a class="skip" href="#main">Skip to the content</a>
${incident !== undefined && html`<a class="skip" href="#line">Skip to the command line</a>`}
${frame.sandbox && html`<p class="banner"><b>SANDBOX</b> <span>An emulated cluster. Nothing here is real.</span></p>`}
<header class="top">
<a class="brand" href="${frame.base}/incidents/">Tocsin</a>
<span class="live" hidden></span>
${whoIsHere(frame, incident)}
</header>
${body}
<p id="announcer" class="away" role="status" aria-live="polite"></p>
</body>
</html>
`;
}

function whoIsHere(
  { person, people, base, factors }: PageFrame,
  incident: string | undefined,
): HtmlOrNone {
  if (person === undefined) return undefined;
  if (people.length === 0) {
    return html`<details class="who"><summary>${person.name}</summary><form class="menu" method="post" action="${base}/sign-out">${factors && html`<a class="button plain" href="${base}/factors">Second factors</a>`}<button class="button plain">Sign out</button><button class="button plain" formaction="${base}/sign-out/everywhere">Sign out everywhere</button></form></details>`;
  }
  return html`<form class="who" method="get" action="/as" data-does="pick"><label for="person">You are</label> <select id="person" name="person">${people.map(
    (one) =>
      html`<option value="${one.id}"${one.id === person.id && html` selected`}>${one.name}</option>`,
  )}</select>${incident !== undefined && html`<input type="hidden" name="incident" value="${incident}">`} <button class="button plain">Switch</button></form>`;
}

type HtmlOrNone = Html | undefined;

function privateList(rows: readonly BoardRow[]): HtmlOrNone {
  if (rows.length === 0) return undefined;
  const items = rows.map((row) => new Html(renderRow(row).html));
  return html`<section class="rows"><h2>Private</h2><p class="soft">Only their members see these; the list is as it was when the page was opened.</p><ol>${items}</ol></section>`;
}

function incidentLists(split: ReturnType<typeof splitRows>): Html {
  const rows = (some: readonly BoardRow[]) => some.map((row) => new Html(renderRow(row).html));
  return html`<section class="rows"><h2>Open</h2><ol data-list="open">${rows(split.open)}</ol><p class="none">Nothing is open.</p></section>
<section class="rows"><h2>Recently closed</h2><ol data-list="closed">${rows(split.closed)}</ol><p class="none">Nothing yet.</p></section>`;
}

function waitsForYou(waits: readonly Waits[]): HtmlOrNone {
  if (waits.length === 0) return undefined;
  const items = waits.map(
    ({ what, thread, line, operation }) =>
      html`<li class="row tone-warning"><a href="./${pathSegment(thread)}"><span class="mark">${what.toUpperCase()}</span><span class="title" dir="auto">${line}</span><span class="where">${operation}</span></a></li>`,
  );
  return html`<section class="rows"><h2>Waits for you</h2><ol>${items}</ol></section>`;
}

function answers(answer: Html | undefined): Html {
  return html`<div id="answers" role="region" aria-label="Answers">${answer}</div>`;
}

function prompt(frame: PageFrame, incident: string | undefined): Html {
  const here = `${frame.base}/incidents/${pathSegment(incident ?? '')}`;
  const complete = incident === undefined ? `${frame.base}/complete` : `${here}/complete`;
  return html`<form class="prompt" method="post" action="${here}" data-does="say" data-complete="${complete}" data-history="${frame.person?.id ?? ''}">
<ul id="suggestions" role="listbox" aria-label="Suggestions" hidden></ul>
<label for="line"><span class="away">Command line</span><span aria-hidden="true">›</span></label>
<input id="line" name="line" type="text" role="combobox" aria-autocomplete="list" aria-expanded="false" aria-controls="suggestions" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="send" maxlength="2000" required placeholder="${incident === undefined ? 'help · status · declare' : 'help · ack · rollback'}">
<input type="hidden" name="cause" value="">
<button class="button primary">Send</button>
</form>`;
}

const bell = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#d0442e" d="M8 1a1 1 0 0 1 1 1v.6A4.5 4.5 0 0 1 12.500 7v3l1.500 2v1H2v-1l1.500-2V7A4.500 4.500 0 0 1 7 2.600V2a1 1 0 0 1 1-1zM6.500 14h3a1.500 1.500 0 0 1-3 0z"/></svg>')}`;
