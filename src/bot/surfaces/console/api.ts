import { createHash, timingSafeEqual } from 'node:crypto';
import { isRecordFormat } from '../../../core/record/format.ts';
import type { HttpRoute } from '../../http-route.ts';
import { type Caller, findCaller } from './access.ts';
import { sendApiProblem } from './api-problem.ts';
import { causeOf, lineProblem } from './deeds.ts';
import { openApi } from './open-api.ts';
import type { ApiToken, BoardRow, ConsoleActor, TokenScope } from './ports.ts';
import type { ConsoleProblem } from './problems.ts';
import { listProposals, takeProposal, withdrawProposal } from './proposal-routes.ts';
import { sendRecord } from './record-routes.ts';
import { plainText } from './render.ts';
import { readBody, refuseOrigin, sendJson } from './requests.ts';
import { type Call, type DeskSite, hostRoute, type Method } from './site.ts';

/** `/api/v1/`: reading for programs, and lines by a session or a token. What `open-api.ts` says is what stands here. */
export function apiRoutes(site: DeskSite, tokens: readonly ApiToken[]): readonly HttpRoute[] {
  const keys = tokens.map(({ name, token, scopes }) => ({ name, scopes, digest: sha256(token) }));

  function route(
    [method, path]: readonly [Method, string],
    scope: TokenScope | readonly TokenScope[],
    handle: (call: Call, who: Who) => Promise<void>,
  ): HttpRoute {
    const scopes = typeof scope === 'string' ? [scope] : scope;
    const wanted = scopes.join(' or ');
    return hostRoute(site, [method, `/api/v1${path}`], async (call) => {
      const who = await identify(site, keys, call);
      if (who === undefined) {
        return call.request.headers.authorization === undefined
          ? sendApiProblem(site, call, 401, 'CONSOLE_SIGNED_OUT')
          : sendApiProblem(site, call, 401, 'CONSOLE_TOKEN_REFUSED', { scope: wanted });
      }
      if ('wrong' in who) return sendApiProblem(site, call, 403, who.wrong);
      if (who.actor.kind === 'token' && !scopes.some((each) => has(who.actor, each))) {
        return sendApiProblem(site, call, 403, 'CONSOLE_TOKEN_REFUSED', { scope: wanted });
      }
      await handle(call, who);
    });
  }

  return [
    hostRoute(site, ['GET', '/api/v1/openapi.json'], async ({ response }) =>
      sendJson(response, openApi),
    ),
    route(['GET', '/incidents'], 'read', async ({ response }, { actor }) => {
      const rows = [...(await site.desk.privately(actor)), ...site.desk.board()];
      sendJson(response, { incidents: rows.map(writeRow) });
    }),
    route(['GET', '/incidents/:incident'], 'read', async (call, { actor }) => {
      const thread = await site.desk.thread(call.params['incident'] ?? '', actor);
      if (thread === undefined) return sendApiProblem(site, call, 404, 'CONSOLE_NOT_FOUND');
      sendJson(call.response, thread);
    }),
    route(['POST', '/incidents/:incident/lines'], 'commands', (call, who) =>
      takeLine(site, call, who),
    ),
    route(['GET', '/incidents/:incident/proposals'], ['read', 'commands'], async (call, who) => {
      const found = await site.desk.thread(call.params['incident'] ?? '', who.actor);
      if (found === undefined) return sendApiProblem(site, call, 404, 'CONSOLE_NOT_FOUND');
      await listProposals(site, call);
    }),
    route(['POST', '/incidents/:incident/proposals'], 'commands', (call, { actor }) =>
      takeProposal(site, call, actor),
    ),
    route(
      ['POST', '/incidents/:incident/proposals/:proposal/withdraw'],
      'commands',
      (call, { actor }) => withdrawProposal(site, call, actor),
    ),
    route(['POST', '/incidents/:incident/exports'], 'export', (call, who) =>
      exportRecord(site, call, who),
    ),
  ];
}

function has(actor: ConsoleActor, scope: TokenScope): boolean {
  return actor.kind === 'token' && actor.scopes.includes(scope);
}

interface Who {
  readonly actor: ConsoleActor;
  readonly caller: Caller | undefined;
}

type Keys = readonly (Omit<ApiToken, 'token'> & { readonly digest: Buffer })[];

/** A token needs no Origin, since no browser adds it by itself; a session does. */
async function identify(
  site: DeskSite,
  keys: Keys,
  { request }: Call,
): Promise<Who | { readonly wrong: ConsoleProblem } | undefined> {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    const digest = sha256(bearer);
    const key = keys.find((one) => timingSafeEqual(one.digest, digest));
    if (key === undefined) return undefined;
    return { actor: { kind: 'token', name: key.name, scopes: key.scopes }, caller: undefined };
  }
  // In the demo a header says who asks; no page of another site can set it.
  const as = request.headers['tocsin-as'];
  const caller = await findCaller(site, request, typeof as === 'string' ? as : undefined);
  if (caller === undefined) return undefined;
  const refused =
    request.method === 'POST' && caller.session !== undefined
      ? refuseOrigin(request, site.origins())
      : undefined;
  return refused === undefined ? { actor: caller.actor, caller } : { wrong: refused.code };
}

async function takeLine(site: DeskSite, call: Call, { actor, caller }: Who): Promise<void> {
  const body = await readBody(call.request, 'application/json');
  if (typeof body !== 'string') return sendApiProblem(site, call, body.status, body.code);
  const asked = readLine(body);
  if (asked === undefined) {
    return sendApiProblem(site, call, 400, 'CONSOLE_BODY_UNREADABLE');
  }
  const wrong = lineProblem(asked.line);
  if (wrong !== undefined) return sendApiProblem(site, call, 400, wrong);
  const verb = verbOf(asked.line);
  if (actor.kind === 'token' && personsVerbs.has(verb)) {
    return sendApiProblem(site, call, 403, 'CONSOLE_TOKEN_APPROVES', { verb });
  }
  const incident = call.params['incident'] ?? '';
  if ((await site.desk.thread(incident, actor)) === undefined) {
    return sendApiProblem(site, call, 404, 'CONSOLE_NOT_FOUND');
  }
  const who = caller ?? (actor.kind === 'token' ? `token:${actor.name}` : actor.person);
  const cause = causeOf(who, asked.cause);
  sendJson(call.response, await site.desk.say({ line: asked.line, actor, incident, cause }));
}

async function exportRecord(site: DeskSite, call: Call, { actor, caller }: Who): Promise<void> {
  const body = await readBody(call.request, 'application/json');
  if (typeof body !== 'string') return sendApiProblem(site, call, body.status, body.code);
  const asked = parsed(body);
  const format =
    typeof asked === 'object' && asked !== null && 'format' in asked ? String(asked.format) : '';
  if (!isRecordFormat(format)) return sendApiProblem(site, call, 400, 'CONSOLE_BODY_UNREADABLE');
  const { incident = '' } = call.params;
  const { records } = site.desk;
  if (records === undefined || (await site.desk.thread(incident, actor)) === undefined) {
    return sendApiProblem(site, call, 404, 'CONSOLE_NOT_FOUND');
  }
  const who = caller ?? (actor.kind === 'token' ? `token:${actor.name}` : actor.person);
  const text = await records.export({ incident, format, actor, cause: causeOf(who, null) });
  if (typeof text === 'string') return sendRecord(call.response, { incident, format, text });
  sendApiProblem(site, call, 403, 'CONSOLE_EXPORT_REFUSED');
}

/** The desk refuses these of a token too; here it is said before anything is asked of it. */
const personsVerbs = new Set(['approve', 'decline', 'settle', 'break-glass', 'request', 'dismiss']);

function verbOf(line: string): string {
  const words = line.trim().toLowerCase().split(/\s+/);
  return (words[0]?.startsWith('/') ? words[1] : words[0]) ?? '';
}

function readLine(
  body: string,
): { readonly line: string; readonly cause: string | null } | undefined {
  const value = parsed(body);
  if (typeof value !== 'object' || value === null || !('line' in value)) return undefined;
  const { line } = value;
  const cause = 'cause' in value && typeof value.cause === 'string' ? value.cause : null;
  return typeof line === 'string' ? { line, cause } : undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function writeRow(row: BoardRow) {
  return {
    incident: row.incident,
    mark: row.mark,
    title: plainText(row.title),
    service: row.service,
    environment: row.environment,
    openedAt: new Date(row.openedAt).toISOString(),
    closedAt: row.closedAt === undefined ? null : new Date(row.closedAt).toISOString(),
    counts: row.counts,
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
