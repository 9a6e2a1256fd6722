import { randomUUID } from 'node:crypto';
import type { Press } from '../../../core/view/card.ts';
import { lineOf } from '../../../handlers/form.ts';
import type { Caller } from './access.ts';
import { type Asked, fieldPrefix, renderAnswer, renderForm } from './answer.ts';
import type { Html } from './html.ts';
import { boardPage, incidentPage } from './page.ts';
import type { ConsoleProblem } from './problems.ts';
import { readForm, sendJson, sendPage, wantsJson } from './requests.ts';
import { type DeskSite, frameFor, type PersonCall, sendProblem } from './site.ts';

export const lineCharactersMax = 2000;

/**
 * Lines, presses and forms go to the address of the page they stand on, so that the page a form without the script gets
 * back stands there too, and its relative links lead where they should.
 */
export async function take(site: DeskSite, call: PersonCall): Promise<void> {
  const form = await readForm(call.request);
  if ('status' in form) sendProblem(site, call, form.status, form.code);
  else if (form.get('kind') === 'form') await takeForm(site, call, form);
  else if (form.has('kind')) await takePress(site, call, form);
  else await takeLine(site, call, form);
}

/** A repeated request of one person is the same cause; no two people can share one. */
export function causeOf(by: Caller | string, given: string | null): string {
  const own = given !== null && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
  const who = typeof by === 'string' ? by : `${by.person.id}/${by.session?.id ?? 'demo'}`;
  return `console/${who}/${own}`;
}

/** The problem of a line, before any parsing of what it means. */
export function lineProblem(line: string): ConsoleProblem | undefined {
  if (line.trim() === '') return 'CONSOLE_LINE_EMPTY';
  return line.length > lineCharactersMax || /[\r\n]/.test(line)
    ? 'CONSOLE_LINE_TOO_LONG'
    : undefined;
}

async function takeLine(site: DeskSite, call: PersonCall, form: URLSearchParams): Promise<void> {
  await sayLine(site, call, { line: form.get('line') ?? '', given: form.get('cause') });
}

/** What was filled in makes a line, and the line is taken as if it had been typed. */
async function takeForm(site: DeskSite, call: PersonCall, form: URLSearchParams): Promise<void> {
  const values = [...form]
    .filter(([name]) => name.startsWith(fieldPrefix))
    .map(([name, value]) => [name.slice(fieldPrefix.length), value]);
  const before = { title: '', line: form.get('line') ?? '', fields: [] };
  const line = lineOf(before, Object.fromEntries(values));
  await sayLine(site, call, { line, given: form.get('cause') });
}

async function sayLine(
  site: DeskSite,
  call: PersonCall,
  { line, given }: { readonly line: string; readonly given: string | null },
): Promise<void> {
  const { caller, params } = call;
  const wrong = lineProblem(line);
  if (wrong !== undefined) {
    sendProblem(site, call, 400, wrong, caller);
    return;
  }
  const { incident } = params;
  const cause = causeOf(caller, given);
  const asked = askedBy(call, cause, { kind: 'typed', line });
  if (await sendForm(site, call, asked)) return;
  const said = { line, actor: caller.actor, cause };
  const answer = await site.desk.say(incident === undefined ? said : { ...said, incident });
  const html = renderAnswer(answer, asked, placeOf(site, call));
  await sendAnswer(site, call, { key: asked.key, html, everybody: answer.to === 'thread' });
}

async function takePress(site: DeskSite, call: PersonCall, form: URLSearchParams): Promise<void> {
  const { caller } = call;
  const incident = call.params['incident'] ?? '';
  const press = readPress(form, incident);
  if (press === undefined) {
    sendProblem(site, call, 400, 'CONSOLE_BODY_UNREADABLE', caller);
    return;
  }
  const digest = form.get('shown') ?? '';
  if (!/^[0-9a-f]{64}$/.test(digest)) {
    sendProblem(site, call, 400, 'CONSOLE_PLAN_UNSEEN', caller);
    return;
  }
  const cause = causeOf(caller, form.get('cause'));
  const asked = askedBy(call, cause, whatWasDone(press));
  if (await sendForm(site, call, asked)) return;
  const pressed = { press, actor: caller.actor, incident, cause, shown: { digest } };
  const answer = await site.desk.press(pressed);
  const html = renderAnswer(answer, asked, placeOf(site, call));
  await sendAnswer(site, call, { key: asked.key, html, everybody: answer.to === 'thread' });
}

function readPress(form: URLSearchParams, incident: string): Press | undefined {
  const kind = form.get('kind');
  const line = form.get('line');
  if (kind === 'line' && line !== null && lineProblem(line) === undefined) {
    return { kind, line, incident };
  }
  const operation = form.get('operation');
  const hash = form.get('hash');
  if (kind !== 'approve' && kind !== 'decline') return undefined;
  return operation !== null && hash !== null ? { kind, operation, hash } : undefined;
}

function whatWasDone(press: Press): Asked['did'] {
  if (press.kind === 'line') return { kind: 'typed', line: press.line };
  return { kind: 'pressed', button: press.kind === 'approve' ? 'Approve' : 'Decline' };
}

function askedBy({ caller }: PersonCall, cause: string, did: Asked['did']): Asked {
  return { key: `answer/${cause}`, by: caller.person.name, did };
}

function placeOf(site: DeskSite, { params }: PersonCall) {
  return { incident: params['incident'] ?? '', sandbox: site.access.kind === 'demo' };
}

/** A line that lacks something is asked about instead of said: to open a form is no deed, and nothing is kept of it. */
async function sendForm(site: DeskSite, call: PersonCall, asked: Asked): Promise<boolean> {
  if (asked.did.kind !== 'typed') return false;
  const place = placeOf(site, call);
  const form = await site.desk.form(asked.did.line, place.incident, call.caller.actor);
  if (form === undefined) return false;
  const html = renderForm(form, asked, place);
  await sendAnswer(site, call, { key: asked.key, html, everybody: false });
  return true;
}

interface Answered {
  readonly key: string;
  readonly html: Html;
  /** Also to the others who look at the thread: once, and never kept. */
  readonly everybody: boolean;
}

async function sendAnswer(site: DeskSite, call: PersonCall, answered: Answered): Promise<void> {
  const { request, response, caller } = call;
  const { key, html, everybody } = answered;
  const { incident } = call.params;
  if (everybody && incident !== undefined && (await site.desk.sees(incident, caller.actor))) {
    site.stream.publish({ event: 'answer', data: { key, html: html.text } }, incident);
  }
  if (wantsJson(request)) {
    sendJson(response, { key, html: html.text });
    return;
  }
  const frame = frameFor(site, caller);
  const waits = incident === undefined ? await site.desk.waits(caller.actor) : [];
  const lists = { rows: site.desk.board(), privates: await site.desk.privately(caller.actor) };
  const thread =
    incident === undefined ? undefined : await site.desk.thread(incident, caller.actor);
  if (thread === undefined) {
    sendPage(
      response,
      boardPage(frame, { ...lists, openTotal: site.desk.openTotal(), waits, answer: html }),
    );
    return;
  }
  sendPage(response, incidentPage(frame, { thread, ...lists, answer: html }));
}
