import type { HttpRoute } from '../../http-route.ts';
import type { ListChange } from './board.ts';
import { lineCharactersMax, take } from './deeds.ts';
import { readCursor, writeCursor } from './fragments.ts';
import { pathSegment } from './html.ts';
import { boardPage, incidentPage, renderThread } from './page.ts';
import type { Rendered } from './render.ts';
import { queryOf, redirect, sendJson, sendPage } from './requests.ts';
import {
  type DeskSite,
  frameFor,
  openRoute,
  type PersonCall,
  personRoute,
  type Site,
  sendProblem,
} from './site.ts';
import type { StreamMessage } from './stream.ts';

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
  const waits = await site.desk.waits(caller.actor);
  tellBoard(site);
  sendPage(
    response,
    boardPage(frameFor(site, caller), {
      rows: site.desk.board(),
      privates: await site.desk.privately(caller.actor),
      openTotal: site.desk.openTotal(),
      waits,
    }),
  );
}

async function showIncident(site: DeskSite, call: PersonCall): Promise<void> {
  const { incident = '' } = call.params;
  const { actor } = call.caller;
  site.stream.expect(incident);
  tellBoard(site);
  // The frame holds the cursor: taken before the thread is read, so that no change falls between the two.
  const frame = frameFor(site, call.caller);
  const thread = await site.desk.thread(incident, actor);
  if (thread === undefined) {
    sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND', call.caller);
    return;
  }
  const hasRecord = site.desk.records !== undefined;
  const privates = await site.desk.privately(actor);
  const lists = { rows: site.desk.board(), privates };
  sendPage(call.response, incidentPage(frame, { thread, ...lists, hasRecord }));
}

async function follow(site: DeskSite, call: PersonCall): Promise<void> {
  const { request, response, caller } = call;
  const query = queryOf(request);
  const incident = query.get('incident') ?? undefined;
  if (incident !== undefined) site.stream.expect(incident);
  const mayLook = () => incident === undefined || site.desk.sees(incident, caller.actor);
  if (!(await mayLook())) {
    sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND');
    return;
  }
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
  // Whoever is let out of a private incident, or of the group that sees it, hears no more of it.
  const welcome = async () => (await caller.welcome()) && (await mayLook());
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
    .thread(incident, 'followers')
    .then((thread) => {
      if (thread === undefined) return;
      const order = ['root', ...thread.entries.map((entry) => entry.key)];
      const data: ListChange = { list: 'thread', order, keep: true, html: {} };
      site.stream.publish({ event: 'list', data }, incident);
    })
    .catch((error: unknown) => site.log('console could not read a thread', error));
}

/** Something left the thread: what is not in it any more leaves the pages that are open. */
export function tellWhole(site: DeskSite, incident: string): void {
  if (!site.stream.isFollowed(incident)) return;
  site.desk
    .thread(incident, 'followers')
    .then((thread) => {
      if (thread === undefined) return;
      const data = wholeThread(renderThread(thread, site.access.kind === 'demo'));
      site.stream.publish({ event: 'list', id: writeCursor(site.sequence), data }, incident);
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
  const thread = await site.desk.thread(incident, 'followers');
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
