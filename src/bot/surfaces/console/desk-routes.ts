import { randomUUID } from 'node:crypto';
import type { Answer, Press } from '../../../core/view/card.ts';
import type { HttpRoute } from '../../http-route.ts';
import type { Caller } from './access.ts';
import type { Board, ListChange } from './board.ts';
import { type Fragments, readCursor, writeCursor } from './fragments.ts';
import { pathSegment } from './html.ts';
import { type Asked, boardPage, incidentPage, renderAnswer, renderThread } from './page.ts';
import type { ConsoleDesk } from './ports.ts';
import type { ConsoleProblem } from './problems.ts';
import type { Rendered } from './render.ts';
import { queryOf, readForm, redirect, sendJson, sendPage, wantsJson } from './requests.ts';
import {
  frameFor,
  openRoute,
  type PersonCall,
  personRoute,
  type Site,
  sendProblem,
} from './site.ts';
import type { EventStream, StreamMessage } from './stream.ts';

export interface DeskSite extends Site {
  readonly desk: ConsoleDesk;
  readonly board: Board;
  readonly fragments: Fragments;
  readonly stream: EventStream;
}

export const lineCharactersMax = 2000;

export function deskRoutes(site: DeskSite): readonly HttpRoute[] {
  return [
    openRoute(site, ['GET', '/'], async ({ response }) => redirect(response, homeOf(site))),
    ...(site.access.kind === 'demo' ? [pickRoute(site)] : []),
    personRoute(site, ['GET', '/incidents/'], (call) => showBoard(site, call)),
    personRoute(site, ['GET', '/incidents/:incident'], (call) => showIncident(site, call)),
    personRoute(site, ['GET', '/events'], (call) => follow(site, call)),
    personRoute(site, ['POST', '/incidents/'], (call) => take(site, call)),
    personRoute(site, ['GET', '/complete'], (call) => complete(site, call)),
    personRoute(site, ['POST', '/incidents/:incident'], (call) => take(site, call)),
    personRoute(site, ['GET', '/incidents/:incident/complete'], (call) => complete(site, call)),
  ];
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

function homeOf(site: Site): string {
  const [first] = site.access.kind === 'demo' ? site.access.people : [];
  return first === undefined ? '/incidents/' : `/as/${pathSegment(first.id)}/incidents/`;
}

/** The picker is a plain form, so that changing the person is opening another address: two tabs can be two people. */
function pickRoute(site: DeskSite): HttpRoute {
  return openRoute(site, ['GET', '/as'], async (call) => {
    const query = queryOf(call.request);
    const person = query.get('person') ?? '';
    const incident = query.get('incident') ?? '';
    redirect(call.response, `/as/${pathSegment(person)}/incidents/${pathSegment(incident)}`);
  });
}

async function showBoard(site: DeskSite, { response, caller }: PersonCall): Promise<void> {
  tellBoard(site);
  sendPage(response, boardPage(frameFor(site, caller), { rows: site.desk.board() }));
}

async function showIncident(site: DeskSite, call: PersonCall): Promise<void> {
  site.stream.expect(call.params['incident'] ?? '');
  tellBoard(site);
  // The frame holds the cursor: taken before the thread is read, so that no change falls between the two.
  const frame = frameFor(site, call.caller);
  const thread = await site.desk.thread(call.params['incident'] ?? '');
  if (thread === undefined) {
    sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', call.caller);
    return;
  }
  sendPage(call.response, incidentPage(frame, { thread, rows: site.desk.board() }));
}

async function follow(site: DeskSite, call: PersonCall): Promise<void> {
  const { request, response, caller } = call;
  const query = queryOf(request);
  const incident = query.get('incident') ?? undefined;
  if (incident !== undefined) site.stream.expect(incident);
  const since = request.headers['last-event-id'] ?? query.get('since') ?? '';
  const first = await missed(site, incident, String(since));
  if (first === undefined) {
    sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND');
    return;
  }
  if (request.method === 'HEAD') {
    sendJson(response, {});
    return;
  }
  const welcome = () => caller.welcome();
  if (!site.stream.join({ response, incident, welcome, first })) {
    response.setHeader('Retry-After', '30');
    sendProblem(site, call, 503, 'CONSOLE_TOO_MANY');
  } else if (incident !== undefined) {
    tellOrder(site, incident);
  }
}

/** Renders the lists of incidents anew and sends what changed to everybody who looks. */
export function tellBoard(site: DeskSite): void {
  for (const data of site.board.refresh(site.desk.board())) {
    site.stream.publish({ event: 'list', id: writeCursor(site.sequence), data });
  }
}

/**
 * A new line or card is appended where it arrives; where it belongs is what the thread says. Sent apart and after, so
 * that nothing waits for it, and it takes nothing away.
 */
export function tellOrder(site: DeskSite, incident: string): void {
  if (!site.stream.isFollowed(incident)) return;
  site.desk
    .thread(incident)
    .then((thread) => {
      if (thread === undefined) return;
      const order = ['root', ...thread.entries.map((entry) => entry.key)];
      const data: ListChange = { list: 'thread', order, keep: true, html: {} };
      site.stream.publish({ event: 'list', data }, incident);
    })
    .catch((error: unknown) => site.log('console could not read a thread', error));
}

/** What a browser has not seen since its cursor; all of it when the cursor is another process's or too old. */
async function missed(
  site: DeskSite,
  incident: string | undefined,
  cursor: string,
): Promise<readonly StreamMessage[] | undefined> {
  tellBoard(site);
  const after = readCursor(site.sequence, cursor);
  if (after !== undefined) {
    const thread = incident === undefined ? [] : site.fragments.since(incident, after);
    if (thread !== 'gone') {
      return messages(site, [...site.board.since(after), ...threadChange(thread)]);
    }
  }
  const lists = site.board.whole();
  if (incident === undefined) return messages(site, lists);
  const before = site.sequence.current();
  const thread = await site.desk.thread(incident);
  if (thread === undefined) return undefined;
  // What was published while the thread was read reached everybody but this browser.
  const since = site.fragments.since(incident, before);
  if (since === 'gone') return missed(site, incident, cursor);
  const whole = wholeThread(renderThread(thread, site.access.kind === 'demo'));
  return messages(site, [...lists, whole, ...threadChange(since), ...site.board.since(before)]);
}

function wholeThread(rendered: readonly Rendered[]): ListChange {
  return { ...changeOf(rendered), order: rendered.map((one) => one.key) };
}

function threadChange(changed: readonly Rendered[]): readonly ListChange[] {
  return changed.length > 0 ? [changeOf(changed)] : [];
}

function changeOf(rendered: readonly Rendered[]): ListChange {
  return { list: 'thread', html: Object.fromEntries(rendered.map((one) => [one.key, one.html])) };
}

/** Always at least one, so that the browser knows where it stands. */
function messages(site: DeskSite, changes: readonly ListChange[]): readonly StreamMessage[] {
  const id = writeCursor(site.sequence);
  const all = changes.length > 0 ? changes : [{ list: 'open' as const, html: {} }];
  return all.map((data) => ({ event: 'list', id, data }));
}

/**
 * Lines and presses go to the address of the page they stand on, so that the page a form without the script gets back
 * stands there too, and its relative links lead where they should.
 */
async function take(site: DeskSite, call: PersonCall): Promise<void> {
  const form = await readForm(call.request);
  if ('status' in form) sendProblem(site, call, form.status, form.code);
  else if (form.has('kind')) await takePress(site, call, form);
  else await takeLine(site, call, form);
}

async function takeLine(site: DeskSite, call: PersonCall, form: URLSearchParams): Promise<void> {
  const line = form.get('line') ?? '';
  const wrong = lineProblem(line);
  if (wrong !== undefined) {
    sendProblem(site, call, 400, wrong, call.caller);
    return;
  }
  const { caller } = call;
  const incident = call.params['incident'];
  const cause = causeOf(caller, form.get('cause'));
  const said = { line, actor: caller.actor, cause };
  const answer = await site.desk.say(incident === undefined ? said : { ...said, incident });
  await sendAnswer(site, call, { answer, cause, did: { kind: 'typed', line } });
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
  const pressed = { press, actor: caller.actor, incident, cause, shown: { digest } };
  const answer = await site.desk.press(pressed);
  await sendAnswer(site, call, { answer, cause, did: whatWasDone(press) });
}

function whatWasDone(press: Press): Asked['did'] {
  if (press.kind === 'line') return { kind: 'typed', line: press.line };
  return { kind: 'pressed', button: press.kind === 'approve' ? 'Approve' : 'Decline' };
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

interface Answered {
  readonly answer: Answer;
  readonly cause: string;
  readonly did: Asked['did'];
}

/** To the asker at once; to the others who look at the thread when the answer is said there. Once, and never kept. */
async function sendAnswer(site: DeskSite, call: PersonCall, answered: Answered): Promise<void> {
  const { request, response, caller } = call;
  const { answer, cause, did } = answered;
  const incident = call.params['incident'];
  const place = { incident: incident ?? '', sandbox: site.access.kind === 'demo' };
  const key = `answer/${cause}`;
  const html = renderAnswer(answer, { key, by: caller.person.name, did }, place);
  if (answer.to === 'thread' && incident !== undefined) {
    site.stream.publish({ event: 'answer', data: { key, html: html.text } }, incident);
  }
  if (wantsJson(request)) {
    sendJson(response, { key, html: html.text });
    return;
  }
  const frame = frameFor(site, caller);
  const rows = site.desk.board();
  const thread = incident === undefined ? undefined : await site.desk.thread(incident);
  if (thread === undefined) {
    sendPage(response, boardPage(frame, { rows, answer: html }));
    return;
  }
  sendPage(response, incidentPage(frame, { thread, rows, answer: html }));
}

async function complete(site: DeskSite, call: PersonCall): Promise<void> {
  const line = queryOf(call.request).get('line') ?? '';
  if (line.length > lineCharactersMax) {
    sendProblem(site, call, 400, 'CONSOLE_LINE_TOO_LONG', call.caller);
    return;
  }
  const incident = call.params['incident'];
  const asked = { line, actor: call.caller.actor };
  const found = await site.desk.complete(incident === undefined ? asked : { ...asked, incident });
  sendJson(call.response, found.slice(0, 12));
}
