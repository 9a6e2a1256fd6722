import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Problem, ProblemError } from '../../../core/problem.ts';
import type { Card } from '../../../core/view/card.ts';
import type { HttpRoute, PathParams } from '../../http-route.ts';
import type { StepUps } from '../../step-up/ports.ts';
import { type Access, type Caller, findCaller } from './access.ts';
import type { AssetPaths } from './assets.ts';
import type { Board } from './board.ts';
import { type Fragments, type Sequence, writeCursor } from './fragments.ts';
import { type PageFrame, problemPage, refusalPage, sameSitePage } from './page.ts';
import type { ConsoleDesk, ConsoleMetrics } from './ports.ts';
import { type ConsoleProblem, problemCard } from './problems.ts';
import { renderCard } from './render.ts';
import {
  meantAddress,
  ownPath,
  redirect,
  refuseHost,
  refuseOrigin,
  sendJson,
  sendPage,
  setSafeHeaders,
  wantsJson,
} from './requests.ts';
import type { EventStream } from './stream.ts';

/** What all routes of the console share. */
export interface Site {
  readonly access: Access;
  readonly assets: AssetPaths;
  /** Second factors, where they are configured. */
  readonly stepUps: StepUps | undefined;
  readonly sequence: Sequence;
  readonly metrics: ConsoleMetrics;
  /** The addresses browsers know the console by: `https://ops.example.com`, `http://127.0.0.1:8081`. */
  origins(): readonly string[];
  senderOf(request: IncomingMessage): string;
  now(): number;
  /** Ends the streams of those who are signed in no longer. */
  checkStreams(): Promise<void>;
  log(message: string, error: unknown): void;
  /** The five parts of a problem of the bot as a card. */
  refusal(problem: Problem): Card;
}

/** What those routes share besides that look at the threads and speak to the bot. */
export interface DeskSite extends Site {
  readonly desk: ConsoleDesk;
  readonly board: Board;
  readonly fragments: Fragments;
  readonly stream: EventStream;
}

export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly params: PathParams;
}

export interface PersonCall extends Call {
  readonly caller: Caller;
}

export type Method = HttpRoute['method'];

/** A route behind the checks that hold for everybody: Host always, Origin for every change. */
export function openRoute(
  site: Site,
  [method, path]: readonly [Method, string],
  handle: (call: Call) => Promise<void>,
): HttpRoute {
  return hostRoute(site, [method, path], async (call) => {
    const refused = method === 'POST' ? refuseOrigin(call.request, site.origins()) : undefined;
    if (refused === undefined) await handle(call);
    else sendProblem(site, call, refused.status, refused.code);
  });
}

/** Only the Host is checked: for what asks for a proof of its own, like `/api/v1/`. */
export function hostRoute(
  site: Site,
  [method, path]: readonly [Method, string],
  handle: (call: Call) => Promise<void>,
): HttpRoute {
  return {
    method,
    path,
    async handle(request, response, params) {
      setSafeHeaders(response);
      const call = { request, response, params };
      const meant = method === 'GET' ? meantAddress(request, site.origins()) : undefined;
      if (meant !== undefined) return redirect(response, meant);
      const refused = refuseHost(request, site.origins());
      if (refused !== undefined) {
        return sendProblem(site, call, refused.status, refused.code);
      }
      try {
        await handle(call);
      } catch (error) {
        if (isArchived(error) && !response.headersSent)
          return sendArchived(site, call, error.problem);
        site.log('console request failed', error);
        if (response.headersSent) response.destroy();
        else sendProblem(site, call, 500, 'CONSOLE_FAILED');
      }
    },
  };
}

/** A route of somebody: the same in both kinds of access, only that the demo has the person in the path. */
export function personRoute(
  site: Site,
  [method, path]: readonly [Method, string],
  handle: (call: PersonCall) => Promise<void>,
): HttpRoute {
  const demo = site.access.kind === 'demo';
  return openRoute(site, [method, demo ? `/as/:person${path}` : path], async (call) => {
    const caller = await findCaller(site, call.request, call.params['person']);
    if (caller === undefined) return sendStranger(site, call, method);
    if (site.access.kind === 'sessions' && caller.session !== undefined && !isStream(path)) {
      await site.access.sessions.touch(caller.session);
    }
    await handle({ ...call, caller });
  });
}

export function frameFor(site: Site, caller: Caller | undefined): PageFrame {
  return {
    assets: site.assets,
    factors: site.stepUps !== undefined,
    sandbox: site.access.kind === 'demo',
    base: caller?.base ?? '',
    person: caller?.person,
    people: site.access.kind === 'demo' ? site.access.people : [],
    cursor: writeCursor(site.sequence),
  };
}

export function sendProblem(
  site: Site,
  { request, response }: Pick<Call, 'request' | 'response'>,
  status: number,
  code: ConsoleProblem,
  caller?: Caller,
): void {
  if (status !== 404) site.metrics.refused(code);
  if (status === 413) response.setHeader('Connection', 'close');
  if (!wantsJson(request)) {
    sendPage(response, problemPage(frameFor(site, caller), code), status);
    return;
  }
  const place = { incident: '', sandbox: site.access.kind === 'demo' };
  sendJson(response, { code, html: renderCard(problemCard(code), place).html }, status);
}

/** What lies in an archive is no failure: wherever it is asked for, it is said where it lies. */
function isArchived(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.problem.code === 'THREAD_ARCHIVED';
}

function sendArchived(site: Site, { request, response }: Call, problem: Problem): void {
  const card = site.refusal(problem);
  const isProgram = request.url?.startsWith('/api/') === true;
  if (!isProgram && !wantsJson(request)) {
    sendPage(response, refusalPage(frameFor(site, undefined), card), 410);
    return;
  }
  const place = { incident: '', sandbox: site.access.kind === 'demo' };
  const { kind: _, ...said } = card.blocks.find(({ kind }) => kind === 'problem') ?? {};
  const { html } = renderCard(card, place);
  sendJson(response, isProgram ? { problem: said } : { code: problem.code, html }, 410);
}

/** An open stream is no sign of a person: only what they open or send is. */
function isStream(path: string): boolean {
  return path === '/events';
}

function sendStranger(site: Site, call: Call, method: Method): void {
  const { request, response } = call;
  const opensPage = method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate';
  const readsPage = method === 'GET' && request.headers.accept?.includes('text/html') === true;
  if (site.access.kind === 'demo') {
    sendProblem(site, call, 404, 'CONSOLE_NOT_FOUND');
  } else if (opensPage && request.headers['sec-fetch-site'] === 'cross-site') {
    sendPage(response, sameSitePage(frameFor(site, undefined), ownPath(request)));
  } else if (readsPage) {
    redirect(response, '/sign-in');
  } else {
    sendProblem(site, call, 401, 'CONSOLE_SIGNED_OUT');
  }
}
